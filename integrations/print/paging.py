"""Where a form runs over the page: how high a line will stand, which lines share a page, 过次页 and 承前页.

Pure. Heights are told from the text's width by a rule of thumb that errs on the wide side; where it errs on the other,
the template lets the line grow onto the next page, so nothing is ever cut off.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from integrations.print.values import Carry, Column, Kind, Line, Look, written

ROW_MM, MORE_MM = 6.2, 4.0
EM_MM = 3.05
"""Width of a Chinese character at the size of the tables (8.6 pt)."""
INSET_MM = 2.4


def width_em(text: str) -> float:
    """How wide a text is, in Chinese characters.

    >>> width_em("工资12"), width_em("")
    (3.12, 0.0)
    """
    hundredths = 0
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in "WFA"
        hundredths += 100 if wide else 56 if sign.isdigit() else 68 if sign.isupper() else 60
    return hundredths / 100


def height_mm(columns: Sequence[Column], line: Line, usable_mm: float) -> float:
    """How high a line will stand: as many rows of text as its fullest cell needs."""
    share = usable_mm / (sum(column.width for column in columns) or 1)
    rows = 1
    for column, cell in zip(columns, line.cells, strict=True):
        room = max(1.0, (column.width * share - INSET_MM) / EM_MM)
        indent = line.indent if column.kind is Kind.text else 0
        for part in written(column.kind, cell).split("\n"):
            rows = max(rows, -(-int((width_em(part) + indent) * 100) // int(room * 100)))
    return ROW_MM + (rows - 1) * MORE_MM


def paginate(
    columns: Sequence[Column],
    lines: Sequence[Line],
    *,
    usable_mm: float,
    room_mm: float,
    carry: Carry | None = None,
    last_mm: float = 0.0,
) -> list[list[Line]]:
    """Lines page by page; with `carry`, each page but the last ends with 过次页 and the next begins with 承前页.

    `last_mm` is the further room the end of the form needs (totals, hands) and only its last page has to have.

    >>> amount = (Column("摘要"), Column("金额", Kind.fen))
    >>> rows = [Line(("a", 100)), Line(("b", 50)), Line(("c", 7))]
    >>> over = Carry("过次页", "承前页", label=0, summed=(1,))
    >>> [[line.cells for line in page] for page in paginate(
    ...     amount, rows, usable_mm=100, room_mm=3 * ROW_MM, carry=over, last_mm=ROW_MM)]
    [[('a', 100), ('b', 50), ('过次页', 150)], [('承前页', 150), ('c', 7)]]
    """
    heights = [height_mm(columns, line, usable_mm) for line in lines]
    left = sum(heights)
    kept = ROW_MM if carry else 0.0
    sums: list[int] = [0] * len(columns)
    pages: list[list[Line]] = []
    page: list[Line] = []
    used = 0.0
    for at, (line, height) in enumerate(zip(lines, heights, strict=True)):
        ends_here = used + left + last_mm <= room_mm
        fresh = not page or (len(page) == 1 and page[0].look is Look.carried)
        if not ends_here and not fresh and used + height + kept > room_mm:
            if carry:
                page.append(_over(carry.over, carry, sums, lines[at - 1]))
            pages.append(page)
            page = [_over(carry.brought, carry, sums, lines[at - 1])] if carry else []
            used = kept
        page.append(line)
        used += height
        left -= height
        if carry and line.look is Look.item:
            for column in carry.summed:
                cell = line.cells[column]
                sums[column] += cell if isinstance(cell, int) else 0
    if page and used + last_mm > room_mm and carry and len(page) > 1:
        # The last line fits, what must follow it does not: it goes over together with the end of the form.
        page.append(_over(carry.over, carry, sums, lines[-1]))
        pages.append(page)
        page = [_over(carry.brought, carry, sums, lines[-1])]
    if page or not pages:
        pages.append(page)
    return pages


def _over(label: str, carry: Carry, sums: Sequence[int], last: Line) -> Line:
    cells: list[str | int | None] = [None] * len(sums)
    cells[carry.label] = label
    for column in carry.summed:
        cells[column] = sums[column]
    for column in carry.kept:
        cells[column] = last.cells[column]
    return Line(tuple(cells), Look.carried)
