"""The shop (德美屋): goods bought, goods for points by two persons, points out of date."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from coop.points import postings, rules
from coop.points.models import (
    AccountRow,
    ClaimRow,
    ClaimState,
    ExpiryRow,
    GoodsRow,
    PurchaseRow,
    RedemptionRow,
)
from coop.points.service.shared import (
    NotEnoughPointsError,
    SameHandsError,
    StockError,
    find_household,
    lock_account,
    post,
    post_all,
    village_book,
)
from ledger import journal
from ledger.voucher import Voucher


def buy_goods(unit: Unit, *, goods: str, count: int, cost_fen: int, day: date) -> PurchaseRow:
    """Goods for the shop, paid from the village's bank account: stock and its value rise (J23)."""
    unit.actor.require("采购德美屋物资", Role.manager, Role.accountant, Role.clerk)
    _require_positive(count=count, cost_fen=cost_fen)
    row = _locked_goods(unit, goods)
    journal.open_account(
        unit.session, village_book(unit), postings.shop_account(), "德美屋物资", "Demei House goods"
    )
    bought = PurchaseRow(
        tenant_id=unit.actor.tenant_id,
        number=document_number(unit.session, unit.actor.tenant_id, "DG", day.year),
        goods_id=row.id,
        count=count,
        cost_fen=cost_fen,
        day=day,
        clerk_id=unit.actor.user_id,
    )
    unit.session.add(bought)
    unit.session.flush()
    bought.voucher_id = post(unit, postings.purchase(bought.id, goods, count, cost_fen, day)).id
    row.stock += count
    row.value_fen += cost_fen
    unit.audit("shop.buy", f"shop:{bought.id}", goods=goods, count=count, cost_fen=cost_fen)
    return bought


def redeem(unit: Unit, *, household: str, goods: str, count: int, second_id: int) -> RedemptionRow:
    """Hand goods out for points: points, stock and both postings move together or not at all (P2).

    The clerk and a second person hand over. Raises NotEnoughPointsError, StockError, SameHandsError.
    """
    unit.actor.require("兑换积分", Role.clerk)
    _require_positive(count=count)
    if second_id == unit.actor.user_id:
        raise SameHandsError("发放", "the hand-over", second_id)
    home = find_household(unit, household)
    account, row = lock_account(unit, home.id), _locked_goods(unit, goods)
    points = row.points * count
    if account.balance < points:
        raise NotEnoughPointsError(household, points, account.balance)
    if row.stock < count:
        raise StockError(goods, count, row.stock)
    cost = rules.goods_cost(count, row.stock, row.value_fen)
    given = RedemptionRow(
        tenant_id=unit.actor.tenant_id,
        number=document_number(unit.session, unit.actor.tenant_id, "DH", unit.today.year),
        household_id=home.id,
        goods_id=row.id,
        count=count,
        points=points,
        cost_fen=cost,
        day=unit.today,
        clerk_id=unit.actor.user_id,
        second_id=second_id,
    )
    unit.session.add(given)
    unit.session.flush()
    voucher = postings.redemption(
        given.id, household, goods=goods, count=count, points=points, cost_fen=cost, day=unit.today
    )
    given.voucher_id = post(unit, voucher).id
    account.balance -= points
    row.stock, row.value_fen = row.stock - count, row.value_fen - cost
    unit.audit("shop.redeem", f"redemption:{given.id}", household=household, points=points, cost_fen=cost)
    return given


def expire(unit: Unit, before: date) -> int:
    """Points of deeds before the day that nobody used expire, oldest first used; returns how many. Again:
    nothing.
    """
    unit.actor.require("积分到期处理", Role.manager, Role.supervisor)
    homes = unit.session.execute(
        select(AccountRow.household_id, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == AccountRow.household_id)
        .where(AccountRow.tenant_id == unit.actor.tenant_id, AccountRow.balance > 0)
        .order_by(AccountRow.household_id)
    ).all()
    accounts = {household_id: lock_account(unit, household_id) for household_id, _ in homes}
    expired: list[tuple[ExpiryRow, Voucher]] = []
    for household_id, number in homes:
        balance = accounts[household_id].balance
        points = rules.expiring(balance, _earned_since(unit, household_id, before))
        if points == 0 or _expired_already(unit, household_id, before):
            continue
        row = ExpiryRow(
            tenant_id=unit.actor.tenant_id,
            household_id=household_id,
            before=before,
            points=points,
            day=unit.today,
        )
        unit.session.add(row)
        unit.session.flush()
        expired.append((row, postings.expiry(row.id, number, points, unit.today)))
    posted = post_all(unit, [voucher for _, voucher in expired])
    for (row, _), voucher in zip(expired, posted, strict=True):
        row.voucher_id = voucher.id
        accounts[row.household_id].balance -= row.points
    total = sum(row.points for row, _ in expired)
    unit.audit("points.expire", f"tenant:{unit.actor.tenant_id}", before=before.isoformat(), points=total)
    return total


def _earned_since(unit: Unit, household_id: int, day: date) -> int:
    total = unit.session.execute(
        select(func.coalesce(func.sum(ClaimRow.posted), 0)).where(
            ClaimRow.household_id == household_id,
            ClaimRow.state == ClaimState.final.value,
            ClaimRow.posted > 0,
            ClaimRow.day >= day,
        )
    )
    return int(total.scalar_one())


def _expired_already(unit: Unit, household_id: int, before: date) -> bool:
    found = select(ExpiryRow.id).where(ExpiryRow.household_id == household_id, ExpiryRow.before == before)
    return unit.session.scalars(found).first() is not None


def _locked_goods(unit: Unit, code: str) -> GoodsRow:
    row = unit.session.scalars(
        select(GoodsRow)
        .where(GoodsRow.tenant_id == unit.actor.tenant_id, GoodsRow.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("shop goods", code)
    return row


def _require_positive(**figures: int) -> None:
    faults = [
        Fault(name, f"应大于 0，实为 {value}", f"expected above 0, found {value}")
        for name, value in figures.items()
        if value <= 0
    ]
    if faults:
        raise InputError(faults)
