"""The plan's page with every household's working, a household's own lines, and what-if."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coop.books.models import PayableRow
from coop.dividends import rules
from coop.dividends.models import PlanLineRow, PlanRow, PlanState
from coop.dividends.queries.inputs import gather, plan_ref
from coop.dividends.queries.promises import Check, HouseholdLine, checks_of
from coop.dividends.rules import Inputs, Parameters, Plan, Step, Tranche, TrancheSum
from coop.governance import queries as meetings
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow, HouseholdRow
from ledger.tables import VoucherRow


@dataclass(frozen=True, slots=True)
class PlanHead:
    """A plan in a list."""

    id: int
    number: str
    entity_id: int
    entity: str
    entity_name: str
    entity_name_en: str
    standard: str
    year: int
    version: int
    state: PlanState
    digest: str
    net_fen: int
    reserve_fen: int
    dividend_fen: int
    bonus_fen: int
    undistributed_fen: int


@dataclass(frozen=True, slots=True)
class Gates:
    """How far the plan is: what stands for exactly this digest."""

    reviewed_on: date | None
    notice_id: int | None
    notice_since: date | None
    notice_until: date | None
    resolution_id: int | None
    resolution: str
    attend_needed: int
    approve_needed: int
    votes_for: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything the distribution page shows."""

    head: PlanHead
    parameters: Parameters
    steps: tuple[Step, ...]
    tranches: tuple[TrancheSum, ...]
    lines: tuple[HouseholdLine, ...]
    checks: tuple[Check, ...]
    gates: Gates
    vouchers: tuple[int, ...]


def plans(session: Session, entity_id: int | None = None) -> tuple[PlanHead, ...]:
    """The plans in sight, newest year first."""
    query = select(PlanRow, EntityRow).join(EntityRow, EntityRow.id == PlanRow.entity_id)
    if entity_id is not None:
        query = query.where(PlanRow.entity_id == entity_id)
    query = query.order_by(PlanRow.year.desc(), EntityRow.code)
    return tuple(_head(row, entity) for row, entity in session.execute(query))


def plan_of(session: Session, entity_id: int, year: int) -> PlanHead | None:
    """The plan of an entity's year, if there is one."""
    return next((head for head in plans(session, entity_id) if head.year == year), None)


def _head(row: PlanRow, entity: EntityRow) -> PlanHead:
    return PlanHead(
        id=row.id,
        number=row.number,
        entity_id=row.entity_id,
        entity=entity.code,
        entity_name=entity.name,
        entity_name_en=entity.name_en,
        standard=row.standard,
        year=row.year,
        version=row.version,
        state=PlanState(row.state),
        digest=row.digest,
        net_fen=row.net_fen,
        reserve_fen=row.reserve_fen,
        dividend_fen=row.dividend_fen,
        bonus_fen=row.bonus_fen,
        undistributed_fen=row.undistributed_fen,
    )


def plan_page(session: Session, plan_id: int) -> PlanPage:
    """A plan with its waterfall, tranches, every household's working, checks and gates. Raises
    NotFoundError.
    """
    found = session.execute(
        select(PlanRow, EntityRow)
        .join(EntityRow, EntityRow.id == PlanRow.entity_id)
        .where(PlanRow.id == plan_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("dividend plan", plan_id)
    row, entity = found
    inputs = rules.inputs_from_json(row.inputs)
    plan = rules.compute(inputs)
    lines = _lines(session, PlanLineRow.plan_id == plan_id)
    return PlanPage(
        head=_head(row, entity),
        parameters=inputs.parameters,
        steps=rules.waterfall(plan),
        tranches=plan.tranches,
        lines=lines,
        checks=checks_of(plan, lines),
        gates=_gates(session, row),
        vouchers=_vouchers(session, row),
    )


def preview(session: Session, entity: EntityRow, year: int, parameters: Parameters) -> tuple[Inputs, Plan]:
    """What-if: the plan these parameters would give today; nothing is stored."""
    inputs = gather(session, entity, year, parameters)
    return inputs, rules.compute(inputs)


def _lines(session: Session, *conditions: ColumnElement[bool]) -> tuple[HouseholdLine, ...]:
    query = (
        select(
            PlanLineRow, PlanRow, EntityRow.code, HouseholdRow.number, func.coalesce(PayableRow.paid_fen, 0)
        )
        .join(PlanRow, PlanRow.id == PlanLineRow.plan_id)
        .join(EntityRow, EntityRow.id == PlanRow.entity_id)
        .join(HouseholdRow, HouseholdRow.id == PlanLineRow.household_id)
        .outerjoin(PayableRow, PayableRow.id == PlanLineRow.payable_id)
        .where(*conditions)
        .order_by(PlanRow.year.desc(), PlanRow.id, PlanLineRow.tranche, HouseholdRow.number)
    )
    return tuple(
        HouseholdLine(
            id=line.id,
            plan_id=plan.id,
            year=plan.year,
            entity=entity,
            state=PlanState(plan.state),
            tranche=Tranche(line.tranche),
            household=number,
            key=line.key,
            fen=line.fen,
            working=line.working,
            working_en=line.working_en,
            paid_fen=paid,
            payable_id=line.payable_id,
            held=line.held,
            reason=line.reason,
        )
        for line, plan, entity, number, paid in session.execute(query)
    )


def household_lines(
    session: Session, household: str, *, tenant_id: int | None = None, year: int | None = None
) -> tuple[HouseholdLine, ...]:
    """A household's own lines of all plans that were published, newest year first."""
    shown = [PlanState.noticed.value, PlanState.resolved.value, PlanState.posted.value]
    conditions = [HouseholdRow.number == household, PlanRow.state.in_(shown)]
    if tenant_id is not None:
        conditions.append(PlanRow.tenant_id == tenant_id)
    if year is not None:
        conditions.append(PlanRow.year == year)
    return _lines(session, *conditions)


def _gates(session: Session, row: PlanRow) -> Gates:
    ref = plan_ref(row.id)
    reviews = [
        r for r in meetings.reviews(session, ref) if r.digest == row.digest and r.tenant_id == row.tenant_id
    ]
    notice = meetings.notice(session, row.notice_id) if row.notice_id is not None else None
    resolution = meetings.resolution_for(session, ref, row.digest)
    if resolution is not None and resolution.tenant_id != row.tenant_id:
        resolution = None
    return Gates(
        reviewed_on=reviews[0].day if reviews else None,
        notice_id=notice.id if notice else None,
        notice_since=notice.since if notice else None,
        notice_until=notice.until if notice else None,
        resolution_id=resolution.id if resolution else None,
        resolution=resolution.number if resolution else "",
        attend_needed=resolution.attend_needed if resolution else 0,
        approve_needed=resolution.approve_needed if resolution else 0,
        votes_for=resolution.votes_for if resolution else 0,
    )


def _vouchers(session: Session, row: PlanRow) -> tuple[int, ...]:
    return tuple(
        session.scalars(
            select(VoucherRow.id)
            .where(VoucherRow.tenant_id == row.tenant_id, VoucherRow.source.startswith(f"dividend:{row.id}:"))
            .order_by(VoucherRow.id)
        )
    )
