"""Why a household got what it got, in words with numbers: for the order page and the courtyard meeting.

Every number can be checked with a pocket calculator against the published list. Says nothing about why a
weight or a lock is what it is: that may be personal.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from coop.kernel.units import Unit, jin_text, kg_text
from coop.splitting.rules.values import Candidate, Problem, Reason, Share, Split
from ledger.money import round_half_up


@dataclass(frozen=True, slots=True)
class Explanation:
    zh: str
    en: str


def explain(
    problem: Problem,
    result: Split,
    *,
    unit: Unit = Unit.gram,
    of_capacity: bool = False,
    weights_private: bool = False,
) -> dict[str, Explanation]:
    """One explanation a candidate id, for a problem and what `split` made of it.

    With `weights_private` no standing is told: it would say whom the village put first (users.md §1.7).
    With `of_capacity` the weights are capacities in millions of base units, and a standing is told as a share of capacity.

    25 kg in sacks of 10 kg: A and B get one each; then A stands at 10 kg, and the last sack was given at 0.

    >>> from coop.splitting.rules.engine import split
    >>> problem = Problem(20_000, 10_000, (Candidate("A", 40_000), Candidate("B", 40_000)))
    >>> print(explain(problem, split(problem))["A"].en)
    Got 10 kg. With 10 kg in all, not below the 0 kg at which \
the last lot was given; the order was used up before its turn came again.
    """
    by_id = {candidate.id: candidate for candidate in problem.candidates}
    last = _last_lot_given_at(problem.lot, by_id, result)
    words = _Words(unit, problem.lot, last, of_capacity, weights_private)
    return {share.id: words.explanation(by_id[share.id], share) for share in result.shares}


def _last_lot_given_at(lot: int, by_id: dict[str, Candidate], result: Split) -> Fraction | None:
    """The ratio of whoever got the last whole lot, just before it; None when no lot was given by ratio."""
    last: Fraction | None = None
    for share in result.shares:
        if share.reason in {Reason.remainder, Reason.capacity, Reason.level}:
            candidate = by_id[share.id]
            whole = share.quantity // lot * lot
            if whole:
                ratio = Fraction((candidate.prior + whole - lot) * 10**6, candidate.weight_micro)
                last = ratio if last is None else max(last, ratio)
    return last


@dataclass(frozen=True, slots=True)
class _Words:
    unit: Unit
    lot: int
    last: Fraction | None
    of_capacity: bool
    weights_private: bool = False

    def zh(self, quantity: int) -> str:
        if self.unit is Unit.head:
            return f"{quantity} 头（只）"
        return f"{kg_text(quantity)} 公斤（{jin_text(quantity)} 斤）"

    def en(self, quantity: int) -> str:
        return f"{quantity} head" if self.unit is Unit.head else f"{kg_text(quantity)} kg"

    def explanation(self, candidate: Candidate, share: Share) -> Explanation:
        got = share.quantity
        if share.reason is Reason.ineligible:
            return Explanation("本次不参加分配。", "Takes no part in this split.")
        if share.reason is Reason.locked:
            return Explanation(
                f"事先固定为 {self.zh(got)}，不参加其余部分的分配。",
                f"Fixed beforehand at {self.en(got)}; takes no part in sharing the rest.",
            )
        if share.reason is Reason.below_minimum:
            return self._below_minimum(candidate)
        if share.reason is Reason.capacity:
            room = candidate.capacity - got
            return Explanation(
                f"分得 {self.zh(got)}。产能 {self.zh(candidate.capacity)}，"
                f"余 {self.zh(room)}，不够一份 {self.zh(self.lot)}。",
                f"Got {self.en(got)}. Of its capacity of {self.en(candidate.capacity)}, "
                f"{self.en(room)} are left, less than a lot of {self.en(self.lot)}.",
            )
        if share.reason is Reason.remainder:
            return self._remainder(candidate, got)
        return self._level(candidate, got)

    def _below_minimum(self, candidate: Candidate) -> Explanation:
        least, room = candidate.minimum, candidate.capacity
        if least > room:
            return Explanation(
                f"起分量 {self.zh(least)}超过产能 {self.zh(room)}，超出 {self.zh(least - room)}，本次未分。",
                f"Its minimum of {self.en(least)} exceeds its capacity of {self.en(room)} by "
                f"{self.en(least - room)}; got nothing.",
            )
        return Explanation(
            f"按次序能分到的量够不上起分量 {self.zh(least)}，本次未分，让给其他户。",
            f"Its part would not have reached its minimum of {self.en(least)}; got nothing.",
        )

    def _remainder(self, candidate: Candidate, got: int) -> Explanation:
        part = got % self.lot
        if self.weights_private:
            return Explanation(
                f"分得 {self.zh(got)}，其中 {self.zh(part)}是不够一份的零头。",
                f"Got {self.en(got)}, of which {self.en(part)} are the part-lot.",
            )
        zh, en = self._standing(candidate, got - part)
        return Explanation(
            f"分得 {self.zh(got)}，其中 {self.zh(part)}是不够一份的零头：{zh}，在装得下零头的户中最少。",
            f"Got {self.en(got)}, of which {self.en(part)} are the part-lot: {en}, "
            "the least of those with room for it.",
        )

    def _level(self, candidate: Candidate, got: int) -> Explanation:
        if self.weights_private:
            return Explanation(
                f"分得 {self.zh(got)}。按公布的办法逐份分出，再轮到之前订单已分完。",
                f"Got {self.en(got)}. Given lot by lot by the published rule; the order was used up before its "
                "turn came again.",
            )
        zh, en = self._standing(candidate, got)
        if self.last is None:
            return Explanation(
                f"分得 {self.zh(got)}。{zh}；没有整份可分。",
                f"Got {self.en(got)}. {en}; there was no whole lot.",
            )
        at_zh, at_en = self._ratio(self.last)
        return Explanation(
            f"分得 {self.zh(got)}。{zh}，不低于最后一份分出时的 {at_zh}；轮到之前订单已分完。",
            f"Got {self.en(got)}. {en[0].upper()}{en[1:]}, not below the {at_en} at which the last lot was "
            "given; the order was used up before its turn came again.",
        )

    def _standing(self, candidate: Candidate, got: int) -> tuple[str, str]:
        """How well served a household is, in the measure the last lot is told in."""
        held = candidate.prior + got
        zh, en = f"连同以前的共 {self.zh(held)}", f"with {self.en(held)} in all"
        if candidate.weight == 1 and not self.of_capacity:
            return zh, en
        zh_ratio, en_ratio = self._ratio(Fraction(held * 10**6, candidate.weight_micro))
        if self.of_capacity:
            return f"{zh}，占产能的 {zh_ratio}", f"{en} it stands at {en_ratio} of its capacity"
        weight = f"{candidate.weight.normalize():f}"
        return (
            f"{zh}，按 {weight} 股合每股 {zh_ratio}",
            f"{en} it comes to {en_ratio} for each of its {weight} shares",
        )

    def _ratio(self, ratio: Fraction) -> tuple[str, str]:
        if self.of_capacity:  # the weight is the capacity in millions, so the ratio is a millionth part
            tenths = round_half_up(ratio.numerator, ratio.denominator * 1000)
            return f"{tenths // 10}.{tenths % 10}%", f"{tenths // 10}.{tenths % 10} %"
        rounded = round_half_up(ratio.numerator, ratio.denominator)
        return self.zh(rounded), self.en(rounded)
