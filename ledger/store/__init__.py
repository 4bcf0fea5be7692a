"""The journal's SQL: the few statements that need a lock, an upsert or a batch, on SQLite and PostgreSQL.

Only `journal`, `seal` and `periods` use it. All of it runs on the session's own connection and transaction: on SQLite
statement by statement (there is no round trip), on PostgreSQL in three pipelined round trips whatever the batch holds.
"""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from ledger.store import pipelined, stepwise
from ledger.store.batch import (
    BalanceKey,
    Changes,
    Entry,
    Found,
    Series,
    Taken,
    Wanted,
    deltas,
    series_of,
    wanted_by,
)
from ledger.store.rows import account_values, insert_into, insert_missing, table_of
from ledger.tables import BookRow

__all__ = [
    "BalanceKey",
    "Changes",
    "Entry",
    "Found",
    "Series",
    "Taken",
    "Wanted",
    "account_values",
    "deltas",
    "insert_into",
    "insert_missing",
    "look_up",
    "series_of",
    "table_of",
    "take",
    "wanted_by",
    "write",
]


def look_up(session: Session, book: BookRow, wanted: Wanted) -> Found:
    """Lock sources, periods and never negative accounts, in this order, and read what is asked about them.

    Two transactions that post one fact wait here for each other, before either touches a balance.
    """
    return _way(session).look_up(session, book, wanted)


def take(
    session: Session, book: BookRow, accounts: Sequence[str], changes: Changes, series: dict[Series, int]
) -> Taken:
    """Open these accounts (their name is their number), add to the balances, take the numbers, lock the head.

    In this order; balances and counters each sorted, so that no two posters wait in a ring. All stay locked until the
    transaction ends; a rollback gives the numbers back (L4).
    """
    return _way(session).take(session, book, accounts, changes, series)


def write(session: Session, book: BookRow, entries: Sequence[Entry]) -> None:
    """Write vouchers and their lines, and move the head to the last one. Fills in each entry's id."""
    _way(session).write(session, book, entries)


class _Way(Protocol):
    """The three steps as a back end takes them."""

    def look_up(self, session: Session, book: BookRow, wanted: Wanted) -> Found: ...
    def take(
        self,
        session: Session,
        book: BookRow,
        accounts: Sequence[str],
        changes: Changes,
        series: dict[Series, int],
    ) -> Taken: ...
    def write(self, session: Session, book: BookRow, entries: Sequence[Entry]) -> None: ...


def _way(session: Session) -> _Way:
    return pipelined if session.connection().dialect.name == "postgresql" else stepwise
