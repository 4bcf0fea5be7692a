"""What the pages of the asset ledger show: a card with its months and its fate, what a new card may be linked to, takes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from coop.accounting.models.assets import AssetCardRow, AssetDisposalRow, AssetLossRow, AssetTakeRow
from coop.accounting.models.depreciation import DepreciationLineRow, DepreciationRunRow
from coop.accounting.models.drafts import DraftRow
from coop.accounting.models.leases import LeaseRow
from coop.accounting.models.subledgers import HandState
from coop.accounting.queries.assets import AssetItem, asset_item, asset_items, reversed_voucher
from coop.accounting.queries.vouchers import label_of
from coop.accounting.rules.assets import ASSET_ROLES
from coop.accounting.rules.depreciation import Month, MonthCharge, month_table
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from coop.policy.models import GrantRow
from ledger.balances import under
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow, PostingRow, VoucherRow


@dataclass(frozen=True, slots=True)
class LossItem:
    loss: AssetLossRow
    void: bool


@dataclass(frozen=True, slots=True)
class DisposalItem:
    """A disposal and what became of a missing value; `undecided`: 181 still holds it."""

    disposal: AssetDisposalRow
    void: bool
    value_fen: int
    losses: tuple[LossItem, ...]

    @property
    def undecided(self) -> bool:
        decided = any(not each.void and each.loss.state != HandState.refused for each in self.losses)
        stands = self.disposal.state == HandState.done and not self.void
        return stands and self.disposal.kind == "missing" and self.value_fen > 0 and not decided


@dataclass(frozen=True, slots=True)
class AssetPage:
    """One card: month by month (with the voucher of each), disposals newest first, leases of it."""

    item: AssetItem
    entity: str
    months: tuple[tuple[MonthCharge, int | None], ...]
    disposals: tuple[DisposalItem, ...]
    grant: GrantRow | None
    leases: tuple[LeaseRow, ...]


@dataclass(frozen=True, slots=True)
class PurchaseChoice:
    """A posted voucher that debits an asset account by more than the cards linked to it."""

    voucher_id: int
    label: str
    summary: str
    account: str
    left_fen: int


@dataclass(frozen=True, slots=True)
class CardChoices:
    """What the form of a new card offers."""

    entity: str
    purchases: tuple[PurchaseChoice, ...]
    grants: tuple[GrantRow, ...]
    bank: str


@dataclass(frozen=True, slots=True)
class TakeSheet:
    """The sheet of a stock-take: what should be there; earlier takes newest first."""

    entity: str
    items: tuple[AssetItem, ...]
    takes: tuple[AssetTakeRow, ...]


def asset_page(session: Session, card_id: int, upto: Month) -> AssetPage:
    """One card with everything that happened to it. Raises NotFoundError."""
    item = asset_item(session, card_id)
    vouchers = _run_vouchers(session, card_id)
    table = month_table(item.course, item.posted, item.units, upto) if item.booked else ()
    leases = session.scalars(select(LeaseRow).where(LeaseRow.card_id == card_id).order_by(LeaseRow.id.desc()))
    grant_id = item.card.grant_id
    return AssetPage(
        item=item,
        entity=books.book_of(session, item.card.entity_id).entity,
        months=tuple((line, vouchers.get(line.month) if line.posted else None) for line in table),
        disposals=_disposals(session, item),
        grant=None if grant_id is None else session.get(GrantRow, grant_id),
        leases=tuple(leases),
    )


def card_of_disposal(session: Session, disposal_id: int) -> int:
    """The card a disposal is of. Raises NotFoundError."""
    query = select(AssetDisposalRow.card_id).where(AssetDisposalRow.id == disposal_id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFoundError("asset disposal", disposal_id)
    return found


def card_of_loss(session: Session, loss_id: int) -> int:
    """The card a loss is of. Raises NotFoundError."""
    found = session.scalars(select(AssetLossRow.disposal_id).where(AssetLossRow.id == loss_id)).one_or_none()
    if found is None:
        raise NotFoundError("asset loss", loss_id)
    return card_of_disposal(session, found)


def card_choices(session: Session, entity: str) -> CardChoices:
    """Vouchers and grants a new card may be linked to. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    grants = session.scalars(
        select(GrantRow).where(GrantRow.entity_id == book.entity_id).order_by(GrantRow.id)
    )
    bank = chart_of(Standard(book.standard)).path("bank")
    return CardChoices(book.entity, _purchases(session, book), tuple(grants), bank)


def take_sheet(session: Session, entity: str) -> TakeSheet:
    """What a stock-take looks for. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    items = asset_items(session, book.entity_id)
    takes = session.scalars(
        select(AssetTakeRow).where(AssetTakeRow.entity_id == book.entity_id).order_by(AssetTakeRow.id.desc())
    )
    there = tuple(item for item in items if item.booked and item.held and item.waiting is None)
    return TakeSheet(book.entity, there, tuple(takes))


def _purchases(session: Session, book: BookRow) -> tuple[PurchaseChoice, ...]:
    chart = chart_of(Standard(book.standard))
    roots = [under(PostingRow.account, chart.path(role)) for role in ASSET_ROLES.values()]
    debits = session.execute(
        select(PostingRow.voucher_id, PostingRow.account, func.sum(PostingRow.amount))
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .where(
            VoucherRow.book_id == book.id,
            VoucherRow.kind.in_(("manual", "automatic")),
            PostingRow.amount > 0,
            or_(*roots),
            ~reversed_voucher(VoucherRow.id),
        )
        .group_by(PostingRow.voucher_id, PostingRow.account)
    ).all()
    linked = _linked(session, book)
    left = {(key, account): int(fen) - linked.get((key, account), 0) for key, account, fen in debits}
    wanted = {key for (key, _), fen in left.items() if fen > 0}
    rows = session.scalars(select(VoucherRow).where(VoucherRow.id.in_(wanted)))
    known = {row.id: row for row in rows}
    found = [
        PurchaseChoice(key, label_of(known[key]), known[key].summary, account, fen)
        for (key, account), fen in left.items()
        if fen > 0
    ]
    return tuple(sorted(found, key=lambda each: (known[each.voucher_id].day, each.voucher_id), reverse=True))


def _linked(session: Session, book: BookRow) -> dict[tuple[int, str], int]:
    source = func.coalesce(AssetCardRow.voucher_id, DraftRow.voucher_id)
    query = (
        select(source, AssetCardRow.account, func.sum(AssetCardRow.cost_fen))
        .outerjoin(DraftRow, DraftRow.id == AssetCardRow.draft_id)
        .where(
            AssetCardRow.entity_id == book.entity_id,
            AssetCardRow.withdrawn == "",
            source.is_not(None),
        )
        .group_by(source, AssetCardRow.account)
    )
    return {(voucher, account): int(fen) for voucher, account, fen in session.execute(query)}


def _run_vouchers(session: Session, card_id: int) -> dict[Month, int | None]:
    query = (
        select(DepreciationRunRow.year, DepreciationRunRow.month, DepreciationRunRow.voucher_id)
        .join(DepreciationLineRow, DepreciationLineRow.run_id == DepreciationRunRow.id)
        .where(
            DepreciationLineRow.card_id == card_id,
            DepreciationRunRow.state == HandState.done.value,
            ~reversed_voucher(DepreciationRunRow.voucher_id),
        )
    )
    return {(year, month): voucher for year, month, voucher in session.execute(query)}


def _disposals(session: Session, item: AssetItem) -> tuple[DisposalItem, ...]:
    rows = session.execute(
        select(AssetDisposalRow, reversed_voucher(AssetDisposalRow.voucher_id))
        .where(AssetDisposalRow.card_id == item.card.id)
        .order_by(AssetDisposalRow.id.desc())
    ).all()
    losses = session.execute(
        select(AssetLossRow, reversed_voucher(AssetLossRow.voucher_id))
        .where(AssetLossRow.disposal_id.in_([row.id for row, _ in rows]))
        .order_by(AssetLossRow.id)
    ).all()
    return tuple(
        DisposalItem(
            disposal=row,
            void=void,
            value_fen=item.card.cost_fen - row.accumulated_fen,
            losses=tuple(LossItem(loss, gone) for loss, gone in losses if loss.disposal_id == row.id),
        )
        for row, void in rows
    )
