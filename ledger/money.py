"""Integer fen: THE rounding, THE sharing out, and how money is written.

The only place where money, costs and losses are shared out (`apportion`) or rounded. Knows no account, no
voucher, no row. No float anywhere; rational arithmetic is exact until the one rounding at the end.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import lcm

from ledger.errors import AmountRangeError, NegativeWeightError, NoWeightError

Weight = int | Fraction | Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
UPPER_LIMIT = 10**18 - 1
"""Largest amount in fen that has one unambiguous 大写 form here (below 亿亿 yuan)."""


def round_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest integer, halves away from zero (四舍五入).

    Sign-symmetric, so that a reversal takes back exactly what was booked. 0 below raises ZeroDivisionError.

    >>> round_half_up(5, 2), round_half_up(-5, 2), round_half_up(7, 3)
    (3, -3, 2)
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    doubled = (2 * abs(numerator) + denominator) // (2 * denominator)
    return doubled if numerator >= 0 else -doubled


def ceil_div(numerator: int, denominator: int) -> int:
    """Smallest integer not below `numerator / denominator`.

    >>> ceil_div(7, 2), ceil_div(-7, 2), ceil_div(6, 2)
    (4, -3, 3)
    """
    return -(-numerator // denominator)


def amount_fen(quantity: int, unit_price: int, *, per: int) -> int:
    """Quantity times price in fen, rounded once at the end (L11).

    `quantity` in gram (per=1000, price per kg) or head (per=1, price per head); `unit_price` in 1/10000 yuan.

    12,345 g at 38.0000 yuan/kg are 469.11 yuan:

    >>> amount_fen(12_345, 380_000, per=1000)
    46911
    >>> amount_fen(3, 125_050, per=1)
    3752
    """
    return round_half_up(quantity * unit_price, per * 100)


def _whole_weights(weights: Mapping[str, Weight]) -> dict[str, int]:
    """The weights on one common denominator: integers in exactly the same proportions."""
    exact: dict[str, int | Fraction] = {}
    scale = 1
    for key, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, (int, Fraction, Decimal)):
            raise TypeError(f"weight of {key!r}: int, Fraction or Decimal expected, not {weight!r}")
        value: int | Fraction = weight if isinstance(weight, int) else Fraction(weight)
        if value < 0:
            raise NegativeWeightError(key, weight)
        if not isinstance(value, int):
            scale = lcm(scale, value.denominator)
        exact[key] = value
    return {key: value.numerator * (scale // value.denominator) for key, value in exact.items()}


def apportion(total: int, weights: Mapping[str, Weight]) -> dict[str, int]:
    """Share `total` out in proportion to `weights`: largest remainder of the exact rational share.

    Ties go to the smaller key (Unicode code points). The parts sum to `total`, do not depend on the order of
    the input, and `apportion(-T) == -apportion(T)`; a larger weight never gets less. The result is sorted by
    key. Raises NegativeWeightError, and NoWeightError when total is not 0 and all weights are.

    >>> apportion(100, {"C": 1, "A": 1, "B": 1})
    {'A': 34, 'B': 33, 'C': 33}
    >>> apportion(-100, {"A": Decimal("0.5"), "B": Fraction(1, 4)})
    {'A': -67, 'B': -33}
    >>> apportion(0, {"A": 0})
    {'A': 0}
    """
    whole = _whole_weights(weights)
    keys = sorted(whole)
    if total == 0:
        return dict.fromkeys(keys, 0)
    everything = sum(whole.values())
    if everything == 0:
        raise NoWeightError(total, len(keys))
    size = abs(total)
    parts: dict[str, int] = {}
    remainders: list[tuple[int, str]] = []
    for key in keys:
        share, rest = divmod(size * whole[key], everything)
        parts[key] = share
        remainders.append((-rest, key))
    left = size - sum(parts.values())
    remainders.sort()
    for _, key in remainders[:left]:
        parts[key] += 1
    return parts if total > 0 else {key: -part for key, part in parts.items()}


def fen_text(fen: int) -> str:
    """Fen as yuan with two decimals.

    >>> fen_text(12345), fen_text(-5), fen_text(0)
    ('123.45', '-0.05', '0.00')
    """
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def _section(number: int) -> str:
    """1..9999 in capitals, without leading zero."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit == 0:
            gap = gap or bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text


def _whole(number: int) -> str:
    """1..10^16-1 in capitals: 亿 part, 万 part, rest; a 零 where the lower part does not fill its places."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return _whole(high) + name + gap + (_whole(low) if low else "")
    return _section(number)


def upper_cny(fen: int) -> str:
    """Amount in fen as 大写金额. Raises AmountRangeError from 10^16 yuan.

    After 支付结算办法, Annex 1: 整 after 元 or 角, none after 分; one 零 for skipped places.

    >>> upper_cny(12_345_678)
    '壹拾贰万叁仟肆佰伍拾陆元柒角捌分'
    >>> upper_cny(140_950), upper_cny(600_714), upper_cny(32_504)
    ('壹仟肆佰零玖元伍角整', '陆仟零柒元壹角肆分', '叁佰贰拾伍元零肆分')
    >>> upper_cny(10_000_000), upper_cny(0), upper_cny(-50), upper_cny(7)
    ('壹拾万元整', '零元整', '负伍角整', '柒分')
    """
    if abs(fen) > UPPER_LIMIT:
        raise AmountRangeError(fen, UPPER_LIMIT)
    yuan, rest = divmod(abs(fen), 100)
    jiao, last = divmod(rest, 10)
    text = _whole(yuan) + "元" if yuan else ""
    if not rest:
        text = (text or "零元") + "整"
    else:
        if jiao:
            text += _DIGITS[jiao] + "角"
        elif text:
            text += "零"
        text += _DIGITS[last] + "分" if last else "整"
    return ("负" if fen < 0 else "") + text
