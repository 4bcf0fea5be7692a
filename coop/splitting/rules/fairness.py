"""How even a split is. Each r is (prior + given) / weight; the figures are rounded to six places, half-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.money import round_half_up

PLACES = 6
RATIO_BITS = 168
"""Ratios are cut to 2^-168. The smallest above 0 is over 2^-40 (1 over 10^12), so a figure is off by less
than one part in 2^120: far finer than six places."""
GUARD_BITS = 80
"""A figure within 2^-80 of a half counts as that half and rounds up: the cut turns no exact half down."""


@dataclass(frozen=True, slots=True)
class Fairness:
    """Jain's index and the ratios to the mean are 1, the Gini coefficient 0, when all r are equal."""

    jain: Decimal
    gini: Decimal
    min_ratio: Decimal
    max_ratio: Decimal


EVEN = Fairness(Decimal(1), Decimal(0), Decimal(1), Decimal(1))


def fairness(held: Sequence[int], weights: Sequence[int]) -> Fairness:
    """Measure who holds how much (prior + given) against whole-number weights of any common scale.

    jain = (sum r)^2 / (n sum r^2); gini = sum |ri - rj| / (2 n sum r); min r and max r over the mean r. All r
    zero, or nobody to compare, counts as perfectly even.

    >>> fairness([30, 10], [1, 1])
    Fairness(jain=Decimal('0.800000'), gini=Decimal('0.250000'), min_ratio=Decimal('0.500000'), \
max_ratio=Decimal('1.500000'))
    """
    ratios = sorted((amount << RATIO_BITS) // weight for amount, weight in zip(held, weights, strict=True))
    n, total = len(ratios), sum(ratios)
    if not total:
        return EVEN
    squares = sum(r * r for r in ratios)
    # Sorted, the sum over all pairs is linear: the i-th smallest is added i times, taken off n - 1 - i times.
    spread = sum((2 * i - n + 1) * r for i, r in enumerate(ratios))
    return Fairness(
        jain=_six(total * total, n * squares),
        gini=_six(spread, n * total),
        min_ratio=_six(ratios[0] * n, total),
        max_ratio=_six(ratios[-1] * n, total),
    )


def _six(numerator: int, denominator: int) -> Decimal:
    guarded = (numerator * 10**PLACES << GUARD_BITS) // denominator + 1
    return Decimal(round_half_up(guarded, 1 << GUARD_BITS)).scaleb(-PLACES)
