"""Two scopes of a session: what it may read, and the one tenant it may write. Kept on both back ends.

PostgreSQL enforces the same by row-level security (`kernel/rls.py`); on SQLite this is the wall, so it must be complete
by itself: every ORM statement is filtered, every flush and bulk statement is checked, and `kernel/walls.py` refuses what
comes by another way. A row is locked in order to be changed: `FOR UPDATE` finds the own tenant's alone, as on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, inspect, or_, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from coop.kernel.db import Tenanted, TwoSided
from coop.kernel.errors import ScopeError
from coop.kernel.walls import SESSION, UnfilteredError
from ledger.tables import OwnedRow


@dataclass(frozen=True, slots=True)
class Scope:
    """`write` is exactly one tenant (0: only the system's own rows); `read` always contains it."""

    write: int
    read: frozenset[int]


class ScopedSession(Session):
    """A session whose every statement stays inside its scope."""

    def __init__(self, *, scope: Scope, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scope = scope
        # Built once a session: a unit sends hundreds of statements.
        self.readable = _within(sorted(scope.read))
        self.writable = _within([scope.write])

    def _bulk_save_mappings(self, mapper: Any, *_args: Any, **_kwargs: Any) -> None:
        """The older bulk methods skip every check there is."""
        raise UnfilteredError(str(inspect(mapper).local_table), "a bulk method")


def _within(tenants: list[int]) -> tuple[ExecutableOption, ...]:
    """The conditions that keep a statement inside these tenants."""
    return (
        with_loader_criteria(Tenanted, lambda cls: cls.tenant_id.in_(tenants), include_aliases=True),
        with_loader_criteria(OwnedRow, lambda cls: cls.tenant_id.in_(tenants), include_aliases=True),
        with_loader_criteria(
            TwoSided,
            lambda cls: or_(cls.buyer_id.in_(tenants), cls.seller_id.in_(tenants)),
            include_aliases=True,
        ),
    )


@event.listens_for(ScopedSession, "after_begin")
def _tell_database(session: ScopedSession, _transaction: SessionTransaction, connection: Connection) -> None:
    connection.execution_options(**{SESSION: session})
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT set_config('app.write', :write, true), set_config('app.read', :read, true)"),
            {"write": str(session.scope.write), "read": ",".join(map(str, sorted(session.scope.read)))},
        )


@event.listens_for(ScopedSession, "do_orm_execute")
def _filter(state: ORMExecuteState) -> None:
    session = state.session
    assert isinstance(session, ScopedSession)
    if state.is_insert:
        _check_inserted(state, session.scope)
        return
    if state.is_from_statement:
        raise UnfilteredError(str(state.bind_mapper and state.bind_mapper.local_table), "from_statement")
    if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    if state.is_update and isinstance(state.parameters, list):
        raise UnfilteredError(
            str(state.bind_mapper and state.bind_mapper.local_table), "an update by primary key"
        )
    shown = state.is_select and getattr(state.statement, "_for_update_arg", None) is None
    within = session.readable if shown else session.writable
    state.statement = state.statement.options(*within)


def _check_inserted(state: ORMExecuteState, scope: Scope) -> None:
    mapper = state.bind_mapper
    if mapper is None:
        return
    given: Any = state.parameters
    rows: Iterable[Mapping[str, Any]] = given if isinstance(given, list) else [given] if given else []
    compiled = getattr(state.statement, "_values", None) or {}
    fixed = {getattr(k, "key", k): getattr(v, "value", v) for k, v in compiled.items()}
    for row in rows or [fixed]:
        _check_values(mapper.class_, {**fixed, **row}, scope)


def _check_values(kind: type[Any], values: Mapping[str, Any], scope: Scope) -> None:
    table = str(getattr(kind, "__tablename__", kind.__name__))
    if issubclass(kind, (Tenanted, OwnedRow)):
        if values.get("tenant_id") != scope.write:
            raise ScopeError(table, scope.write, values.get("tenant_id"))
    elif issubclass(kind, TwoSided):
        _check_sides(kind, table, values, scope, inserting=True)


def _check_sides(
    kind: type[TwoSided], table: str, values: Mapping[str, Any], scope: Scope, *, inserting: bool
) -> None:
    sides = {"buyer": values.get("buyer_id"), "seller": values.get("seller_id")}
    mine = sides.values() if kind.author == "either" or not inserting else [sides[kind.author]]
    if scope.write not in mine:
        raise ScopeError(table, scope.write, sides["seller" if kind.author == "seller" else "buyer"])


@event.listens_for(ScopedSession, "before_flush")
def _check_flush(session: ScopedSession, _context: object, _instances: object) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        table = str(getattr(row, "__tablename__", type(row).__name__))
        if isinstance(row, (Tenanted, OwnedRow)):
            _check_unmoved(row, table, session.scope, ("tenant_id",))
            if row.tenant_id != session.scope.write:
                raise ScopeError(table, session.scope.write, row.tenant_id)
        elif isinstance(row, TwoSided):
            _check_unmoved(row, table, session.scope, ("buyer_id", "seller_id"))
            values = {"buyer_id": row.buyer_id, "seller_id": row.seller_id}
            _check_sides(type(row), table, values, session.scope, inserting=row in session.new)


def _check_unmoved(row: object, table: str, scope: Scope, columns: tuple[str, ...]) -> None:
    """A row never changes hands: moving it would carry its history into another tenant."""
    state = inspect(row)
    if state is None or not state.persistent:
        return
    for column in columns:
        before = state.attrs[column].history.deleted
        if before:
            raise ScopeError(table, scope.write, getattr(row, column))
