"""Who is left out because the part would be below its minimum, and what the others then get. Arrays only.

Candidates whose minimum exceeds their capacity are out. The others with a minimum stand in order of
(prior + minimum) / weight, largest first, ties to the larger position; the shortest run from the front is
left out after which everyone left reaches the minimum.

Bisection finds that run, because a run that suffices suffices when longer. Leaving more out never takes
whole lots from anyone left, so only the part-lot can move away. It matters to one candidate d at most:
the only one still short, and at one definite count of lots (the part is smaller than a lot). Those who
keep the part from d have room for it and a smaller ratio than d; as others leave they only gain lots,
that is, lose room and rise in ratio. So once d has it, d keeps it until d reaches the minimum in whole
lots or leaves itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coop.splitting.rules.level import Flags, Ints, ascending, fill_lots, smallest


@dataclass(frozen=True, slots=True)
class Field:
    """The eligible, unlocked candidates as int64 arrays in id order; weights whole, of any common scale."""

    capacity: Ints
    weight: Ints
    prior: Ints
    minimum: Ints


@dataclass(frozen=True, slots=True)
class Outcome:
    """What each one gets, who was left out for its minimum, and who got the part-lot (None: nobody)."""

    quantity: Ints
    left_out: Flags
    part_to: int | None


def share_out(field: Field, *, order: int, lot: int) -> Outcome:
    """The whole rule for those without a lock: whole lots, then the part-lot, with minimums.

    12 kg in sacks of 5 kg to two households, the second with 5 kg before: A gets 5, then 5 more (the
    smaller id of two at 5), and the last 2 go to B, at 5 against 10.

    >>> row = lambda *values: np.array(values)
    >>> field = Field(row(99, 99), row(1, 1), row(0, 5), row(0, 0))
    >>> share_out(field, order=12, lot=5).quantity.tolist()
    [10, 2]
    """
    out = field.minimum > field.capacity
    waiting = np.flatnonzero(~out & (field.minimum > 0))
    rank = ascending(field.prior[waiting] + field.minimum[waiting], field.weight[waiting])
    queue = waiting[rank[::-1]]

    def without(run: int) -> Outcome:
        left_out = out.copy()
        left_out[queue[:run]] = True
        return _share_among(field, left_out, order=order, lot=lot)

    def suffices(outcome: Outcome) -> bool:
        return bool((outcome.left_out | (outcome.quantity >= field.minimum)).all())

    best = without(0)
    if suffices(best):
        return best
    fails, holds, best = 0, queue.size, without(queue.size)
    while holds - fails > 1:
        middle = (fails + holds) // 2
        outcome = without(middle)
        if suffices(outcome):
            holds, best = middle, outcome
        else:
            fails = middle
    return best


def _share_among(field: Field, left_out: Flags, *, order: int, lot: int) -> Outcome:
    inside = np.flatnonzero(~left_out)
    capacity, weight, prior = field.capacity[inside], field.weight[inside], field.prior[inside]
    lots, part = divmod(order, lot)
    got = fill_lots(capacity, weight, prior, lot=lot, lots=lots) * lot
    part_to = None
    open_to_part = np.flatnonzero(capacity - got >= part)
    if part and open_to_part.size:
        ratio_from = (prior + got)[open_to_part]
        first = open_to_part[smallest(ratio_from, weight[open_to_part], 1)][0]
        got[first] += part
        part_to = int(inside[first])
    quantity = np.zeros_like(field.capacity)
    quantity[inside] = got
    return Outcome(quantity, left_out, part_to)
