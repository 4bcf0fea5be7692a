"""The split: who is in, what is locked, and the arrays the levelling works on. The rule is design §7's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coop.splitting.rules.fairness import Fairness, fairness
from coop.splitting.rules.level import Ints
from coop.splitting.rules.minimums import Field, Outcome, share_out
from coop.splitting.rules.values import Candidate, Problem, ProblemError, Reason, Share, Split, flaws


def split(problem: Problem) -> Split:
    """Split an order. Raises ProblemError with all that is wrong with the problem.

    105 kg in sacks of 10 kg: B has room for 30 kg, C already had 20 kg this season.

    >>> people = (Candidate("A", 100_000), Candidate("B", 30_000), Candidate("C", 100_000, prior=20_000))
    >>> [(s.id, s.quantity, s.reason.value) for s in split(Problem(105_000, 10_000, people)).shares]
    [('A', 50000, 'level'), ('B', 30000, 'capacity'), ('C', 25000, 'remainder')]
    """
    if found := flaws(problem):
        raise ProblemError(found)
    everyone = sorted(problem.candidates, key=lambda c: c.id)
    free = [c for c in everyone if c.eligible and c.locked is None]
    rest = problem.order - sum(c.locked or 0 for c in everyone)
    field = Field(
        capacity=_array([c.capacity for c in free]),
        weight=_array([c.weight_micro for c in free]),
        prior=_array([c.prior for c in free]),
        minimum=_array([c.minimum for c in free]),
    )
    outcome = share_out(field, order=rest, lot=problem.lot)
    place = {candidate.id: n for n, candidate in enumerate(free)}
    shares = tuple(_share(c, place.get(c.id), outcome, problem.lot) for c in everyone)
    allocated = sum(share.quantity for share in shares)
    return Split(shares, allocated, problem.order - allocated, _fairness(free, outcome))


def _array(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _share(candidate: Candidate, place: int | None, outcome: Outcome, lot: int) -> Share:
    """A candidate's share and the first reason that fits."""
    if not candidate.eligible:
        return Share(candidate.id, 0, Reason.ineligible)
    if candidate.locked is not None or place is None:
        return Share(candidate.id, candidate.locked or 0, Reason.locked)
    if outcome.left_out[place]:
        return Share(candidate.id, 0, Reason.below_minimum)
    quantity = int(outcome.quantity[place])
    if outcome.part_to == place:
        return Share(candidate.id, quantity, Reason.remainder)
    full = candidate.capacity - quantity < lot
    return Share(candidate.id, quantity, Reason.capacity if full else Reason.level)


def _fairness(free: Sequence[Candidate], outcome: Outcome) -> Fairness:
    held = [c.prior + int(got) for c, got in zip(free, outcome.quantity, strict=True)]
    return fairness(held, [c.weight_micro for c in free])
