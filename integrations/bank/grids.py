"""A file as a grid of cells: CSV in the encodings and separators banks use, or the one filled sheet of a workbook.

Knows encodings, separators and the zip of a workbook, and nothing of headings and money.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from integrations.bank.values import SHEET
from integrations.excel.archive import FILE_PLACE, OLE, refuse
from integrations.excel.cells import Raw
from integrations.excel.limits import MAX_BYTES, MAX_COLUMNS, MAX_ROWS
from integrations.excel.reading import open_tables
from integrations.excel.sheets import Column, Sheet, place
from integrations.excel.structure import CellAt
from ledger.errors import Fault, InputFaultsError

ZIP = b"PK\x03\x04"
DELIMITERS = ",;\t|"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
MARKUP = re.compile(rb"\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)
LONGEST_CELL = 2_000
MAX_LINES = MAX_ROWS + 100
"""Rows of a file: the entries and what stands above and below them."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells, the number of each row in the file, and which cells of a workbook cannot be believed."""

    rows: list[list[Raw]]
    numbers: list[int]
    name: str = SHEET
    from_1904: bool = False
    errors: frozenset[CellAt] = frozenset()
    uncalculated: frozenset[CellAt] = frozenset()
    percents: frozenset[CellAt] = field(default_factory=frozenset)


def grids(data: bytes) -> Iterator[Grid]:
    """Every reading of the file worth a try, the likeliest first: the caller takes the one with known headings.

    A workbook has one; a text has one for each encoding that fits and each separator that occurs. Raises
    InputFaultsError for what is no statement at all.
    """
    _outside(data)
    if data.startswith(ZIP):
        yield _workbook(data)
        return
    for text in _texts(data):
        for delimiter in sorted(DELIMITERS, key=lambda mark: -text.count(mark)):
            if delimiter in text:
                yield _cells(text, delimiter)


def _outside(data: bytes) -> None:
    if not data.strip():
        raise refuse("文件是空的", "the file is empty")
    if len(data) > MAX_BYTES:
        raise refuse(
            f"文件过大：应不大于 {MAX_BYTES} 字节，实为 {len(data)}，超出 {len(data) - MAX_BYTES}；请按月分开下载",
            f"file too large: expected at most {MAX_BYTES} bytes, found {len(data)}, "
            f"over by {len(data) - MAX_BYTES}; download it month by month",
        )
    if data.startswith(OLE):
        raise refuse(
            "是旧版 .xls 文件或设有打开密码，请取消密码并另存为 .xlsx 或 .csv",
            "an old .xls file, or protected by a password; remove the password and save it as .xlsx or .csv",
        )
    if data.startswith(b"%PDF"):
        raise refuse(
            "是 PDF 文件，请向银行下载 .csv 或 .xlsx 格式", "a PDF; download .csv or .xlsx from the bank"
        )
    if MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")):
        raise refuse(
            "是网页格式的表格，请用 Excel 打开后另存为 .xlsx",
            "a web page under another name; open it in Excel and save it as .xlsx",
        )


def _texts(data: bytes) -> Iterator[str]:
    """The text in each encoding that fits as a whole: UTF-8 with or without mark, UTF-16 with mark, GB 18030."""
    if data.startswith(UTF16):
        encodings = ["utf-16"]
    elif b"\0" in data:
        row = data[: data.index(b"\0")].count(b"\n") + 1
        raise InputFaultsError(
            [
                Fault(
                    place(SHEET, "", row),
                    "含有空字符（NUL），文件已损坏",
                    "holds a NUL character: the file is damaged",
                )
            ]
        )
    else:
        encodings = ["utf-8-sig", "gb18030"]
    found = False
    failed: UnicodeDecodeError | None = None
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            failed = error
            continue
        found = True
        yield text
    if not found:
        at = failed.start if failed else 0
        row = data[:at].count(b"\n") + 1
        raise InputFaultsError(
            [
                Fault(
                    place(SHEET, "", row),
                    f"文字编码应为 UTF-8 或 GBK（GB18030），第 {at + 1} 个字节两者都读不通",
                    f"expected UTF-8 or GBK (GB 18030); byte {at + 1} fits neither",
                )
            ]
        )


def _cells(text: str, delimiter: str) -> Grid:
    rows: list[list[Raw]] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            if len(row) > MAX_COLUMNS:
                raise InputFaultsError([_too_wide(start, len(row))])
            rows.append([_unwrapped(cell) for cell in row])
            numbers.append(start)
            start = reader.line_num + 1
            if len(rows) > MAX_LINES:
                raise refuse(
                    f"行数过多：最多 {MAX_LINES} 行；请按月分开下载",
                    f"too many rows: expected at most {MAX_LINES}; download it month by month",
                )
    except csv.Error as error:
        raise InputFaultsError(
            [
                Fault(
                    place(SHEET, "", start),
                    "这一行读不通：引号不成对或单元格过长",
                    "this row cannot be read: unpaired quotes or a cell too long",
                )
            ]
        ) from error
    return Grid(rows, numbers)


def _too_wide(row: int, found: int) -> Fault:
    return Fault(
        place(SHEET, "", row),
        f"列数过多：最多 {MAX_COLUMNS} 列，实有 {found} 列",
        f"too many columns: expected at most {MAX_COLUMNS}, found {found}",
    )


def _unwrapped(cell: str) -> str:
    """Banks keep digits as text by `="0123"`, a leading quote or a tab; the cell is what is meant."""
    found = cell.strip()
    if found.startswith('="') and found.endswith('"') and len(found) >= 3:
        found = found[2:-1]
    return found.removeprefix("'").strip()


def _workbook(data: bytes) -> Grid:
    """The one filled sheet, whatever its name."""
    tables, faults = open_tables(data, (Sheet(SHEET, (Column("day", "日期", "day"),), max_rows=MAX_ROWS),))
    if faults:
        raise InputFaultsError(faults)
    table = tables[SHEET]
    if table is None:
        raise refuse("工作簿是空的", "the workbook is empty")
    facts = table.facts
    return Grid(
        table.grid,
        list(range(1, len(table.grid) + 1)),
        facts.name,
        table.from_1904,
        frozenset(facts.errors),
        frozenset(facts.uncalculated),
        frozenset(facts.percents),
    )


__all__ = ["FILE_PLACE", "LONGEST_CELL", "Grid", "grids"]
