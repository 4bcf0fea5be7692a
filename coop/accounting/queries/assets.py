"""The asset ledger (三资台账): cards as they stand, by class, beside the accounts of the books.

Nothing of a card's fate is stored on it: whether it is booked, what was depreciated and whether it is still there follow
from vouchers that were not reversed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from coop.accounting.models.assets import AssetCardRow, AssetDisposalRow, AssetOutputRow
from coop.accounting.models.depreciation import DepreciationLineRow, DepreciationRunRow
from coop.accounting.models.drafts import DraftRow
from coop.accounting.models.subledgers import HandState
from coop.accounting.queries.subledgers import Control, control_of
from coop.accounting.rules.assets import ASSET_ROLES, CONTRA_ROLES, AssetClass, AssetMethod, AssetOrigin
from coop.accounting.rules.depreciation import Course, Month
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow, VoucherRow


@dataclass(frozen=True, slots=True)
class AssetItem:
    """A card as it stands. `voucher_id`: where its cost was booked. `gone`: the disposal that stands, if any."""

    card: AssetCardRow
    booked: bool
    voucher_id: int | None
    posted: Mapping[Month, int]
    units: Mapping[Month, int]
    gone: AssetDisposalRow | None = None
    waiting: AssetDisposalRow | None = None

    @property
    def kind(self) -> AssetClass:
        return AssetClass(self.card.kind)

    @property
    def held(self) -> bool:
        """On the ledger now: not withdrawn, not gone."""
        return not self.card.withdrawn and self.gone is None

    @property
    def accumulated_fen(self) -> int:
        return self.card.opening_fen + sum(self.posted.values())

    @property
    def net_fen(self) -> int:
        return self.card.cost_fen - self.accumulated_fen

    @property
    def course(self) -> Course:
        """What its depreciation depends on."""
        return self.course_until(None if self.gone is None else self.gone.day)

    def course_until(self, gone_on: date | None) -> Course:
        card = self.card
        base = card.cost_fen - card.residual_fen - card.opening_fen
        return Course(AssetMethod(card.method), base, card.life, card.since, gone_on)


@dataclass(frozen=True, slots=True)
class ClassTotal:
    """One class of the ledger with what is held of it."""

    kind: AssetClass
    items: tuple[AssetItem, ...]

    @property
    def cost_fen(self) -> int:
        return sum(item.card.cost_fen for item in self.items)

    @property
    def accumulated_fen(self) -> int:
        return sum(item.accumulated_fen for item in self.items)

    @property
    def net_fen(self) -> int:
        return self.cost_fen - self.accumulated_fen

    @property
    def area_m2(self) -> int:
        return sum(item.card.area_m2 for item in self.items)

    @property
    def idle(self) -> int:
        return sum(item.card.idle for item in self.items)


@dataclass(frozen=True, slots=True)
class AssetBoard:
    """The asset ledger of an entity: what is held by class, what is gone, the accounts beside it."""

    entity: str
    classes: tuple[ClassTotal, ...]
    gone: tuple[AssetItem, ...]
    controls: tuple[Control, ...]
    total: ClassTotal = field(default=ClassTotal(AssetClass.fixed, ()))


def asset_board(session: Session, entity: str) -> AssetBoard:
    """The asset ledger of the entity with this code. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    items = asset_items(session, book.entity_id)
    held = tuple(item for item in items if item.held)
    classes = tuple(ClassTotal(kind, tuple(i for i in held if i.kind is kind)) for kind in AssetClass)
    return AssetBoard(
        entity=book.entity,
        classes=tuple(each for each in classes if each.items),
        gone=tuple(item for item in items if item.gone is not None),
        controls=_controls(session, book, items),
        total=ClassTotal(AssetClass.fixed, held),
    )


def asset_differences(session: Session, entity: str) -> tuple[Control, ...]:
    """Each asset and depreciation account beside what the cards come to; `difference_fen` should be 0."""
    book = books.book_by_code(session, entity)
    return _controls(session, book, asset_items(session, book.entity_id))


def _controls(session: Session, book: BookRow, items: Sequence[AssetItem]) -> tuple[Control, ...]:
    chart = chart_of(Standard(book.standard))
    sums: defaultdict[str, int] = defaultdict(int)
    for kind, role in ASSET_ROLES.items():
        there = [item for item in items if item.kind is kind and item.held and item.booked]
        sums[role] += sum(item.card.cost_fen for item in there)
        if kind in CONTRA_ROLES:
            sums[CONTRA_ROLES[kind]] -= sum(item.accumulated_fen for item in there)
    controls = (control_of(session, book, role, fen) for role, fen in sums.items() if chart.has(role))
    return tuple(each for each in controls if each.balance_fen or each.items_fen)


def asset_item(session: Session, card_id: int) -> AssetItem:
    """One card as it stands. Raises NotFoundError."""
    found = _items(session, AssetCardRow.id == card_id)
    if not found:
        raise NotFoundError("asset card", card_id)
    return found[0]


def asset_items(session: Session, entity_id: int) -> tuple[AssetItem, ...]:
    """All cards of an entity, withdrawn ones too, by number."""
    return _items(session, AssetCardRow.entity_id == entity_id)


def reversed_voucher(voucher_id: Any) -> ColumnElement[bool]:
    """Whether a voucher was reversed; the column of an outer query."""
    twin = aliased(VoucherRow)
    return exists().where(twin.reverses_id == voucher_id)


def _items(session: Session, which: ColumnElement[bool]) -> tuple[AssetItem, ...]:
    source = func.coalesce(AssetCardRow.voucher_id, DraftRow.voucher_id)
    rows = session.execute(
        select(AssetCardRow, source, reversed_voucher(source))
        .outerjoin(
            DraftRow, (DraftRow.tenant_id == AssetCardRow.tenant_id) & (DraftRow.id == AssetCardRow.draft_id)
        )
        .where(which)
        .order_by(AssetCardRow.number)
    ).all()
    posted, units = _charged(session, which), _units(session, which)
    disposals = _disposals(session, which)
    return tuple(
        AssetItem(
            card=card,
            booked=card.origin == AssetOrigin.opening or (bool(voucher) and not void),
            voucher_id=voucher,
            posted=posted.get(card.id, {}),
            units=units.get(card.id, {}),
            gone=disposals.get((card.id, HandState.done)),
            waiting=disposals.get((card.id, HandState.asked)),
        )
        for card, voucher, void in rows
    )


def _of_cards(query: Any, card_id: Any, which: ColumnElement[bool]) -> Any:
    return query.join(AssetCardRow, AssetCardRow.id == card_id).where(which)


def _charged(session: Session, which: ColumnElement[bool]) -> dict[int, dict[Month, int]]:
    """What stands posted of each card, by month."""
    query = (
        select(
            DepreciationLineRow.card_id,
            DepreciationRunRow.year,
            DepreciationRunRow.month,
            func.sum(DepreciationLineRow.fen),
        )
        .join(DepreciationRunRow, DepreciationRunRow.id == DepreciationLineRow.run_id)
        .where(
            DepreciationRunRow.state == HandState.done.value,
            ~reversed_voucher(DepreciationRunRow.voucher_id),
        )
        .group_by(DepreciationLineRow.card_id, DepreciationRunRow.year, DepreciationRunRow.month)
    )
    found: defaultdict[int, dict[Month, int]] = defaultdict(dict)
    for card, year, month, fen in session.execute(_of_cards(query, DepreciationLineRow.card_id, which)):
        found[card][year, month] = int(fen)
    return found


def _units(session: Session, which: ColumnElement[bool]) -> dict[int, dict[Month, int]]:
    found: defaultdict[int, dict[Month, int]] = defaultdict(dict)
    query = select(AssetOutputRow)
    for row in session.scalars(_of_cards(query, AssetOutputRow.card_id, which)):
        found[row.card_id][row.year, row.month] = row.units
    return found


def _disposals(session: Session, which: ColumnElement[bool]) -> dict[tuple[int, HandState], AssetDisposalRow]:
    """The disposal of each card that stands or waits; reversed and refused ones count nothing."""
    query = select(AssetDisposalRow).where(
        AssetDisposalRow.state.in_((HandState.asked.value, HandState.done.value)),
        ~reversed_voucher(AssetDisposalRow.voucher_id),
    )
    rows = session.scalars(_of_cards(query, AssetDisposalRow.card_id, which))
    return {(row.card_id, HandState(row.state)): row for row in rows}
