"""Read a bank statement: all lines, or every fault of the file at once, by row and column.

Nothing is guessed of a line: days, signs and amounts are what the file says under headings known from the layout data.
Where the file prints a running balance, every line is checked against it; it also tells whether the newest entry stands
first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from integrations.bank import cells
from integrations.bank.chain import ordered
from integrations.bank.grids import Grid, grids
from integrations.bank.layouts import Layout, heading, layouts, usable
from integrations.bank.values import Statement, StatementLine
from integrations.excel.archive import FILE_PLACE
from integrations.excel.cells import Raw
from integrations.excel.cells import blank as blank_cell
from integrations.excel.numbers import CellError
from integrations.excel.sheets import letter_of, place
from ledger.errors import Fault, InputFaultsError

HEAD_WITHIN = 40
"""The headings stand in the first rows, below the bank's and the holder's name."""

SIDES = ("amount", "income", "outcome")


def read_statement(data: bytes, layout: str = "") -> Statement:
    """The statement of a CSV or xlsx file. `layout` is a code of the layout data; empty finds it by the headings.

    Raises InputFaultsError with every fault of the file; KeyError for a layout that does not exist.
    """
    wanted = (layouts().of(layout),) if layout else layouts().layouts
    grid, at, found, columns = _headed(data, wanted)
    reader = _Reader(grid, at, columns)
    lines = reader.read()
    if not lines and not reader.faults:
        reader.faults.append(
            Fault(
                place(grid.name, "", grid.numbers[at]),
                "表头下面没有明细",
                "there is no entry below the headings",
            )
        )
    if reader.faults:
        raise InputFaultsError(reader.faults)
    chained = ordered(lines, reader.place)
    if chained.faults:
        raise InputFaultsError(chained.faults)
    return Statement(
        hashlib.sha256(data).hexdigest(),
        found.code,
        chained.lines,
        chained.opening_fen,
        chained.closing_fen,
        (*reader.notices, *chained.notices),
    )


def _headed(data: bytes, wanted: tuple[Layout, ...]) -> tuple[Grid, int, Layout, Mapping[str, int]]:
    """The reading of the file, the row and the layout with most known headings; of equals the one named first."""
    best: tuple[int, Grid, int, Layout, Mapping[str, int]] | None = None
    for grid in grids(data):
        for at, row in enumerate(grid.rows[:HEAD_WITHIN]):
            words = [cell if isinstance(cell, str) else "" for cell in row]
            for layout in wanted:
                columns = layout.match(words)
                if usable(columns) and (best is None or len(columns) > best[0]):
                    best = len(columns), grid, at, layout, columns
        if best is not None:
            return best[1:]
    named = wanted[0] if len(wanted) == 1 else layouts().of("generic")
    columns_zh = "、".join(named.columns["day"][:2])
    sides = [named.columns[field][0] for field in ("income", "outcome", "amount") if field in named.columns]
    raise InputFaultsError(
        [
            Fault(
                FILE_PLACE,
                f"前 {HEAD_WITHIN} 行没有找到表头：须有日期列（如 {columns_zh}）和金额列（如 {'、'.join(sides)}）；"
                "文字编码须为 UTF-8 或 GBK",
                f"no headings in the first {HEAD_WITHIN} rows: a day ({columns_zh}) and an amount "
                f"({', '.join(sides)}) are needed, in UTF-8 or GBK",
            )
        ]
    )


class _Reader:
    """The rows below the headings. `read()` once, then `faults` and `notices` are complete."""

    def __init__(self, grid: Grid, head: int, columns: Mapping[str, int]) -> None:
        self.grid = grid
        self.head = head
        self.columns = columns
        self.faults: list[Fault] = []
        self.notices: list[Fault] = []
        self._titles = [heading(cell) if isinstance(cell, str) else "" for cell in grid.rows[head]]
        self._numbers = {number: index for index, number in enumerate(grid.numbers)}

    def place(self, number: int, field: str) -> str:
        """How the cell of a field is named, or the row where the file has no such column."""
        at = self.columns.get(field)
        if at is None:
            return place(self.grid.name, "", number)
        return place(
            self.grid.name, letter_of(at), number, " ".join(str(self.grid.rows[self.head][at]).split())
        )

    def read(self) -> list[StatementLine]:
        """In the order of the file."""
        lines = []
        for index in range(self.head + 1, len(self.grid.rows)):
            if self._passed_over(index):
                continue
            before = len(self.faults)
            line = self._line(index)
            if line is not None and len(self.faults) == before:
                lines.append(line)
        return lines

    def _raw(self, index: int, field: str) -> Raw:
        at = self.columns.get(field)
        row = self.grid.rows[index]
        return row[at] if at is not None and at < len(row) else ""

    def _passed_over(self, index: int) -> bool:
        """Empty rows, headings printed again on the next page, and sums: a row with a day is never one of them."""
        row = self.grid.rows[index]
        first = next((cell for cell in row if not (isinstance(cell, str) and blank_cell(cell))), None)
        if first is None:
            return not any((index, at) in self.grid.uncalculated for at in self.columns.values())
        if [heading(cell) if isinstance(cell, str) else "" for cell in row] == self._titles:
            return True
        return (
            isinstance(first, str)
            and heading(first).startswith(layouts().footers)
            and not self._has_day(index)
        )

    def _has_day(self, index: int) -> bool:
        try:
            cells.day_cell(self._raw(index, "day"), from_1904=self.grid.from_1904)
        except CellError:
            return False
        return True

    def _fault(self, index: int, field: str, zh: str, en: str) -> None:
        self.faults.append(Fault(self.place(self.grid.numbers[index], field), zh, en))

    def _believed(self, index: int, field: str) -> bool:
        """No error and no formula that was never worked out."""
        at = self.columns.get(field, -1)
        if (index, at) in self.grid.errors:
            self._fault(
                index, field, "公式结果是错误值（如 #N/A）", "the formula gives an error such as #N/A"
            )
        elif (index, at) in self.grid.uncalculated:
            self._fault(
                index,
                field,
                "公式尚未计算，请用 Excel 打开并保存",
                "the formula was never calculated; save it in Excel",
            )
        elif field in (*SIDES, "balance") and (index, at) in self.grid.percents:
            self._fault(index, field, "单元格为百分比格式", "the cell is shown as percent")
        else:
            return True
        return False

    def _line(self, index: int) -> StatementLine | None:
        number = self.grid.numbers[index]
        day = self._day(index)
        amount = self._amount(index)
        balance = None if blank_cell(self._raw(index, "balance")) else self._fen(index, "balance")
        reference = self._text(index, "reference", cells.LONGEST_REFERENCE)
        text = " ".join(
            dict.fromkeys(
                part
                for part in (self._text(index, field, cells.LONGEST_TEXT) for field in ("text", "remark"))
                if part
            )
        )
        party = self._text(index, "party", cells.LONGEST_NAME)
        tail = cells.tail_cell(self._raw(index, "party_account"))
        if day is None or amount is None:
            return None
        if amount == 0:
            self.notices.append(
                Fault(self.place(number, "amount"), "金额为零的一行，不计入", "a line of nothing, left out")
            )
            return None
        return StatementLine(number, day, amount, balance, reference, text, party, tail)

    def _day(self, index: int) -> date | None:
        if not self._believed(index, "day"):
            return None
        try:
            return cells.day_cell(self._raw(index, "day"), from_1904=self.grid.from_1904)
        except CellError as error:
            self._fault(index, "day", error.zh, error.en)
            return None

    def _fen(self, index: int, field: str) -> int | None:
        if not self._believed(index, field):
            return None
        try:
            return cells.fen_cell(self._raw(index, field))
        except CellError as error:
            self._fault(index, field, error.zh, error.en)
            return None

    def _text(self, index: int, field: str, longest: int) -> str:
        if field not in self.columns or not self._believed(index, field):
            return ""
        try:
            return cells.text_cell(self._raw(index, field), longest)
        except CellError as error:
            self._fault(index, field, error.zh, error.en)
            return ""

    def _amount(self, index: int) -> int | None:
        """Signed by the column it stands in, by the direction beside it, or by itself."""
        if "amount" in self.columns and not ({"income", "outcome"} <= self.columns.keys()):
            value = 0 if self._nothing(index, "amount") else self._fen(index, "amount")
            if value is None or "direction" not in self.columns or value == 0:
                return value
            try:
                return value * cells.direction_cell(self._raw(index, "direction"), layouts())
            except CellError as error:
                self._fault(index, "direction", error.zh, error.en)
                return None
        filled = [field for field in ("income", "outcome") if not self._nothing(index, field)]
        values = [self._fen(index, field) for field in filled]
        if len(filled) == 2:
            self._fault(index, "outcome", "收入、支出只能填一边", "either in or out, not both")
            return None
        if not filled:
            return 0
        value = values[0]
        return value if value is None or filled[0] == "income" else -value

    def _nothing(self, index: int, field: str) -> bool:
        at = self.columns.get(field, -1)
        return (
            cells.empty(self._raw(index, field))
            and (index, at) not in self.grid.errors | self.grid.uncalculated
        )
