"""What a printed document is made of: forms with columns and lines, notes, vouchers. Plain values, no layout engine.

Amounts arrive as integers and are written here, once: fen as yuan with two decimals, counts as they are. Every text
is data; a template sets it as it stands, whatever signs it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.money import fen_text

Cell = str | int | None


class Kind(StrEnum):
    """How a column's cells are written and stand."""

    text = "text"
    centre = "centre"
    fen = "fen"  # int fen as 1,234.50, right-aligned, red below zero
    whole = "whole"  # int as 1,234: points, heads, sheets


class Look(StrEnum):
    """How a line stands out."""

    item = "item"
    total = "total"
    heading = "heading"
    carried = "carried"  # brought over from the page before, or over to the next


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of paper and the band kept free at its edges, mm; `up` forms are set one below the other."""

    width: int
    height: int
    side: int = 14
    top: int = 12
    bottom: int = 15
    up: int = 1


A4 = Paper(210, 297)
A4_WIDE = Paper(297, 210)
A4_TWO_UP = Paper(210, 297, side=12, top=8, bottom=8, up=2)
A5_WIDE = Paper(210, 148, side=12, top=8, bottom=9)
SLIP = Paper(240, 140, side=12, top=7, bottom=8)  # 会计凭证纸 240 x 140 mm


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `width` is its share of the line, `group` the head it stands under together with its neighbours."""

    title: str
    kind: Kind = Kind.text
    width: int = 10
    group: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, a cell for each column; `bold` columns stand out in a line that does not as a whole."""

    cells: tuple[Cell, ...]
    look: Look = Look.item
    indent: int = 0
    bold: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Carry:
    """How a form runs over the page: `summed` columns add up their items, `kept` ones repeat the last line's."""

    over: str
    brought: str
    label: int
    summed: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A statement or an account book: head, columns, lines, hands. `code` is the official number of the form."""

    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    code: str = ""
    left: str = ""
    middle: str = ""
    right: str = ""
    carry: Carry | None = None
    signatures: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the notes, what it says, and figures where the books know them."""

    title: str
    paragraphs: tuple[str, ...]
    table: Form | None = None


@dataclass(frozen=True, slots=True)
class Notes:
    """Text under headings (附注)."""

    title: str
    left: str
    middle: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """A voucher as it is printed. `lines` are summary, account, debit, credit; `totals` a line a commodity.

    `capitals` is the total in 大写, empty where it is no money; `red` marks a reversal.
    """

    title: str
    entity: str
    number: str
    day: str
    attachments: str
    lines: tuple[Line, ...]
    totals: tuple[Line, ...]
    capitals: str
    hands: tuple[str, ...]
    remark: str = ""
    red: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The few words a template sets itself."""

    page: str = "第 {page} 页，共 {pages} 页"
    total: str = "合计"
    over: str = "过次页"
    brought: str = "承前页"
    columns: tuple[str, str, str, str] = ("摘要", "会计科目", "借方金额", "贷方金额")


WORDS = {
    "zh": Words(),
    "en": Words(
        "page {page} of {pages}",
        "Total",
        "carried over",
        "brought forward",
        ("Summary", "Ledger account", "Debit", "Credit"),
    ),
}


@dataclass(frozen=True, slots=True)
class Document:
    """Forms and notes in their order, each beginning on a new page; `foot` stands under every page."""

    title: str
    parts: tuple[Form | Notes, ...]
    foot: str = ""
    author: str = ""
    lang: str = "zh"


@dataclass(frozen=True, slots=True)
class Slips:
    """Vouchers to be printed on one kind of paper."""

    title: str
    slips: tuple[Slip, ...]
    paper: Paper
    foot: str = ""
    author: str = ""
    lang: str = "zh"


def written(kind: Kind, cell: Cell) -> str:
    """A cell as it is printed.

    >>> written(Kind.fen, -123456789), written(Kind.whole, 1200), written(Kind.text, None)
    ('-1,234,567.89', '1,200', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if kind is Kind.fen:
        yuan, _, rest = fen_text(abs(cell)).partition(".")
        return f"{'-' if cell < 0 else ''}{int(yuan):,}.{rest}"
    return f"{cell:,}"
