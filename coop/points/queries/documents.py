"""Single documents behind vouchers: a claim, a hand-out, a purchase, an expiry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.errors import NotFoundError
from coop.parties.models import HouseholdRow
from coop.points.models import ClaimRow, ExpiryRow, GoodsRow, ItemRow, PurchaseRow, RedemptionRow
from coop.points.queries.lists import ClaimLine


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """A claim with whose village it is and what took it back."""

    claim: ClaimLine
    tenant_id: int
    cap: int | None
    revoked_by_id: int | None


@dataclass(frozen=True, slots=True)
class HandOut:
    """Goods handed out for points, with both hands."""

    id: int
    number: str
    household: str
    name: str
    name_en: str
    count: int
    points: int
    cost_fen: int
    day: date
    clerk_id: int
    second_id: int
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """Goods bought for the shop."""

    id: int
    number: str
    name: str
    name_en: str
    count: int
    cost_fen: int
    day: date
    clerk_id: int
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class Expiry:
    """Points of a household that went out of date."""

    id: int
    household: str
    before: date
    points: int
    day: date
    voucher_id: int | None


def claim_page(session: Session, claim_id: int) -> ClaimPage:
    """One claim. Raises NotFoundError."""
    found = session.execute(
        select(ClaimRow, HouseholdRow.number, ItemRow)
        .join(HouseholdRow, HouseholdRow.id == ClaimRow.household_id)
        .join(ItemRow, ItemRow.id == ClaimRow.item_id)
        .where(ClaimRow.id == claim_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("points claim", claim_id)
    row, number, item = found
    line = ClaimLine(
        id=row.id,
        household=number,
        item=item.code,
        heading=item.virtue,
        text=item.text,
        text_en=item.text_en,
        day=row.day,
        points=row.points,
        awarded=row.awarded,
        posted=row.posted,
        veto=row.veto,
        state=row.state,
        evidence=row.evidence,
        reason=row.reason,
        proposer_id=row.proposer_id,
        checker_id=row.checker_id,
        scorer_id=row.scorer_id,
        notice_id=row.notice_id,
        voucher_id=row.voucher_id,
    )
    return ClaimPage(line, row.tenant_id, item.cap_year, row.revoked_by_id)


def hand_out(session: Session, redemption_id: int) -> HandOut:
    """One hand-out of the shop. Raises NotFoundError."""
    found = session.execute(
        select(RedemptionRow, HouseholdRow.number, GoodsRow)
        .join(HouseholdRow, HouseholdRow.id == RedemptionRow.household_id)
        .join(GoodsRow, GoodsRow.id == RedemptionRow.goods_id)
        .where(RedemptionRow.id == redemption_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("redemption", redemption_id)
    row, household, goods = found
    return HandOut(
        id=row.id,
        number=row.number,
        household=household,
        name=goods.name,
        name_en=goods.name_en,
        count=row.count,
        points=row.points,
        cost_fen=row.cost_fen,
        day=row.day,
        clerk_id=row.clerk_id,
        second_id=row.second_id,
        voucher_id=row.voucher_id,
    )


def purchase(session: Session, purchase_id: int) -> Purchase:
    """One purchase of the shop. Raises NotFoundError."""
    found = session.execute(
        select(PurchaseRow, GoodsRow)
        .join(GoodsRow, GoodsRow.id == PurchaseRow.goods_id)
        .where(PurchaseRow.id == purchase_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("shop purchase", purchase_id)
    row, goods = found
    return Purchase(
        id=row.id,
        number=row.number,
        name=goods.name,
        name_en=goods.name_en,
        count=row.count,
        cost_fen=row.cost_fen,
        day=row.day,
        clerk_id=row.clerk_id,
        voucher_id=row.voucher_id,
    )


def expiry(session: Session, expiry_id: int) -> Expiry:
    """One expiry. Raises NotFoundError."""
    found = session.execute(
        select(ExpiryRow, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == ExpiryRow.household_id)
        .where(ExpiryRow.id == expiry_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("points expiry", expiry_id)
    row, household = found
    return Expiry(row.id, household, row.before, row.points, row.day, row.voucher_id)
