"""Values of a distribution and the faults of one: parameters, inputs, pool, lines. No arithmetic of the
law here.

Money in fen; rates are exact fractions. Everything that decides a plan is in its inputs, so a plan can be
recomputed years later from what was stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from coop.kernel.errors import CoopError
from ledger.chart import Standard
from ledger.closing import RefundFloor
from ledger.money import fen_text

LAWFUL_REFUND = Fraction(60, 100)  # 农民专业合作社法 art. 44


class Tranche(StrEnum):
    """What a household gets money for; `quantified` is a claim in its member account, never paid out."""

    dividend = "dividend"
    bonus = "bonus"
    refund = "refund"
    residual = "residual"
    quantified = "quantified"


class QuantifyBy(StrEnum):
    """How the charter quantifies the year's reserve to the members (art. 42)."""

    transaction = "transaction"
    contribution = "contribution"


class NothingToDistributeError(CoopError):
    """Losses eat what there is: paying out would mean borrowing."""

    def __init__(self, year: int, found: int) -> None:
        self.found = found
        super().__init__(
            zh=f"{year} 年没有可分配的收益：应大于 0，实为 {fen_text(found)} 元；严禁举债分红",
            en=f"nothing to distribute for {year}: expected above 0, found {fen_text(found)} yuan; "
            "no borrowing to pay dividends",
        )


class OverLimitError(CoopError):
    """More than the waterfall leaves."""

    def __init__(self, what: str, what_en: str, limit: int, found: int) -> None:
        self.limit, self.found = limit, found
        over = fen_text(found - limit)
        super().__init__(
            zh=f"{what}最多 {fen_text(limit)} 元，实为 {fen_text(found)} 元，超出 {over} 元",
            en=f"{what_en}: at most {fen_text(limit)} yuan, found {fen_text(found)}, over by {over}",
        )


class BelowFloorError(CoopError):
    """A refund rate below what the law asks."""

    def __init__(self, expected: Fraction, found: Fraction) -> None:
        super().__init__(
            zh=f"盈余返还比例不得低于 {expected}，实为 {found}，差 {expected - found}",
            en=f"refund rate: expected at least {expected}, found {found}, short by {expected - found}",
        )


class CoverError(CoopError):
    """More of the reserve to cover losses than there are losses, or reserve."""

    def __init__(self, limit: int, found: int) -> None:
        super().__init__(
            zh=f"公积补亏应在 0 与 {fen_text(limit)} 元之间，实为 {fen_text(found)} 元",
            en=f"reserve used for losses: expected 0 to {fen_text(limit)} yuan, found {fen_text(found)} yuan",
        )


class NoKeysError(CoopError):
    """A pool without anybody to share it."""

    def __init__(self, what: str, what_en: str, pool: int) -> None:
        super().__init__(
            zh=f"{what} {fen_text(pool)} 元没有分配依据：所有农户的份额都是 0",
            en=f"{what_en} of {fen_text(pool)} yuan has no key: the share of every household is 0",
        )


@dataclass(frozen=True, slots=True)
class Parameters:
    """What charter and meeting decide. None for an amount means: all that the waterfall leaves.

    `bonus_pool_fen` is the year's budget for the points bonus (mode A, 514). With `bonus_on` false, or
    nobody above the base, it stays undistributed: share dividends are those of the budget either way.
    """

    reserve_rate: Fraction = Fraction(0)
    cover_loss_fen: int = 0
    to_members_fen: int | None = None
    bonus_pool_fen: int = 0
    bonus_on: bool = True
    bonus_base: int = 100
    refund_rate: Fraction = LAWFUL_REFUND
    residual_fen: int | None = None
    quantify_by: QuantifyBy = QuantifyBy.transaction


@dataclass(frozen=True, slots=True)
class RceoInputs:
    """A shareholding cooperative's year. `net_fen` is before the bonus; opening below 0 is an old loss."""

    year: int
    net_fen: int
    opening_fen: int
    reserve_balance_fen: int
    shares: Mapping[str, int]
    scores: Mapping[str, int] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()
    parameters: Parameters = Parameters()

    @property
    def standard(self) -> Standard:
        return Standard.rceo_2023


@dataclass(frozen=True, slots=True)
class CoopInputs:
    """A farmers' cooperative's year, by member household.

    `transactions`: fen of produce sold to it in the year; `contributions` in fen; `members`: heads;
    `quantified`: fen of reserve quantified in earlier years.
    """

    year: int
    net_fen: int
    opening_fen: int
    reserve_balance_fen: int
    grant_fen: int
    transactions: Mapping[str, int]
    contributions: Mapping[str, int]
    members: Mapping[str, int]
    quantified: Mapping[str, int] = field(default_factory=dict)
    parameters: Parameters = Parameters()

    @property
    def standard(self) -> Standard:
        return Standard.coop_2021


@dataclass(frozen=True, slots=True)
class Pool:
    """The waterfall's figures, fen. `net_fen` is after the bonus: the result the books will show.

    `distributable_fen` is the form's row (RCEO 五, coop 16); `limit_fen` what may go to members.
    """

    net_fen: int
    bonus_fen: int
    opening_fen: int
    cover_fen: int
    loss_makeup_fen: int
    reserve_fen: int
    distributable_fen: int
    limit_fen: int
    dividend_fen: int
    refund_fen: int
    residual_fen: int
    undistributed_fen: int
    floor: RefundFloor | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What one household gets of one tranche, with its key and the calculation in words."""

    tranche: Tranche
    household: str
    key: str
    fen: int
    working: str
    working_en: str


@dataclass(frozen=True, slots=True)
class TrancheSum:
    """One tranche: its pool, the sum of all keys, how many households get some of it."""

    tranche: Tranche
    pool_fen: int
    keys: str
    households: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole distribution."""

    standard: Standard
    year: int
    pool: Pool
    tranches: tuple[TrancheSum, ...]
    lines: tuple[Line, ...]
