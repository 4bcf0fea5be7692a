"""Balances and annual scores of households, totals of the books.

A reader may see several villages, so what is keyed by household number takes the tenant; None means all
readable ones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from coop.parties.models import HouseholdRow
from coop.points.models import AccountRow, ClaimRow, ClaimState
from coop.points.postings import POINT
from coop.points.rules import HONOUR_BASE, annual_score
from ledger.chart import Standard, chart_of
from ledger.tables import BalanceRow, BookRow


@dataclass(frozen=True, slots=True)
class Totals:
    """Points of the books, reversals netted: outstanding = issued - redeemed - expired - deducted."""

    issued: int
    redeemed: int
    expired: int
    deducted: int
    outstanding: int


def of_tenant(column: InstrumentedAttribute[int], tenant_id: int | None) -> ColumnElement[bool]:
    return true() if tenant_id is None else column == tenant_id


def balance(session: Session, household: str, tenant_id: int | None = None) -> int:
    """What a household may redeem, in points."""
    row = session.execute(
        select(AccountRow.balance)
        .join(HouseholdRow, HouseholdRow.id == AccountRow.household_id)
        .where(HouseholdRow.number == household, of_tenant(AccountRow.tenant_id, tenant_id))
    ).scalar_one_or_none()
    return row or 0


def year_scores(session: Session, year: int, tenant_id: int | None = None) -> dict[str, int]:
    """The honour score of every household of the register: the base and the year's final claims, penalties
    in full.
    """
    points: defaultdict[str, list[int]] = defaultdict(list)
    for number, awarded in session.execute(
        select(HouseholdRow.number, ClaimRow.awarded)
        .join(HouseholdRow, HouseholdRow.id == ClaimRow.household_id)
        .where(*_of_year(year, tenant_id))
    ):
        points[number].append(awarded)
    numbers = session.scalars(
        select(HouseholdRow.number)
        .where(HouseholdRow.joined <= date(year, 12, 31), of_tenant(HouseholdRow.tenant_id, tenant_id))
        .order_by(HouseholdRow.number)
    )
    return {number: annual_score(points[number], HONOUR_BASE) for number in numbers}


def vetoed(session: Session, year: int, tenant_id: int | None = None) -> frozenset[str]:
    """Households with a final veto of the year: no bonus, no honours, whatever the score."""
    return frozenset(
        session.scalars(
            select(HouseholdRow.number)
            .join(ClaimRow, ClaimRow.household_id == HouseholdRow.id)
            .where(*_of_year(year, tenant_id), ClaimRow.veto)
        )
    )


def _of_year(year: int, tenant_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        ClaimRow.state == ClaimState.final.value,
        ClaimRow.day >= date(year, 1, 1),
        ClaimRow.day <= date(year, 12, 31),
        of_tenant(ClaimRow.tenant_id, tenant_id),
    )


def totals(session: Session, tenant_id: int | None = None) -> Totals:
    """Points issued, redeemed, expired, deducted and outstanding, as the books have them."""
    rows = session.execute(
        select(BalanceRow.account, func.sum(BalanceRow.debit - BalanceRow.credit))
        .join(BookRow, (BookRow.tenant_id == BalanceRow.tenant_id) & (BookRow.id == BalanceRow.book_id))
        .where(BalanceRow.commodity == POINT, of_tenant(BookRow.tenant_id, tenant_id))
        .group_by(BalanceRow.account)
    )
    sums: defaultdict[str, int] = defaultdict(int)
    for account, net in rows:
        sums[account.partition(":")[0]] += int(net)
    chart = chart_of(Standard.rceo_2023)
    return Totals(
        issued=sums[chart.path("points_issued")],
        redeemed=-sums[chart.path("points_redeemed")],
        expired=-sums[chart.path("points_expired")],
        deducted=-sums[chart.path("points_deducted")],
        outstanding=-sums[chart.path("points_household")],
    )
