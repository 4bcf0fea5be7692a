"""Claims, hand-outs, a household's own page, red and black lists, the charter and the shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.parties.models import HouseholdRow
from coop.points.models import ClaimRow, ClaimState, GoodsRow, ItemRow, RedemptionRow
from coop.points.queries.scores import balance, of_tenant, vetoed, year_scores
from coop.points.rules import HONOUR_BASE


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim as it is listed. `heading` is all that may be published beside the points."""

    id: int
    household: str
    item: str
    heading: str
    text: str
    text_en: str
    day: date
    points: int
    awarded: int
    posted: int
    veto: bool
    state: str
    evidence: str
    reason: str
    proposer_id: int
    checker_id: int | None
    scorer_id: int | None
    notice_id: int | None
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class RedemptionLine:
    """A hand-out of the shop."""

    id: int
    number: str
    household: str
    goods: str
    name: str
    name_en: str
    count: int
    points: int
    cost_fen: int
    day: date
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class HouseholdPoints:
    """A household's points: what it may redeem, its honour score of the year, and how both came to be."""

    household: str
    year: int
    balance: int
    score: int
    vetoed: bool
    claims: tuple[ClaimLine, ...]
    redemptions: tuple[RedemptionLine, ...]


@dataclass(frozen=True, slots=True)
class HonourLine:
    """One line of the red or the black list: the household, the virtue's heading and the sum."""

    household: str
    heading: str
    points: int


def claims(
    session: Session,
    *,
    states: tuple[ClaimState, ...] = tuple(ClaimState),
    household: str | None = None,
    year: int | None = None,
    tenant_id: int | None = None,
) -> tuple[ClaimLine, ...]:
    """Claims, newest first."""
    query = (
        select(ClaimRow, HouseholdRow.number, ItemRow)
        .join(HouseholdRow, HouseholdRow.id == ClaimRow.household_id)
        .join(ItemRow, ItemRow.id == ClaimRow.item_id)
        .where(ClaimRow.state.in_([s.value for s in states]), of_tenant(ClaimRow.tenant_id, tenant_id))
        .order_by(ClaimRow.id.desc())
    )
    if household is not None:
        query = query.where(HouseholdRow.number == household)
    if year is not None:
        query = query.where(ClaimRow.day >= date(year, 1, 1), ClaimRow.day <= date(year, 12, 31))
    return tuple(
        ClaimLine(
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
        for row, number, item in session.execute(query)
    )


def redemptions(
    session: Session, *, household: str | None = None, tenant_id: int | None = None
) -> tuple[RedemptionLine, ...]:
    """Hand-outs of the shop, newest first."""
    query = (
        select(RedemptionRow, HouseholdRow.number, GoodsRow)
        .join(HouseholdRow, HouseholdRow.id == RedemptionRow.household_id)
        .join(GoodsRow, GoodsRow.id == RedemptionRow.goods_id)
        .where(of_tenant(RedemptionRow.tenant_id, tenant_id))
        .order_by(RedemptionRow.id.desc())
    )
    if household is not None:
        query = query.where(HouseholdRow.number == household)
    return tuple(
        RedemptionLine(
            id=row.id,
            number=row.number,
            household=number,
            goods=goods.code,
            name=goods.name,
            name_en=goods.name_en,
            count=row.count,
            points=row.points,
            cost_fen=row.cost_fen,
            day=row.day,
            voucher_id=row.voucher_id,
        )
        for row, number, goods in session.execute(query)
    )


def household_points(
    session: Session, household: str, year: int, tenant_id: int | None = None
) -> HouseholdPoints:
    """A household's own page: balance, score of the year, every claim and hand-out behind them."""
    return HouseholdPoints(
        household=household,
        year=year,
        balance=balance(session, household, tenant_id),
        score=year_scores(session, year, tenant_id).get(household, HONOUR_BASE),
        vetoed=household in vetoed(session, year, tenant_id),
        claims=claims(session, household=household, year=year, tenant_id=tenant_id),
        redemptions=redemptions(session, household=household, tenant_id=tenant_id),
    )


def honour_lists(
    session: Session, since: date, until: date, tenant_id: int | None = None
) -> tuple[tuple[HonourLine, ...], tuple[HonourLine, ...]]:
    """Red and black list of the final claims from `since` to `until`: sums per household and virtue,
    nothing more.
    """
    rows = session.execute(
        select(HouseholdRow.number, ItemRow.virtue, ClaimRow.awarded > 0, func.sum(ClaimRow.awarded))
        .join(HouseholdRow, HouseholdRow.id == ClaimRow.household_id)
        .join(ItemRow, ItemRow.id == ClaimRow.item_id)
        .where(
            ClaimRow.state == ClaimState.final.value,
            ClaimRow.day.between(since, until),
            of_tenant(ClaimRow.tenant_id, tenant_id),
        )
        .group_by(HouseholdRow.number, ItemRow.virtue, ClaimRow.awarded > 0)
        .order_by(HouseholdRow.number, ItemRow.virtue)
    )
    red: list[HonourLine] = []
    black: list[HonourLine] = []
    for number, virtue, good, points in rows:
        (red if good else black).append(HonourLine(number, virtue, int(points)))
    return tuple(red), tuple(black)


def goods(session: Session, tenant_id: int | None = None) -> list[GoodsRow]:
    """The shop's goods, by code."""
    return list(
        session.scalars(
            select(GoodsRow).where(of_tenant(GoodsRow.tenant_id, tenant_id)).order_by(GoodsRow.code)
        )
    )


def items(session: Session, tenant_id: int | None = None) -> list[ItemRow]:
    """The adopted charter, by code."""
    return list(
        session.scalars(select(ItemRow).where(of_tenant(ItemRow.tenant_id, tenant_id)).order_by(ItemRow.code))
    )
