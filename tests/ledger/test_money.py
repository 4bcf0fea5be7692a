from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.errors import AmountRangeError, NegativeWeightError, NoWeightError
from ledger.money import (
    UPPER_LIMIT,
    Weight,
    amount_fen,
    apportion,
    ceil_div,
    fen_text,
    round_half_up,
    upper_cny,
)

AMOUNTS = st.integers(-(10**13), 10**13)
EXACT = st.one_of(
    st.integers(0, 10**9),
    st.decimals(0, 10**6, places=6),
    st.fractions(min_value=0, max_value=1000, max_denominator=97),
)
WEIGHTS = st.dictionaries(st.text("ABH0129", max_size=4), EXACT, min_size=1, max_size=12).filter(
    lambda weights: any(weights.values())
)


@given(AMOUNTS, st.integers(1, 10**6))
def test_rounding_is_half_up_and_symmetric(numerator: int, denominator: int) -> None:
    expected = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    exact = Fraction(numerator, denominator)
    found = round_half_up(numerator, denominator)
    assert abs(found - exact) <= Fraction(1, 2)
    assert found == expected
    assert found == -round_half_up(-numerator, denominator)
    assert found == round_half_up(-numerator, -denominator)
    assert ceil_div(numerator, denominator) - 1 < exact <= ceil_div(numerator, denominator)


@given(st.integers(0, 10**12), st.integers(0, 10**9), st.sampled_from([1, 1000]))
def test_amounts_round_once(quantity: int, price: int, per: int) -> None:
    exact = Fraction(quantity, per) * Fraction(price, 100)
    assert abs(amount_fen(quantity, price, per=per) - exact) <= Fraction(1, 2)


@given(AMOUNTS, WEIGHTS, st.randoms())
def test_parts_sum_to_the_total_whatever_the_order(
    total: int, weights: dict[str, Weight], random: object
) -> None:
    parts = apportion(total, weights)
    assert sum(parts.values()) == total
    assert list(parts) == sorted(weights)
    shuffled = list(weights.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert apportion(total, dict(shuffled)) == parts
    assert apportion(-total, weights) == {key: -part for key, part in parts.items()}


@given(st.integers(0, 10**9), WEIGHTS)
def test_each_part_is_its_exact_share_rounded_one_way_or_the_other(
    total: int, weights: dict[str, Weight]
) -> None:
    whole = sum(Fraction(weight) for weight in weights.values())
    for key, part in apportion(total, weights).items():
        assert abs(part - total * Fraction(weights[key]) / whole) < 1
        assert part == 0 or weights[key]


@given(st.integers(0, 10**6), WEIGHTS, st.data())
def test_more_weight_never_gets_less(total: int, weights: dict[str, Weight], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(weights)))
    more = data.draw(st.integers(1, 10**6))
    before = apportion(total, weights)
    after = apportion(total, {**weights, key: Fraction(weights[key]) + more})
    assert after[key] >= before[key]
    for other, weight in weights.items():
        if Fraction(weight) < Fraction(weights[key]):
            assert before[other] <= before[key]


@given(st.integers(0, 10**6), WEIGHTS, st.integers(1, 1000))
def test_only_proportions_count(total: int, weights: dict[str, Weight], factor: int) -> None:
    scaled: dict[str, Weight] = {key: Fraction(weight) * factor for key, weight in weights.items()}
    assert apportion(total, scaled) == apportion(total, weights)


def test_ties_go_to_the_smaller_key_by_code_point() -> None:
    assert apportion(1, {"a": 1, "B": 1, "农": 1}) == {"B": 1, "a": 0, "农": 0}
    assert apportion(2, {"M10": 1, "M09": 1, "M11": 1}) == {"M09": 1, "M10": 1, "M11": 0}


def test_what_cannot_be_shared_is_refused() -> None:
    with pytest.raises(NoWeightError, match="100"):
        apportion(100, {"A": 0, "B": Fraction(0)})
    with pytest.raises(NoWeightError):
        apportion(-1, {})
    with pytest.raises(NegativeWeightError, match="'A'"):
        apportion(0, {"A": -1})
    with pytest.raises(TypeError):
        apportion(1, {"A": 0.5})  # type: ignore[dict-item]
    assert apportion(0, {"A": 0, "B": 0}) == {"A": 0, "B": 0}
    assert apportion(0, {}) == {}


def test_a_large_register_is_shared_out_exactly() -> None:
    weights: dict[str, Weight] = {f"M{n:06d}": Decimal(n % 97) + Decimal("0.000001") for n in range(100_000)}
    parts = apportion(123_456_789_01, weights)
    assert sum(parts.values()) == 123_456_789_01


@given(AMOUNTS)
def test_yuan_text_is_exact(fen: int) -> None:
    assert Decimal(fen_text(fen)) * 100 == fen


DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def parsed(text: str) -> int:
    """A reader of 大写 written apart from the writer: fen."""
    if text.startswith("负"):
        return -parsed(text[1:])
    text = text.removesuffix("整")
    yuan, _, rest = text.rpartition("元")
    total = 100 * whole(yuan)
    for digit, unit in zip(rest.lstrip("零")[::2], rest.lstrip("零")[1::2], strict=True):
        total += DIGITS[digit] * {"角": 10, "分": 1}[unit]
    return total


def whole(text: str) -> int:
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            high, _, low = text.partition(unit) if unit == "万" else text.rpartition(unit)
            return whole(high) * size + whole(low)
    total = digit = 0
    for char in text:
        if char in UNITS:
            total += digit * UNITS[char]
            digit = 0
        else:
            digit = DIGITS[char]
    return total + digit


@given(st.integers(-UPPER_LIMIT, UPPER_LIMIT))
@example(10**17)
@example(1_0000_0000_00)
@example(10_0000_0001_00)
@example(1_0001_0000_0000_00)
def test_capitals_say_the_amount(fen: int) -> None:
    text = upper_cny(fen)
    assert parsed(text) == fen
    assert "零零" not in text
    assert text.endswith("分") != text.endswith("整")


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (1680_32, "壹仟陆佰捌拾元叁角贰分"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (1_0000_0001_00, "壹亿零壹元整"),
        (1_0001_0000_0000_00, "壹万零壹亿元整"),
        (2005_0000_00, "贰仟零伍万元整"),
        (10_05, "壹拾元零伍分"),
        (10_50, "壹拾元伍角整"),
    ],
)
def test_capitals_as_printed(fen: int, text: str) -> None:
    assert upper_cny(fen) == text


def test_capitals_have_an_end() -> None:
    with pytest.raises(AmountRangeError):
        upper_cny(UPPER_LIMIT + 1)
