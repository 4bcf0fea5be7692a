"""Depreciation month by month (财会〔2021〕37号 art. 23-26; 14号 alike): exact over the life, never below the residual. Pure.

It starts the month after the asset came and ends with the month it went. What is charged by the end of a month is the
rounded part of the whole, and a month is the difference of two such sums: so the months add up to the base to the fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from coop.accounting.rules.assets import AssetMethod
from ledger.money import round_half_up

Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Course:
    """What depreciation depends on: the base in fen, its life in months or units, from when, and when the asset went."""

    method: AssetMethod
    base_fen: int
    life: int
    since: date
    gone_on: date | None = None


@dataclass(frozen=True, slots=True)
class MonthCharge:
    """A month of a card's table: charged in it, charged by its end, left above it; fen."""

    month: Month
    fen: int
    accumulated_fen: int
    posted: bool


def month_of(day: date) -> Month:
    return day.year, day.month


def next_month(month: Month, count: int = 1) -> Month:
    """The month so many after another; before it where negative.

    >>> next_month((2025, 12)), next_month((2025, 1), -1)
    ((2026, 1), (2024, 12))
    """
    year, number = divmod(month[0] * 12 + month[1] - 1 + count, 12)
    return year, number + 1


def months_between(first: Month, last: Month) -> int:
    """How many months `last` is after `first`."""
    return (last[0] - first[0]) * 12 + last[1] - first[1]


def accumulated(base_fen: int, done: int, life: int) -> int:
    """What is charged once `done` of `life` months or units are over; all of it at the end, nothing after.

    100.00 yuan over 3 months: 33.33, then 66.67, then 100.00, so the months are 33.33, 33.34, 33.33.

    >>> [accumulated(10_000, done, 3) for done in (-1, 0, 1, 2, 3, 4)]
    [0, 0, 3333, 6667, 10000, 10000]
    """
    return round_half_up(base_fen * min(max(done, 0), life), life) if life else 0


def done_by(course: Course, month: Month, units: Mapping[Month, int]) -> int:
    """Months or units that are over by the end of a month.

    >>> course = Course(AssetMethod.straight, 10_000, 3, date(2025, 1, 31))
    >>> done_by(course, (2025, 1), {}), done_by(course, (2025, 2), {})
    (0, 1)
    """
    last = month if course.gone_on is None else min(month, month_of(course.gone_on))
    first = month_of(course.since)
    if course.method is AssetMethod.units:
        return sum(count for when, count in units.items() if first < when <= last)
    return max(0, months_between(first, last))


def target(course: Course, month: Month, units: Mapping[Month, int]) -> int:
    """What should be charged in all by the end of a month, fen.

    A dryer of 36,000.00 with 5 % residual over 10 years, in use since 2025-03-20, comes to 285.00 a month from April:

    >>> dryer = Course(AssetMethod.straight, 3_600_000 - 180_000, 120, date(2025, 3, 20))
    >>> [target(dryer, month, {}) for month in ((2025, 3), (2025, 4), (2025, 12), (2035, 3), (2036, 1))]
    [0, 28500, 256500, 3420000, 3420000]
    """
    if course.method is AssetMethod.none:
        return 0
    return accumulated(course.base_fen, done_by(course, month, units), course.life)


def due(course: Course, month: Month, posted: Mapping[Month, int], units: Mapping[Month, int]) -> int:
    """What is left to charge in a month, given what stands posted in others: an earlier month left out is caught up.

    >>> course = Course(AssetMethod.straight, 10_000, 3, date(2025, 1, 31))
    >>> due(course, (2025, 3), {}, {}), due(course, (2025, 3), {(2025, 2): 3333}, {})
    (6667, 3334)
    """
    before = sum(fen for when, fen in posted.items() if when < month)
    others = sum(fen for when, fen in posted.items() if when != month)
    return max(0, min(target(course, month, units) - before, course.base_fen - others))


def month_table(
    course: Course, posted: Mapping[Month, int], units: Mapping[Month, int], upto: Month
) -> tuple[MonthCharge, ...]:
    """The card month by month: what was posted, then what is to come; by units no further than `upto`.

    >>> course = Course(AssetMethod.straight, 10_000, 3, date(2025, 1, 31))
    >>> [(line.month, line.fen, line.posted) for line in month_table(course, {(2025, 2): 3333}, {}, (2025, 2))]
    [((2025, 2), 3333, True), ((2025, 3), 3334, False), ((2025, 4), 3333, False)]
    """
    if course.method is AssetMethod.none or not course.life:
        return ()
    first, sums, lines = next_month(month_of(course.since)), 0, []
    known = dict(posted)
    for month in _months(first, max([_last(course, upto), *posted])):
        fen = known.get(month, 0) or due(course, month, known, units)
        if not fen:
            continue
        known[month] = fen
        sums += fen
        lines.append(MonthCharge(month, fen, sums, month in posted))
    return tuple(lines)


def _last(course: Course, upto: Month) -> Month:
    end = upto if course.method is AssetMethod.units else next_month(month_of(course.since), course.life)
    return end if course.gone_on is None else min(end, month_of(course.gone_on))


def _months(first: Month, last: Month) -> Iterable[Month]:
    month = first
    while month <= last:
        yield month
        month = next_month(month)
