"""What a split takes and gives, and what may be wrong with it. Knows no algorithm and no JSON.

Quantities are integers in the product's base unit (gram or head); weights are decimals of at most six places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coop.kernel.errors import CoopError
from coop.splitting.rules.fairness import Fairness

LIMIT = 10**12
"""No order, lot, capacity, prior, minimum or lock is larger. The exactness of `level` rests on it."""
WEIGHT_LIMIT = 10**6
WEIGHT_PLACES = 6


class Reason(StrEnum):
    """Why a candidate got what it got; the first that fits, in this order."""

    ineligible = "ineligible"
    locked = "locked"
    below_minimum = "below_minimum"
    remainder = "remainder"
    capacity = "capacity"
    level = "level"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A household, or a village, that may get a part.

    `prior` is what it already had (this season, say), `minimum` what makes it worth its while, `locked` a
    quantity fixed by hand. A larger `weight` means a larger claim.
    """

    id: str
    capacity: int
    weight: Decimal = Decimal(1)
    prior: int = 0
    minimum: int = 0
    locked: int | None = None
    eligible: bool = True

    @property
    def weight_micro(self) -> int:
        """The weight in millionths: an integer, since a weight has six places at most."""
        return int(self.weight.scaleb(WEIGHT_PLACES))


@dataclass(frozen=True, slots=True)
class Problem:
    """An order of `order` base units, handed out in lots of `lot` (a sack, a crate, a hive)."""

    order: int
    lot: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Share:
    id: str
    quantity: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Split:
    """Every candidate's share, sorted by id. `allocated + shortfall` is the order."""

    shares: tuple[Share, ...]
    allocated: int
    shortfall: int
    fairness: Fairness


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with a problem: the candidate's position (None = the problem itself) and the field.

    `rests_on` names the fields the finding was drawn from; who could not read one of them drops the finding.
    """

    index: int | None
    field: str
    zh: str
    en: str
    rests_on: frozenset[str]


class ProblemError(CoopError):
    """A problem that breaks the rules for its input; `flaws` has them all."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__(
            zh="；".join(f"第 {f.index + 1} 户 {f.zh}" if f.index is not None else f.zh for f in flaws),
            en="; ".join(f"candidate {f.index + 1}: {f.en}" if f.index is not None else f.en for f in flaws),
        )


def flaws(problem: Problem) -> tuple[Flaw, ...]:
    """All that is wrong with a problem: ranges, repeated ids, locks that cannot hold."""
    return (
        *_range_flaws(None, "order", problem.order, least=0),
        *_range_flaws(None, "lot", problem.lot, least=1),
        *_candidate_flaws(problem.candidates),
        *_lock_sum_flaws(problem),
    )


def _lock_sum_flaws(problem: Problem) -> Iterator[Flaw]:
    locked = sum(max(0, c.locked or 0) for c in problem.candidates)
    if locked > problem.order >= 0:
        yield Flaw(
            None,
            "candidates",
            f"锁定数量合计应不超过订单 {problem.order}，实为 {locked}，超出 {locked - problem.order}",
            f"locks together must not exceed the order {problem.order}, found {locked}, over by "
            f"{locked - problem.order}",
            frozenset({"order"}),
        )


def _candidate_flaws(candidates: Sequence[Candidate]) -> Iterator[Flaw]:
    first_with: dict[str, int] = {}
    for index, candidate in enumerate(candidates):
        first = first_with.setdefault(candidate.id, index)
        if first != index:
            yield Flaw(
                index,
                "id",
                f"编号 {candidate.id!r} 重复：第 {first + 1} 个已用",
                f"id {candidate.id!r} is repeated: candidate {first + 1} has it",
                frozenset({"id"}),
            )
        for field in ("capacity", "prior", "minimum"):
            yield from _range_flaws(index, field, getattr(candidate, field), least=0)
        yield from _weight_flaws(index, candidate.weight)
        if candidate.locked is not None:
            yield from _range_flaws(index, "locked", candidate.locked, least=0)
            yield from _lock_flaws(index, candidate, candidate.locked)


def _range_flaws(index: int | None, field: str, value: int, *, least: int) -> Iterator[Flaw]:
    if not least <= value <= LIMIT:
        yield Flaw(
            index,
            field,
            f"应在 {least} 到 {LIMIT} 之间，实为 {short(value)}",
            f"expected {least} to {LIMIT}, found {short(value)}",
            frozenset({field}),
        )


def _weight_flaws(index: int, weight: Decimal) -> Iterator[Flaw]:
    if not (weight.is_finite() and 0 < weight < WEIGHT_LIMIT and weight.scaleb(WEIGHT_PLACES) % 1 == 0):
        yield Flaw(
            index,
            "weight",
            f"权重应大于 0、小于 {WEIGHT_LIMIT}、至多 {WEIGHT_PLACES} 位小数，实为 {short(weight)}",
            f"expected above 0, below {WEIGHT_LIMIT}, {WEIGHT_PLACES} decimals, found {short(weight)}",
            frozenset({"weight"}),
        )


def _lock_flaws(index: int, candidate: Candidate, locked: int) -> Iterator[Flaw]:
    if not candidate.eligible:
        yield Flaw(
            index,
            "locked",
            "不参加分配的户不能锁定数量，应为空",
            "a candidate that is not eligible cannot be locked: expected null",
            frozenset({"locked", "eligible"}),
        )
    if locked > candidate.capacity:
        over = locked - candidate.capacity
        yield Flaw(
            index,
            "locked",
            f"锁定数量应不超过产能 {candidate.capacity}，实为 {locked}，超出 {over}",
            f"the lock must not exceed the capacity {candidate.capacity}, found {locked}, over by {over}",
            frozenset({"locked", "capacity"}),
        )


def short(found: object, limit: int = 60) -> str:
    """What was found, cut to a readable length: an input may hold a number of ten thousand digits."""
    try:
        text = str(found)
    except ValueError:  # Python refuses to write integers past some thousand digits
        return "…"
    return text if len(text) <= limit else f"{text[:limit]}…"
