"""Work out a split and change it by hand, before anybody is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from coop.kernel.actor import Role
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.orders.models import LineRow, PartRow
from coop.orders.rules import PartState
from coop.orders.service import OtherSideError, lock_line
from coop.parties.models import HouseholdRow
from coop.splitting.models import AllocationRow, SplitRow, SplitState
from coop.splitting.queries.grounds import Grounds
from coop.splitting.rules import Candidate, Policy, Problem, Split, explain, split
from coop.splitting.service.capacity import lock_capacities, room, season_of
from coop.splitting.service.errors import (
    NegativeShareError,
    NoCapacityError,
    NotAcceptedError,
    OverCapacityError,
    OverOrderError,
    ReasonMissingError,
    SplitFixedError,
    UnknownGroupError,
)
from coop.splitting.service.runs import note_run
from coop.splitting.service.state import allocations, household_numbers, lock_allocation
from coop.standards.queries import product

SERIES = "FJ"


def propose_split(
    unit: Unit, line_id: int, *, policy: Policy, lot_g: int, minimum_g: int = 0, groups: Sequence[str] = ()
) -> SplitRow:
    """Split an accepted order line over the households with capacity in its season, in whole lots.

    Asking again before publishing works it out anew and keeps the shares changed by hand. Every candidate has
    a row with a reason, also for nothing. What finds no room is shortfall. With `groups` it is their turn: the
    others take no part until what is declined is offered again. The problem is kept, so that it can be worked out
    again. Raises ProblemError, NoShareError, NobodyDeliveredError, NoCapacityError, UnknownGroupError.
    """
    unit.actor.require("分解订单", Role.manager)
    part, line = lock_line(unit, line_id)
    if part.seller_id != unit.actor.tenant_id:
        raise OtherSideError(part.number, "卖方", "seller")
    if part.state != PartState.accepted:
        raise NotAcceptedError(part.number, part.state)
    row = _split_row(unit, part, line)
    if row.state != SplitState.proposed:
        raise SplitFixedError(row.number, "重新计算", "work it out again", "proposed", row.state)
    row.policy, row.lot_g, row.minimum_g = policy.value, lot_g, minimum_g
    row.groups = _groups(unit, row, groups)
    unit.session.flush()
    held = {a.household_id: a for a in allocations(unit, row.id)}
    candidates = _candidates(unit, row, held.values())
    problem = Problem(line.quantity, lot_g, candidates)
    found = split(problem)
    note_run(unit, row, problem, found)
    _store(unit, row, problem, found, held)
    row.shortfall_g = found.shortfall
    unit.session.flush()
    unit.audit(
        "split.propose",
        f"split:{row.id}",
        policy=policy.value,
        lot=lot_g,
        allocated=found.allocated,
        shortfall=found.shortfall,
    )
    return row


def change_allocation(unit: Unit, allocation_id: int, grams: int, reason: str) -> AllocationRow:
    """Decide a share by hand, with a reason; it stays so when the split is worked out again."""
    unit.actor.require("改动分配", Role.manager)
    row, owner = lock_allocation(unit, allocation_id)
    number = household_numbers(unit, [row.household_id])[row.household_id]
    if owner.state != SplitState.proposed:
        raise SplitFixedError(owner.number, "改动分配", "change shares", "proposed", owner.state)
    if not reason.strip():
        raise ReasonMissingError(number)
    if grams < 0:
        raise NegativeShareError(number, grams)
    _, free = room(unit, owner.product, owner.season, but=owner.id).get(row.household_id, (0, 0))
    if grams > free:
        raise OverCapacityError(number, free, grams)
    before, row.decided_g = row.decided_g, grams
    row.locked, row.change_reason = True, reason.strip()
    unit.session.flush()
    _restate_shortfall(unit, owner)
    unit.audit("split.change", f"allocation:{row.id}", found=before, decided=grams)
    return row


def unlock_allocation(unit: Unit, allocation_id: int) -> AllocationRow:
    """Take a change by hand back: the computed share stands again."""
    unit.actor.require("改动分配", Role.manager)
    row, owner = lock_allocation(unit, allocation_id)
    if owner.state != SplitState.proposed:
        raise SplitFixedError(owner.number, "改动分配", "change shares", "proposed", owner.state)
    row.locked, row.change_reason, row.decided_g = False, "", row.computed_g
    unit.session.flush()
    _restate_shortfall(unit, owner)
    unit.audit("split.unlock", f"allocation:{row.id}", decided=row.decided_g)
    return row


def grounds(unit: Unit, row: SplitRow) -> Grounds:
    """What the split rests on, as this unit sees it."""
    return Grounds(unit.session, row.tenant_id, row.product, row.season, unit.today)


def _split_row(unit: Unit, part: PartRow, line: LineRow) -> SplitRow:
    row = unit.session.scalars(
        select(SplitRow).where(SplitRow.line_id == line.id).with_for_update()
    ).one_or_none()
    if row is not None:
        return row
    row = SplitRow(
        tenant_id=unit.actor.tenant_id,
        number=document_number(unit.session, unit.actor.tenant_id, SERIES, unit.today.year),
        part_id=part.id,
        line_id=line.id,
        product=line.product,
        season=season_of(part.window_from),
        quantity_g=line.quantity,
        tolerance_bp=part.tolerance_bp,
        state=SplitState.proposed.value,
    )
    unit.session.add(row)
    return row


def _groups(unit: Unit, row: SplitRow, wanted: Sequence[str]) -> str:
    known = {home.grid for home in grounds(unit, row).homes().values()}
    if strange := sorted(set(wanted) - known):
        raise UnknownGroupError(strange[0], sorted(known))
    return "\n".join(sorted(set(wanted)))


def _candidates(unit: Unit, row: SplitRow, held: Iterable[AllocationRow]) -> tuple[Candidate, ...]:
    lock_capacities(unit, row.product, row.season)
    found = grounds(unit, row).candidates(
        Policy(row.policy),
        minimum=row.minimum_g,
        locks={a.household_id: a.decided_g for a in held if a.locked},
        groups=row.groups.splitlines(),
        but=row.id,
    )
    if not found:
        raise NoCapacityError(row.product, row.season)
    return found


def _store(unit: Unit, row: SplitRow, problem: Problem, found: Split, held: dict[int, AllocationRow]) -> None:
    asked = {candidate.id: candidate for candidate in problem.candidates}
    words = explain(
        problem,
        found,
        unit=product(unit.session, row.product).unit,
        of_capacity=Policy(row.policy) in (Policy.by_capacity, Policy.season_fair),
        weights_private=Policy(row.policy) is Policy.monitored_first,
    )
    own = HouseholdRow.tenant_id == row.tenant_id
    known = unit.session.execute(select(HouseholdRow.number, HouseholdRow.id).where(own))
    ids = dict(known.all())
    for share in found.shares:
        allocation = held.pop(ids[share.id], None)
        if allocation is None:
            allocation = AllocationRow(
                tenant_id=row.tenant_id, split_id=row.id, household_id=ids[share.id], locked=False
            )
            unit.session.add(allocation)
        if not allocation.locked:
            allocation.computed_g = share.quantity
        allocation.decided_g, allocation.capacity_g = share.quantity, asked[share.id].capacity
        allocation.reason = share.reason.value
        allocation.text, allocation.text_en = words[share.id].zh, words[share.id].en
    for gone in held.values():
        unit.session.delete(gone)
    unit.session.flush()


def _restate_shortfall(unit: Unit, row: SplitRow) -> None:
    together = sum(a.decided_g for a in allocations(unit, row.id))
    if together > row.quantity_g:
        raise OverOrderError(row.number, row.quantity_g, together)
    row.shortfall_g = row.quantity_g - together
    unit.session.flush()
