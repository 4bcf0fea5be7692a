"""Depreciation runs: what a month would post, what stands in its way, what was posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.models.depreciation import DepreciationRunRow
from coop.accounting.models.subledgers import HandState
from coop.accounting.postings.depreciation import Charge, depreciation
from coop.accounting.queries.assets import AssetItem, asset_items, reversed_voucher
from coop.accounting.rules.assets import AssetMethod, AssetUse, contra_path, expense_path
from coop.accounting.rules.depreciation import Month, due, month_of, next_month
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from ledger.chart import Chart, Standard, chart_of
from ledger.periods import states
from ledger.tables import BookRow
from ledger.voucher import Voucher


@dataclass(frozen=True, slots=True)
class CardCharge:
    """What one card is charged in a month."""

    item: AssetItem
    expense: str
    contra: str
    fen: int


@dataclass(frozen=True, slots=True)
class RunItem:
    """A run; `void`: its voucher was reversed, so the month is open again."""

    run: DepreciationRunRow
    void: bool

    @property
    def live(self) -> bool:
        return not self.void and self.run.state != HandState.refused


@dataclass(frozen=True, slots=True)
class DepreciationPreview:
    """What a month comes to. `live` is the run that waits or stands; `voucher` what posting now would post.

    `unmeasured`: cards by units without this month's units. `gap`: an earlier month that comes first.
    """

    entity: str
    month: Month
    charges: tuple[CardCharge, ...]
    voucher: Voucher | None
    unmeasured: tuple[AssetItem, ...]
    gap: Month | None
    live: DepreciationRunRow | None
    attempt: int

    @property
    def total_fen(self) -> int:
        return sum(each.fen for each in self.charges)


@dataclass(frozen=True, slots=True)
class DepreciationDue:
    """What is left to depreciate in a month: cards, fen, and the run that waits for approval."""

    month: Month
    cards: int
    fen: int
    unmeasured: int
    waiting_id: int | None


@dataclass(frozen=True, slots=True)
class DepreciationYear:
    """The runs of a book and year, by month; `runs` newest first."""

    entity: str
    year: int
    months: tuple[tuple[int, DepreciationRunRow | None], ...]
    runs: tuple[RunItem, ...]


def depreciation_preview(session: Session, entity_id: int, month: Month) -> DepreciationPreview:
    """What a month would post, card by card. Raises NotFoundError."""
    book = books.book_of(session, entity_id)
    runs = _runs(session, entity_id)
    items = asset_items(session, entity_id)
    charges = _charges(chart_of(Standard(book.standard)), items, month)
    own = [each for each in runs if (each.run.year, each.run.month) == month]
    live = next((each.run for each in own if each.live), None)
    attempt = live.attempt if live is not None else len(own) + 1
    lines = [Charge(each.expense, each.contra, each.fen) for each in charges]
    return DepreciationPreview(
        entity=book.entity,
        month=month,
        charges=charges,
        voucher=depreciation(book.entity, month, lines, attempt=attempt) if lines else None,
        unmeasured=_unmeasured(items, month),
        gap=_gap(session, book, runs, items, month),
        live=live,
        attempt=attempt,
    )


def depreciation_due(session: Session, entity_id: int, year: int, month: int) -> DepreciationDue | None:
    """What stands in the way of closing a month: depreciation not posted; None where there is nothing to post."""
    found = depreciation_preview(session, entity_id, (year, month))
    waits = found.live.id if found.live is not None and found.live.state == HandState.asked else None
    posted = found.live is not None and waits is None
    if posted or not (found.charges or found.unmeasured):
        return None
    return DepreciationDue(found.month, len(found.charges), found.total_fen, len(found.unmeasured), waits)


def depreciation_year(session: Session, entity: str, year: int) -> DepreciationYear:
    """The runs of a year. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    runs = [each for each in _runs(session, book.entity_id) if each.run.year == year]
    live = {each.run.month: each.run for each in runs if each.live}
    months = tuple((month, live.get(month)) for month in range(1, 13))
    return DepreciationYear(book.entity, year, months, tuple(reversed(runs)))


def depreciation_run(session: Session, run_id: int) -> tuple[DepreciationRunRow, str]:
    """A run and the code of its entity. Raises NotFoundError."""
    row = session.scalars(select(DepreciationRunRow).where(DepreciationRunRow.id == run_id)).one_or_none()
    if row is None:
        raise NotFoundError("depreciation run", run_id)
    return row, books.book_of(session, row.entity_id).entity


def _charges(chart: Chart, items: Sequence[AssetItem], month: Month) -> tuple[CardCharge, ...]:
    found = []
    for item in items:
        if not item.booked or item.card.withdrawn or item.card.method == AssetMethod.none:
            continue
        posted = {when: fen for when, fen in item.posted.items() if when != month}
        fen = 0 if month in item.posted else due(item.course, month, posted, item.units)
        if fen:
            expense = expense_path(chart, AssetUse(item.card.uses))
            contra = contra_path(chart, item.kind, item.card.account)
            found.append(CardCharge(item, expense, contra, fen))
    return tuple(found)


def _unmeasured(items: Sequence[AssetItem], month: Month) -> tuple[AssetItem, ...]:
    """Cards by units that were in use in the month, with something left to charge, and nothing entered."""
    return tuple(
        item
        for item in items
        if item.card.method == AssetMethod.units
        and item.booked
        and not item.card.withdrawn
        and month not in item.units
        and month > month_of(item.card.since)
        and (item.gone is None or month <= month_of(item.gone.day))
        and item.net_fen > item.card.residual_fen
    )


def _gap(
    session: Session, book: BookRow, runs: Sequence[RunItem], items: Sequence[AssetItem], month: Month
) -> Month | None:
    """The month that has to be run first: one taken back, or the month before where it is open and has something due."""
    live = {(each.run.year, each.run.month) for each in runs if each.live}
    taken_back = [
        key for each in runs if (key := (each.run.year, each.run.month)) not in live and key < month
    ]
    if taken_back:
        return min(taken_back)
    before = next_month(month, -1)
    if states(session, book.id).get(before) != "open" or before in live:
        return None
    return before if _charges(chart_of(Standard(book.standard)), items, before) else None


def _runs(session: Session, entity_id: int) -> list[RunItem]:
    query = (
        select(DepreciationRunRow, reversed_voucher(DepreciationRunRow.voucher_id))
        .where(DepreciationRunRow.entity_id == entity_id)
        .order_by(DepreciationRunRow.year, DepreciationRunRow.month, DepreciationRunRow.attempt)
    )
    return [RunItem(run, void) for run, void in session.execute(query)]
