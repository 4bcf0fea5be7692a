"""What a workbook should hold (`Sheet`, `Column`) and what was found in it (`Row`, `Workbook`).

Plain declarations and values; knows neither the file format nor how cells are parsed.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from integrations.excel.limits import MAX_ROWS
from ledger.errors import Fault

Value: TypeAlias = str | int | Decimal | date | bool | None
"""A parsed cell. `None` is an empty optional cell."""


class Kind(StrEnum):
    """How a cell is read, and in which unit its value arrives."""

    text = "text"  # str, edges stripped, otherwise as typed (rare characters are never normalised)
    code = "code"  # str without inner spaces, half-width; leading zeros kept
    digits = "digits"  # str of digits (phone, bank account), 18-place identity numbers may end in X
    integer = "integer"  # int
    decimal = "decimal"  # Decimal, exact
    grams = "grams"  # kilograms with up to 3 decimals in the file -> int grams
    fen = "fen"  # yuan with up to 2 decimals -> int fen
    price = "price"  # yuan per kg with up to 4 decimals -> int 1/10000 yuan
    percent = "percent"  # percent with up to 2 decimals -> int basis points (12.5 or 12.5% -> 1250)
    date = "date"  # date
    choice = "choice"  # the `value` of one of the column's choices
    flag = "flag"  # bool, 是/否


NUMBER_PLACES: Mapping[Kind, int] = {
    Kind.integer: 0,
    Kind.grams: 3,
    Kind.fen: 2,
    Kind.price: 4,
    Kind.percent: 2,
}
"""Decimals in the file of the kinds that arrive as whole numbers of a smaller unit."""


OWN_SHEETS = ("说明", "Notes", "选项", "Choices", "其他错误", "Other faults")
"""Sheets this library writes itself besides the data; no declaration may take their names."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One permitted value and how the file writes it."""

    value: str
    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `minimum`/`maximum` are in the unit of the value (grams, fen, basis points ...). `lengths` are the
    permitted numbers of digits of a `digits` column; only with them is a phone stored as a number taken.
    `longest` limits text. `aliases` are further titles to accept.
    """

    key: str
    title_zh: str
    title_en: str
    kind: Kind = Kind.text
    required: bool = True
    choices: tuple[Choice, ...] = ()
    minimum: int | Decimal | None = 0
    maximum: int | Decimal | None = None
    lengths: tuple[int, ...] = ()
    longest: int = 500
    aliases: tuple[str, ...] = ()
    note_zh: str = ""
    note_en: str = ""

    def __post_init__(self) -> None:
        if (self.kind is Kind.choice) != bool(self.choices):
            raise ValueError(f"column {self.key}: choices belong to kind choice, and it needs them")

    def title(self, lang: str) -> str:
        """The title to write: Chinese unless `lang` is `en`."""
        return self.title_en if lang == "en" else self.title_zh


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its columns, and in `key` the columns that together may not repeat."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    name_en: str = ""
    required: bool = True
    max_rows: int = MAX_ROWS
    note_zh: str = ""
    note_en: str = ""

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        titles = [plain(title) for column in self.columns for title in {column.title_zh, column.title_en}]
        if len(set(keys)) < len(keys) or len(set(titles)) < len(titles) or not keys:
            raise ValueError(f"sheet {self.name}: column keys and titles must be present and differ")
        if not 0 < self.max_rows <= MAX_ROWS:
            raise ValueError(f"sheet {self.name}: max_rows is at most {MAX_ROWS}")
        if self.name in OWN_SHEETS or self.name_en in OWN_SHEETS:
            raise ValueError(f"sheet {self.name}: the name is kept for the notes of a template")
        if missing := set(self.key) - set(keys):
            raise ValueError(f"sheet {self.name}: no column for key {sorted(missing)}")

    def title(self, lang: str) -> str:
        """The sheet's name in the file: Chinese unless `lang` is `en` and there is an English one."""
        return self.name_en if lang == "en" and self.name_en else self.name


class Row(dict[str, Value]):
    """The values of one row by column key; `number` is the row in the file (the title row is 1).

    The typed getters save callers a cast; asking for an empty cell or another type is a programmer's error.
    """

    __slots__ = ("number",)

    def __init__(self, number: int, values: Mapping[str, Value]) -> None:
        super().__init__(values)
        self.number = number

    def text(self, key: str) -> str:
        """Text, code, digits or choice; an empty cell is ''."""
        value = self[key]
        if value is None:
            return ""
        if not isinstance(value, str):
            raise TypeError(f"{key} is not text: {value!r}")
        return value

    def whole(self, key: str) -> int:
        """Integer, grams, fen, price or percent of a filled cell."""
        value = self[key]
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{key} is not a whole number: {value!r}")
        return value

    def whole_or(self, key: str, default: int) -> int:
        """As `whole`, with `default` for an empty cell."""
        return default if self[key] is None else self.whole(key)

    def exact(self, key: str) -> Decimal:
        """Decimal of a filled cell."""
        value = self[key]
        if not isinstance(value, Decimal):
            raise TypeError(f"{key} is not a decimal: {value!r}")
        return value

    def day(self, key: str) -> date:
        """Date of a filled cell."""
        value = self[key]
        if not isinstance(value, date):
            raise TypeError(f"{key} is not a date: {value!r}")
        return value

    def day_or_none(self, key: str) -> date | None:
        """Date, or None for an empty cell."""
        return None if self[key] is None else self.day(key)

    def flag(self, key: str) -> bool:
        """是/否; an empty cell is 否."""
        value = self[key]
        if value is not None and not isinstance(value, bool):
            raise TypeError(f"{key} is not a flag: {value!r}")
        return bool(value)


@dataclass(frozen=True, slots=True)
class Workbook:
    """What was read. `digest` is the SHA-256 of the file, by which a second upload of it is known (R5)."""

    digest: str
    rows: Mapping[str, tuple[Row, ...]]
    places: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)

    def __getitem__(self, sheet: str) -> tuple[Row, ...]:
        return self.rows[sheet]

    def fault(self, sheet: str, row: Row, key: str, *, zh: str, en: str) -> Fault:
        """A caller's own fault (unknown household ...) at the cell it concerns."""
        letter, title = self.places.get(sheet, {}).get(key, ("", ""))
        return Fault(place(sheet, letter, row.number, title), zh, en)


def place(sheet: str, letter: str, row: int, title: str = "") -> str:
    """How a place is written: sheet, cell, title.

    >>> place("明细", "C", 5, "数量(公斤)")
    '明细!C5 数量(公斤)'
    """
    return f"{sheet}!{letter}{row} {title}".rstrip()


def letter_of(index: int) -> str:
    """Column letters of a 0-based index.

    >>> letter_of(0), letter_of(25), letter_of(26), letter_of(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def plain(title: str) -> str:
    """A title or choice as compared: half-width, lower case, no spaces, no mark of being required.

    >>> plain(" 数量（公斤） *"), plain("Quantity (KG)")
    ('数量(公斤)', 'quantity(kg)')
    """
    half = unicodedata.normalize("NFKC", title).casefold()
    return re.sub(r"\s+", "", half).rstrip("*")
