"""One cell of a statement: day, money, direction, text. Raises CellError; knows no rows and no files."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from integrations.bank.layouts import Layouts, heading
from integrations.excel import numbers
from integrations.excel.cells import Raw
from integrations.excel.cells import blank as blank_cell
from integrations.excel.days import day_of
from integrations.excel.numbers import CellError, half_width

LONGEST_TEXT = 400
LONGEST_NAME = 120
LONGEST_REFERENCE = 60
TAIL = 4
"""Digits kept of the other side's account."""

CEILING = 10**15
"""Fen; a larger figure is a mistake of the file."""

# 2025-03-01 12:34:56 · 2025/3/1 8:05 · 20250301 123456 · 20250301123456 · 2025年3月1日 12时30分: the time is let go.
TIME = re.compile(
    r"(?P<day>[0-9]{8}|[0-9]{4}[-/.年].{3,7}?)"
    r"(?:[ T]*(?:[0-9]{1,2}[:时][0-9]{2}(?:[:分][0-9]{2}(?:\.[0-9]{1,6})?秒?|分)?|(?<=[ T0-9])[0-9]{6}))"
)
NOTHING = frozenset({"", "-", "--", "—", "/", "0", "0.00"})
CURRENCY = re.compile(r"^(?:¥|rmb|cny|人民币)\s*|\s*(?:元|rmb|cny)$", re.IGNORECASE)
BRACKETED = re.compile(r"\((.+)\)")


def day_cell(raw: Raw, *, from_1904: bool = False) -> date:
    """The day of an entry; a time of day beside it is let go.

    >>> day_cell("20250301 123456"), day_cell("2025年3月1日"), day_cell("2025/3/1 8:05")
    (datetime.date(2025, 3, 1), datetime.date(2025, 3, 1), datetime.date(2025, 3, 1))
    """
    if isinstance(raw, datetime):
        return day_of(raw.date())
    if (
        isinstance(raw, float) and 19_000_000_000_000 <= raw < 22_000_000_000_000
    ):  # 20250301123456 as a number
        raw = str(int(raw))
    if isinstance(raw, str):
        typed = half_width(raw)
        found = TIME.fullmatch(typed)
        return day_of(found["day"].strip() if found else typed)
    return day_of(raw, from_1904=from_1904)


def empty(raw: Raw) -> bool:
    """Nothing, or what banks print for nothing: `-`, `0.00`."""
    if isinstance(raw, str):
        return blank_cell(raw) or half_width(raw) in NOTHING
    return isinstance(raw, (int, float)) and not isinstance(raw, bool) and raw == 0


def fen_cell(raw: Raw) -> int:
    """Yuan of a cell as fen, exact; brackets or a minus are negative.

    >>> fen_cell("1,234.50"), fen_cell("（１２.00）"), fen_cell("-¥3"), fen_cell(0.1)
    (123450, -1200, -300, 10)
    """
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise CellError(f"应为金额，实为 {raw}", f"expected an amount, found {raw}")
    if isinstance(raw, str):
        typed = half_width(raw)
        bracket = BRACKETED.fullmatch(typed)
        inside = bracket[1] if bracket else typed
        sign = -1 if bracket else 1
        if inside[:1] in ("-", "+"):
            sign, inside = (-sign if inside[0] == "-" else sign), inside[1:].strip()
        value = sign * numbers.whole(numbers.from_text(CURRENCY.sub("", inside)), 2)
    else:
        value = numbers.whole(numbers.from_cell(raw), 2)
    if abs(value) > CEILING:
        raise CellError(f"金额过大：{value} 分", f"the amount is too large: {value} fen")
    return value


def direction_cell(raw: Raw, words: Layouts) -> int:
    """1 for money in, -1 for money out."""
    word = heading(raw) if isinstance(raw, str) else str(raw)
    if word in words.in_words:
        return 1
    if word in words.out_words:
        return -1
    raise CellError(
        f"应为“贷”（收入）或“借”（支出），实为“{word[:20]}”",
        f"expected 贷 (credit, in) or 借 (debit, out), found {word[:20]!r}",
    )


def text_cell(raw: Raw, longest: int) -> str:
    """Text on one line; a number keeps its digits. Control characters are refused, long text is too."""
    if isinstance(raw, str):
        found = raw
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        found = numbers.plain_digits(numbers.from_cell(raw))
    else:
        found = str(raw)
    text = " ".join(found.translate(numbers.INVISIBLE).split())
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
        raise CellError("含有不可见的控制字符", "holds control characters")
    if len(text) > longest:
        raise CellError(
            f"文字过长：最多 {longest} 字，实为 {len(text)} 字",
            f"text too long: expected at most {longest} characters, found {len(text)}",
        )
    return text


def tail_cell(raw: Raw) -> str:
    """The end of an account number; the rest is never kept.

    >>> tail_cell("6217 0000 1234 5678"), tail_cell("")
    ('5678', '')
    """
    if isinstance(raw, float):  # a card number as a number has lost its end
        return "" if abs(raw) >= 10**15 else numbers.plain_digits(numbers.from_cell(raw))[-TAIL:]
    return re.sub(r"[^0-9A-Za-z]", "", half_width(str(raw)))[-TAIL:]
