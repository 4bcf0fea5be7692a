"""The level: whole lots to the smallest (prior + x) / weight, found directly instead of lot by lot.

Candidate i's next lots carry the rising keys (prior + t × lot) / weight for t = 0, 1, …; `lots` times "one
lot to the smallest ratio" takes the `lots` smallest keys of all. So: bracket the level between two
certified values, give what lies surely below, and choose the rest exactly among the few keys in between.
Knows arrays only, in id order.

Why it is exact although binary fractions guide it: with every quantity at most 10^12 the number of lots
below a level, level × weight / lot − prior / lot, is off by less than 2^-8; `_NUDGE` is 2^-6. A level
certified with the nudge on the unfavourable side is therefore right, and all decisions in between are
made in integers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_NUDGE = 2.0**-6
_NEWTON_STEPS = 40
_DIGIT = 20
"""Bits a step of long division adds: a remainder below 2^40 shifted by 20 stays inside int64."""


def fill_lots(capacity: Ints, weight: Ints, prior: Ints, *, lot: int, lots: int) -> Ints:
    """Whole lots per candidate when `lots` of them go one by one to the smallest (prior + x) / weight.

    Arrays are in id order (ties go to the smaller position), weights integers in 1..10^12, the rest 0..10^12.
    Gives the count of lots, not the quantity; what finds no room is left over.

    The first one is full after 3; of the other 7 the double weight takes the larger half, 4:

    >>> a = lambda *values: np.array(values)
    >>> fill_lots(a(30, 100, 100), a(1, 1, 2), a(0, 0, 0), lot=10, lots=10).tolist()
    [3, 3, 4]
    """
    room = capacity // lot
    if lots >= int(room.sum()):
        return room
    room = np.minimum(room, lots)
    if lots == 0:
        return room
    stairs = _Stairs(weight / lot, prior / lot, room.astype(np.float64))
    below, above = stairs.bracket(lots)
    base = stairs.lots_below(below, -_NUDGE)
    width = stairs.lots_below(above, _NUDGE) - base
    # One row a key in the band, by candidate: the order that settles ties.
    who = np.repeat(np.arange(width.size), width)
    nth = np.arange(who.size) - np.repeat(np.cumsum(width) - width, width) + base[who]
    taken = smallest(prior[who] + nth * lot, weight[who], lots - int(base.sum()))
    return base + np.bincount(who[taken], minlength=base.size)


def smallest(numerator: Ints, denominator: Ints, count: int) -> Flags:
    """Marks the `count` smallest numerator / denominator, ties to the smaller position: exact, no sort.

    Numerators below 2^41, denominators in 1..10^12: two different such ratios differ by more than 2^-80, so
    long division to 80 binary places tells them apart.

    >>> smallest(np.array([1, 1, 2, 1]), np.array([2, 3, 6, 1]), 2).tolist()
    [False, True, True, False]
    """
    chosen = np.zeros(numerator.size, dtype=np.bool_)
    pool = np.arange(numerator.size)
    for digits in _ratio_digits(numerator, denominator):
        if count in {0, pool.size}:
            break
        values = digits(pool)
        cut = np.partition(values, count - 1)[count - 1]
        under = values < cut
        chosen[pool[under]] = True
        count -= int(under.sum())
        pool = pool[values == cut]
    chosen[pool[:count]] = True
    return chosen


def ascending(numerator: Ints, denominator: Ints) -> Ints:
    """Positions by rising numerator / denominator, ties by position; ranges as in `smallest`."""
    everyone = np.arange(numerator.size)
    keys = [digits(everyone) for digits in _ratio_digits(numerator, denominator)]
    return np.lexsort(keys[::-1])


def _ratio_digits(numerator: Ints, denominator: Ints) -> tuple[Callable[[Ints], Ints], ...]:
    """The digits of the ratios, most significant first, computed only for the positions asked for."""
    if numerator.size and (denominator == denominator[0]).all():
        return (lambda pool: numerator[pool],)

    def digits(pool: Ints, *, leading: bool) -> Ints:
        divisor = denominator[pool]
        whole, rest = np.divmod(numerator[pool], divisor)
        first, rest = np.divmod(rest << _DIGIT, divisor)
        if leading:  # whole part and 20 binary places: 61 bits
            return (whole << _DIGIT) + first
        value = np.zeros_like(rest)
        for _ in range(3):  # the next 60 places
            digit, rest = np.divmod(rest << _DIGIT, divisor)
            value = (value << _DIGIT) + digit
        return value

    return (lambda pool: digits(pool, leading=True), lambda pool: digits(pool, leading=False))


class _Stairs:
    """Lots below a level: a staircase for each candidate, `rise × level − start`, from 0 to `room`."""

    def __init__(self, rise: Reals, start: Reals, room: Reals) -> None:
        self.rise, self.start, self.room = rise, start, room
        self.size = rise.size
        margin = 2 / rise.min()  # two steps of the slowest candidate: past every key for certain
        self.floor = (start / rise).min() - margin
        self.ceiling = ((start + room) / rise).max() + margin

    def lots_below(self, level: np.float64, nudge: float) -> Ints:
        """Keys below the level per candidate; in doubt, a negative nudge counts fewer, a positive more."""
        return np.clip(np.ceil(self.rise * level - self.start + nudge), 0, self.room).astype(np.int64)

    def total(self, level: np.float64, nudge: float) -> int:
        return int(self.lots_below(level, nudge).sum())

    def bracket(self, lots: int) -> tuple[np.float64, np.float64]:
        """Two levels: at most `lots` keys below the first, at least `lots` below the second, few between."""
        guess, reach = self._guess(lots)
        # A jump of the staircases is one lot a candidate at most, and the nudges put as much in doubt.
        enough = 3 * self.size + 64
        below = self._edge(
            guess,
            -reach,
            self.floor,
            holds=lambda level: self.total(level, _NUDGE) <= lots,
            close=lambda level: lots - self.total(level, -_NUDGE) <= enough,
        )
        above = self._edge(
            guess,
            reach,
            self.ceiling,
            holds=lambda level: self.total(level, -_NUDGE) >= lots,
            close=lambda level: self.total(level, _NUDGE) - lots <= enough,
        )
        return below, above

    def _edge(
        self,
        guess: np.float64,
        stride: np.float64,
        bound: np.float64,
        *,
        holds: Callable[[np.float64], bool],
        close: Callable[[np.float64], bool],
    ) -> np.float64:
        """Walks from the guess towards the bound, where `holds` is certain, then back until also `close`."""
        fails, good = guess, guess + stride
        while abs(good - guess) < abs(bound - guess) and not holds(good):
            stride = stride * 4
            fails, good = good, good + stride
        if abs(good - guess) >= abs(bound - guess):
            good = bound
        if not close(good) and holds(fails):
            fails = self.ceiling if bound == self.floor else self.floor
        while not close(good):
            middle = (good + fails) / 2
            if middle in {good, fails}:
                break
            if holds(middle):
                good = middle
            else:
                fails = middle
        return good

    def _guess(self, lots: int) -> tuple[np.float64, np.float64]:
        """A level near the wanted one, by Newton's method kept in a bracket, and a first stride round it."""
        low, high = self.floor, self.ceiling
        start = self.start - 0.5  # the staircase's middle line
        level = np.clip((lots + start.sum()) / self.rise.sum(), low, high)
        slope = self.rise.sum()
        for step in range(_NEWTON_STEPS):
            line = self.rise * level - start
            gap = lots - np.clip(line, 0, self.room).sum()
            slope = self.rise[(line > 0) & (line < self.room)].sum()
            if abs(gap) <= 1 + self.size / 1000:
                break
            low, high = (level, high) if gap > 0 else (low, level)
            ahead = level + gap / slope if slope > 0 else low
            # Every fourth step halves the bracket, so that no staircase can lead Newton in circles.
            level = ahead if low < ahead < high and step % 4 != 3 else (low + high) / 2
        reach = 1 + np.sqrt(self.size) + 4 * _NUDGE * self.size
        stride = reach / slope if slope > 0 else (high - low) * 2.0**-30
        return level, max(stride, np.spacing(abs(level)))
