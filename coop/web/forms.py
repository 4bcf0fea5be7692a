"""Read a submitted form into the house's integers, collecting every fault before any is raised.

    form = Form()                        # the request's form
    grams = form.kg("quantity")
    price = form.price("price")
    form.done()                          # raises InputError with all faults at once

A field that is wrong yields a harmless value of its type; nothing after `done()` ever sees it. No float is
made.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import request
from werkzeug.datastructures import FileStorage, MultiDict

from coop.kernel.errors import Fault, InputError
from coop.kernel.units import GRAMS_PER_JIN, GRAMS_PER_KG

E = TypeVar("E", bound=StrEnum)
NUMBER = re.compile(r"([+-]?)(\d{1,13})(?:\.(\d+))?", re.ASCII)
LONGEST = 2000
# People type figures as phones and Excel give them: full-width digits, thousands separators, blanks.
WIDE = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0E: ".", 0xFF0C: ",", 0xFF0D: "-"}


def scaled(text: str, places: int) -> int | None:
    """Decimal text as an integer of 10^-places; None where it is no number or has more decimals than that.

    >>> scaled("1,234.5", 3), scaled("12.5", 2), scaled("0.001", 2), scaled("1e3", 2)
    (1234500, 1250, None, None)
    """
    plain = re.sub(r"[,\s]", "", text.translate(WIDE))
    found = NUMBER.fullmatch(plain)
    if found is None:
        return None
    sign, whole, rest = found[1], found[2], (found[3] or "").rstrip("0")
    if len(rest) > places:
        return None
    value: int = int(whole) * 10**places + int(rest.ljust(places, "0") or "0")
    return -value if sign == "-" else value


class Form:
    """The fields of one request. Every reader takes the field's name and whether it may be empty."""

    def __init__(self, fields: MultiDict[str, str] | None = None) -> None:
        self.fields = request.form if fields is None else fields
        self.faults: list[Fault] = []

    def fault(self, place: str, zh: str, en: str) -> None:
        self.faults.append(Fault(place, zh, en))

    def done(self) -> None:
        """Raise InputError if any field was wrong."""
        if self.faults:
            raise InputError(self.faults)

    def text(self, name: str, *, required: bool = True, longest: int = LONGEST) -> str:
        value = self.fields.get(name, "").strip()
        if required and not value:
            self.fault(name, "必填", "required")
        if len(value) > longest:
            self.fault(
                name,
                f"最多 {longest} 个字，现有 {len(value)}",
                f"at most {longest} characters, not {len(value)}",
            )
        return value

    def texts(self, name: str) -> list[str]:
        """All values of a repeated field (checkboxes, grid rows), in the order sent."""
        return [value.strip() for value in self.fields.getlist(name)]

    def flag(self, name: str) -> bool:
        return self.fields.get(name, "") not in ("", "0", "false")

    def integer(self, name: str, *, minimum: int = 0, maximum: int = 10**12, required: bool = True) -> int:
        return self._number(name, 0, minimum=minimum, maximum=maximum, required=required)

    def kg(self, name: str, *, minimum: int = 0, required: bool = True) -> int:
        """Kilograms typed, grams returned."""
        return self._number(name, 3, minimum=minimum, maximum=10**12, required=required)

    def jin(self, name: str, *, required: bool = True) -> int:
        """斤 typed (at most 3 decimals that make whole grams), grams returned."""
        thousandths = self._number(name, 3, minimum=0, maximum=10**12, required=required)
        grams, rest = divmod(thousandths * GRAMS_PER_JIN, GRAMS_PER_KG)
        if rest:
            self.fault(name, "须为整克", "must come to whole grams")
        return grams

    def yuan(self, name: str, *, minimum: int = 0, required: bool = True) -> int:
        """Yuan typed, fen returned. `minimum` is in fen."""
        return self._number(name, 2, minimum=minimum, maximum=10**14, required=required)

    def price(self, name: str, *, required: bool = True) -> int:
        """Yuan per kg or head typed, 1/10000 yuan returned."""
        return self._number(name, 4, minimum=0, maximum=10**12, required=required)

    def day(self, name: str, *, required: bool = True) -> date:
        value = self.fields.get(name, "").strip()
        try:
            return date.fromisoformat(value)
        except ValueError:
            if value or required:
                self.fault(
                    name,
                    f"日期应为 2025-03-09 的样子，实为“{value}”",
                    f"a day like 2025-03-09, not {value!r}",
                )
            return date.min

    def choice(self, name: str, kind: type[E]) -> E:
        """One member of a StrEnum."""
        value = self.fields.get(name, "")
        if value in kind.__members__:
            return kind(value)
        members = "、".join(kind.__members__)
        self.fault(
            name,
            f"应为 {members} 之一，实为“{value}”",
            f"one of {', '.join(kind.__members__)}, not {value!r}",
        )
        return next(iter(kind))

    def one_of(self, name: str, options: Collection[str]) -> str:
        """One of the values the page offered."""
        value = self.fields.get(name, "")
        if value not in options:
            self.fault(name, f"没有这个选项：“{value}”", f"{value!r} is not among the options")
        return value

    def file(self, name: str, *, required: bool = True) -> FileStorage | None:
        """An uploaded file; size is limited for the whole request, content is the importer's to check."""
        found = request.files.get(name)
        if found is None or not found.filename:
            if required:
                self.fault(name, "请选择文件", "choose a file")
            return None
        return found

    def _number(self, name: str, places: int, *, minimum: int, maximum: int, required: bool) -> int:
        raw = self.fields.get(name, "").strip()
        if not raw:
            if required:
                self.fault(name, "必填", "required")
            return max(0, minimum)
        value = scaled(raw, places)
        if value is None:
            more = f"，最多 {places} 位小数" if places else "，不带小数"
            self.fault(
                name, f"应为数字{more}，实为“{raw}”", f"a number of at most {places} decimals, not {raw!r}"
            )
            return max(0, minimum)
        if not minimum <= value <= maximum:
            self.fault(name, f"超出范围：“{raw}”", f"out of range: {raw!r}")
        return value
