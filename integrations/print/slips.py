"""Vouchers as their template reads them: each cut into sheets of the paper's lines, with 过次页 and 承前页."""

from __future__ import annotations

from typing import Any

from integrations.print.paging import ROW_MM, height_mm, paginate
from integrations.print.values import WORDS, Carry, Column, Kind, Line, Slip, Slips, written

HEAD_MM, END_MM = 18.5, 11.5
WIDTHS = (30, 40, 17, 17)


def slip_data(slips: Slips, family: str) -> dict[str, Any]:
    """The vouchers sheet by sheet, each sheet with its head, lines, total and hands."""
    words = WORDS[slips.lang]
    kinds = (Kind.text, Kind.text, Kind.fen, Kind.fen)
    columns = tuple(
        Column(title, kind, width) for title, kind, width in zip(words.columns, kinds, WIDTHS, strict=True)
    )
    paper = slips.paper
    sheets: list[dict[str, Any]] = []
    for slip in slips.slips:
        sheets += _sheets(slip, columns, slips)
    return {
        "title": slips.title,
        "author": slips.author,
        "lang": slips.lang,
        "font": family,
        "foot": slips.foot,
        "paper": {
            "width": paper.width,
            "height": paper.height,
            "side": paper.side,
            "top": paper.top,
            "bottom": paper.bottom,
            "up": paper.up,
        },
        "columns": [
            {
                "title": column.title,
                "width": column.width,
                "align": "right" if column.kind is Kind.fen else "left",
            }
            for column in columns
        ],
        "sheets": sheets,
    }


def _sheets(slip: Slip, columns: tuple[Column, ...], slips: Slips) -> list[dict[str, Any]]:
    words, paper = WORDS[slips.lang], slips.paper
    height = (paper.height - paper.top - paper.bottom) / paper.up
    room = height - HEAD_MM - END_MM - 7 * len(slip.totals) - (4 if paper.up > 1 else 0)
    usable = paper.width - 2 * paper.side
    mixed = any(isinstance(cell, str) for line in slip.lines for cell in line.cells[2:])
    pages = paginate(
        columns,
        slip.lines,
        usable_mm=usable,
        room_mm=room,
        # Yuan and points are never added: a voucher of both goes over the page without sums.
        carry=None if mixed else Carry(words.over, words.brought, 0, summed=(2, 3)),
    )
    found = []
    for at, page in enumerate(pages, start=1):
        last = at == len(pages)
        # Lines left empty are struck out by being there: nothing can be written in afterwards.
        used = sum(height_mm(columns, line, usable) for line in page)
        empty = [Line((None,) * len(columns))] * max(0, int((room - used) / ROW_MM))
        number = slip.number if len(pages) == 1 else f"{slip.number} ({at}/{len(pages)})"
        found.append(
            {
                "title": slip.title,
                "entity": slip.entity,
                "number": number,
                "day": slip.day,
                "attachments": slip.attachments,
                "lines": [_line(columns, line) for line in (*page, *empty)],
                "totals": [_line(columns, line) for line in slip.totals] if last else [],
                "capitals": slip.capitals if last else "",
                "hands": list(slip.hands),
                "remark": slip.remark,
                "red": slip.red,
            }
        )
    return found


def _line(columns: tuple[Column, ...], line: Line) -> dict[str, Any]:
    cells = [written(column.kind, cell) for column, cell in zip(columns, line.cells, strict=True)]
    red = [isinstance(cell, int) and cell < 0 for cell in line.cells]
    return {"cells": cells, "red": red, "look": line.look.value}
