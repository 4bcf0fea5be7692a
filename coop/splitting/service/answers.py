"""Ask the households, hear them, offer again what was declined, and settle the split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError
from coop.kernel.numbering import upsert
from coop.kernel.unit import Unit
from coop.orders.service import mark_split
from coop.splitting.models import (
    ANSWER_MOVES,
    SPLIT_MOVES,
    AllocationRow,
    AnsweredVia,
    AnswerState,
    PriorRow,
    SplitRow,
    SplitState,
)
from coop.splitting.rules import Candidate, Explanation, Policy, Problem, explain, split
from coop.splitting.service.capacity import room
from coop.splitting.service.errors import (
    AnswerDayError,
    NothingPromisedError,
    NotYourShareError,
    OffersOpenError,
    OverCapacityError,
    OverOrderError,
    SplitFixedError,
)
from coop.splitting.service.propose import weighed
from coop.splitting.service.state import allocations, digest, household_numbers, lock_allocation, lock_split
from coop.standards.queries import product

DAYS_TO_ANSWER = 3


def publish_split(unit: Unit, split_id: int, *, answer_by: date | None = None) -> SplitRow:
    """Offer every household its share, open until `answer_by` (inclusive; three days from today if None)."""
    unit.actor.require("公布分解单", Role.manager)
    row = lock_split(unit, split_id)
    row.state = SPLIT_MOVES.move(SplitState(row.state), SplitState.published).value
    rows = allocations(unit, row.id)
    together = sum(a.decided_g for a in rows)
    if together > row.quantity_g:
        raise OverOrderError(row.number, row.quantity_g, together)
    row.shortfall_g = row.quantity_g - together
    for allocation in rows:
        if allocation.decided_g:
            _offer(allocation, allocation.decided_g)
    _open_round(unit, row, rows, answer_by)
    unit.audit("split.publish", f"split:{row.id}", digest=row.digest, shortfall=row.shortfall_g)
    return row


def answer(unit: Unit, allocation_id: int, yes: bool, via: AnsweredVia = AnsweredVia.self) -> AllocationRow:
    """A household's yes or no. It answers for itself, or the clerk writes down what it said or signed.

    A no to a further round keeps what was confirmed before. While the split is open the answer may change.
    """
    unit.actor.require("答复份额", Role.household, Role.clerk, Role.manager)
    row, owner = lock_allocation(unit, allocation_id)
    _require_published(owner)
    _require_own(unit, row, via)
    if _take_down(unit, row, owner, yes, via) and yes:
        _require_within_order(unit, owner)
    return row


def answer_all(
    unit: Unit, split_id: int, said: Mapping[int, bool], via: AnsweredVia = AnsweredVia.paper
) -> SplitRow:
    """The clerk keys in what a meeting said: allocation → yes or no, all of the list or none of it.

    Raises SplitFixedError, NotFoundError for an allocation of another split, and what `answer` raises.
    """
    unit.actor.require("代农户录入答复", Role.clerk, Role.manager)
    row = lock_split(unit, split_id)
    _require_published(row)
    known = {allocation.id: allocation for allocation in allocations(unit, row.id)}
    if foreign := sorted(set(said) - set(known)):
        raise NotFoundError("allocation", foreign[0])
    for allocation_id in sorted(said):
        _take_down(unit, known[allocation_id], row, said[allocation_id], via)
    _require_within_order(unit, row)
    return row


def _require_published(owner: SplitRow) -> None:
    if owner.state != SplitState.published:
        raise SplitFixedError(owner.number, "答复", "answer", "published", owner.state)


def _take_down(unit: Unit, row: AllocationRow, owner: SplitRow, yes: bool, via: AnsweredVia) -> bool:
    """Write one answer down; False where it is what it was."""
    found = AnswerState(row.state)
    if found is (AnswerState.confirmed if yes else AnswerState.declined):
        return False
    if yes:
        _require_room(unit, row, owner)
        row.decided_g = row.confirmed_g = row.offered_g
        row.state = ANSWER_MOVES.move(found, AnswerState.confirmed).value
    elif found is AnswerState.offered and row.confirmed_g:
        _keep_confirmed(row)
    else:
        _decline(row, AnswerState.declined)
    row.answered_by, row.answered_via = unit.actor.user_id, via.value
    unit.audit("split.answer", f"allocation:{row.id}", yes=int(yes), via=via.value, grams=row.decided_g)
    return True


def reallocate(unit: Unit, split_id: int, *, answer_by: date | None = None) -> SplitRow:
    """Offer what was declined to the others, by the same rule, on top of what they confirmed.

    Who said no, or nothing until the last day, is not asked again; shares changed by hand stay as they are.
    What finds no room is shortfall. Raises OffersOpenError while answers may still come.
    """
    unit.actor.require("重新分解", Role.manager)
    row = lock_split(unit, split_id)
    if row.state != SplitState.published:
        raise SplitFixedError(row.number, "重新分解", "split it again", "published", row.state)
    rows = allocations(unit, row.id)
    _count_silence(unit, row, rows)
    rest = row.quantity_g - sum(a.confirmed_g for a in rows)
    problem = Problem(rest, row.lot_g, _further(unit, row, rows))
    found = split(problem)
    words = explain(
        problem,
        found,
        unit=product(unit.session, row.product).unit,
        of_capacity=Policy(row.policy) in (Policy.by_capacity, Policy.season_fair),
    )
    numbers = household_numbers(unit, [a.household_id for a in rows])
    shares = {share.id: share for share in found.shares}
    for allocation in rows:
        share = shares[numbers[allocation.household_id]]
        if share.quantity:
            allocation.computed_g = allocation.confirmed_g + share.quantity
            allocation.reason = share.reason.value
            allocation.text, allocation.text_en = _additional(allocation, words[share.id])
            _offer(allocation, allocation.computed_g)
    row.shortfall_g = found.shortfall
    _open_round(unit, row, rows, answer_by)
    unit.audit(
        "split.reallocate",
        f"split:{row.id}",
        round=row.round,
        offered=found.allocated,
        shortfall=found.shortfall,
    )
    return row


def confirm_split(unit: Unit, split_id: int) -> SplitRow:
    """Settle the split: Σ confirmed + shortfall = the line (O1). Order and fairness ledger learn of it."""
    unit.actor.require("分解定案", Role.manager)
    row = lock_split(unit, split_id)
    state = SPLIT_MOVES.move(SplitState(row.state), SplitState.confirmed)
    rows = allocations(unit, row.id)
    _count_silence(unit, row, rows)
    promised = sum(a.confirmed_g for a in rows)
    if promised == 0:
        raise NothingPromisedError(row.number, row.quantity_g)
    row.state, row.shortfall_g = state.value, row.quantity_g - promised
    row.digest = _digest(unit, row, rows)
    unit.session.flush()
    _write_priors(unit, row, rows)
    mark_split(unit, row.line_id, promised)
    unit.audit(
        "split.confirm", f"split:{row.id}", promised=promised, shortfall=row.shortfall_g, digest=row.digest
    )
    return row


def _offer(allocation: AllocationRow, grams: int) -> None:
    allocation.state = ANSWER_MOVES.move(AnswerState(allocation.state), AnswerState.offered).value
    allocation.decided_g = allocation.offered_g = grams


def _open_round(unit: Unit, row: SplitRow, rows: list[AllocationRow], answer_by: date | None) -> None:
    until = answer_by or unit.today + timedelta(days=DAYS_TO_ANSWER)
    if until < unit.today:
        raise AnswerDayError(unit.today, until)
    row.round, row.answer_by, row.digest = row.round + 1, until, _digest(unit, row, rows)
    unit.session.flush()


def _digest(unit: Unit, row: SplitRow, rows: list[AllocationRow]) -> str:
    numbers = household_numbers(unit, [a.household_id for a in rows])
    return digest(row, {numbers[a.household_id]: a.decided_g for a in rows})


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


def _require_room(unit: Unit, row: AllocationRow, owner: SplitRow) -> None:
    """Bags that a no set free may be promised to another order by now."""
    more = row.offered_g - row.decided_g
    if more <= 0:
        return
    _, free = room(unit, owner.product, owner.season, but=owner.id).get(row.household_id, (0, 0))
    if row.offered_g > free:
        number = household_numbers(unit, [row.household_id])[row.household_id]
        raise OverCapacityError(number, free, row.offered_g)


def _keep_confirmed(row: AllocationRow) -> None:
    row.decided_g = row.offered_g = row.confirmed_g
    row.state = ANSWER_MOVES.move(AnswerState(row.state), AnswerState.confirmed).value


def _decline(row: AllocationRow, state: AnswerState) -> None:
    row.decided_g = row.confirmed_g = 0
    row.state = ANSWER_MOVES.move(AnswerState(row.state), state).value


def _count_silence(unit: Unit, row: SplitRow, rows: list[AllocationRow]) -> None:
    """After the last day silence is no (users.md §1.8); before it, it is nothing yet."""
    still_open = [a for a in rows if a.state == AnswerState.offered]
    if still_open and row.answer_by is not None and unit.today <= row.answer_by:
        raise OffersOpenError(row.number, len(still_open), row.answer_by)
    for allocation in still_open:
        if allocation.confirmed_g:
            _keep_confirmed(allocation)
        else:
            _decline(allocation, AnswerState.silent)
    unit.session.flush()


def _further(unit: Unit, row: SplitRow, rows: list[AllocationRow]) -> tuple[Candidate, ...]:
    """Everyone again: what is confirmed counts as had before, and only the room beyond it is left."""
    numbers = household_numbers(unit, [a.household_id for a in rows])
    rooms = room(unit, row.product, row.season, but=row.id)
    willing = {
        a.household_id: not a.locked and a.state in (AnswerState.confirmed, AnswerState.proposed)
        for a in rows
    }
    full = weighed(
        unit,
        row,
        [
            Candidate(
                numbers[a.household_id],
                rooms.get(a.household_id, (0, 0))[0],
                eligible=willing[a.household_id],
            )
            for a in rows
        ],
    )
    return tuple(
        replace(
            candidate,
            capacity=max(0, rooms.get(a.household_id, (0, 0))[1] - a.confirmed_g),
            prior=candidate.prior + a.confirmed_g,
            minimum=0 if a.confirmed_g else row.minimum_g,
        )
        for a, candidate in zip(rows, full, strict=True)
    )


def _additional(allocation: AllocationRow, words: Explanation) -> tuple[str, str]:
    if not allocation.confirmed_g:
        return words.zh, words.en
    return f"在已确认之外追加：{words.zh}", f"on top of what was confirmed: {words.en}"


def _write_priors(unit: Unit, row: SplitRow, rows: list[AllocationRow]) -> None:
    for allocation in rows:
        if allocation.confirmed_g:
            key = {
                "tenant_id": row.tenant_id,
                "household_id": allocation.household_id,
                "product": row.product,
                "season": row.season,
            }
            start = upsert(unit.session, PriorRow).values(**key, grams=allocation.confirmed_g)
            unit.session.execute(
                start.on_conflict_do_update(
                    index_elements=list(key), set_={"grams": PriorRow.grams + allocation.confirmed_g}
                )
            )
