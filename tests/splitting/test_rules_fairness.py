"""The indexes against their definitions in exact fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.splitting.rules import Fairness, fairness


def _six(value: Fraction) -> Decimal:
    return Decimal((value * 10**6 + Fraction(1, 2)).__floor__()).scaleb(-6)


def literal(held: list[int], weights: list[int]) -> Fairness:
    r = [Fraction(h, w) for h, w in zip(held, weights, strict=True)]
    n, total = len(r), sum(r)
    if not total:
        return Fairness(Decimal(1), Decimal(0), Decimal(1), Decimal(1))
    return Fairness(
        jain=_six(total**2 / (n * sum(x * x for x in r))),
        gini=_six(sum((abs(a - b) for a in r for b in r), Fraction(0)) / (2 * n * total)),
        min_ratio=_six(min(r) / (total / n)),
        max_ratio=_six(max(r) / (total / n)),
    )


rows = st.lists(st.tuples(st.integers(0, 2 * 10**12), st.integers(1, 10**12)), max_size=8)
small_rows = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=6)


@given(rows | small_rows)
def test_the_figures_are_their_definitions_rounded_once(found: list[tuple[int, int]]) -> None:
    held, weights = [h for h, _ in found], [w for _, w in found]
    assert fairness(held, weights) == literal(held, weights)


@pytest.mark.parametrize("held", [[], [0, 0, 0]])
def test_nobody_or_nothing_is_even(held: list[int]) -> None:
    assert fairness(held, [1] * len(held)) == Fairness(Decimal(1), Decimal(0), Decimal(1), Decimal(1))


def test_an_exact_half_rounds_up_although_thirds_are_cut() -> None:
    # Of 1/3 and 255/3 the smaller is 2 × 1/256 = 0.0078125 of the mean.
    assert fairness([1, 255], [3, 3]).min_ratio == Decimal("0.007813")
