"""When there are fewer sacks than households: what the manager may do about it before anything is published. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from coop.kernel.units import Unit
from coop.splitting.rules.values import Candidate, Problem

# Sacks and crates people own, in base units: a smaller lot is one of these. Heads go one by one.
HANDY = {
    Unit.gram: (50_000, 40_000, 25_000, 20_000, 10_000, 5_000, 2_500, 2_000, 1_000, 500, 100),
    Unit.head: (50, 20, 10, 5, 2, 1),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """`lots` whole lots for `households` that could take one. What helps, each empty where it does not:

    `smaller_lot` gives everybody one; `pair_lot` lets two neighbours fill one sack (`pairs`, by number within a
    group); `groups` are whose turn it is when the groups take turns, those that had least come first.
    """

    lots: int
    households: int
    smaller_lot: int | None
    pair_lot: int | None
    pairs: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...]


def advise(problem: Problem, group_of: Mapping[str, str], unit: Unit = Unit.gram) -> Advice | None:
    """Advice where the whole lots are fewer than the households with room for one; None where they suffice.

    30 kg in sacks of 10 kg for four households: sacks of 5 kg serve all, so do two pairs; the first group has had
    nothing yet, so it is its turn:

    >>> people = tuple(Candidate(f"H{n}", 40_000, prior=20_000 if n > 2 else 0) for n in (1, 2, 3, 4))
    >>> found = advise(Problem(30_000, 10_000, people), {"H1": "一组", "H2": "一组", "H3": "二组", "H4": "二组"})
    >>> found.lots, found.households, found.smaller_lot, found.pair_lot
    (3, 4, 5000, 5000)
    >>> found.pairs, found.groups
    ((('H1', 'H2'), ('H3', 'H4')), ('一组',))
    >>> advise(Problem(40_000, 10_000, people), {}) is None
    True
    >>> advise(Problem(200_000, 50_000, people), {}).smaller_lot  # no household has room for 50 kg
    40000
    """
    free = [c for c in problem.candidates if c.eligible and c.locked is None and c.capacity]
    able = [c for c in free if c.capacity >= problem.lot]
    rest = problem.order - sum(c.locked or 0 for c in problem.candidates)
    lots = rest // problem.lot
    if lots >= len(able) and (able or not free):
        return None
    # A sack nobody has room for is as bad as too few sacks.
    homes = able or free

    def serves_all(lot: int) -> bool:
        return rest // lot >= len(homes) and all(c.capacity >= lot for c in homes)

    smaller = next((lot for lot in HANDY[unit] if lot < problem.lot and serves_all(lot)), None)
    half = problem.lot // 2
    pairs = _pairs(homes, group_of) if half and problem.lot % 2 == 0 and serves_all(half) else ()
    return Advice(lots, len(homes), smaller, half if pairs else None, pairs, _turn(able, group_of, lots))


def _grouped(able: list[Candidate], group_of: Mapping[str, str]) -> dict[str, list[Candidate]]:
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(able, key=lambda c: c.id):
        found[group_of.get(candidate.id, "")].append(candidate)
    return dict(sorted(found.items()))


def _pairs(able: list[Candidate], group_of: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Neighbours by number within a group; a last odd one stays alone."""
    return tuple(
        tuple(candidate.id for candidate in homes[place : place + 2])
        for homes in _grouped(able, group_of).values()
        for place in range(0, len(homes), 2)
    )


def _turn(able: list[Candidate], group_of: Mapping[str, str], lots: int) -> tuple[str, ...]:
    """The groups that had least a household, as many as the lots reach; none where they do not reach one group."""
    groups = {name: homes for name, homes in _grouped(able, group_of).items() if name}
    if len(groups) < 2:
        return ()
    # Compared as cross-products: a mean would need a fraction.
    ordered = sorted(
        groups, key=lambda name: (sum(c.prior for c in groups[name]) * 10**6 // len(groups[name]), name)
    )
    taken: list[str] = []
    for name in ordered:
        if sum(len(groups[each]) for each in (*taken, name)) <= lots:
            taken.append(name)
    return tuple(taken)
