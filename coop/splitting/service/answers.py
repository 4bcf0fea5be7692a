"""Hear the households: yes, no, or less; by themselves or keyed in."""

from __future__ import annotations

from collections.abc import Mapping

from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from coop.splitting.models import (
    ANSWER_MOVES,
    AllocationRow,
    AnsweredVia,
    AnswerState,
    SplitRow,
    SplitState,
)
from coop.splitting.service.capacity import room
from coop.splitting.service.errors import (
    LessError,
    NotYourShareError,
    OverCapacityError,
    OverOrderError,
    SplitFixedError,
)
from coop.splitting.service.state import allocations, household_numbers, lock_allocation, lock_split


def answer(
    unit: Unit,
    allocation_id: int,
    yes: bool,
    via: AnsweredVia = AnsweredVia.self,
    *,
    amount: int | None = None,
) -> AllocationRow:
    """A household's yes, no, or a yes to less: `amount`, in base units, of what it was offered.

    It answers for itself, or the clerk writes down what it said or signed.

    A no to a further round keeps what was confirmed before. While the split is open the answer may change.
    """
    unit.actor.require("答复份额", Role.household, Role.clerk, Role.manager)
    row, owner = lock_allocation(unit, allocation_id)
    _require_published(owner)
    _require_own(unit, row, via)
    if _take_down(unit, row, owner, yes, via, amount=amount) and yes:
        _require_within_order(unit, owner)
    return row


def answer_all(
    unit: Unit,
    split_id: int,
    said: Mapping[int, bool],
    via: AnsweredVia = AnsweredVia.paper,
    *,
    amounts: Mapping[int, int] | None = None,
) -> SplitRow:
    """The clerk keys in what a meeting said: allocation → yes or no, all of the list or none of it.

    `amounts`: what those who said yes take, where it is less than the offer, in base units.

    Raises SplitFixedError, NotFoundError for an allocation of another split, and what `answer` raises.
    """
    unit.actor.require("代农户录入答复", Role.clerk, Role.manager)
    row = lock_split(unit, split_id)
    _require_published(row)
    known = {allocation.id: allocation for allocation in allocations(unit, row.id)}
    if foreign := sorted(set(said) - set(known)):
        raise NotFoundError("allocation", foreign[0])
    for allocation_id in sorted(said):
        less = (amounts or {}).get(allocation_id)
        _take_down(unit, known[allocation_id], row, said[allocation_id], via, amount=less)
    _require_within_order(unit, row)
    return row


def _require_published(owner: SplitRow) -> None:
    if owner.state != SplitState.published:
        raise SplitFixedError(owner.number, "答复", "answer", "published", owner.state)


def _take_down(
    unit: Unit, row: AllocationRow, owner: SplitRow, yes: bool, via: AnsweredVia, *, amount: int | None
) -> bool:
    """Write one answer down; False where it is what it was."""
    found = AnswerState(row.state)
    taken = _taken(unit, row, amount) if yes else 0
    if found is (AnswerState.confirmed if yes else AnswerState.declined) and row.confirmed_g == taken:
        return False
    if yes:
        _require_room(unit, row, owner, taken)
        row.decided_g = row.confirmed_g = taken
        if found is not AnswerState.confirmed:
            row.state = ANSWER_MOVES.move(found, AnswerState.confirmed).value
    elif found is AnswerState.offered and row.confirmed_g:
        keep_confirmed(row)
    else:
        decline(row, AnswerState.declined)
    row.answered_by, row.answered_via = unit.actor.user_id, via.value
    unit.audit("split.answer", f"allocation:{row.id}", yes=int(yes), via=via.value, grams=row.decided_g)
    return True


def _taken(unit: Unit, row: AllocationRow, amount: int | None) -> int:
    """What a yes takes: all that is offered, or less, but more than an earlier round's yes."""
    if amount is None or amount == row.offered_g:
        return row.offered_g
    before = row.confirmed_g if row.state == AnswerState.offered else 0
    if not before < amount <= row.offered_g:
        number = household_numbers(unit, [row.household_id])[row.household_id]
        raise LessError(number, before, row.offered_g, amount)
    return amount


def _require_own(unit: Unit, row: AllocationRow, via: AnsweredVia) -> None:
    if via is not AnsweredVia.self:
        unit.actor.require("代农户录入答复", Role.clerk, Role.manager)
        return
    number = household_numbers(unit, [row.household_id])[row.household_id]
    if unit.actor.household != number:
        raise NotYourShareError(number, unit.actor.household)


def _require_within_order(unit: Unit, owner: SplitRow) -> None:
    """A no that becomes a yes again may come too late: its share may have gone to others."""
    unit.session.flush()
    together = sum(a.decided_g for a in allocations(unit, owner.id))
    if together > owner.quantity_g:
        raise OverOrderError(owner.number, owner.quantity_g, together)


def _require_room(unit: Unit, row: AllocationRow, owner: SplitRow, taken: int) -> None:
    """Bags that a no set free may be promised to another order by now."""
    if taken <= row.decided_g:
        return
    _, free = room(unit, owner.product, owner.season, but=owner.id).get(row.household_id, (0, 0))
    if taken > free:
        number = household_numbers(unit, [row.household_id])[row.household_id]
        raise OverCapacityError(number, free, taken)


def keep_confirmed(row: AllocationRow) -> None:
    """A no, or silence, to a further round: what was said yes to before stands."""
    row.decided_g = row.offered_g = row.confirmed_g
    row.state = ANSWER_MOVES.move(AnswerState(row.state), AnswerState.confirmed).value


def decline(row: AllocationRow, state: AnswerState) -> None:
    """The household takes nothing, as it said or by its silence."""
    row.decided_g = row.confirmed_g = 0
    row.state = ANSWER_MOVES.move(AnswerState(row.state), state).value
