"""Rent spread over its term, month by month, and what falls due when. Pure.

Each calendar month counts by the part of its days the lease runs. What is earned by a day is the rounded part of the whole
rent, a month the difference of two such sums: the months of a term add up to its rent to the fen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from coop.accounting.rules.depreciation import Month, month_of, months_between, next_month
from coop.accounting.rules.loans import due_day
from coop.kernel.errors import Fault
from ledger.money import round_half_up


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """`until` is the last day; `ended_on` the last day of a lease that ended early; fen for the whole term."""

    since: date
    until: date
    months: int
    total_fen: int
    pay_months: int
    pay_first: date
    ended_on: date | None = None

    @property
    def last(self) -> date:
        return self.ended_on or self.until


@dataclass(frozen=True, slots=True)
class LeaseInstalment:
    """What the contract says is to be paid on a day, fen."""

    day: date
    fen: int


def term_months(since: date, until: date) -> int | None:
    """The whole months of a term; None where it has none.

    >>> term_months(date(2025, 3, 15), date(2026, 3, 14)), term_months(date(2025, 1, 1), date(2025, 6, 15))
    (12, None)
    """
    months = months_between(month_of(since), month_of(until + timedelta(days=1)))
    return months if months > 0 and due_day(since, months) == until + timedelta(days=1) else None


def term_rent(year_fen: int, months: int) -> int:
    """The rent of a whole term, fen.

    >>> term_rent(1_000_000, 18)
    1500000
    """
    return round_half_up(year_fen * months, 12)


def month_end(month: Month) -> date:
    """The last day of a month.

    >>> month_end((2024, 2))
    datetime.date(2024, 2, 29)
    """
    return date(*next_month(month), 1) - timedelta(days=1)


def elapsed(since: date, day: date) -> Fraction:
    """Months from the first day to `day`, both counted; a part of a month by its days.

    >>> elapsed(date(2025, 3, 15), date(2025, 3, 31)), elapsed(date(2025, 1, 1), date(2025, 12, 31))
    (Fraction(17, 31), Fraction(12, 1))
    """
    if day < since:
        return Fraction(0)
    first, last = month_of(since), month_of(day)
    whole = months_between(first, last) + Fraction(day.day, month_end(last).day)
    return whole - Fraction(since.day - 1, month_end(first).day)


def earned(terms: LeaseTerms, day: date) -> int:
    """What is earned by the end of a day, fen.

    3,000.00 for a year from 1 April: 250.00 a month. 100.00 for three months: 33.33, 33.34, 33.33.

    >>> year = LeaseTerms(date(2025, 4, 1), date(2026, 3, 31), 12, 300_000, 12, date(2025, 4, 1))
    >>> [earned(year, date(2025, month, 30)) for month in (3, 4, 6)], earned(year, date(2027, 1, 1))
    ([0, 25000, 75000], 300000)
    >>> short = LeaseTerms(date(2025, 4, 1), date(2025, 6, 30), 3, 10_000, 3, date(2025, 4, 1))
    >>> [earned(short, month_end((2025, month))) for month in (4, 5, 6)]
    [3333, 6667, 10000]
    """
    part = elapsed(terms.since, min(day, terms.last)) / elapsed(terms.since, terms.until)
    return round_half_up(terms.total_fen * part.numerator, part.denominator)


def rent_due(terms: LeaseTerms, month: Month, posted: Mapping[Month, int]) -> int:
    """What is left to book in a month, given what stands posted in others.

    >>> short = LeaseTerms(date(2025, 4, 1), date(2025, 6, 30), 3, 10_000, 3, date(2025, 4, 1))
    >>> rent_due(short, (2025, 5), {(2025, 4): 3333}), rent_due(short, (2025, 7), {(2025, 4): 3333})
    (3334, 6667)
    """
    before = sum(fen for when, fen in posted.items() if when < month)
    others = sum(fen for when, fen in posted.items() if when != month)
    return max(0, min(earned(terms, month_end(month)) - before, earned(terms, terms.last) - others))


def instalments(terms: LeaseTerms) -> tuple[LeaseInstalment, ...]:
    """What is to be paid when: every `pay_months` the rent of that many months; they add up to the whole.

    >>> year = LeaseTerms(date(2025, 4, 1), date(2026, 3, 31), 12, 100_000, 5, date(2025, 4, 10))
    >>> [(each.day.isoformat(), each.fen) for each in instalments(year)]
    [('2025-04-10', 41667), ('2025-09-10', 41666), ('2026-02-10', 16667)]
    """
    lines, paid = [], 0
    for start in range(0, terms.months, terms.pay_months):
        upto = min(start + terms.pay_months, terms.months)
        sums = round_half_up(terms.total_fen * upto, terms.months)
        lines.append(LeaseInstalment(due_day(terms.pay_first, start), sums - paid))
        paid = sums
    return tuple(lines)


def payable_by(terms: LeaseTerms, day: date) -> int:
    """What should have been paid by a day; of a lease that ended early no more than it earned."""
    asked = sum(each.fen for each in instalments(terms) if each.day <= day)
    return asked if terms.ended_on is None else min(asked, earned(terms, terms.ended_on))


def months_of(terms: LeaseTerms) -> Iterator[Month]:
    """The calendar months a lease runs in."""
    month = month_of(terms.since)
    while month <= month_of(terms.last):
        yield month
        month = next_month(month)


def lease_faults(
    *,
    subject: str,
    since: date,
    until: date,
    year_fen: int,
    deposit_fen: int,
    pay_months: int,
    pay_first: date,
) -> list[Fault]:
    """Everything wrong with a contract.

    >>> day = date(2025, 1, 1)
    >>> [fault.place for fault in lease_faults(subject="鱼塘", since=day, until=date(2025, 6, 15), year_fen=0,
    ...                                        deposit_fen=0, pay_months=12, pay_first=day)]
    ['until', 'year_rent']
    """
    faults = [] if subject.strip() else [Fault("subject", "须写标的", "say what is let")]
    months = term_months(since, until)
    if months is None:
        faults.append(
            Fault(
                "until", "租期须为整月，如 01-01 至 12-31", "whole months, as from 1 January to 31 December"
            )
        )
    if year_fen <= 0:
        faults.append(Fault("year_rent", "年租金须大于 0", "the rent must be above 0"))
    if deposit_fen < 0:
        faults.append(Fault("deposit", "押金不小于 0", "not below 0"))
    if pay_months < 1 or (months is not None and pay_months > max(12, months)):
        faults.append(Fault("pay_months", "付款间隔为 1 个月至租期", "from 1 month to the term"))
    if pay_first > until:
        faults.append(Fault("pay_first", "首次付款日不晚于到期日", "not after the last day"))
    return faults
