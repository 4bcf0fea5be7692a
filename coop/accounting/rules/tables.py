"""Account books and reports as tables: one value that the page shows, the workbook holds and the printer sets.

Pure: words in both languages, figures as integers. Knows no row, no page and no paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.periods import LAST


@dataclass(frozen=True, slots=True)
class Said:
    """A text in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """In the language told.

        >>> Said("借", "Dr").of("en")
        'Dr'
        """
        return self.en if lang == "en" else self.zh


Cell = str | int | date | Said | None


class CellKind(StrEnum):
    """How a column's cells read."""

    text = "text"
    day = "day"
    fen = "fen"
    whole = "whole"


class RowLook(StrEnum):
    item = "item"
    total = "total"
    heading = "heading"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column; `width` is its share of a printed line, `group` the head it shares with its neighbours."""

    key: str
    title: Said
    kind: CellKind = CellKind.text
    width: int = 10
    group: Said | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line and where it leads: a voucher, or the account book of `path` (in `month`, where told)."""

    cells: tuple[Cell, ...]
    look: RowLook = RowLook.item
    indent: int = 0
    voucher_id: int | None = None
    path: str = ""
    month: int | None = None


@dataclass(frozen=True, slots=True)
class BookTable:
    """A table of a book. `carry` names the column of 过次页, those it sums up and those it repeats."""

    name: str
    title: Said
    entity: str
    book_name: str
    year: int
    since: int
    upto: int
    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    unit: Said = Said("元", "yuan")  # a frozen value
    carry: tuple[int, tuple[int, ...], tuple[int, ...]] | None = None
    remarks: tuple[Said, ...] = ()
    wide: bool = False
    path: str = ""

    @property
    def span(self) -> Said:
        """The periods the table is about."""
        return span_words(self.year, self.since, self.upto)


DR, CR, EVEN = Said("借", "Dr"), Said("贷", "Cr"), Said("平", "—")


def side(balance: int) -> Said:
    """The side a balance stands on (debit positive).

    >>> side(5).zh, side(-5).zh, side(0).zh
    ('借', '贷', '平')
    """
    return DR if balance > 0 else CR if balance < 0 else EVEN


def month_words(number: int) -> Said:
    """A period by name.

    >>> month_words(3), month_words(13).zh
    (Said(zh='3 月', en='month 3'), '分配期')
    """
    return (
        Said("分配期", "distribution period") if number == LAST else Said(f"{number} 月", f"month {number}")
    )


def span_words(year: int, since: int, upto: int) -> Said:
    """The periods of a year that a table is about.

    >>> span_words(2025, 1, 13).zh, span_words(2025, 3, 3).zh, span_words(2025, 1, 6).zh
    ('2025 年度', '2025 年 3 月', '2025 年 1 月 至 6 月')
    """
    if (since, upto) == (1, LAST):
        return Said(f"{year} 年度", f"Year {year}")
    first, last = month_words(since), month_words(upto)
    if since == upto:
        return Said(f"{year} 年 {first.zh}", f"{year}, {first.en}")
    return Said(f"{year} 年 {first.zh} 至 {last.zh}", f"{year}, {first.en} to {last.en}")


@dataclass(slots=True)
class Sums:
    """Turnover added up on the way through a book."""

    debit: int = 0
    credit: int = 0

    def add(self, debit: int, credit: int) -> None:
        self.debit += debit
        self.credit += credit


def total_of(rows: Iterable[TableRow], columns: int, kinds: Iterable[int], label: Said) -> TableRow:
    """A total line over the items: the columns named are added up.

    >>> total_of([TableRow(("a", 5)), TableRow(("b", 7))], 2, (1,), Said("合计", "Total")).cells[1]
    12
    """
    cells: list[Cell] = [None] * columns
    cells[0] = label
    held = [row for row in rows if row.look is RowLook.item]
    for at in kinds:
        cells[at] = sum(cell for row in held if isinstance(cell := row.cells[at], int))
    return TableRow(tuple(cells), RowLook.total)
