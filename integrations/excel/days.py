"""Dates from cells: date cells, day numbers counted from 1900 or 1904, and the ways people type a date."""

import re
from datetime import date, datetime, time, timedelta

from integrations.excel.numbers import CellError, from_cell, half_width

EARLIEST = date(1900, 3, 1)
"""Before this day Excel counts a 29 February 1900 that never was; such days are refused."""

DAY_ZERO = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
SERIALS = range(10_000, 100_000)
"""Day numbers taken from cells not formatted as dates: 1927 to 2173; a bare 2025 is a year, not a day."""

TYPED = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})[日号]?)(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
)
COMPACT = re.compile(r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})")


def day_of(raw: object, *, from_1904: bool = False) -> date:
    """The day of a cell; raises CellError.

    >>> day_of("２０２５年3月1日"), day_of(45717.0), day_of(20250301.0)
    (datetime.date(2025, 3, 1), datetime.date(2025, 3, 1), datetime.date(2025, 3, 1))
    """
    if isinstance(raw, datetime):
        if raw.time() != time():
            raise CellError(
                f"应只有日期，实为带时刻的 {raw}", f"expected a date, found a time of day in {raw}"
            )
        return _checked(raw.date())
    if isinstance(raw, date):
        return _checked(raw)
    if isinstance(raw, str):
        return _checked(_typed(raw))
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        number = from_cell(raw)
        if number == number.to_integral_value():
            if int(number) in SERIALS:
                return _checked(DAY_ZERO[from_1904] + timedelta(days=int(number)))
            if COMPACT.fullmatch(str(int(number))):
                return _checked(_typed(str(int(number))))
    raise _no_date(str(raw))


def _typed(text: str) -> date:
    typed = half_width(text)
    match = TYPED.fullmatch(re.sub(r"\s*([-/.年月日])\s*", r"\1", typed)) or COMPACT.fullmatch(typed)
    if match is None:
        raise _no_date(typed)
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise CellError(f"没有这一天：“{typed}”", f"there is no such day: {typed!r}") from error


def _checked(day: date) -> date:
    if day < EARLIEST:
        raise CellError(f"日期应不早于 {EARLIEST}，实为 {day}", f"expected {EARLIEST} or later, found {day}")
    return day


def _no_date(found: str) -> CellError:
    return CellError(
        f"应为日期（如 2025-03-01），实为“{found[:40]}”",
        f"expected a date such as 2025-03-01, found {found[:40]!r}",
    )
