"""The tables of a book by name: what a page shows is what its file holds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from coop.accounting.queries.account_books import detail_book, general_ledger, journal
from coop.accounting.queries.balance_tables import income_detail, trial_table
from coop.accounting.queries.member_accounts import member_account, member_accounts
from coop.accounting.rules.tables import BookTable
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from ledger.periods import LAST
from ledger.seal import Head, head


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a table: periods, an account or household where the table is of one, all levels or the first."""

    since: int = 1
    upto: int = LAST
    path: str = ""
    whole: bool = True


def table_of(session: Session, name: str, entity: str, year: int, asked: Asked) -> BookTable:
    """A table of a book and year by name. Raises NotFoundError where there is none of this name."""
    since, upto, path = asked.since, asked.upto, asked.path
    if name == "trial-balance":
        return trial_table(session, entity, year, since=since, upto=upto, whole=asked.whole)
    if name == "general-ledger":
        return general_ledger(session, entity, year, since=since, upto=upto, path=path)
    if name == "account":
        return detail_book(session, entity, year, path, since=since, upto=upto)
    if name in ("journal-cash", "journal-bank"):
        return journal(session, entity, year, name.removeprefix("journal-"), since=since, upto=upto)
    if name == "income-detail":
        return income_detail(session, entity, year, since=since, upto=upto)
    if name == "member-accounts":
        return member_accounts(session, entity, year)
    if name == "member-account":
        return member_account(session, entity, year, path)
    raise NotFoundError("table", name)


def table_and_seal(
    session: Session, name: str, entity: str, year: int, asked: Asked
) -> tuple[BookTable, Head]:
    """A table to be printed, and the seal for its foot. Raises NotFoundError."""
    table = table_of(session, name, entity, year, asked)
    return table, head(session, books.book_by_code(session, entity).id)
