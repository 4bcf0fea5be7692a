"""Settlement weights and amounts: worked figures are the doctests; here is what holds for all."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.kernel.units import Unit
from coop.standards.rules import (
    NegativeWeightError,
    ShareOfWeightError,
    TooMoistError,
    line_amount,
    paid_price,
    settle_weight,
)

grams = st.integers(0, 10**9)
LIMITS = {"moisture_std_bp": 1300, "moisture_max_bp": 1800, "impurity_std_bp": 100}


@given(net=grams, moisture=st.integers(0, 1800), impurity=st.integers(0, 10_000))
def test_a_settlement_weight_is_the_exact_one_rounded_once(net: int, moisture: int, impurity: int) -> None:
    exact = Fraction(net)
    if moisture > 1300:
        exact *= Fraction(10_000 - moisture, 8_700)
    if impurity > 100:
        exact *= Fraction(10_100 - impurity, 10_000)
    found = settle_weight(net, moisture_bp=moisture, impurity_bp=impurity, **LIMITS)
    assert found % 10 == 0
    assert abs(found - exact) <= 5


@given(net=grams, first=st.integers(0, 1800), second=st.integers(0, 1800))
def test_wetter_goods_never_settle_heavier(net: int, first: int, second: int) -> None:
    dry, wet = sorted((first, second))
    at = [settle_weight(net, moisture_bp=m, impurity_bp=0, **LIMITS) for m in (dry, wet)]
    assert at[0] >= at[1]


@given(quantity=grams, price=st.integers(0, 10**8))
def test_a_reversed_line_takes_back_exactly_what_was_paid(quantity: int, price: int) -> None:
    for unit in Unit:
        assert line_amount(-quantity, price, unit) == -line_amount(quantity, price, unit)


@given(price=st.integers(0, 10**8), floor=st.integers(0, 10**8))
def test_the_floor_holds(price: int, floor: int) -> None:
    assert paid_price(price, floor) >= floor


def test_goods_above_the_limit_are_refused_with_figures() -> None:
    with pytest.raises(TooMoistError, match=r"18\.5 %.*18 %.*0\.5"):
        settle_weight(1000, moisture_bp=1850, moisture_std_bp=1300, moisture_max_bp=1800)


def test_weights_and_shares_out_of_range_are_refused() -> None:
    with pytest.raises(NegativeWeightError):
        settle_weight(-1, moisture_bp=0, moisture_std_bp=1300, moisture_max_bp=1800)
    with pytest.raises(ShareOfWeightError):
        settle_weight(1, moisture_bp=0, impurity_bp=10_001, moisture_std_bp=1300, moisture_max_bp=1800)
