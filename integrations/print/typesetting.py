"""Documents to PDF through typst, with the fonts given, embedded, and nothing taken from the machine or the network.

What a document says goes in as one JSON text and is set as text: no word of a user is ever read as typst. Equal
documents are equal bytes: no clock is asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from integrations.print.paging import paginate
from integrations.print.slips import slip_data
from integrations.print.values import (
    A4,
    A4_WIDE,
    WORDS,
    Column,
    Document,
    Form,
    Kind,
    Line,
    Look,
    Notes,
    Paper,
    Slips,
    written,
)
from ledger.errors import LedgerError

HERE = Path(__file__).resolve().parent
STAMPED = datetime(2000, 1, 1, tzinfo=UTC)
"""Stamped into every file, so that equal contents are equal bytes."""
HEAD_MM, GROUP_MM, END_MM, FOOT_MM = 20.0, 6.2, 16.0, 4.0


class FontsMissingError(LedgerError):
    """The fonts that come with the web assets are not there: set-up has not been run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            zh=f"打印所需字体不在：{path.name}，请先完成安装（make setup）",
            en=f"the font {path.name} for printing is not there: run the set-up first (make setup)",
        )


@dataclass(frozen=True, slots=True)
class Fonts:
    """The font files a document is set in; both weights of one family with Chinese."""

    regular: Path
    bold: Path
    family: str = field(default="Noto Sans SC")


def document_pdf(document: Document, fonts: Fonts) -> bytes:
    """Statements, books and notes as one PDF. Raises FontsMissingError."""
    return _pdf("document.typ", document_data(document, fonts), fonts)


def slips_pdf(slips: Slips, fonts: Fonts) -> bytes:
    """Vouchers as one PDF, several on a sheet where the paper says so. Raises FontsMissingError."""
    return _pdf("voucher.typ", slip_data(slips, fonts.family), fonts)


def pictures(what: Document | Slips, fonts: Fonts, *, ppi: float = 110) -> list[bytes]:
    """The pages as PNG, as a screen shows them before anything is printed."""
    template, data = (
        ("document.typ", document_data(what, fonts))
        if isinstance(what, Document)
        else ("voucher.typ", slip_data(what, fonts.family))
    )
    made = _compiler(fonts).compile(
        HERE / template, format="png", ppi=ppi, sys_inputs=_inputs(data), timestamp=STAMPED
    )
    return [made] if isinstance(made, bytes) else list(made or [])


def _pdf(template: str, data: dict[str, Any], fonts: Fonts) -> bytes:
    """An archive's PDF (PDF/A-2b); where a rare character has no glyph in the font, a plain one with a gap to write in."""
    compiler, inputs = _compiler(fonts), _inputs(data)
    try:
        made = compiler.compile(
            HERE / template, format="pdf", sys_inputs=inputs, timestamp=STAMPED, pdf_standards="a-2b"
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        made = compiler.compile(HERE / template, format="pdf", sys_inputs=inputs, timestamp=STAMPED)
    if not isinstance(made, bytes):
        raise TypeError("typst gave no document")
    return made


def _inputs(data: dict[str, Any]) -> dict[str, str]:
    return {"data": json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)}


@cache
def _fonts(fonts: Fonts) -> typst.Fonts:
    """Both fonts read once a process: they are ten megabytes each."""
    for path in (fonts.regular, fonts.bold):
        if not path.is_file():
            raise FontsMissingError(path)
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=sorted({str(fonts.regular.parent), str(fonts.bold.parent)}),
    )


def _compiler(fonts: Fonts) -> typst.Compiler:
    return typst.Compiler(root=HERE, font_paths=_fonts(fonts))


def document_data(document: Document, fonts: Fonts) -> dict[str, Any]:
    """The document as the template reads it: every cell written, every page told."""
    return {
        "title": document.title,
        "author": document.author,
        "lang": document.lang,
        "font": fonts.family,
        "foot": document.foot,
        "page_words": WORDS[document.lang].page,
        "parts": [_form(part) if isinstance(part, Form) else _notes(part) for part in document.parts],
    }


def _paper(paper: Paper) -> dict[str, int]:
    return {
        "width": paper.width,
        "height": paper.height,
        "side": paper.side,
        "top": paper.top,
        "bottom": paper.bottom,
    }


def _form(form: Form) -> dict[str, Any]:
    paper = A4_WIDE if form.wide else A4
    grouped = any(column.group for column in form.columns)
    room = paper.height - paper.top - paper.bottom - HEAD_MM - FOOT_MM - (GROUP_MM if grouped else 0)
    pages = paginate(
        form.columns,
        form.lines,
        usable_mm=paper.width - 2 * paper.side,
        room_mm=room,
        carry=form.carry,
        last_mm=END_MM if form.signatures or form.remarks else 0,
    )
    return {
        "kind": "form",
        "paper": _paper(paper),
        "title": form.title,
        "code": form.code,
        "left": form.left,
        "middle": form.middle,
        "right": form.right,
        "columns": [_column(column) for column in form.columns],
        "pages": [[line_data(form.columns, line) for line in page] for page in pages],
        "signatures": list(form.signatures),
        "remarks": list(form.remarks),
    }


def _notes(notes: Notes) -> dict[str, Any]:
    return {
        "kind": "notes",
        "paper": _paper(A4),
        "title": notes.title,
        "left": notes.left,
        "middle": notes.middle,
        "sections": [
            {
                "title": section.title,
                "paragraphs": list(section.paragraphs),
                "table": None if section.table is None else _form(section.table),
            }
            for section in notes.sections
        ],
    }


def _column(column: Column) -> dict[str, Any]:
    sides = {Kind.text: "left", Kind.centre: "center", Kind.fen: "right", Kind.whole: "right"}
    return {
        "title": column.title,
        "group": column.group,
        "width": column.width,
        "align": sides[column.kind],
    }


def line_data(columns: tuple[Column, ...], line: Line) -> dict[str, Any]:
    """A line with its cells written; `red` cells are figures below zero."""
    cells = [written(column.kind, cell) for column, cell in zip(columns, line.cells, strict=True)]
    red = [isinstance(cell, int) and cell < 0 for cell in line.cells]
    bold = [line.look is not Look.item or at in line.bold for at in range(len(cells))]
    return {"cells": cells, "red": red, "bold": bold, "look": line.look.value, "indent": line.indent}
