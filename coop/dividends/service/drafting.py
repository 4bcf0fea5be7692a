"""Draft a plan: gather what decides it from books, register, points and sales; compute; store with a digest.

Drafting again after something changed gives a new digest: review, notice and resolution start again by
themselves.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from coop.dividends import rules
from coop.dividends.models import PlanLineRow, PlanRow, PlanState
from coop.dividends.queries import gather, household_ids
from coop.dividends.rules import Inputs, Parameters, Plan
from coop.dividends.service.errors import AlreadyPostedError, PlanChangedError
from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow, HouseholdRow

SERIES = "FP"  # 分配


def draft_plan(unit: Unit, entity_id: int, year: int, parameters: Parameters) -> PlanRow:
    """Draft, or draft anew, the entity's distribution of a year. Unchanged inputs leave the plan as it
    stands.

    Raises AlreadyPostedError, NotFoundError, and what the rules raise (nothing to distribute, over the
    limit, ...).
    """
    unit.actor.require("编制分配方案", Role.accountant)
    entity = _own_entity(unit, entity_id)
    row = unit.session.scalars(
        select(PlanRow)
        .where(
            PlanRow.tenant_id == unit.actor.tenant_id, PlanRow.entity_id == entity_id, PlanRow.year == year
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is not None and row.state == PlanState.posted:
        raise AlreadyPostedError(row.number)
    inputs = gather(unit.session, entity, year, parameters)
    plan = rules.compute(inputs)
    digest = rules.digest(entity.code, inputs, plan)
    if row is not None and row.digest == digest:
        return row
    if row is None:
        row = PlanRow(
            tenant_id=unit.actor.tenant_id,
            entity_id=entity_id,
            year=year,
            number=document_number(unit.session, unit.actor.tenant_id, SERIES, year),
            standard=inputs.standard.value,
            version=0,
        )
        unit.session.add(row)
    _fill(row, inputs, plan, digest)
    row.maker_id = unit.actor.user_id
    unit.session.flush()
    _store_lines(unit, row, plan)
    unit.audit("plan.draft", f"plan:{row.id}", year=year, version=row.version, digest=digest)
    return row


def _fill(row: PlanRow, inputs: Inputs, plan: Plan, digest: str) -> None:
    pool, floor = plan.pool, plan.pool.floor
    row.version += 1
    row.state = PlanState.draft.value
    row.inputs, row.digest = rules.inputs_to_json(inputs), digest
    row.net_fen, row.reserve_fen, row.dividend_fen = pool.net_fen, pool.reserve_fen, pool.dividend_fen
    row.bonus_fen, row.refund_fen, row.undistributed_fen = (
        pool.bonus_fen,
        pool.refund_fen,
        pool.undistributed_fen,
    )
    row.legal_base_fen, row.legal_floor_fen = (floor.legal_base, floor.legal_floor) if floor else (0, 0)
    row.statement_base_fen, row.statement_floor_fen = (
        (floor.statement_base, floor.statement_floor) if floor else (0, 0)
    )
    row.notice_id = row.resolution_id = None


def _store_lines(unit: Unit, row: PlanRow, plan: Plan) -> None:
    unit.session.execute(delete(PlanLineRow).where(PlanLineRow.plan_id == row.id))
    ids = household_ids(unit.session, unit.actor.tenant_id)
    unit.session.add_all(
        PlanLineRow(
            tenant_id=unit.actor.tenant_id,
            plan_id=row.id,
            tranche=line.tranche.value,
            household_id=ids[line.household],
            key=line.key,
            fen=line.fen,
            working=line.working,
            working_en=line.working_en,
        )
        for line in plan.lines
    )
    unit.session.flush()


def current(unit: Unit, row: PlanRow) -> Plan:
    """The plan as it follows from books, register, points and sales today. Raises PlanChangedError if it
    is another.

    Stored lines are compared too: nothing is posted that was not published.
    """
    entity = _own_entity(unit, row.entity_id)
    stored = rules.inputs_from_json(row.inputs)
    inputs = gather(unit.session, entity, row.year, stored.parameters)
    plan = rules.compute(inputs)
    found = rules.digest(entity.code, inputs, plan)
    if found != row.digest:
        raise PlanChangedError(row.number, row.digest, found)
    lines = unit.session.execute(
        select(PlanLineRow.tranche, HouseholdRow.number, PlanLineRow.fen)
        .join(HouseholdRow, HouseholdRow.id == PlanLineRow.household_id)
        .where(PlanLineRow.plan_id == row.id)
    )
    kept = {(tranche, number): fen for tranche, number, fen in lines}
    if kept != {(line.tranche.value, line.household): line.fen for line in plan.lines}:
        raise PlanChangedError(row.number, row.digest, "lines")
    return plan


def locked_plan(unit: Unit, plan_id: int) -> PlanRow:
    """The plan, locked until the unit ends. Raises NotFoundError, also for another village's."""
    row = unit.session.scalars(
        select(PlanRow)
        .where(PlanRow.tenant_id == unit.actor.tenant_id, PlanRow.id == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("dividend plan", plan_id)
    return row


def _own_entity(unit: Unit, entity_id: int) -> EntityRow:
    row = unit.session.scalars(
        select(EntityRow).where(EntityRow.tenant_id == unit.actor.tenant_id, EntityRow.id == entity_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("entity", entity_id)
    return row
