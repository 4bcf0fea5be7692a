"""`unit(actor)` is the only commit, `look(actor)` its read-only sister. Units do not nest.

A unit opens our own session with the actor's scopes, runs the use case, writes audit and outbox rows, commits, and only
then wakes the queue: nothing leaves before the commit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop.kernel import audit, outbox
from coop.kernel.actor import Actor
from coop.kernel.clock import Clock, SystemClock, business_day
from coop.kernel.db import Database
from coop.kernel.errors import MeanwhileError, NestedUnitError
from coop.kernel.jobs import JobRow
from coop.kernel.scopes import Scope, ScopedSession
from coop.kernel.walls import guard

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Process:
    """What the composition root told this process: its database, its clock, how to wake its queue."""

    database: Database | None = None
    clock: Clock = field(default_factory=SystemClock)
    wake: Callable[[int | None, int], None] | None = None


_process = _Process()
_open: ContextVar[bool] = ContextVar("unit_open", default=False)


def bind(
    database: Database | None,
    *,
    clock: Clock | None = None,
    wake: Callable[[int | None, int], None] | None = None,
) -> None:
    """Told once by the composition root (app, worker, command line, test)."""
    if database is not None:
        guard(database.app)
    _process.database = database
    _process.clock = clock or SystemClock()
    _process.wake = wake


def database() -> Database:
    if _process.database is None:
        raise RuntimeError("no database is bound: the composition root calls bind() first")
    return _process.database


class Report(Protocol):
    """How long work tells how far it is; raises where it was cancelled meanwhile."""

    def __call__(self, done: int, total: int, zh: str = "", en: str = "") -> None: ...


def _untold(done: int, total: int, zh: str = "", en: str = "") -> None:
    """Nobody waits: the work is no job."""


@dataclass(slots=True)
class Look:
    """A read-only view of what the actor may see, on one day."""

    session: Session
    actor: Actor
    now: datetime
    report: Report = _untold

    @property
    def today(self) -> date:
        return business_day(self.now)


@dataclass(slots=True)
class Unit(Look):
    """One transaction of one actor. Services take it, and never commit."""

    acts: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    jobs: list[JobRow] = field(default_factory=list)
    told: bool = False

    def audit(self, action: str, ref: str, **facts: int | str | None) -> None:
        """Note an act for the audit chain: keys and figures only, never personal data.

        Whoever acts for a household leaves that in every row.
        """
        self.acts.append((action, ref, self.actor.trace | facts))

    def emit(self, kind: str, key: str, **payload: Any) -> None:
        """Tell an event that may be handled later; `key` makes it unique of its kind in the tenant."""
        outbox.put(
            self.session,
            tenant_id=self.actor.tenant_id,
            user_id=self.actor.user_id,
            at=self.now,
            kind=kind,
            key=key,
            payload=payload,
        )
        self.told = True

    def enqueue(self, kind: str, **payload: Any) -> JobRow:
        """Store a job to be run after the commit; its id is known after the flush."""
        row = JobRow(
            tenant_id=self.actor.tenant_id,
            kind=kind,
            payload=payload,
            user_id=self.actor.user_id,
            created_at=self.now,
        )
        self.session.add(row)
        self.session.flush()
        self.jobs.append(row)
        return row


@contextmanager
def unit(actor: Actor, clock: Clock | None = None) -> Iterator[Unit]:
    """One transaction that writes the actor's tenant. Commits at the end, rolls everything back on any error."""
    if _open.get():
        raise NestedUnitError
    token = _open.set(True)
    session = ScopedSession(
        bind=database().app,
        scope=Scope(actor.tenant_id, actor.readable),
        expire_on_commit=False,
        autoflush=True,
    )
    work = Unit(session, actor, (clock or _process.clock).now())
    try:
        yield work
        session.flush()
        audit.write(session, tenant_id=actor.tenant_id, user_id=actor.user_id, at=work.now, acts=work.acts)
        job_ids = [row.id for row in work.jobs]
        session.commit()
    except BaseException as error:
        session.rollback()
        if _met_another(error):
            # The driver's text may quote the row it met; the log gets the code alone.
            log.warning("a unit of tenant %s met another: %s", actor.tenant_id, _code(error))
            raise MeanwhileError from error
        raise
    finally:
        session.close()
        _open.reset(token)
    _wake(actor.tenant_id, job_ids, told=work.told)


# What PostgreSQL answers where two at once cannot both be served: deadlock, serialization, lock time-out, one key twice.
_RACES = {"40P01", "40001", "55P03", "23505"}


def _code(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "database is locked")


def _met_another(error: BaseException) -> bool:
    """Whether a unit failed for another's sake: a second try, with what the other left, is the answer."""
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", None) in _RACES or "database is locked" in str(error.orig)


def _wake(tenant_id: int, job_ids: list[int], *, told: bool) -> None:
    if _process.wake is None:
        return
    for job_id in [*job_ids, *([None] if told else [])]:
        try:
            _process.wake(job_id, tenant_id)
        except Exception:  # noqa: BLE001  (the commit stands; the sweep finds what the queue missed)
            log.warning("queue not reachable; the sweep will find job %s", job_id)


@contextmanager
def look(actor: Actor, clock: Clock | None = None) -> Iterator[Look]:
    """A read-only transaction with the actor's scopes: on PostgreSQL the database itself refuses writes."""
    engine = database().app.execution_options(look=True)
    session = ScopedSession(bind=engine, scope=Scope(actor.tenant_id, actor.readable), autoflush=False)
    try:
        if engine.dialect.name == "postgresql":
            session.execute(text("SET TRANSACTION READ ONLY"))
        yield Look(session, actor, (clock or _process.clock).now())
    finally:
        session.close()  # without a rollback first: rows that were shown stay readable for the template


@contextmanager
def owner_session(*, write: bool = False) -> Iterator[Session]:
    """Across all tenants, on the owner's login: verify, backup, migration and the outbox sweep only."""
    engine = database().owner
    if not write:
        # One state of the data for all queries: verify compares sums, and work goes on meanwhile.
        one_state = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        engine = engine.execution_options(look=True, **one_state)
    session = Session(bind=engine, autoflush=write)
    try:
        yield session
        if write:
            session.commit()
    finally:
        session.rollback()
        session.close()
