"""One cell: what the parser hands over becomes a value of the column's kind, or is refused with a clear word.

Knows kinds and no places; sheets, rows and titles are the reader's.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from integrations.excel import numbers
from integrations.excel.days import day_of
from integrations.excel.numbers import CellError, half_width, plain_digits, shown
from integrations.excel.sheets import NUMBER_PLACES, Column, Kind, Value, plain

Raw: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
"""A cell as the parser gives it; an empty one is ''."""

YES = frozenset({"是", "yes", "y", "true", "1", "√", "✓", "有"})
NO = frozenset({"否", "no", "n", "false", "0", "×", "x", "无"})
DIGITS = re.compile(r"[0-9]+|[0-9]{17}X")


def blank(raw: Raw) -> bool:
    """Nothing but spaces and invisible marks."""
    return isinstance(raw, str) and not raw.translate(numbers.INVISIBLE).strip()


def value_of(column: Column, raw: Raw, *, percent: bool = False, from_1904: bool = False) -> Value:
    """The value of a filled cell, in the unit of its kind; raises CellError.

    `percent`: the cell is shown as percent. `from_1904`: how the workbook counts days.

    >>> value_of(Column("kg", "数量", "quantity", Kind.grams), 12.5)
    12500
    """
    if column.kind in NUMBER_PLACES or column.kind is Kind.decimal:
        return _number(column, raw, percent=percent)
    if column.kind is Kind.date:
        return day_of(raw, from_1904=from_1904)
    if column.kind is Kind.digits:
        return _digits(column, raw)
    if column.kind is Kind.flag:
        return _flag(raw)
    if column.kind is Kind.choice:
        return _choice(column, raw)
    return _text(column, raw)


def _number(column: Column, raw: Raw, *, percent: bool) -> int | Decimal:
    if isinstance(raw, bool):
        raise CellError("应为数字，实为逻辑值", "expected a number, found a logical value")
    if isinstance(raw, (date, time, timedelta)):
        raise CellError(
            f"应为数字，实为日期或时间 {raw}（请检查单元格格式）",
            f"expected a number, found a date or time {raw}; check the cell format",
        )
    if isinstance(raw, str):
        typed = half_width(raw)
        if column.kind is Kind.percent and typed.endswith("%"):
            typed = typed[:-1].rstrip()
        number = numbers.from_text(typed)
    else:
        number = numbers.from_cell(raw)
        if percent:
            if column.kind is not Kind.percent:
                raise CellError(
                    "单元格为百分比格式，应为普通数字",
                    "expected a plain number, found a cell shown as percent",
                )
            number = number.scaleb(2)
    places = NUMBER_PLACES.get(column.kind)
    value = numbers.decimals(number) if places is None else numbers.whole(number, places)
    if column.minimum is not None and value < column.minimum:
        limit = shown(column.minimum, places or 0)
        raise CellError(
            f"应不小于 {limit}，实为 {plain_digits(number)}",
            f"expected at least {limit}, found {plain_digits(number)}",
        )
    if column.maximum is not None and value > column.maximum:
        limit = shown(column.maximum, places or 0)
        raise CellError(
            f"应不大于 {limit}，实为 {plain_digits(number)}",
            f"expected at most {limit}, found {plain_digits(number)}",
        )
    return value


def _digits(column: Column, raw: Raw) -> str:
    if isinstance(raw, str):
        typed = re.sub(r"[\s-]", "", half_width(raw)).removeprefix("'").upper()
        if numbers.SCIENTIFIC.fullmatch(typed):
            raise CellError(
                f"号码变成了科学计数法（{typed}），原号码已丢失，请把该列设为文本格式后重填",
                f"the number became scientific notation ({typed}), digits are lost; type it as text",
            )
        if not DIGITS.fullmatch(typed):
            raise CellError(f"应只含数字，实为“{typed[:40]}”", f"expected digits only, found {typed[:40]!r}")
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        number = numbers.from_cell(raw)
        typed = plain_digits(number)
        # A number cell loses leading zeros. It is taken only where none can be missing: all are there.
        if not typed.isdigit() or len(typed) != max(column.lengths, default=0):
            raise CellError(
                f"号码存成了数值（{typed}），可能丢失前导零或末位，请把该列设为文本格式后重填",
                f"stored as a value ({typed}), digits may be lost; type it again as text",
            )
    else:
        raise CellError(f"应为文本格式的号码，实为 {raw}", f"expected a number kept as text, found {raw}")
    if column.lengths and len(typed) not in column.lengths:
        wanted = "、".join(str(length) for length in column.lengths)
        raise CellError(
            f"应为 {wanted} 位，实为 {len(typed)} 位",
            f"expected {wanted.replace('、', ' or ')} digits, found {len(typed)}",
        )
    return typed


def _flag(raw: Raw) -> bool:
    if isinstance(raw, bool):
        return raw
    word = plain(_as_text(raw))
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellError(f"应为“是”或“否”，实为“{word[:40]}”", f"expected yes or no, found {word[:40]!r}")


def _choice(column: Column, raw: Raw) -> str:
    found = _as_text(raw)
    word = plain(found)
    for choice in column.choices:
        if word in {plain(choice.zh), plain(choice.value), plain(choice.en) or plain(choice.zh)}:
            return choice.value
    wanted_zh = "、".join(choice.zh for choice in column.choices)
    wanted_en = ", ".join(choice.en or choice.zh for choice in column.choices)
    raise CellError(
        f"应为以下之一：{wanted_zh}；实为“{found.strip()[:40]}”",
        f"expected one of {wanted_en}; found {found.strip()[:40]!r}",
    )


def _text(column: Column, raw: Raw) -> str:
    if column.kind is Kind.code:
        if isinstance(raw, (bool, date, time, timedelta)):
            raise CellError(
                f"编码被 Excel 改成了日期或逻辑值（{raw}），请把该列设为文本格式后重填",
                f"Excel made a date or logical value of the code ({raw}); type it as text",
            )
        value = re.sub(r"\s", "", half_width(_as_text(raw)))
    else:
        value = _as_text(raw).replace("\r\n", "\n").replace("\r", "\n").strip().strip("\ufeff\u200b").strip()
    if any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in value):
        raise CellError("含有不可见的控制字符，请重新键入", "holds control characters; type it again")
    if len(value) > column.longest:
        raise CellError(
            f"文字过长：最多 {column.longest} 字，实为 {len(value)} 字",
            f"text too long: expected at most {column.longest} characters, found {len(value)}",
        )
    return value


def _as_text(raw: Raw) -> str:
    """Text of any cell: numbers with all their digits, dates as ISO."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, (int, float)):
        return plain_digits(numbers.from_cell(raw))
    if isinstance(raw, timedelta):
        return str(raw)
    return raw.isoformat()
