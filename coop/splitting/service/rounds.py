"""Ask the households, offer again what was declined, and settle the split."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from coop.kernel.actor import Role
from coop.kernel.numbering import upsert
from coop.kernel.unit import Unit
from coop.orders.service import mark_split
from coop.splitting.models import (
    ANSWER_MOVES,
    SPLIT_MOVES,
    AllocationRow,
    AnswerState,
    PriorRow,
    SplitRow,
    SplitState,
)
from coop.splitting.rules import Candidate, Explanation, Policy, Problem, explain, split
from coop.splitting.service.answers import decline, keep_confirmed
from coop.splitting.service.capacity import room
from coop.splitting.service.errors import (
    AnswerDayError,
    NothingPromisedError,
    OffersOpenError,
    OverOrderError,
    SplitFixedError,
)
from coop.splitting.service.propose import grounds
from coop.splitting.service.runs import note_run
from coop.splitting.service.state import allocations, digest, household_numbers, lock_split
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
    note_run(unit, row, problem, found)
    words = explain(
        problem,
        found,
        unit=product(unit.session, row.product).unit,
        of_capacity=Policy(row.policy) in (Policy.by_capacity, Policy.season_fair),
        weights_private=Policy(row.policy) is Policy.monitored_first,
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


def _count_silence(unit: Unit, row: SplitRow, rows: list[AllocationRow]) -> None:
    """After the last day silence is no (users.md §1.8); before it, it is nothing yet."""
    still_open = [a for a in rows if a.state == AnswerState.offered]
    if still_open and row.answer_by is not None and unit.today <= row.answer_by:
        raise OffersOpenError(row.number, len(still_open), row.answer_by)
    for allocation in still_open:
        if allocation.confirmed_g:
            keep_confirmed(allocation)
        else:
            decline(allocation, AnswerState.silent)
    unit.session.flush()


def _further(unit: Unit, row: SplitRow, rows: list[AllocationRow]) -> tuple[Candidate, ...]:
    """Everyone again: what is confirmed counts as had before, and only the room beyond it is left."""
    numbers = household_numbers(unit, [a.household_id for a in rows])
    rooms = room(unit, row.product, row.season, but=row.id)
    willing = {
        a.household_id: not a.locked
        and a.state in (AnswerState.confirmed, AnswerState.proposed)
        and not _took_less(a)
        for a in rows
    }
    full = grounds(unit, row).weighed(
        Policy(row.policy),
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


def _took_less(row: AllocationRow) -> bool:
    """Who said how much it wants is not asked for more."""
    return row.state == AnswerState.confirmed and row.confirmed_g < row.offered_g


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
