"""The named policies: each only chooses weights and priors; the engine is one and the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from coop.kernel.errors import CoopError
from coop.splitting.rules.values import Candidate

LARGEST_WEIGHT = Decimal("999999.999999")


class Policy(StrEnum):
    """How an order is shared out; the village decides which."""

    equal = "equal"
    by_capacity = "by_capacity"
    by_shares = "by_shares"
    season_fair = "season_fair"

    @property
    def zh(self) -> str:
        """As it is announced in the courtyard meeting."""
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]


_WORDS = {
    Policy.equal: ("每户一样多", "every household the same"),
    Policy.by_capacity: ("按产能比例", "in proportion to capacity"),
    Policy.by_shares: ("按股份比例", "in proportion to shares"),
    Policy.season_fair: (
        "按产能比例，并计入本季已分数量",
        "in proportion to capacity, counting what the season gave before",
    ),
}


class NoShareError(CoopError):
    """A policy by shares, and nobody who takes part holds any."""

    def __init__(self, candidates: int) -> None:
        super().__init__(
            zh=f"按股份分配：参加的 {candidates} 户中应至少一户有股份，实为 0 户",
            en=f"by shares: at least one of {candidates} candidates must hold a share, found none",
        )


def with_policy(
    policy: Policy,
    candidates: Iterable[Candidate],
    *,
    shares: Mapping[str, int] | Mapping[str, Decimal] | None = None,
    season: Mapping[str, int] | None = None,
) -> tuple[Candidate, ...]:
    """The candidates with the policy's weights and priors.

    `shares` per id is needed by `by_shares`, `season` (what the season gave before, base units) by
    `season_fair`. Who has none of what the policy looks at takes no part. Raises NoShareError.

    >>> with_policy(Policy.by_shares, [Candidate("H1", 5000)], shares={"H1": 3})[0].weight
    Decimal('3')
    """
    everyone = tuple(candidates)
    if policy is Policy.equal:
        return tuple(replace(c, weight=Decimal(1), prior=0) for c in everyone)
    if policy is Policy.by_shares:
        held = shares or {}
        weighed = tuple(_weighed(c, Decimal(held.get(c.id, 0)), 0) for c in everyone)
        if everyone and not any(held.get(c.id, 0) for c in everyone):
            raise NoShareError(len(everyone))
        return weighed
    before = (season or {}) if policy is Policy.season_fair else {}
    # In millions of base units, so that any capacity is a weight of at most six places.
    weights = [min(Decimal(c.capacity).scaleb(-6), LARGEST_WEIGHT) for c in everyone]
    return tuple(_weighed(c, w, before.get(c.id, 0)) for c, w in zip(everyone, weights, strict=True))


def _weighed(candidate: Candidate, weight: Decimal, prior: int) -> Candidate:
    if weight <= 0 and candidate.locked is None:
        return replace(candidate, eligible=False, prior=prior)
    return replace(candidate, weight=weight if weight > 0 else Decimal(1), prior=prior)
