"""The engine against the rule taken literally: lot by lot, and minimums by trying every run."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.splitting.rules import Candidate, Problem, ProblemError, Reason, split


def _ratio(c: Candidate, x: int) -> Fraction:
    return Fraction(c.prior + x) / Fraction(c.weight)


def _lot_by_lot(rest: int, lot: int, free: list[Candidate]) -> tuple[dict[str, int], str | None]:
    given = {c.id: 0 for c in free}
    for _ in range(rest // lot):
        room = [c for c in free if c.capacity - given[c.id] >= lot]
        if room:
            given[min(room, key=lambda c: (_ratio(c, given[c.id]), c.id)).id] += lot
    part = rest % lot
    room = [c for c in free if c.capacity - given[c.id] >= part]
    if part and room:
        lucky = min(room, key=lambda c: (_ratio(c, given[c.id]), c.id)).id
        given[lucky] += part
        return given, lucky
    return given, None


def literal(problem: Problem) -> dict[str, tuple[int, str]]:
    """Design §7, word for word."""
    rest = problem.order - sum(c.locked or 0 for c in problem.candidates)
    free = [c for c in problem.candidates if c.eligible and c.locked is None and c.minimum <= c.capacity]
    wanting = sorted(
        (c for c in free if c.minimum > 0), key=lambda c: (_ratio(c, c.minimum), c.id), reverse=True
    )
    for run in range(len(wanting) + 1):
        left = [c for c in free if c not in wanting[:run]]
        given, lucky = _lot_by_lot(rest, problem.lot, left)
        if all(given[c.id] >= c.minimum for c in left):
            break
    answer = {}
    for c in problem.candidates:
        x = given.get(c.id, 0)
        if not c.eligible:
            answer[c.id] = (0, "ineligible")
        elif c.locked is not None:
            answer[c.id] = (c.locked, "locked")
        elif c.id not in given:
            answer[c.id] = (0, "below_minimum")
        elif c.id == lucky:
            answer[c.id] = (x, "remainder")
        else:
            answer[c.id] = (x, "capacity" if c.capacity - x < problem.lot else "level")
    return answer


weights = st.one_of(
    st.just(Decimal(1)),
    st.integers(1, 5).map(Decimal),
    st.integers(1, 3_000_000).map(lambda n: Decimal(n).scaleb(-6)),
)


@st.composite
def problems(draw: st.DrawFn, *, plain: bool = False) -> Problem:
    lot = draw(st.integers(1, 7))
    candidates = []
    for n in range(draw(st.integers(0, 7))):
        capacity = draw(st.integers(0, 40)) // (lot if plain else 1) * (lot if plain else 1)
        locked = None if plain else draw(st.one_of(st.none(), st.none(), st.integers(0, capacity)))
        candidates.append(
            Candidate(
                id=f"H{n}",
                capacity=capacity,
                weight=draw(weights),
                prior=draw(st.sampled_from([0, 0, 3, 10, 25])),
                minimum=0 if plain else draw(st.sampled_from([0, 0, 0, 2, 8, 20, 45])),
                locked=locked,
                eligible=locked is not None or draw(st.sampled_from([True, True, True, False])),
            )
        )
    least = sum(c.locked or 0 for c in candidates)
    order = least + draw(st.integers(0, 160))
    return Problem(order, lot, tuple(draw(st.permutations(candidates))))


@settings(max_examples=400, deadline=None)
@given(problems())
def test_the_split_is_the_rule_lot_by_lot(problem: Problem) -> None:
    found = {share.id: (share.quantity, share.reason.value) for share in split(problem).shares}
    assert found == literal(problem)


@settings(max_examples=200, deadline=None)
@given(problems())
def test_parts_and_shortfall_are_the_order_and_nobody_is_over_capacity(problem: Problem) -> None:
    result = split(problem)
    capacities = {c.id: c.capacity for c in problem.candidates}
    assert sum(share.quantity for share in result.shares) + result.shortfall == problem.order
    assert result.shortfall >= 0
    assert all(0 <= share.quantity <= capacities[share.id] for share in result.shares)
    assert [share.id for share in result.shares] == sorted(capacities)


@settings(max_examples=150, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(problem: Problem, random: object) -> None:
    shuffled = list(problem.candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random
    assert split(Problem(problem.order, problem.lot, tuple(shuffled))) == split(problem)


@settings(max_examples=150, deadline=None)
@given(problems(plain=True), st.integers(1, 5))
def test_a_larger_order_takes_from_nobody(problem: Problem, lots: int) -> None:
    """House-monotone without minimums, with whole-lot capacities."""
    order = problem.order // problem.lot * problem.lot
    before = split(Problem(order, problem.lot, problem.candidates))
    after = split(Problem(order + lots * problem.lot, problem.lot, problem.candidates))
    assert all(a.quantity >= b.quantity for a, b in zip(after.shares, before.shares, strict=True))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**12), st.integers(1, 10**12 - 1), st.integers(0, 10**12)),
        min_size=1,
        max_size=12,
    ),
    st.integers(0, 10**12),
)
def test_huge_numbers_stay_exact(rows: list[tuple[int, int, int]], order: int) -> None:
    """No candidate could be given a lot earlier than another got its last one."""
    people = [
        Candidate(f"H{n:03d}", capacity, Decimal(weight).scaleb(-6), prior)
        for n, (capacity, weight, prior) in enumerate(rows)
    ]
    result = split(Problem(order, 1, tuple(people)))
    by_id = {c.id: c for c in people}
    assert sum(share.quantity for share in result.shares) == min(order, sum(c.capacity for c in people))
    last = max(
        ((_ratio(by_id[s.id], s.quantity - 1), s.id) for s in result.shares if s.quantity), default=None
    )
    waiting = [
        (_ratio(by_id[s.id], s.quantity), s.id) for s in result.shares if s.quantity < by_id[s.id].capacity
    ]
    assert last is None or all(last < other for other in waiting)


def test_a_hundred_thousand_households_are_level() -> None:
    people = tuple(
        Candidate(f"H{n:06d}", 5_000 * (1 + n % 40), Decimal(1 + n % 40), prior=(n % 3) * 1000)
        for n in range(100_000)
    )
    result = split(Problem(4_000_000_123, 5_000, people))
    assert result.allocated == 4_000_000_123
    assert sum(share.reason is Reason.remainder for share in result.shares) == 1


@pytest.mark.parametrize(
    ("candidates", "order"),
    [
        ((Candidate("A", 10, locked=11),), 20),
        ((Candidate("A", 10, locked=5, eligible=False),), 20),
        ((Candidate("A", 10, locked=6), Candidate("B", 10, locked=6)), 11),
        ((Candidate("A", 10), Candidate("A", 20)), 11),
    ],
)
def test_a_lock_that_cannot_hold_is_refused(candidates: tuple[Candidate, ...], order: int) -> None:
    with pytest.raises(ProblemError):
        split(Problem(order, 1, candidates))


def test_nobody_to_give_to_is_shortfall() -> None:
    result = split(Problem(25, 10, ()))
    assert (result.allocated, result.shortfall) == (0, 25)
    assert result.fairness.jain == Decimal(1)
