"""The names of a book's accounts, whole paths in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.chart import Chart, Standard, chart_of
from ledger.tables import AccountRow, BookRow


@dataclass(frozen=True, slots=True)
class AccountName:
    """An account as it is read: `114:H0001`, 成员往来—H0001."""

    path: str
    name: str
    name_en: str


class Names:
    """Looks up full names, once a book; a path the book does not know is named by the chart above it."""

    def __init__(self, chart: Chart, own: dict[str, tuple[str, str]]) -> None:
        self._chart = chart
        self._own = own

    def of(self, path: str) -> AccountName:
        """The account's names, each level's own name joined."""
        parts = path.split(":")
        levels = [":".join(parts[: end + 1]) for end in range(len(parts))]
        pairs = [self._own.get(level) or self._fallback(level) for level in levels]
        return AccountName(path, "—".join(zh for zh, _ in pairs), " — ".join(en for _, en in pairs))

    def _fallback(self, level: str) -> tuple[str, str]:
        last = level.rpartition(":")[2]
        return (last, last) if ":" in level else self._chart.names(level)


def names_of(session: Session, book: BookRow) -> Names:
    """The names of a book."""
    rows = session.execute(
        select(AccountRow.path, AccountRow.name, AccountRow.name_en).where(AccountRow.book_id == book.id)
    )
    chart = chart_of(Standard(book.standard))
    return Names(chart, {path: (name, name_en) for path, name, name_en in rows})


def account_names(session: Session, book: BookRow, paths: Iterable[str] = ()) -> list[AccountName]:
    """The accounts of a book by path: those named, or all (what the voucher grid offers)."""
    names = names_of(session, book)
    query = select(AccountRow.path).where(AccountRow.book_id == book.id)
    wanted = sorted(set(paths)) or sorted(session.scalars(query))
    return [names.of(path) for path in wanted]
