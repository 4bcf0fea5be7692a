"""Rent runs: what a month of all leases would post, what stands in its way, what was posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.models.leases import LeaseRow, RentRunRow
from coop.accounting.models.subledgers import HandState
from coop.accounting.postings.leases import RentCharge, rent
from coop.accounting.queries.assets import reversed_voucher
from coop.accounting.queries.leases import LeaseItem, lease_items, terms_of
from coop.accounting.rules.depreciation import Month, next_month
from coop.accounting.rules.leases import month_end, rent_due
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from ledger.chart import Standard, chart_of
from ledger.periods import states
from ledger.tables import BookRow
from ledger.voucher import Voucher


@dataclass(frozen=True, slots=True)
class RentItem:
    """A run; `void`: its voucher was reversed, so the month is open again."""

    run: RentRunRow
    void: bool

    @property
    def live(self) -> bool:
        return not self.void and self.run.state != HandState.refused


@dataclass(frozen=True, slots=True)
class LeaseCharge:
    """What one lease earns in a month."""

    item: LeaseItem
    charge: RentCharge


@dataclass(frozen=True, slots=True)
class RentPreview:
    """What a month's rent would post; `live` is the run that waits or stands, `gap` a month that comes first."""

    entity: str
    month: Month
    charges: tuple[LeaseCharge, ...]
    voucher: Voucher | None
    gap: Month | None
    live: RentRunRow | None
    attempt: int

    @property
    def total_fen(self) -> int:
        return sum(each.charge.prepaid_fen + each.charge.due_fen for each in self.charges)


@dataclass(frozen=True, slots=True)
class RentDue:
    """What is left to book in a month, and the run that waits for approval."""

    month: Month
    leases: int
    fen: int
    waiting_id: int | None


def rent_preview(session: Session, entity_id: int, month: Month) -> RentPreview:
    """What a month's rent would post, lease by lease. Raises NotFoundError."""
    book = books.book_of(session, entity_id)
    runs = _runs(session, entity_id)
    items = lease_items(session, LeaseRow.entity_id == entity_id, date.max)
    charges = _charges(items, month)
    own = [each for each in runs if (each.run.year, each.run.month) == month]
    live = next((each.run for each in own if each.live), None)
    attempt = live.attempt if live is not None else len(own) + 1
    chart, lines = chart_of(Standard(book.standard)), [each.charge for each in charges]
    return RentPreview(
        entity=book.entity,
        month=month,
        charges=charges,
        voucher=rent(chart, book.entity, month, lines, attempt=attempt) if lines else None,
        gap=_gap(session, book, runs, items, month),
        live=live,
        attempt=attempt,
    )


def rent_open(session: Session, entity_id: int, year: int, month: int) -> RentDue | None:
    """What stands in the way of closing a month: rent not posted; None where there is nothing to post."""
    found = rent_preview(session, entity_id, (year, month))
    waits = found.live.id if found.live is not None and found.live.state == HandState.asked else None
    if not found.charges or (found.live is not None and waits is None):
        return None
    return RentDue(found.month, len(found.charges), found.total_fen, waits)


def rent_year(session: Session, entity: str, year: int) -> tuple[tuple[int, RentRunRow | None], ...]:
    """The months of a year, each with the run that waits or stands. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    live = {(each.run.year, each.run.month): each.run for each in _runs(session, book.entity_id) if each.live}
    return tuple((month, live.get((year, month))) for month in range(1, 13))


def rent_run(session: Session, run_id: int) -> tuple[RentRunRow, str]:
    """A run and the code of its entity. Raises NotFoundError."""
    row = session.scalars(select(RentRunRow).where(RentRunRow.id == run_id)).one_or_none()
    if row is None:
        raise NotFoundError("rent run", run_id)
    return row, books.book_of(session, row.entity_id).entity


def _charges(items: Sequence[LeaseItem], month: Month) -> tuple[LeaseCharge, ...]:
    """What each lease earns in a month. What was paid in advance by its end pays it, then what was due before."""
    found = []
    for item in items:
        lease = item.lease
        fen = 0 if month in item.posted else rent_due(terms_of(lease), month, item.posted)
        if fen:
            held = max(0, item.prepaid_by(month_end(month)))
            prepaid = min(held, fen + max(0, item.due_fen))
            member = lease.household_id is not None
            charge = RentCharge(lease.number, lease.kind, lease.party, member, prepaid, fen - prepaid)
            found.append(LeaseCharge(item, charge))
    return tuple(found)


def _gap(
    session: Session, book: BookRow, runs: Sequence[RentItem], items: Sequence[LeaseItem], month: Month
) -> Month | None:
    """The month to be run first: one taken back, or the month before where it is open and has something due."""
    live = {(each.run.year, each.run.month) for each in runs if each.live}
    taken_back = [
        key for each in runs if (key := (each.run.year, each.run.month)) not in live and key < month
    ]
    if taken_back:
        return min(taken_back)
    before = next_month(month, -1)
    if states(session, book.id).get(before) != "open" or before in live:
        return None
    return before if _charges(items, before) else None


def _runs(session: Session, entity_id: int) -> list[RentItem]:
    query = (
        select(RentRunRow, reversed_voucher(RentRunRow.voucher_id))
        .where(RentRunRow.entity_id == entity_id)
        .order_by(RentRunRow.year, RentRunRow.month, RentRunRow.attempt)
    )
    return [RentItem(run, void) for run, void in session.execute(query)]
