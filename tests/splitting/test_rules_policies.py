"""The named policies choose weights and priors and touch nothing else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from coop.splitting.problem import parse
from coop.splitting.rules import (
    Candidate,
    NobodyDeliveredError,
    NoShareError,
    Policy,
    Problem,
    document,
    explain,
    fingerprint,
    split,
    with_policy,
)

PEOPLE = (
    Candidate("H1", 30_000, Decimal(9), prior=7, minimum=5_000),
    Candidate("H2", 60_000, Decimal(9), prior=7, locked=1_000),
    Candidate("H3", 0, Decimal(9), prior=7),
)
HELD = {"H1": 2, "H2": 1}


@pytest.mark.parametrize("policy", list(Policy))
def test_capacity_minimum_and_lock_stay(policy: Policy) -> None:
    for before, after in zip(PEOPLE, with_policy(policy, PEOPLE, shares=HELD, delivered=HELD), strict=True):
        assert (after.id, after.capacity, after.minimum, after.locked) == (
            before.id,
            before.capacity,
            before.minimum,
            before.locked,
        )
        assert policy.zh
        assert policy.en


def test_equal_forgets_weights_and_priors() -> None:
    assert {(c.weight, c.prior) for c in with_policy(Policy.equal, PEOPLE)} == {(Decimal(1), 0)}


def test_by_capacity_gives_twice_the_room_twice_the_part() -> None:
    people = with_policy(Policy.by_capacity, [Candidate("A", 30_000), Candidate("B", 60_000)])
    assert [s.quantity for s in split(Problem(30_000, 1_000, people)).shares] == [10_000, 20_000]


def test_by_shares_leaves_out_who_holds_none() -> None:
    weighed = with_policy(Policy.by_shares, PEOPLE[::2], shares={"H1": Decimal("2.5")})
    assert [(c.weight, c.eligible) for c in weighed] == [(Decimal("2.5"), True), (Decimal(9), False)]


def test_by_shares_without_any_share_is_refused() -> None:
    with pytest.raises(NoShareError):
        with_policy(Policy.by_shares, PEOPLE)


def test_season_fair_serves_first_who_had_nothing_yet() -> None:
    people = with_policy(
        Policy.season_fair, [Candidate("A", 50_000), Candidate("B", 50_000)], season={"A": 20_000}
    )
    assert [s.quantity for s in split(Problem(30_000, 10_000, people)).shares] == [10_000, 20_000]


def test_the_largest_capacity_is_still_a_weight() -> None:
    people = with_policy(Policy.by_capacity, [Candidate("A", 10**12)])
    assert split(Problem(10, 5, people)).allocated == 10


def test_by_delivery_follows_what_was_brought_and_wants_something_brought() -> None:
    two = [Candidate("A", 50_000), Candidate("B", 50_000)]
    people = with_policy(Policy.by_delivery, two, delivered={"A": 10_000, "B": 20_000})
    assert [s.quantity for s in split(Problem(30_000, 1_000, people)).shares] == [10_000, 20_000]
    with pytest.raises(NobodyDeliveredError):
        with_policy(Policy.by_delivery, two, delivered={})


def test_who_is_put_first_weighs_double_and_no_text_tells_it() -> None:
    people = with_policy(
        Policy.monitored_first, [Candidate("A", 50_000), Candidate("B", 50_000)], first={"A"}
    )
    problem = Problem(30_000, 1_000, people)
    result = split(problem)
    assert [s.quantity for s in result.shares] == [20_000, 10_000]
    told = explain(problem, result, weights_private=True)
    generic = {each.en.replace("20 kg", "X").replace("10 kg", "X") for each in told.values()}
    assert len(generic) == 1  # but for its own grams everybody reads the same


def test_a_kept_problem_gives_the_same_grams_again() -> None:
    people = with_policy(Policy.season_fair, PEOPLE[:2], season={"H1": 7})
    problem = Problem(20_000, 1_000, people)
    assert parse(document(problem)) == replace(problem, candidates=tuple(sorted(people, key=lambda c: c.id)))
    assert fingerprint(split(parse(document(problem)))) == fingerprint(split(problem))
