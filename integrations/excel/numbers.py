"""Exact numbers from cells: text as typed, or the double a cell stores, never calculated with as a float.

Excel itself keeps 15 significant digits, so a stored 36.900000000000006 is the 36.9 its user sees. Beyond 15
digits the tail is already lost, and the cell is refused.
"""

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal

EXCEL = Context(prec=15, rounding=ROUND_HALF_EVEN)
WIDE = Context(prec=40)
LARGEST = 2**63 - 1
"""What a big integer column of a database holds."""

MAX_PLACES = 8
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,19}|[0-9]{1,3}(?:[, ][0-9]{3}){1,6})?(?:\.[0-9]{0,20})?")
SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]+")
INVISIBLE = dict.fromkeys([0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060])


class CellError(Exception):
    """Why one cell is refused; the reader adds the place."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en


def half_width(text: str) -> str:
    """Half-width letters and digits, no invisible marks of copied text, no spaces at the edges.

    >>> half_width(" １２，３４５．６\u200b ")
    '12,345.6'
    """
    return unicodedata.normalize("NFKC", text.translate(INVISIBLE)).replace("\u2212", "-").strip()


def from_cell(stored: float) -> Decimal:
    """The number a cell shows for what it stores; refuses more digits than Excel keeps.

    >>> from_cell(36.900000000000006), from_cell(13812345678.0)
    (Decimal('36.9'), Decimal('13812345678'))
    """
    exact = Decimal(repr(stored))
    if not exact.is_finite() or abs(exact) >= 10**15:
        raise CellError(
            f"数字过长：Excel 只保留 15 位，{stored!r} 的末尾已丢失，请设为文本格式后重填",
            f"too long: Excel keeps 15 digits, the tail of {stored!r} is lost; type it as text",
        )
    shown = EXCEL.plus(exact)
    if shown == shown.to_integral_value():
        return shown.quantize(Decimal(1), context=WIDE)
    return shown.normalize(WIDE)


def from_text(text: str) -> Decimal:
    """A number typed as text, with or without thousands marks.

    >>> from_text("１，２３４．５０"), from_text(" -7 ")
    (Decimal('1234.50'), Decimal('-7'))
    """
    typed = half_width(text)
    if SCIENTIFIC.fullmatch(typed):
        raise CellError(
            f"不接受科学计数法，请写全数字，实为“{typed}”",
            f"scientific notation is not accepted, write all digits; found {typed!r}",
        )
    if not NUMBER.fullmatch(typed) or not any(sign.isdigit() for sign in typed):
        raise CellError(
            f"应为数字（不带单位），实为“{typed[:40]}”",
            f"expected a number without unit, found {typed[:40]!r}",
        )
    return Decimal(re.sub("[, ]", "", typed))


def whole(value: Decimal, places: int) -> int:
    """`value` with at most `places` decimals as a whole number of the smallest unit.

    >>> whole(Decimal("12.345"), 3)
    12345
    """
    scaled = WIDE.scaleb(value, places)
    if scaled != scaled.to_integral_value():
        found = plain_digits(value)
        if places == 0:
            raise CellError(f"应为整数，实为 {found}", f"expected a whole number, found {found}")
        raise CellError(
            f"小数最多 {places} 位，实为 {found}", f"expected at most {places} decimals, found {found}"
        )
    result = int(scaled)
    if abs(result) > LARGEST:
        raise CellError(f"数字过大：{plain_digits(value)}", f"number too large: {plain_digits(value)}")
    return result


def decimals(value: Decimal) -> Decimal:
    """`value` without trailing zeros; refuses more than `MAX_PLACES` decimals.

    >>> decimals(Decimal("1.50")), decimals(Decimal("100"))
    (Decimal('1.5'), Decimal('100'))
    """
    short = value.normalize(WIDE)
    exponent = short.as_tuple().exponent
    assert isinstance(exponent, int)
    if exponent < -MAX_PLACES:
        found = plain_digits(value)
        raise CellError(
            f"小数最多 {MAX_PLACES} 位，实为 {found}",
            f"expected at most {MAX_PLACES} decimals, found {found}",
        )
    return short.quantize(Decimal(1), context=WIDE) if exponent > 0 else short


def plain_digits(value: Decimal) -> str:
    """Digits without exponent or trailing zeros.

    >>> plain_digits(Decimal("1E+3")), plain_digits(Decimal("2.500"))
    ('1000', '2.5')
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(limit: int | Decimal, places: int) -> str:
    """A limit kept in the smallest unit, as the file writes it.

    >>> shown(12500, 3)
    '12.5'
    """
    return plain_digits(WIDE.scaleb(Decimal(limit), -places))
