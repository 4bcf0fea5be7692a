"""Schedules and interest of loans: exact fractions, one rounding at the end of each sum. Pure.

Rates are yearly, in 1/10000, and dated. A period is a month; a due day keeps the day of the start where the month has it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from ledger.money import apportion, round_half_up


class Method(StrEnum):
    """等额本金, 等额本息, 按期付息到期还本."""

    equal_principal = "equal_principal"
    equal_instalment = "equal_instalment"
    bullet = "bullet"


class DayCount(StrEnum):
    """Actual days over 365 or 360, or months of 30 days over 360."""

    act_365 = "act_365"
    act_360 = "act_360"
    thirty_360 = "thirty_360"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a schedule depends on; `rates` maps a day to the yearly rate (1/10000) from that day on."""

    principal_fen: int
    start: date
    periods: int
    method: Method
    day_count: DayCount
    rates: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Instalment:
    """What falls due on a day, and the principal left after it; fen."""

    number: int
    day: date
    principal_fen: int
    interest_fen: int
    left_fen: int

    @property
    def total_fen(self) -> int:
        return self.principal_fen + self.interest_fen


def due_day(start: date, periods: int) -> date:
    """The day `periods` months after the start.

    >>> due_day(date(2025, 1, 31), 1), due_day(date(2025, 11, 15), 3)
    (datetime.date(2025, 2, 28), datetime.date(2026, 2, 15))
    """
    months = start.year * 12 + start.month - 1 + periods
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def years_between(since: date, until: date, day_count: DayCount) -> Fraction:
    """The part of a year between two days (the first counted, the last not), exactly.

    >>> years_between(date(2025, 1, 31), date(2025, 2, 28), DayCount.act_365)
    Fraction(28, 365)
    >>> years_between(date(2025, 1, 31), date(2025, 2, 28), DayCount.thirty_360)
    Fraction(7, 90)
    >>> years_between(date(2025, 1, 15), date(2025, 4, 15), DayCount.thirty_360)
    Fraction(1, 4)
    """
    if day_count is DayCount.thirty_360:
        first, last = min(since.day, 30), until.day if until.day < 31 else 30
        days = (until.year - since.year) * 360 + (until.month - since.month) * 30 + last - first
        return Fraction(days, 360)
    return Fraction((until - since).days, 360 if day_count is DayCount.act_360 else 365)


def interest(
    principal_fen: int, since: date, until: date, rates: Mapping[date, int], day_count: DayCount
) -> Fraction:
    """Exact interest in fen of a principal between two days, cut where the rate changes.

    10,000.00 yuan at 4.35 % for 73 days of 365 are 87.00 yuan:

    >>> interest(1_000_000, date(2025, 1, 1), date(2025, 3, 15), {date(2025, 1, 1): 435}, DayCount.act_365)
    Fraction(8700, 1)
    """
    cuts = sorted({since, until, *(day for day in rates if since < day < until)})
    total = Fraction(0)
    for first, last in pairwise(cuts):
        rate = rate_on(rates, first)
        total += principal_fen * Fraction(rate, 10_000) * years_between(first, last, day_count)
    return total


def rate_on(rates: Mapping[date, int], day: date) -> int:
    """The rate of a day; before the first dated rate there is none."""
    days = [since for since in rates if since <= day]
    return rates[max(days)] if days else 0


def rounded(exact: Fraction) -> int:
    """Fen, half up, once."""
    return round_half_up(exact.numerator, exact.denominator)


def charged(
    moves: Iterable[tuple[date, int]], until: date, rates: Mapping[date, int], day_count: DayCount
) -> int:
    """All interest of a loan up to a day from how its principal really moved (day, signed fen); rounded once.

    >>> charged([(date(2025, 1, 1), 1_000_000), (date(2025, 3, 15), -400_000)], date(2025, 5, 27),
    ...         {date(2025, 1, 1): 435}, DayCount.act_365)
    13920
    """
    left, since, total = 0, until, Fraction(0)
    for day, fen in sorted(moves):
        if day >= until:
            break
        total += interest(left, min(since, day), day, rates, day_count) if left else Fraction(0)
        left, since = left + fen, day
    return rounded(total + interest(left, min(since, until), until, rates, day_count))


def schedule(terms: Terms) -> tuple[Instalment, ...]:
    """What falls due when. The parts of the principal sum to it; the last instalment takes what rounding left.

    >>> terms = Terms(1_200_000, date(2025, 1, 1), 3, Method.equal_principal, DayCount.thirty_360, {date(2025, 1, 1): 600})
    >>> [(line.principal_fen, line.interest_fen, line.left_fen) for line in schedule(terms)]
    [(400000, 6000, 800000), (400000, 4000, 400000), (400000, 2000, 0)]
    """
    parts = _principal(terms)
    lines, left, since = [], terms.principal_fen, terms.start
    for number in range(1, terms.periods + 1):
        day = due_day(terms.start, number)
        due = rounded(interest(left, since, day, terms.rates, terms.day_count))
        part = left if number == terms.periods else _part(terms, parts, number, due, left)
        left -= part
        lines.append(Instalment(number, day, part, due, left))
        since = day
    return tuple(lines)


def _part(terms: Terms, parts: Sequence[int], number: int, due: int, left: int) -> int:
    if terms.method is Method.equal_instalment:
        return max(0, min(left, _instalment(terms) - due))
    return parts[number - 1]


def _principal(terms: Terms) -> Sequence[int]:
    """The parts of the principal by period; of equal instalments they follow from the interest."""
    if terms.method is Method.bullet:
        return [0] * (terms.periods - 1) + [terms.principal_fen]
    shares = apportion(terms.principal_fen, {f"{n:04d}": 1 for n in range(terms.periods)})
    return list(shares.values())


def _instalment(terms: Terms) -> int:
    """The equal instalment at the first rate: P r (1+r)^n / ((1+r)^n - 1), r a twelfth of the yearly rate.

    >>> first = date(2025, 1, 1)
    >>> _instalment(Terms(1_000_000, first, 12, Method.equal_instalment, DayCount.thirty_360, {first: 1200}))
    88849
    """
    month = Fraction(rate_on(terms.rates, terms.start), 120_000)
    if not month:
        return -(-terms.principal_fen // terms.periods)
    growth = (1 + month) ** terms.periods
    return rounded(terms.principal_fen * month * growth / (growth - 1))


@dataclass(frozen=True, slots=True)
class Split:
    """A repayment: interest first (of it so much was accrued before), then principal, and what is too much."""

    interest_fen: int
    accrued_fen: int
    principal_fen: int
    over_fen: int


def split(amount_fen: int, *, interest_fen: int, accrued_fen: int, principal_fen: int) -> Split:
    """How a repayment is used: `interest_fen` is due, of which `accrued_fen` stands in the books already.

    >>> split(50_000, interest_fen=8_700, accrued_fen=5_000, principal_fen=1_000_000)
    Split(interest_fen=8700, accrued_fen=5000, principal_fen=41300, over_fen=0)
    >>> split(3_000, interest_fen=8_700, accrued_fen=5_000, principal_fen=1_000_000).accrued_fen
    3000
    """
    paid = min(amount_fen, interest_fen)
    principal = min(amount_fen - paid, principal_fen)
    return Split(paid, min(paid, accrued_fen), principal, amount_fen - paid - principal)


def arrears(lines: Iterable[Instalment], paid_fen: int, day: date) -> tuple[int, date | None]:
    """How much of what fell due before a day is unpaid, and since when; payments settle the oldest first.

    >>> lines = [Instalment(1, date(2025, 2, 1), 100, 5, 100), Instalment(2, date(2025, 3, 1), 100, 3, 0)]
    >>> arrears(lines, 110, date(2025, 4, 1)), arrears(lines, 110, date(2025, 3, 1))
    ((98, datetime.date(2025, 3, 1)), (0, None))
    """
    left, since, short = paid_fen, None, 0
    for line in lines:
        if line.day >= day:
            break
        used = min(left, line.total_fen)
        left -= used
        if used < line.total_fen:
            since = since or line.day
            short += line.total_fen - used
    return short, since


def last_day_of_month(day: date) -> date:
    """The month's last day.

    >>> last_day_of_month(date(2025, 2, 3))
    datetime.date(2025, 2, 28)
    """
    return due_day(day.replace(day=1), 1) - timedelta(days=1)
