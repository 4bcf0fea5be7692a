"""A month's run as its page shows it: the lines, the voucher they make, and what is to be done. Both kinds of runs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.models.assets import AssetCardRow
from coop.accounting.models.depreciation import DepreciationLineRow, MonthRun
from coop.accounting.models.leases import LeaseRow, RentLineRow
from coop.accounting.models.subledgers import HandState
from coop.accounting.queries.assets import AssetItem
from coop.accounting.queries.depreciation import depreciation_preview
from coop.accounting.queries.leases_rent import rent_preview
from coop.accounting.queries.names import names_of
from coop.accounting.rules.depreciation import Month, next_month
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from ledger import journal
from ledger.tables import BookRow
from ledger.voucher import Voucher


@dataclass(frozen=True, slots=True)
class RunLine:
    """A card or a lease and what it comes to: rent has its part from advances and its part due."""

    key: int
    number: str
    name: str
    account: str
    account_name: str
    account_name_en: str
    prepaid_fen: int
    due_fen: int
    fen: int


@dataclass(frozen=True, slots=True)
class RunPosting:
    account: str
    name: str
    name_en: str
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, slots=True)
class RunMonth:
    """A month of a book: `run` waits or stands; without one the lines are a preview, and `gap` comes first."""

    entity: str
    month: Month
    before: Month
    after: Month
    lines: tuple[RunLine, ...]
    postings: tuple[RunPosting, ...]
    run: MonthRun | None
    run_id: int | None
    gap: Month | None
    unmeasured: tuple[AssetItem, ...] = ()

    @property
    def total_fen(self) -> int:
        return sum(line.fen for line in self.lines)

    @property
    def posted(self) -> bool:
        return self.run is not None and self.run.state == HandState.done

    @property
    def ready(self) -> bool:
        """Whether it may be handed to the checker now."""
        return bool(self.lines) and self.run is None and self.gap is None and not self.unmeasured


def depreciation_month(session: Session, entity: str, month: Month) -> RunMonth:
    """A month's depreciation. Raises NotFoundError."""
    book = _book(session, entity, month)
    names = names_of(session, book)
    found = depreciation_preview(session, book.entity_id, month)
    run = found.live
    if run is None:
        charges = [(each.item.card, each.expense, each.fen) for each in found.charges]
    else:
        query = (
            select(AssetCardRow, DepreciationLineRow.expense, DepreciationLineRow.fen)
            .join(DepreciationLineRow, DepreciationLineRow.card_id == AssetCardRow.id)
            .where(DepreciationLineRow.run_id == run.id)
            .order_by(AssetCardRow.number)
        )
        charges = [(card, expense, fen) for card, expense, fen in session.execute(query)]
    lines = []
    for card, expense, fen in charges:
        name = names.of(expense)
        lines.append(RunLine(card.id, card.number, card.name, expense, name.name, name.name_en, 0, 0, fen))
    return RunMonth(
        entity=book.entity,
        month=month,
        before=next_month(month, -1),
        after=next_month(month),
        lines=tuple(lines),
        postings=_postings(session, book, run, found.voucher),
        run=run,
        run_id=None if run is None else run.id,
        gap=found.gap,
        unmeasured=() if run is not None else found.unmeasured,
    )


def rent_month(session: Session, entity: str, month: Month) -> RunMonth:
    """A month's rent. Raises NotFoundError."""
    book = _book(session, entity, month)
    found = rent_preview(session, book.entity_id, month)
    run = found.live
    if run is None:
        charges = [(each.item.lease, each.charge.prepaid_fen, each.charge.due_fen) for each in found.charges]
    else:
        query = (
            select(LeaseRow, RentLineRow.prepaid_fen, RentLineRow.due_fen)
            .join(RentLineRow, RentLineRow.lease_id == LeaseRow.id)
            .where(RentLineRow.run_id == run.id)
            .order_by(LeaseRow.number)
        )
        charges = [(lease, prepaid, due) for lease, prepaid, due in session.execute(query)]
    lines = [
        RunLine(lease.id, lease.number, lease.subject, lease.party, "", "", prepaid, due, prepaid + due)
        for lease, prepaid, due in charges
    ]
    return RunMonth(
        entity=book.entity,
        month=month,
        before=next_month(month, -1),
        after=next_month(month),
        lines=tuple(lines),
        postings=_postings(session, book, run, found.voucher),
        run=run,
        run_id=None if run is None else run.id,
        gap=found.gap,
    )


def _book(session: Session, entity: str, month: Month) -> BookRow:
    if not 1 <= month[1] <= 12:
        raise NotFoundError("month", month[1])
    return books.book_by_code(session, entity)


def _postings(
    session: Session, book: BookRow, run: MonthRun | None, preview: Voucher | None
) -> tuple[RunPosting, ...]:
    """The lines of the voucher that stands, else of the one that would be posted."""
    posted = None if run is None or run.voucher_id is None else journal.read(session, run.voucher_id)
    voucher, names = posted or preview, names_of(session, book)
    found = []
    for line in voucher.postings if voucher is not None else ():
        name = names.of(line.account)
        found.append(
            RunPosting(line.account, name.name, name.name_en, max(line.amount, 0), max(-line.amount, 0))
        )
    return tuple(found)
