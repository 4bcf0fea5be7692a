"""Write workbooks: data that reads back the same, and empty templates that prevent most mistakes.

The same values give the same bytes, on any day. Text is always written as text, so nothing typed by a person
can become a formula in the reader's Excel.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from integrations.excel.days import EARLIEST
from integrations.excel.limits import MAX_CELL_TEXT
from integrations.excel.numbers import plain_digits
from integrations.excel.sheets import NUMBER_PLACES, Column, Kind, Sheet, Value, letter_of, place
from ledger.errors import Fault, InputFaultsError

CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Stamped into every file, so that equal contents are equal bytes."""

FORMATS: Mapping[Kind, str] = {
    Kind.text: "@",
    Kind.code: "@",
    Kind.digits: "@",
    Kind.integer: "0",
    Kind.decimal: "General",
    Kind.grams: "#,##0.000",
    Kind.fen: "#,##0.00",
    Kind.price: "#,##0.0000",
    Kind.percent: "0.00",
    Kind.date: "yyyy-mm-dd",
    Kind.choice: "@",
    Kind.flag: "@",
}
WIDTHS: Mapping[Kind, int] = {Kind.text: 20, Kind.digits: 22, Kind.flag: 8, Kind.date: 13}
EXACT_DIGITS = 15


class Writer:
    """A workbook being written, with its few formats. `done()` gives the bytes."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._target = io.BytesIO()
        self.book: Any = xlsxwriter.Workbook(self._target, {"in_memory": True})
        self.book.set_properties({"created": CREATED})
        self.head = self.book.add_format(
            {"bold": True, "bg_color": "#E8F0E4", "border": 1, "text_wrap": True, "num_format": "@"}
        )
        self.reason = self.book.add_format({"font_color": "#B00020", "text_wrap": True, "num_format": "@"})
        self.formats = {kind: self.book.add_format({"num_format": code}) for kind, code in FORMATS.items()}

    def add(self, sheet: Sheet) -> Any:
        """A sheet with its titles, frozen, and columns wide enough and formatted to the last row."""
        page = self.book.add_worksheet(sheet.title(self.lang))
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        for at, column in enumerate(sheet.columns):
            title = column.title(self.lang)
            page.set_column(
                at, at, max(WIDTHS.get(column.kind, 14), 2 * len(title) + 2), self.formats[column.kind]
            )
            page.write_string(0, at, title, self.head)
        return page

    def done(self) -> bytes:
        self.book.close()
        return self._target.getvalue()


@dataclass(frozen=True, slots=True)
class _Reserved:
    """Names of the sheets written beside the data, which the reader skips."""

    notes: str
    choices: str


RESERVED = {"zh": _Reserved("说明", "选项"), "en": _Reserved("Notes", "Choices")}


def write_workbook(
    sheets: Iterable[tuple[Sheet, Iterable[Mapping[str, Value]]]], *, lang: str = "zh"
) -> bytes:
    """The rows of each sheet, in their order; values in the units `read_workbook` gives.

    Raises InputFaultsError for text longer than a cell holds, TypeError or ValueError for values that are not
    of their column's kind (a programmer's error). Limits such as `minimum` are the reader's and not checked.
    """
    writer = Writer(lang)
    faults: list[Fault] = []
    for sheet, rows in sheets:
        page = writer.add(sheet)
        for number, row in enumerate(rows, start=1):
            if unknown := row.keys() - {column.key for column in sheet.columns}:
                raise ValueError(f"sheet {sheet.name}: no columns {sorted(unknown)}")
            for at, column in enumerate(sheet.columns):
                cell = rendered(column, row.get(column.key), lang)
                if isinstance(cell, str) and len(cell) > MAX_CELL_TEXT:
                    faults.append(
                        Fault(
                            place(sheet.name, letter_of(at), number + 1, column.title_zh),
                            f"文字过长：最多 {MAX_CELL_TEXT} 字，实为 {len(cell)} 字",
                            f"text too long: expected at most {MAX_CELL_TEXT}, found {len(cell)}",
                        )
                    )
                else:
                    put(page, number, at, cell, writer.formats[column.kind])
    if faults:
        raise InputFaultsError(faults)
    return writer.done()


def rendered(column: Column, value: Value, lang: str = "zh") -> str | Decimal | date | None:
    """What goes into the cell: text, an exact number in the unit of the file, a day, or nothing.

    >>> rendered(Column("kg", "数量", "quantity", Kind.grams), 12345)
    Decimal('12.345')
    """
    kind = column.kind
    if value is None or value == "":
        return None
    if kind is Kind.flag and isinstance(value, bool):
        return {"zh": "是", "en": "yes"}[lang] if value else {"zh": "否", "en": "no"}[lang]
    if kind is Kind.date and isinstance(value, date) and not isinstance(value, datetime):
        # Excel has no right day numbers before March 1900.
        return value if value >= EARLIEST else value.isoformat()
    if kind is Kind.choice and isinstance(value, str):
        for choice in column.choices:
            if choice.value == value:
                return choice.en if lang == "en" and choice.en else choice.zh
        raise ValueError(f"column {column.key}: {value!r} is none of its choices")
    if kind in NUMBER_PLACES and isinstance(value, int) and not isinstance(value, bool):
        return _number(Decimal(f"{value}E-{NUMBER_PLACES[kind]}"))
    if kind is Kind.decimal and isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        return _number(Decimal(value))
    if kind in {Kind.text, Kind.code, Kind.digits} and isinstance(value, str):
        return value
    raise TypeError(f"column {column.key} of kind {kind}: {value!r}")


def _number(value: Decimal) -> Decimal | str:
    """Beyond the 15 digits Excel keeps, a number is written as text, which the reader takes exactly."""
    if not value.is_finite():
        raise ValueError(f"not a number: {value}")
    text = plain_digits(value)
    return value if sum(sign.isdigit() for sign in text) <= EXACT_DIGITS else text


def put(page: Any, row: int, at: int, cell: str | Decimal | date | None, style: Any) -> None:
    """Write one cell; text is written as text, whatever sign it begins with."""
    if cell is None:
        return
    if isinstance(cell, str):
        page.write_string(row, at, cell, style)
    elif isinstance(cell, Decimal):
        page.write_number(row, at, cell, style)
    else:
        page.write_datetime(row, at, cell, style)
