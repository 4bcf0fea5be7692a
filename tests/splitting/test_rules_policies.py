"""The named policies choose weights and priors and touch nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from coop.splitting.rules import Candidate, NoShareError, Policy, Problem, split, with_policy

PEOPLE = (
    Candidate("H1", 30_000, Decimal(9), prior=7, minimum=5_000),
    Candidate("H2", 60_000, Decimal(9), prior=7, locked=1_000),
    Candidate("H3", 0, Decimal(9), prior=7),
)


@pytest.mark.parametrize("policy", list(Policy))
def test_capacity_minimum_and_lock_stay(policy: Policy) -> None:
    for before, after in zip(PEOPLE, with_policy(policy, PEOPLE, shares={"H1": 2, "H2": 1}), strict=True):
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
