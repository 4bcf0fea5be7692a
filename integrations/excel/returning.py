"""Bad rows handed back: only those, as they were typed, each with its reasons."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from integrations.excel.cells import Raw
from integrations.excel.numbers import CellError, from_cell
from integrations.excel.reading import open_tables
from integrations.excel.sheets import Sheet
from integrations.excel.structure import CellAt
from integrations.excel.table import REASON_TITLES, ROW_TITLES, Table, cover
from integrations.excel.writing import Writer, put
from ledger.errors import Fault, InputFaultsError

PLACE = re.compile(r"^(?P<sheet>.+?)!(?P<letter>[A-Z]{0,3})(?P<row>[0-9]+)(?: (?P<title>.*))?$", re.DOTALL)
OTHER = {"zh": ("其他错误", "位置", "错误原因"), "en": ("Other faults", "Place", "Reasons")}


def bad_rows(data: bytes, sheets: Iterable[Sheet], faults: Iterable[Fault], *, lang: str = "zh") -> bytes:
    """A workbook of the rows `faults` name, with their number in the uploaded file and all reasons.

    Faults of no data row (a missing column, a damaged file) stand on their own sheet. `faults` may hold the
    caller's own, made by `Workbook.fault`.
    """
    listed = tuple(faults)
    try:
        tables, _ = open_tables(data, tuple(sheets))
    except InputFaultsError:
        tables = {}
    writer = Writer(lang)
    reasons: dict[str, dict[int, list[str]]] = {
        name: {} for name, table in tables.items() if table is not None
    }
    other: list[Fault] = []
    for fault in listed:
        match = PLACE.match(fault.place)
        table = tables.get(match["sheet"]) if match else None
        if match is None or table is None or not 1 < int(match["row"]) <= len(table.grid):
            other.append(fault)
            continue
        text = fault.en if lang == "en" else fault.zh
        where = " ".join(part for part in (match["letter"], match["title"]) if part)
        separator = ": " if lang == "en" else "："
        reasons[match["sheet"]].setdefault(int(match["row"]), []).append(
            f"{where}{separator}{text}" if where else text
        )
    for name, by_row in reasons.items():
        table = tables[name]
        if by_row and table is not None:
            _write(writer, table, by_row)
    if other or not any(reasons.values()):
        _write_other(writer, other)
    return writer.done()


def _write(writer: Writer, table: Table, reasons: dict[int, list[str]]) -> None:
    """The titles as uploaded, the bad rows in their order, then row number and reasons."""
    index = 1 if writer.lang == "en" else 0
    own = {*REASON_TITLES, *ROW_TITLES}
    head = table.grid[0]
    kept = [at for at in range(len(head)) if str(head[at]).strip() not in own]
    page = writer.book.add_worksheet(table.sheet.title(writer.lang))
    page.freeze_panes(1, 0)
    for to, at in enumerate(kept):
        page.set_column(to, to, 16)
        page.write_string(0, to, str(head[at]), writer.head)
    page.set_column(len(kept), len(kept), 8)
    page.set_column(len(kept) + 1, len(kept) + 1, 60)
    page.write_string(0, len(kept), ROW_TITLES[index], writer.head)
    page.write_string(0, len(kept) + 1, REASON_TITLES[index], writer.head)
    plain = writer.book.add_format({"num_format": "@"})
    number = writer.book.add_format({"num_format": "General"})
    percent = writer.book.add_format({"num_format": "0.00%"})
    day = writer.book.add_format({"num_format": "yyyy-mm-dd"})
    cells = _spoken_for(table)
    for to_row, row in enumerate(sorted(reasons), start=1):
        for to, at in enumerate(kept):
            cell = _as_typed(cells.get((row - 1, at), table.grid[row - 1][at]))
            style = plain if isinstance(cell, str) else day if isinstance(cell, date) else number
            if isinstance(cell, Decimal) and (row - 1, at) in table.facts.percents:
                style = percent
            put(page, to_row, to, cell, style)
        put(page, to_row, len(kept), Decimal(row), number)
        put(page, to_row, len(kept) + 1, "\n".join(reasons[row])[:32_000], writer.reason)


def _spoken_for(table: Table) -> dict[CellAt, Raw]:
    """Cells below a merged text or date, which its one cell speaks for; amounts are never repeated."""
    speaks: dict[CellAt, CellAt] = {}
    for (top, left), (bottom, right) in table.facts.merges:
        inside = left == right and 0 < top < len(table.grid) and left < len(table.grid[0])
        if inside and isinstance(table.grid[top][left], (str, date)):
            cover(speaks, (top, left), min(bottom, len(table.grid) - 1))
    return {at: table.grid[row][column] for at, (row, column) in speaks.items()}


def _as_typed(raw: Raw) -> str | Decimal | date | None:
    """A cell as the uploader knows it; numbers Excel has already spoiled become text."""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, str):
        return raw or None
    if isinstance(raw, (int, float)):
        try:
            return from_cell(raw)
        except CellError:
            return repr(raw)
    if isinstance(raw, datetime):
        return raw.isoformat(" ")
    if isinstance(raw, (time, timedelta)):
        return str(raw)
    return raw


def _write_other(writer: Writer, faults: list[Fault]) -> None:
    name, place, reason = OTHER[writer.lang]
    page = writer.book.add_worksheet(name)
    page.freeze_panes(1, 0)
    for at, (title, width) in enumerate(((place, 32), (reason, 80))):
        page.set_column(at, at, width)
        page.write_string(0, at, title, writer.head)
    for row, fault in enumerate(faults, start=1):
        page.write_string(row, 0, fault.place)
        page.write_string(row, 1, fault.en if writer.lang == "en" else fault.zh)
