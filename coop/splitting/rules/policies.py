"""The named policies: each only chooses weights and priors; the engine is one and the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from coop.kernel.errors import CoopError
from coop.splitting.rules.values import Candidate

LARGEST_WEIGHT = Decimal("999999.999999")
PRIORITY = 2
"""How many times its capacity a household weighs that the village put first."""


class Policy(StrEnum):
    """How an order is shared out; the village decides which."""

    equal = "equal"
    by_capacity = "by_capacity"
    by_shares = "by_shares"
    season_fair = "season_fair"
    by_delivery = "by_delivery"
    monitored_first = "monitored_first"

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
    Policy.by_delivery: ("按以往交货量比例", "in proportion to what was delivered before"),
    Policy.monitored_first: (
        "按产能比例，村里议定的优先户加倍",
        "in proportion to capacity, doubled for those the village put first",
    ),
}


class NoShareError(CoopError):
    """A policy by shares, and nobody who takes part holds any."""

    def __init__(self, candidates: int) -> None:
        super().__init__(
            zh=f"按股份分配：参加的 {candidates} 户中应至少一户有股份，实为 0 户",
            en=f"by shares: at least one of {candidates} candidates must hold a share, found none",
        )


class NobodyDeliveredError(CoopError):
    """A policy by past deliveries, and nobody who takes part has delivered yet."""

    def __init__(self, candidates: int) -> None:
        super().__init__(
            zh=f"按以往交货量分配：参加的 {candidates} 户都还没有交过货，请换一种办法",
            en=f"by past deliveries: none of {candidates} candidates has delivered yet; choose another rule",
        )


def with_policy(
    policy: Policy,
    candidates: Iterable[Candidate],
    *,
    shares: Mapping[str, int] | Mapping[str, Decimal] | None = None,
    season: Mapping[str, int] | None = None,
    delivered: Mapping[str, int] | None = None,
    first: Collection[str] = (),
) -> tuple[Candidate, ...]:
    """The candidates with the policy's weights and priors.

    `shares` per id is needed by `by_shares`, `season` (what the season gave before, base units) by
    `season_fair`, `delivered` (in all seasons, base units) by `by_delivery`, `first` (ids) by `monitored_first`.
    Who has none of what the policy looks at takes no part. Raises NoShareError, NobodyDeliveredError.

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
    if policy is Policy.by_delivery:
        brought = delivered or {}
        if everyone and not any(brought.get(c.id, 0) for c in everyone):
            raise NobodyDeliveredError(len(everyone))
        return tuple(_weighed(c, _millions(brought.get(c.id, 0)), 0) for c in everyone)
    before = (season or {}) if policy is Policy.season_fair else {}
    ahead = frozenset(first) if policy is Policy.monitored_first else frozenset()
    weights = [_millions(c.capacity * (PRIORITY if c.id in ahead else 1)) for c in everyone]
    return tuple(_weighed(c, w, before.get(c.id, 0)) for c, w in zip(everyone, weights, strict=True))


def _millions(quantity: int) -> Decimal:
    """In millions of base units, so that any quantity is a weight of at most six places."""
    return min(Decimal(quantity).scaleb(-6), LARGEST_WEIGHT)


def _weighed(candidate: Candidate, weight: Decimal, prior: int) -> Candidate:
    if weight <= 0 and candidate.locked is None:
        return replace(candidate, eligible=False, prior=prior)
    return replace(candidate, weight=weight if weight > 0 else Decimal(1), prior=prior)
