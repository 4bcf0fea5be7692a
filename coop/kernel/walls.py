"""The wall behind the session's filter: what reaches the connection by another way than a filtered ORM statement.

A statement on the bare table, an update by primary key or an upsert carries no loader criteria, and SQLite has no
row-level security. So every statement of a scoped connection is looked at once more, on both back ends alike. SQL
written as text is not understood here: PostgreSQL walls it in by itself, and SQLite is not given any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Delete,
    Engine,
    Insert,
    Select,
    Table,
    TextClause,
    Update,
    event,
)
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.expression import TextualSelect
from sqlalchemy.sql.util import find_tables

from coop.kernel.errors import ScopeError

SESSION = "siwei scoped session"  # the execution option a scoped session leaves on its connection
OWNERS = frozenset({"tenant_id", "buyer_id", "seller_id"})


class UnfilteredError(RuntimeError):
    """A programming error: a statement on a tenant's table that no scope was put into."""

    def __init__(self, table: str, way: str) -> None:
        super().__init__(
            f"{table}: {way} goes round the session's scope; use an ORM statement of the session"
        )


def guard(engine: Engine) -> None:
    """Look at all that scoped sessions send over this engine; once is enough."""
    if not event.contains(engine, "before_execute", _check):
        event.listen(engine, "before_execute", _check)


def _check(
    connection: Connection,
    statement: Any,
    many: Any,
    one: Any,
    _options: Any,
) -> None:
    session = connection.get_execution_options().get(SESSION)
    if session is None or session._flushing:  # noqa: SLF001  (a flush was checked row by row)
        return
    if isinstance(statement, TextClause | TextualSelect):
        if connection.dialect.name == "sqlite":
            raise UnfilteredError("SQL", "a text")
    elif isinstance(statement, Insert):
        if _owned(statement.table):
            _check_insert(statement, [*many, *([one] if one else [])], session.scope.write)
    elif isinstance(statement, Update | Delete):
        if _owned(statement.table):
            _check_change(statement, session.scope.write)
    elif isinstance(statement, Select | CompoundSelect) and not _by_orm(statement):
        for table in find_tables(statement, include_joins=True, include_selects=True):
            if _owned(table) and "parententity" not in table._annotations:  # noqa: SLF001  (not a mapped row's)
                raise UnfilteredError(str(table), "a select of the table itself")


def _owned(table: object) -> bool:
    return isinstance(table, Table) and not OWNERS.isdisjoint(table.c.keys())


def _by_orm(statement: Any) -> bool:
    plugin: object = statement._propagate_attrs.get("compile_state_plugin")  # noqa: SLF001  (no public name)
    return plugin == "orm"


def _check_change(statement: Update | Delete, write: int) -> None:
    """It must carry the session's criteria, and a row never changes hands."""
    table, options = str(statement.table), statement._with_options  # noqa: SLF001  (no public name)
    # Criteria on a statement that is not the ORM's are carried along and not applied.
    if not _by_orm(statement) or not any(isinstance(option, LoaderCriteriaOption) for option in options):
        raise UnfilteredError(table, f"this {type(statement).__name__.lower()}")
    if isinstance(statement, Update) and not OWNERS.isdisjoint(_keys(statement._values)):  # noqa: SLF001
        raise ScopeError(table, write, None)


def _keys(values: Any) -> set[object]:
    return {getattr(key, "key", key) for key in dict(values or {})}


def _check_insert(statement: Insert, given: Iterable[Mapping[str, Any]], write: int) -> None:
    table = str(statement.table)
    _check_conflict(statement, table, write)
    if _by_orm(statement):  # its values were checked by the session
        return
    if "tenant_id" not in statement.table.c:
        raise UnfilteredError(table, "an insert into a table of two sides")
    values: Any = statement._values or {}  # noqa: SLF001
    fixed = {getattr(key, "key", key): getattr(value, "value", value) for key, value in values.items()}
    for row in list(given) or [{}]:
        found = row.get("tenant_id", fixed.get("tenant_id"))
        if found != write:
            raise ScopeError(table, write, found)


def _check_conflict(statement: Insert, table: str, write: int) -> None:
    """An upsert updates the row it meets: that must be a row of the same tenant, and stay there."""
    clause = statement._post_values_clause  # noqa: SLF001
    changes = getattr(clause, "update_values_to_set", None)
    if not changes:
        return
    target = {getattr(column, "key", column) for column in clause.inferred_target_elements or ()}  # type: ignore[union-attr]
    if OWNERS.isdisjoint(target) or not OWNERS.isdisjoint(_keys(changes)):
        raise ScopeError(table, write, None)
