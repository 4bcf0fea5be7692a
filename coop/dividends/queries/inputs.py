"""What decides a plan: the book's year, the share register of 31 December, points, and the year's sales."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books import queries as books
from coop.books.models import PayableKind, PayableRow
from coop.dividends.models import PlanLineRow, PlanRow, PlanState
from coop.dividends.rules import CoopInputs, Inputs, Parameters, RceoInputs, Tranche
from coop.parties import queries as parties
from coop.parties.models import EntityRow, HoldingKind, HouseholdRow
from coop.points import queries as points
from ledger import closing
from ledger.balance_line import BalanceLine
from ledger.balances import trial_balance
from ledger.chart import Chart, Standard, chart_of
from ledger.money import apportion
from ledger.tables import BookRow


def plan_ref(plan_id: int) -> str:
    """How reviews, notices and resolutions name a plan."""
    return f"plan:{plan_id}"


def gather(session: Session, entity: EntityRow, year: int, parameters: Parameters) -> Inputs:
    """What decides the plan: the book's year, the share register of 31 December, points, and the year's
    sales.
    """
    book = books.book_of(session, entity.id)
    chart = chart_of(Standard(book.standard))
    lines = trial_balance(session, book.id, year=year)
    last = date(year, 12, 31)
    net = closing.net_result(chart, lines)
    opening = _credit(chart, lines, "undistributed")
    reserve = _credit(chart, lines, "reserve")
    if chart.standard is Standard.rceo_2023:
        tenant, wants_points = entity.tenant_id, parameters.bonus_pool_fen > 0
        return RceoInputs(
            year=year,
            net_fen=net,
            opening_fen=opening,
            reserve_balance_fen=reserve,
            shares=parties.per_household(parties.holdings(session, entity.id, HoldingKind.share, last)),
            scores=points.year_scores(session, year, tenant) if wants_points else {},
            barred=points.vetoed(session, year, tenant) if wants_points else frozenset(),
            parameters=parameters,
        )
    held = parties.holdings(session, entity.id, HoldingKind.contribution, last)
    contributions = parties.per_household(held)
    heads: defaultdict[str, int] = defaultdict(int)
    for holding in held:
        heads[holding.household] += 1
    sold = member_sales(session, entity.id, year)
    return CoopInputs(
        year=year,
        net_fen=net,
        opening_fen=opening,
        reserve_balance_fen=reserve,
        grant_fen=_credit(chart, lines, "special_fund"),
        # The refund goes to members alone: who holds no contribution on 31 December is none.
        transactions={home: sold.get(home, 0) for home in sorted(contributions)},
        contributions=contributions,
        members=dict(heads),
        quantified=_quantified(session, book, year, reserve, contributions),
        parameters=parameters,
    )


def _credit(chart: Chart, lines: tuple[BalanceLine, ...], role: str) -> int:
    """The credit balance of a role's account, transfers of the year's end left out; fen."""
    root = chart.path(role)
    return -sum(
        line.opening + line.movement
        for line in lines
        if line.commodity == "CNY" and (line.account == root or line.account.startswith(f"{root}:"))
    )


def member_sales(session: Session, entity_id: int, year: int) -> dict[str, int]:
    """Settled produce of the year in fen per household: payables of kind produce, reversed ones left out."""
    rows = session.execute(
        select(HouseholdRow.number, func.sum(PayableRow.amount_fen))
        .join(HouseholdRow, HouseholdRow.id == PayableRow.household_id)
        .where(
            PayableRow.entity_id == entity_id,
            PayableRow.kind == PayableKind.produce.value,
            PayableRow.void_id.is_(None),
            PayableRow.day >= date(year, 1, 1),
            PayableRow.day <= date(year, 12, 31),
        )
        .group_by(HouseholdRow.number)
        .order_by(HouseholdRow.number)
    )
    return {number: int(fen) for number, fen in rows}


def _quantified(
    session: Session, book: BookRow, year: int, reserve_fen: int, contributions: Mapping[str, int]
) -> dict[str, int]:
    """Reserve shares of earlier years: as posted plans quantified them; reserve from before them by
    contribution.
    """
    shares: defaultdict[str, int] = defaultdict(int)
    for number, fen in session.execute(
        select(HouseholdRow.number, PlanLineRow.fen)
        .join(HouseholdRow, HouseholdRow.id == PlanLineRow.household_id)
        .join(PlanRow, PlanRow.id == PlanLineRow.plan_id)
        .where(
            PlanRow.entity_id == book.entity_id,
            PlanRow.year < year,
            PlanRow.state == PlanState.posted.value,
            PlanLineRow.tranche == Tranche.quantified.value,
        )
    ):
        shares[number] += fen
    rest = reserve_fen - sum(shares.values())
    if rest > 0 and any(contributions.values()):
        for number, fen in apportion(rest, contributions).items():
            shares[number] += fen
    return dict(sorted(shares.items()))


def household_ids(session: Session, tenant_id: int) -> dict[str, int]:
    rows = session.execute(
        select(HouseholdRow.number, HouseholdRow.id).where(HouseholdRow.tenant_id == tenant_id)
    )
    return dict(rows.all())
