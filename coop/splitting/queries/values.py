"""What the pages of a split show, ready to render."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coop.kernel.units import Unit
from coop.splitting.models import AnswerState, SplitState
from coop.splitting.rules import Fairness, Policy, Reason

ANSWER_TEXTS = {
    AnswerState.proposed: ("未征询", "not asked"),
    AnswerState.offered: ("待答复", "waiting for an answer"),
    AnswerState.confirmed: ("已确认", "confirmed"),
    AnswerState.declined: ("已谢绝", "declined"),
    AnswerState.silent: ("未答复", "no answer"),
}
SPLIT_TEXTS = {
    SplitState.proposed: ("拟定", "proposed"),
    SplitState.published: ("已公布", "published"),
    SplitState.confirmed: ("已定案", "confirmed"),
}


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One household of the split table, in base units. `text` says why, in numbers to check."""

    allocation_id: int
    household_id: int
    household: str
    grid: str
    capacity: int
    computed: int
    decided: int
    confirmed: int
    delivered: int
    limit: int
    locked: bool
    reason: Reason
    text: str
    text_en: str
    change_reason: str
    state: AnswerState
    state_text: str
    state_text_en: str
    answered_via: str

    @property
    def open(self) -> int:
        """What is still to be delivered."""
        return max(0, self.decided - self.delivered)


@dataclass(frozen=True, slots=True)
class SplitTable:
    """A split with its households by number. `left` is ordered and not decided; below 0 is too much."""

    split_id: int
    number: str
    part_id: int
    line_id: int
    product: str
    product_name: str
    product_name_en: str
    unit: Unit
    season: str
    policy: Policy
    policy_text: str
    policy_text_en: str
    lot: int
    minimum: int
    quantity: int
    shortfall: int
    groups: tuple[str, ...]
    round: int
    answer_by: date | None
    state: SplitState
    state_text: str
    state_text_en: str
    digest: str
    decided: int
    confirmed: int
    delivered: int
    fairness: Fairness
    lines: tuple[ShareLine, ...]

    @property
    def left(self) -> int:
        return self.quantity - self.decided

    @property
    def waiting(self) -> int:
        """How many households have not answered."""
        return sum(line.state is AnswerState.offered for line in self.lines)


@dataclass(frozen=True, slots=True)
class HouseholdShare:
    """A share as its household sees it."""

    allocation_id: int
    split_id: int
    order_number: str
    product: str
    product_name: str
    product_name_en: str
    unit: Unit
    window_from: date
    window_to: date
    answer_by: date | None
    split_state: SplitState
    line: ShareLine

    @property
    def may_answer(self) -> bool:
        return self.split_state is SplitState.published and self.line.state is not AnswerState.proposed


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a household can grow, and what of it is promised to orders."""

    household: str
    product: str
    product_name: str
    product_name_en: str
    unit: Unit
    season: str
    units: int
    yield_each: int
    capacity: int
    promised: int
