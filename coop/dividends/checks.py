"""D1 and D2: every plan adds up, follows from its inputs and stands in the books; shares are those of the
register.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books.models import PayableRow
from coop.dividends import rules
from coop.dividends.models import PlanLineRow, PlanRow, PlanState
from coop.dividends.rules import Plan, RceoInputs, Tranche
from coop.kernel.registries import invariants
from coop.parties.models import EntityRow, HoldingKind, HoldingRow, HouseholdRow, MemberRow
from coop.parties.queries import homes_then
from ledger.tables import PostingRow, VoucherRow

Lines = dict[tuple[str, str], int]


def check_plans(session: Session) -> list[str]:
    """D1: lines add up to their pools, each ≥ 0, as computed anew from the inputs; posted ones as payables
    and postings.
    """
    breaches = []
    for row, entity in session.execute(
        select(PlanRow, EntityRow.code)
        .join(EntityRow, (EntityRow.id == PlanRow.entity_id) & (EntityRow.tenant_id == PlanRow.tenant_id))
        .order_by(PlanRow.id)
    ):
        name = f"tenant {row.tenant_id}: plan {row.number} of {entity}"
        inputs = rules.inputs_from_json(row.inputs)
        plan = rules.compute(inputs)
        if rules.digest(entity, inputs, plan) != row.digest:
            breaches.append(f"{name}: its inputs no longer give the digest {row.digest[:12]}")
        stored = _stored(session, row)
        breaches += _sums(name, plan, stored)
        if row.state == PlanState.posted:
            breaches += _posted(session, name, row, plan, stored)
    return breaches


def _stored(session: Session, row: PlanRow) -> Lines:
    query = (
        select(PlanLineRow.tranche, HouseholdRow.number, PlanLineRow.fen)
        .join(HouseholdRow, HouseholdRow.id == PlanLineRow.household_id)
        .where(PlanLineRow.tenant_id == row.tenant_id, PlanLineRow.plan_id == row.id)
    )
    return {(tranche, number): fen for tranche, number, fen in session.execute(query)}


def _sums(name: str, plan: Plan, stored: Lines) -> list[str]:
    breaches = []
    for tranche in plan.tranches:
        found = sum(fen for (kind, _), fen in stored.items() if kind == tranche.tranche.value)
        if found != tranche.pool_fen:
            breaches.append(
                f"{name}: {tranche.tranche} adds up to {found} fen, expected {tranche.pool_fen}, "
                f"difference {found - tranche.pool_fen}"
            )
    for line in plan.lines:
        fen = stored.get((line.tranche.value, line.household), 0)
        if fen != line.fen:
            breaches.append(
                f"{name}: {line.tranche} of {line.household} is {fen} fen, expected {line.fen}, "
                f"difference {fen - line.fen}"
            )
    return breaches


def _posted(session: Session, name: str, row: PlanRow, plan: Plan, stored: Lines) -> list[str]:
    """What the plan owes is what payables say and what the vouchers credit, household by household."""
    owed = {key: fen for key, fen in stored.items() if fen and key[0] != Tranche.quantified.value}
    payables = _payables(session, row)
    breaches = [
        f"{name}: {kind} of {home} should owe {owed.get((kind, home), 0)} fen, payables say "
        f"{payables.get((kind, home), 0)}"
        for kind, home in sorted(owed.keys() | payables.keys())
        if owed.get((kind, home), 0) != payables.get((kind, home), 0)
    ]
    credited = session.execute(
        select(func.coalesce(func.sum(-PostingRow.amount), 0))
        .join(
            VoucherRow,
            (VoucherRow.id == PostingRow.voucher_id) & (VoucherRow.tenant_id == PostingRow.tenant_id),
        )
        .where(
            VoucherRow.tenant_id == row.tenant_id,
            VoucherRow.source.in_([f"dividend:{row.id}:{tranche.value}" for tranche in Tranche]),
            PostingRow.amount < 0,
        )
    ).scalar_one()
    expected = plan.pool.dividend_fen + plan.pool.bonus_fen
    if int(credited) != expected:
        breaches.append(
            f"{name}: the vouchers credit {credited} fen, expected {expected}, "
            f"difference {int(credited) - expected}"
        )
    return breaches


def _payables(session: Session, row: PlanRow) -> Lines:
    query = (
        select(PayableRow.kind, HouseholdRow.number, func.sum(PayableRow.amount_fen))
        .join(HouseholdRow, HouseholdRow.id == PayableRow.household_id)
        .where(
            PayableRow.tenant_id == row.tenant_id,
            PayableRow.source.startswith(f"dividend:{row.id}:"),
            PayableRow.void_id.is_(None),
        )
        .group_by(PayableRow.kind, HouseholdRow.number)
    )
    return {(kind, number): int(fen) for kind, number, fen in session.execute(query)}


def check_register(session: Session) -> list[str]:
    """D2: no member holds the same thing twice on a day; a posted plan's keys are the register's on 31
    December.
    """
    return [*_overlaps(session), *_keys(session)]


def _overlaps(session: Session) -> list[str]:
    """Holdings of one member, entity and kind must follow each other: transfers end one and begin the
    next.
    """
    rows = session.scalars(
        select(HoldingRow).order_by(
            HoldingRow.tenant_id,
            HoldingRow.entity_id,
            HoldingRow.member_id,
            HoldingRow.kind,
            HoldingRow.since,
        )
    ).all()
    breaches = []
    for before, row in pairwise(rows):
        same = (before.tenant_id, before.entity_id, before.member_id, before.kind)
        if same != (row.tenant_id, row.entity_id, row.member_id, row.kind):
            continue
        if before.until is None or before.until > row.since:
            breaches.append(
                f"tenant {row.tenant_id}: member {row.member_id} holds {row.kind} of entity "
                f"{row.entity_id} twice on {row.since}"
            )
    return breaches


def _keys(session: Session) -> list[str]:
    breaches = []
    for row in session.scalars(
        select(PlanRow).where(PlanRow.state == PlanState.posted.value).order_by(PlanRow.id)
    ):
        inputs = rules.inputs_from_json(row.inputs)
        kind = HoldingKind.share if isinstance(inputs, RceoInputs) else HoldingKind.contribution
        keys = inputs.shares if isinstance(inputs, RceoInputs) else inputs.contributions
        register = _register(session, row, kind)
        if register != dict(keys):
            breaches.append(
                f"tenant {row.tenant_id}: plan {row.number} shared out by {sum(keys.values())} {kind}, "
                f"the register has {sum(register.values())}, "
                f"difference {sum(keys.values()) - sum(register.values())}"
            )
    return breaches


def _register(session: Session, row: PlanRow, kind: HoldingKind) -> dict[str, int]:
    last = date(row.year, 12, 31)
    sums: defaultdict[str, int] = defaultdict(int)
    moved = homes_then(session, last)
    for member, number, amount in session.execute(
        select(MemberRow.id, HouseholdRow.number, HoldingRow.amount)
        .select_from(HoldingRow)
        .join(MemberRow, MemberRow.id == HoldingRow.member_id)
        .join(HouseholdRow, HouseholdRow.id == MemberRow.household_id)
        .where(
            HoldingRow.tenant_id == row.tenant_id,
            HoldingRow.entity_id == row.entity_id,
            HoldingRow.kind == kind.value,
            HoldingRow.since <= last,
            HoldingRow.until.is_(None) | (HoldingRow.until > last),
        )
    ):
        sums[moved[member][1] if member in moved else number] += amount
    return dict(sums)


invariants.register("D1", check_plans)
invariants.register("D2", check_register)
