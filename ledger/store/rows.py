"""Upserts of the ledger's rows in the session's dialect."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ledger.tables import BookRow

Insert = postgresql.Insert | sqlite.Insert


def table_of(row: type[Any]) -> Table:
    """The table of a row class."""
    table = row.__table__
    assert isinstance(table, Table)
    return table


def insert_into(session: Session, row: type[Any]) -> Insert:
    """An INSERT of the session's dialect, the kind that knows ON CONFLICT."""
    if session.connection().dialect.name == "postgresql":
        return postgresql.insert(table_of(row))
    return sqlite.insert(table_of(row))


def insert_missing(session: Session, row: type[Any], values: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, leaving those alone that another transaction inserted first."""
    if values:
        session.connection().execute(insert_into(session, row).on_conflict_do_nothing(), list(values))


def account_values(book: BookRow, path: str, name: str, name_en: str) -> dict[str, object]:
    """Columns of an account row."""
    return {"tenant_id": book.tenant_id, "book_id": book.id, "path": path, "name": name, "name_en": name_en}
