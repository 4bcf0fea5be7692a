"""Assets that leave: sold or scrapped through 154, missing at a stock-take through 181, and what becomes of that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.accounting.models.assets import (
    AssetCardRow,
    AssetDisposalRow,
    AssetLossRow,
    AssetTakeRow,
    DisposalKind,
)
from coop.accounting.models.petty import Purse
from coop.accounting.models.subledgers import HandState
from coop.accounting.postings import assets as postings
from coop.accounting.postings.assets import Leaving
from coop.accounting.queries.assets import AssetItem, asset_item, asset_items, reversed_voucher
from coop.accounting.rules.assets import AssetClass
from coop.accounting.rules.depreciation import month_of, target
from coop.accounting.service.subledgers import done, locked, own_book, refused, second_person
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow

WORD = "资产处置 disposal"


class NotHeldError(CoopError):
    """Only an asset that is in the books, still there and not waiting to go can go."""

    def __init__(self, number: str) -> None:
        super().__init__(
            zh=f"资产 {number} 未入账、已处置或已有待复核的处置",
            en=f"asset {number} is not in the books, gone, or waiting to go",
        )


class DepreciationOpenError(CoopError):
    """The month an asset goes in is depreciated first, and no later month."""

    def __init__(self, number: str, day: date, expected_fen: int, found_fen: int) -> None:
        gap = expected_fen - found_fen
        super().__init__(
            zh=f"资产 {number} 截至 {day:%Y-%m} 应计提折旧 {expected_fen} 分，已计提 {found_fen} 分，差 {gap} 分；"
            "请先计提当月折旧",
            en=f"asset {number}: {expected_fen} fen of depreciation expected by {day:%Y-%m}, {found_fen} found, "
            f"difference {gap}; run the month's depreciation first",
        )


@dataclass(frozen=True, slots=True)
class Sale:
    """How an asset goes: sold or scrapped, for what, at what cost; fen."""

    kind: DisposalKind
    day: date
    proceeds_fen: int = 0
    costs_fen: int = 0
    purse: Purse = Purse.bank
    resolution_id: int | None = None


def ask_disposal(unit: Unit, card_id: int, sale: Sale) -> AssetDisposalRow:
    """Ask for an asset to be sold or scrapped. Raises NotHeldError, DepreciationOpenError, InputError."""
    unit.actor.require("申请处置资产", Role.accountant)
    card = locked(unit, AssetCardRow, card_id, "asset card")
    faults = []
    if sale.kind is DisposalKind.missing:
        faults.append(Fault("kind", "盘亏由盘点提出", "what is missing is told by a stock-take"))
    if min(sale.proceeds_fen, sale.costs_fen) < 0:
        faults.append(Fault("proceeds", "金额不小于 0", "amounts are not below 0"))
    if sale.day > unit.today or sale.day < card.day:
        faults.append(Fault("day", f"须在 {card.day} 至今天之间", f"between {card.day} and today"))
    if faults:
        raise InputError(faults)
    return _ask(unit, asset_item(unit.session, card_id), sale, None)


def approve_disposal(unit: Unit, disposal_id: int) -> AssetDisposalRow:
    """A second person approves, and the asset leaves the books. Raises SameHandError, and the ledger's errors."""
    unit.actor.require("复核资产处置", Role.checker)
    row = locked(unit, AssetDisposalRow, disposal_id, "asset disposal")
    second_person(unit, WORD, row.id, row.maker_id)
    card = locked(unit, AssetCardRow, row.card_id, "asset card")
    item = asset_item(unit.session, card.id)
    if not item.booked or not item.held:
        raise NotHeldError(card.number)
    _depreciated(item, row.day)
    row.accumulated_fen = item.accumulated_fen
    _book, chart = own_book(unit, card.entity_id)
    voucher = postings.dispose(
        chart,
        Leaving(
            disposal_id=row.id,
            number=card.number,
            kind=AssetClass(card.kind),
            account=card.account,
            how=row.kind,
            day=row.day,
            cost_fen=card.cost_fen,
            accumulated_fen=row.accumulated_fen,
            proceeds_fen=row.proceeds_fen,
            costs_fen=row.costs_fen,
            money=chart.path(row.purse),
        ),
    )
    posted = book_service.post(
        unit, card.entity_id, voucher, maker_id=row.maker_id, checker_id=unit.actor.user_id
    )
    done(unit, row, posted)
    unit.audit("asset.dispose", f"asset_disposal:{row.id}", voucher=posted.id)
    return row


def refuse_disposal(unit: Unit, disposal_id: int, reason: str) -> AssetDisposalRow:
    """Sent back by the checker, or dropped by the accountant."""
    unit.actor.require("退回资产处置", Role.checker, Role.accountant)
    row = locked(unit, AssetDisposalRow, disposal_id, "asset disposal")
    refused(unit, row, reason)
    unit.audit("asset.dispose.refuse", f"asset_disposal:{row.id}")
    return row


def take_stock(
    unit: Unit, entity_id: int, *, day: date, found: Collection[int], note: str = ""
) -> AssetTakeRow:
    """A stock-take: the cards found. Each one booked and not found waits to be approved as missing.

    Raises DepreciationOpenError where the month of a missing one is not depreciated yet.
    """
    unit.actor.require("资产盘点", Role.accountant)
    own_book(unit, entity_id)
    locked(unit, EntityRow, entity_id, "entity")
    if day > unit.today:
        raise InputError([Fault("day", "不能晚于今天", "not after today")])
    expected = [item for item in asset_items(unit.session, entity_id) if _countable(item, day)]
    missing = [item for item in expected if item.card.id not in found]
    row = AssetTakeRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        day=day,
        expected=len(expected),
        found=len(expected) - len(missing),
        note=note,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    for item in missing:
        card = locked(unit, AssetCardRow, item.card.id, "asset card")
        _ask(unit, asset_item(unit.session, card.id), Sale(DisposalKind.missing, day), row.id)
    unit.audit("asset.take", f"asset_take:{row.id}", expected=row.expected, found=row.found)
    return row


def write_off(
    unit: Unit, disposal_id: int, *, day: date, finding: str, party: str = "", liable_fen: int = 0
) -> AssetLossRow:
    """Ask for a missing asset's value to leave 181: so much borne by a party, the rest a loss. Raises InputError."""
    unit.actor.require("申请核销盘亏", Role.accountant)
    row = locked(unit, AssetDisposalRow, disposal_id, "asset disposal")
    card = locked(unit, AssetCardRow, row.card_id, "asset card")
    _book, chart = own_book(unit, card.entity_id)
    value = card.cost_fen - row.accumulated_fen
    stands = asset_item(unit.session, card.id).gone
    faults = []
    if row.kind != DisposalKind.missing or stands is None or stands.id != row.id or not value:
        faults.append(Fault("finding", "没有待处理的盘亏价值", "no missing value waits for a decision"))
    if _losses(unit, disposal_id):
        faults.append(Fault("finding", "该盘亏已有处理", "there is a decision already"))
    if not finding.strip():
        faults.append(Fault("finding", "须写明原因和处理意见", "say why, and what is decided"))
    if not 0 <= liable_fen <= value:
        faults.append(Fault("liable", f"赔偿为 0 至 {value} 分", f"from 0 to {value} fen"))
    if bool(party) != bool(liable_fen):
        faults.append(Fault("party", "赔偿金额和责任方须同时填写", "a party and an amount go together"))
    if faults:
        raise InputError(faults)
    if party:
        chart.path("receivable", party)  # a code that is no path is told here
    loss = AssetLossRow(
        tenant_id=row.tenant_id,
        disposal_id=row.id,
        day=day,
        value_fen=value,
        party=party,
        liable_fen=liable_fen,
        finding=finding,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(loss)
    unit.session.flush()
    unit.audit("asset.loss", f"asset_loss:{loss.id}", value_fen=value, liable_fen=liable_fen)
    return loss


def approve_loss(unit: Unit, loss_id: int) -> AssetLossRow:
    """A second person approves what becomes of it, and 181 is cleared of it. Raises SameHandError."""
    unit.actor.require("复核盘亏处理", Role.checker)
    row = locked(unit, AssetLossRow, loss_id, "asset loss")
    second_person(unit, "盘亏处理 loss", row.id, row.maker_id)
    disposal = locked(unit, AssetDisposalRow, row.disposal_id, "asset disposal")
    card = locked(unit, AssetCardRow, disposal.card_id, "asset card")
    _book, chart = own_book(unit, card.entity_id)
    voucher = postings.write_off(
        chart,
        loss_id=row.id,
        number=card.number,
        day=row.day,
        value_fen=row.value_fen,
        party=row.party,
        liable_fen=row.liable_fen,
    )
    posted = book_service.post(
        unit, card.entity_id, voucher, maker_id=row.maker_id, checker_id=unit.actor.user_id
    )
    done(unit, row, posted)
    unit.audit("asset.loss.approve", f"asset_loss:{row.id}", voucher=posted.id)
    return row


def refuse_loss(unit: Unit, loss_id: int, reason: str) -> AssetLossRow:
    """Sent back by the checker, or dropped by the accountant."""
    unit.actor.require("退回盘亏处理", Role.checker, Role.accountant)
    row = locked(unit, AssetLossRow, loss_id, "asset loss")
    refused(unit, row, reason)
    unit.audit("asset.loss.refuse", f"asset_loss:{row.id}")
    return row


def _ask(unit: Unit, item: AssetItem, sale: Sale, take_id: int | None) -> AssetDisposalRow:
    if not item.booked or not item.held or item.waiting is not None:
        raise NotHeldError(item.card.number)
    _depreciated(item, sale.day)
    row = AssetDisposalRow(
        tenant_id=item.card.tenant_id,
        card_id=item.card.id,
        take_id=take_id,
        kind=sale.kind.value,
        day=sale.day,
        proceeds_fen=sale.proceeds_fen,
        costs_fen=sale.costs_fen,
        purse=sale.purse.value,
        accumulated_fen=item.accumulated_fen,
        resolution_id=sale.resolution_id,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("asset.dispose.ask", f"asset_disposal:{row.id}", kind=row.kind, proceeds_fen=row.proceeds_fen)
    return row


def _depreciated(item: AssetItem, day: date) -> None:
    """Charged up to the month of the day, and not beyond."""
    expected = target(item.course_until(day), month_of(day), item.units)
    found = sum(item.posted.values())
    if expected != found:
        raise DepreciationOpenError(item.card.number, day, expected, found)


def _countable(item: AssetItem, day: date) -> bool:
    return item.booked and item.held and item.waiting is None and item.card.day <= day


def _losses(unit: Unit, disposal_id: int) -> bool:
    """Whether a decision on it waits or stands."""
    query = select(AssetLossRow.id).where(
        AssetLossRow.disposal_id == disposal_id,
        AssetLossRow.state != HandState.refused.value,
        ~reversed_voucher(AssetLossRow.voucher_id),
    )
    return unit.session.scalars(query).first() is not None
