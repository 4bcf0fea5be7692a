"""What runs after a commit: one job, or whatever waits in the outbox. Called by the worker, the sweep and the demo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coop.kernel import jobs, outbox
from coop.kernel.actor import Actor
from coop.kernel.scopes import Scope, ScopedSession
from coop.kernel.unit import Look, Report, database, look, owner_session, unit


def run_job(job_id: int, tenant_id: int) -> None:
    """Run one job row as its asker; safe to call twice, and after a worker died half-way."""
    with unit(Actor(0, "worker", tenant_id)) as work:
        job = jobs.start(work, job_id)
    if job is None:
        return
    actor = Actor(job.user_id, "worker", tenant_id)
    try:
        if jobs.readers.get(job.kind) is not None:
            _read(actor, job)
        else:
            with unit(actor) as work:
                # SQLite has one writer: this unit is it, and nobody could write a progress or a cancel beside it.
                if not _sqlite(work):
                    work.report = reporter(actor, job_id)
                jobs.run(work, job_id)
    except jobs.JobCancelledError:
        with unit(actor) as work:
            jobs.stop(work, job_id)
    except Exception as error:
        with unit(actor) as work:
            jobs.fail(work, job_id, error)
        raise


def _read(actor: Actor, job: jobs.JobRow) -> None:
    with look(actor) as view:
        view.report = reporter(actor, job.id)
        result = jobs.read(view, job)
    with unit(actor) as work:
        jobs.finish(work, job.id, result)


def _sqlite(work: Look) -> bool:
    return work.session.connection().dialect.name == "sqlite"


def reporter(actor: Actor, job_id: int) -> Report:
    """How a running job tells its progress: in a small transaction beside its own, seen at once."""

    def report(done: int, total: int, zh: str = "", en: str = "") -> None:
        with _aside(actor) as session:
            jobs.progress(session, job_id, done, total, zh=zh, en=en)

    return report


@contextmanager
def _aside(actor: Actor) -> Iterator[Session]:
    """A transaction beside the one that is open, for progress alone: units do not nest."""
    session = ScopedSession(bind=database().app, scope=Scope(actor.tenant_id, actor.readable))
    try:
        yield session
        session.commit()
    finally:
        session.close()


def drain() -> int:
    """Deliver all that waits, oldest first, each in its own unit; returns how many were done."""
    with owner_session() as session:
        todo = outbox.waiting(session)
    done = 0
    for outbox_id, tenant_id, user_id in todo:
        try:
            with unit(Actor(user_id, "outbox", tenant_id)) as work:
                done += outbox.deliver(work, outbox_id)
        except Exception as error:  # noqa: BLE001  (one event that fails must not hold up the others; it is counted)
            _count_failure(outbox_id, error)
    return done


def _count_failure(outbox_id: int, error: Exception) -> None:
    with owner_session(write=True) as session:
        session.execute(
            update(outbox.OutboxRow)
            .where(outbox.OutboxRow.id == outbox_id)
            .values(attempts=outbox.OutboxRow.attempts + 1, fault=type(error).__name__)
        )


def queued_jobs() -> list[tuple[int, int]]:
    """(job, tenant) of what the queue may have missed: the sweep of the worker starts them."""
    with owner_session() as session:
        rows = session.execute(
            select(jobs.JobRow.id, jobs.JobRow.tenant_id).where(jobs.JobRow.state == jobs.JobState.queued)
        )
        return [(row.id, row.tenant_id) for row in rows]
