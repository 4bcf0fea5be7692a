"""Asset cards: entered against a voucher, a draft or the opening balance; kept up, measured, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from coop.accounting.models.assets import AssetCardRow, AssetOutputRow
from coop.accounting.models.drafts import DraftRow
from coop.accounting.queries.assets import asset_item, reversed_voucher
from coop.accounting.rules.assets import (
    PREFIX,
    AssetClass,
    AssetEntry,
    AssetMethod,
    AssetOrigin,
    asset_path,
    card_faults,
)
from coop.accounting.rules.drafts import DraftLine
from coop.accounting.service.drafts import draft
from coop.accounting.service.subledgers import locked, own_book
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.numbering import next_number
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow
from coop.policy.models import GrantRow, GrantUseRow, UseKind
from ledger.tables import BookRow, PostingRow, VoucherRow


class CardInUseError(CoopError):
    """A card with depreciation or a disposal behind it is not withdrawn: take those back first."""

    def __init__(self, number: str) -> None:
        super().__init__(
            zh=f"资产卡片 {number} 已计提折旧或已处置，不能作废",
            en=f"card {number} has depreciation or a disposal behind it and is not withdrawn",
        )


@dataclass(frozen=True, slots=True)
class Bought:
    """How the cost came into the books: a posted voucher, a draft against `counter`, or (neither) the opening."""

    voucher_id: int | None = None
    counter: str = ""
    grant_id: int | None = None


OPENING = Bought()


def add_card(unit: Unit, entity_id: int, entry: AssetEntry, bought: Bought = OPENING) -> AssetCardRow:
    """Enter a card under the next number of its class; with a counter account also the draft of its purchase.

    Raises InputError with all faults: of the card, of a voucher that holds less than the cards linked to it, of a grant
    that voucher did not use.
    """
    unit.actor.require("登记资产卡片", Role.accountant)
    book, chart = own_book(unit, entity_id)
    locked(unit, EntityRow, entity_id, "entity")
    faults = card_faults(chart, entry) or _source_faults(unit, book, asset_path(chart, entry), entry, bought)
    if faults:
        raise InputError(faults)
    tenant = unit.actor.tenant_id
    number = f"{PREFIX[entry.kind]}-{next_number(unit.session, tenant, f'asset-{entry.kind}', 0):04d}"
    account, draft_id = asset_path(chart, entry), None
    if bought.counter:
        lines = (
            DraftLine(account, debit_fen=entry.cost_fen, note=number),
            DraftLine(bought.counter, credit_fen=entry.cost_fen, note=number),
        )
        draft_id = draft(unit, entity_id, day=entry.day, summary=f"取得资产 {number}", lines=lines).id
    row = AssetCardRow(
        tenant_id=tenant,
        number=number,
        entity_id=entity_id,
        kind=entry.kind.value,
        name=entry.name.strip(),
        account=account,
        day=entry.day,
        since=entry.since or entry.day,
        cost_fen=entry.cost_fen,
        residual_fen=entry.residual_fen,
        opening_fen=entry.opening_fen,
        method=entry.method.value,
        life=0 if entry.method is AssetMethod.none else entry.life,
        unit_name=entry.unit_name,
        uses=entry.use.value,
        nominal=entry.nominal,
        area_m2=entry.area_m2,
        location=entry.location,
        custodian=entry.custodian,
        origin=_origin(entry, bought).value,
        voucher_id=bought.voucher_id,
        draft_id=draft_id,
        grant_id=bought.grant_id,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("asset.add", f"asset:{row.id}", number=number, cost_fen=row.cost_fen)
    return row


def update_card(
    unit: Unit, card_id: int, *, location: str, custodian: str, idle: bool, use: str = ""
) -> AssetCardRow:
    """Where it stands, which post keeps it, whether it lies idle. The values of a card do not change."""
    unit.actor.require("更新资产卡片", Role.accountant, Role.manager)
    row = locked(unit, AssetCardRow, card_id, "asset card")
    row.location, row.custodian, row.idle = location, custodian, idle
    row.uses = use or row.uses
    unit.session.flush()
    unit.audit("asset.update", f"asset:{row.id}", idle=idle, use=row.uses)
    return row


def enter_output(unit: Unit, card_id: int, *, year: int, month: int, units: int) -> AssetOutputRow:
    """What an asset depreciated by units produced in a month; it stands once that month is depreciated."""
    unit.actor.require("登记工作量", Role.accountant)
    row = locked(unit, AssetCardRow, card_id, "asset card")
    item = asset_item(unit.session, card_id)
    faults = []
    if row.method != AssetMethod.units:
        faults.append(Fault("units", "该资产不按工作量计提折旧", "this asset is not depreciated by units"))
    if units < 0:
        faults.append(Fault("units", "工作量不小于 0", "units are not below 0"))
    if not 1 <= month <= 12:
        faults.append(Fault("month", "月份为 1 至 12", "a month from 1 to 12"))
    if any(when >= (year, month) for when in item.posted):
        faults.append(Fault("month", "该月或其后已计提折旧", "that month or a later one is depreciated"))
    if faults:
        raise InputError(faults)
    query = select(AssetOutputRow).where(
        AssetOutputRow.card_id == card_id, AssetOutputRow.year == year, AssetOutputRow.month == month
    )
    output = unit.session.scalars(query).one_or_none()
    if output is None:
        output = AssetOutputRow(tenant_id=row.tenant_id, card_id=card_id, year=year, month=month, units=units)
        unit.session.add(output)
    output.units = units
    unit.session.flush()
    unit.audit("asset.output", f"asset:{card_id}", year=year, month=month, units=units)
    return output


def withdraw_card(unit: Unit, card_id: int, reason: str) -> AssetCardRow:
    """A card entered by mistake: its number stays, it counts nothing. Raises CardInUseError."""
    unit.actor.require("作废资产卡片", Role.accountant)
    row = locked(unit, AssetCardRow, card_id, "asset card")
    if not reason.strip():
        raise InputError([Fault("reason", "须写明理由", "a reason is needed")])
    item = asset_item(unit.session, card_id)
    if item.posted or item.gone is not None or item.waiting is not None:
        raise CardInUseError(row.number)
    row.withdrawn = reason
    unit.session.flush()
    unit.audit("asset.withdraw", f"asset:{card_id}")
    return row


def _origin(entry: AssetEntry, bought: Bought) -> AssetOrigin:
    if entry.kind is AssetClass.resource:
        return AssetOrigin.none
    if bought.voucher_id is not None:
        return AssetOrigin.voucher
    return AssetOrigin.draft if bought.counter else AssetOrigin.opening


def _source_faults(unit: Unit, book: BookRow, account: str, entry: AssetEntry, bought: Bought) -> list[Fault]:
    if entry.kind is AssetClass.resource:
        used = bought.voucher_id is not None or bought.counter
        return [Fault("voucher", "资源性资产不入账", "a resource is not in the books")] if used else []
    faults = [] if bought.voucher_id is None else _voucher_faults(unit, book, account, entry, bought)
    if bought.voucher_id is not None and bought.counter:
        faults.append(
            Fault("counter", "已选凭证，不再填对方科目", "a voucher is chosen; leave the other account empty")
        )
    return faults + ([] if bought.grant_id is None else _grant_faults(unit, book, bought))


def _voucher_faults(
    unit: Unit, book: BookRow, account: str, entry: AssetEntry, bought: Bought
) -> list[Fault]:
    session = unit.session
    query = select(VoucherRow.id, reversed_voucher(VoucherRow.id)).where(
        VoucherRow.id == bought.voucher_id, VoucherRow.book_id == book.id
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFoundError("voucher", bought.voucher_id or 0)
    if found[1]:
        return [Fault("voucher", "该凭证已冲销", "this voucher was reversed")]
    debited = session.scalar(
        select(func.coalesce(func.sum(PostingRow.amount), 0)).where(
            PostingRow.voucher_id == bought.voucher_id, PostingRow.account == account, PostingRow.amount > 0
        )
    )
    linked = session.scalar(
        select(func.coalesce(func.sum(AssetCardRow.cost_fen), 0))
        .outerjoin(DraftRow, DraftRow.id == AssetCardRow.draft_id)
        .where(
            func.coalesce(AssetCardRow.voucher_id, DraftRow.voucher_id) == bought.voucher_id,
            AssetCardRow.account == account,
            AssetCardRow.withdrawn == "",
        )
    )
    left = int(debited or 0) - int(linked or 0)
    if left >= entry.cost_fen:
        return []
    return [
        Fault(
            "voucher",
            f"凭证在科目 {account} 的借方尚未建卡 {left} 分，卡片原值 {entry.cost_fen} 分，差 {entry.cost_fen - left} 分",
            f"the voucher's debit of {account} has {left} fen left for cards, {entry.cost_fen} asked, "
            f"{entry.cost_fen - left} too much",
        )
    ]


def _grant_faults(unit: Unit, book: BookRow, bought: Bought) -> list[Fault]:
    use = (
        select(GrantUseRow.id)
        .join(GrantRow, GrantRow.id == GrantUseRow.grant_id)
        .where(
            GrantRow.id == bought.grant_id,
            GrantRow.entity_id == book.entity_id,
            GrantUseRow.kind == UseKind.asset.value,
            GrantUseRow.voucher_id == bought.voucher_id,
        )
    )
    if bought.voucher_id is not None and unit.session.scalars(use).first() is not None:
        return []
    return [
        Fault(
            "grant",
            "须选用该专项资金购建资产的凭证（先登记专项资金使用）",
            "choose the voucher by which this grant bought the asset (record the use of the grant first)",
        )
    ]
