"""A close rehearsed: what would stop it and what it would post, by the very functions the close itself uses. Only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.queries.checklist import Blocker, checklist
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from ledger import closing, periods
from ledger.balances import BalanceLine, trial_balance
from ledger.chart import Chart, Kind, Standard, chart_of
from ledger.tables import BookRow, VoucherRow
from ledger.voucher import Voucher

UNRESOLVED = "预演 rehearsal"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What closing a period would do today: nothing where something stops it; else close, and in the thirteenth

    period post these vouchers first, as long as no distribution plan does. `result_fen`: the year's result they carry.
    """

    book: BookRow
    year: int
    number: int
    blockers: tuple[Blocker, ...]
    vouchers: tuple[Voucher, ...]
    result_fen: int

    @property
    def closes(self) -> bool:
        return not any(blocker.stops for blocker in self.blockers)


def rehearse(session: Session, entity_id: int, year: int, number: int) -> Rehearsal:
    """Raises NotFoundError where there is no such open period."""
    book = books.book_of(session, entity_id)
    if periods.states(session, book.id).get((year, number)) != "open":
        raise NotFoundError("open period", f"{book.entity} {year}-{number:02d}")
    planned = planned_transfer(session, book, year, UNRESOLVED) if number == periods.LAST else ()
    chart = chart_of(Standard(book.standard))
    result = chart.path("current_result")
    carried = planned[-1] if planned else None
    fen = sum(p.amount for p in carried.postings if p.account.startswith(result)) if carried else 0
    return Rehearsal(book, year, number, checklist(session, book, year, number), planned, fen)


def planned_transfer(session: Session, book: BookRow, year: int, resolution: str) -> tuple[Voucher, ...]:
    """C1-C3 as they would be posted now, under sources no voucher has taken; nothing where nothing is left."""
    chart = chart_of(Standard(book.standard))
    lines = trial_balance(session, book.id, year=year)
    stem = f"closing:{book.entity}:{year}"
    attempt, planned = 1, _planned(chart, lines, year, stem, resolution)
    while planned and _taken(session, book, planned):
        attempt += 1
        planned = _planned(chart, lines, year, f"{stem}:{attempt}", resolution)
    return planned


def not_carried_over(chart: Chart, lines: Sequence[BalanceLine]) -> list[tuple[str, int]]:
    """Accounts that must be at zero before the year closes, and what they hold (fen, debit positive)."""
    roots = (chart.path("current_result"), chart.path("distribution"))
    return [
        (line.account, line.closing)
        for line in lines
        if line.commodity == "CNY"
        and line.closing
        and (
            chart.kind_of(line.account) in (Kind.income, Kind.expense)
            or any(line.account == root or line.account.startswith(f"{root}:") for root in roots)
        )
    ]


def _planned(
    chart: Chart, lines: Sequence[BalanceLine], year: int, stem: str, resolution: str
) -> tuple[Voucher, ...]:
    return closing.result_vouchers(chart, lines, year=year, source=stem, resolution=resolution)


def _taken(session: Session, book: BookRow, planned: Sequence[Voucher]) -> bool:
    query = select(VoucherRow.id).where(
        VoucherRow.book_id == book.id, VoucherRow.source.in_([voucher.source for voucher in planned])
    )
    return session.scalars(query).first() is not None
