"""One sheet being read: titles to columns, cells to values, faults collected in reading order."""

from collections.abc import Iterator

from integrations.excel.cells import Raw, blank, value_of
from integrations.excel.numbers import CellError
from integrations.excel.sheets import Column, Kind, Row, Sheet, Value, letter_of, place, plain
from integrations.excel.structure import CellAt, SheetFacts
from ledger.errors import Fault

REASON_TITLES = ("错误原因", "Reasons")
ROW_TITLES = ("原行号", "Original row")
IGNORED_TITLES = frozenset(plain(title) for title in (*REASON_TITLES, *ROW_TITLES))
"""Columns of returned bad rows; a corrected file may keep them."""

DOWNWARD = frozenset({Kind.text, Kind.code, Kind.choice, Kind.date})
"""Kinds whose merged cell speaks for all its rows; a merged amount would be multiplied, so it is refused."""


class Table:
    """A sheet of the file beside its declaration. `read()` once, then `faults` is complete."""

    def __init__(self, sheet: Sheet, facts: SheetFacts, grid: list[list[Raw]], *, from_1904: bool) -> None:
        self.sheet = sheet
        self.facts = facts
        self.grid = _padded(grid, facts)
        self.from_1904 = from_1904
        self.columns: dict[int, Column] = {}
        self._absent: tuple[str, ...] = ()
        self._faults: list[tuple[int, int, Fault]] = []

    @property
    def faults(self) -> list[Fault]:
        """By row, then column."""
        return [fault for _, _, fault in sorted(self._faults, key=lambda item: item[:2])]

    def read(self) -> Iterator[Row]:
        """The rows without fault, top to bottom; everything else goes to `faults`."""
        self._titles()
        merged = self._merged()
        seen: dict[tuple[Value, ...], int] = {}
        data_rows = 0
        for index in range(1, len(self.grid)):
            if self._empty(index):
                continue
            data_rows += 1
            before = len(self._faults)
            values = self._values(index, merged)
            self._repeated(index, values, seen)
            if len(self._faults) == before:
                yield Row(index + 1, values)
        if not data_rows and self.columns and self.sheet.required:
            self._fault(1, None, "表头下面没有数据", "there are no data below the titles")

    def places(self) -> dict[str, tuple[str, str]]:
        """Column letter and title by key, for the caller's own faults."""
        found = {column.key: (letter_of(at), self._title(at)) for at, column in self.columns.items()}
        return {column.key: found.get(column.key, ("", column.title_zh)) for column in self.sheet.columns}

    def _title(self, at: int) -> str:
        """The title as written in the file, on one line."""
        head = self.grid[0]
        return " ".join(str(head[at]).split()) if at < len(head) else ""

    def _fault(self, row: int, at: int | None, zh: str, en: str, title: str = "") -> None:
        letter = "" if at is None else letter_of(at)
        name = title or ("" if at is None else self._title(at))
        self._faults.append(
            (
                row,
                len(self.grid[0]) if at is None else at,
                Fault(place(self.sheet.name, letter, row + 1, name), zh, en),
            )
        )

    def _titles(self) -> None:
        """Match row 1 in any order, in either language."""
        wanted = {
            plain(title): column
            for column in self.sheet.columns
            for title in (column.title_zh, column.title_en, *column.aliases)
        }
        for at, raw in enumerate(self.grid[0]):
            title = plain(str(raw))
            column = wanted.get(title)
            if not title:
                self._untitled(at)
            elif column is None:
                if title not in IGNORED_TITLES:
                    expected = "、".join(c.title_zh for c in self.sheet.columns)
                    self._fault(
                        0,
                        at,
                        f"不认识的列，应为：{expected}",
                        f"unknown column, expected: {', '.join(c.title_en for c in self.sheet.columns)}",
                    )
            elif column in self.columns.values():
                self._fault(0, at, "列重复出现", "the column appears twice")
            else:
                self.columns[at] = column
        found = {column.key for column in self.columns.values()}
        self._absent = tuple(column.key for column in self.sheet.columns if column.key not in found)
        for column in self.sheet.columns:
            if column.required and column.key in self._absent:
                self._fault(
                    0,
                    None,
                    "缺少此列（第一行应为表头）",
                    "missing column (row 1 should hold the titles)",
                    column.title_zh,
                )

    def _untitled(self, at: int) -> None:
        for index in range(1, len(self.grid)):
            if not blank(self.grid[index][at]):
                self._fault(index, at, "此列有内容但没有表头", "the column has contents but no title")
                return

    def _merged(self) -> dict[CellAt, CellAt]:
        """Covered cells to the cell that speaks for them; refuses merges that can be read in two ways."""
        speaks: dict[CellAt, CellAt] = {}
        for (top, left), (bottom, right) in self.facts.merges:
            if top >= len(self.grid) or left >= len(self.grid[0]) or blank(self.grid[top][left]):
                continue
            column = self.columns.get(left)
            if left != right and any(left <= at <= right for at in self.columns):
                self._fault(
                    top,
                    left,
                    "不接受横向合并的单元格，请取消合并",
                    "cells merged across columns: unmerge them",
                )
            elif column is not None and bottom > top and (top == 0 or column.kind not in DOWNWARD):
                self._fault(
                    top,
                    left,
                    "不接受合并单元格，请取消合并并逐行填写",
                    "merged cells: unmerge and fill in each row",
                )
            elif column is not None:
                cover(speaks, (top, left), min(bottom, len(self.grid) - 1))
        return speaks

    def _empty(self, index: int) -> bool:
        """Nothing in any declared column, not even an error; a merge alone does not fill a row."""
        return all(blank(self.grid[index][at]) and not self._broken(index, at) for at in self.columns)

    def _broken(self, index: int, at: int) -> bool:
        return (index, at) in self.facts.errors or (index, at) in self.facts.uncalculated

    def _values(self, index: int, merged: dict[CellAt, CellAt]) -> dict[str, Value]:
        """The values of one row; a refused cell is left out."""
        values: dict[str, Value] = dict.fromkeys(self._absent)
        for at, column in self.columns.items():
            row, source = merged.get((index, at), (index, at))
            raw = self.grid[row][source]
            if (row, source) in self.facts.errors:
                self._fault(
                    index,
                    at,
                    "公式结果是错误值（如 #N/A），请改正",
                    "the formula gives an error such as #N/A",
                )
            elif (row, source) in self.facts.uncalculated:
                self._fault(
                    index,
                    at,
                    "公式尚未计算，请用 Excel 打开并保存，或改为数值",
                    "the formula was never calculated; open and save in Excel, or type the value",
                )
            elif blank(raw):
                values[column.key] = None
                if column.required:
                    self._fault(index, at, "必填，不得为空", "required, may not be empty")
            else:
                self._value(index, at, column, raw, values)
        return values

    def _value(self, index: int, at: int, column: Column, raw: Raw, values: dict[str, Value]) -> None:
        try:
            values[column.key] = value_of(
                column, raw, percent=(index, at) in self.facts.percents, from_1904=self.from_1904
            )
        except CellError as error:
            self._fault(index, at, error.zh, error.en)

    def _repeated(self, index: int, values: dict[str, Value], seen: dict[tuple[Value, ...], int]) -> None:
        """The key columns together name a row once."""
        key = tuple(values.get(name) for name in self.sheet.key)
        if all(part is None for part in key) or any(name not in values for name in self.sheet.key):
            return
        first = seen.setdefault(key, index)
        if first != index:
            at = next((at for at, column in self.columns.items() if column.key == self.sheet.key[0]), None)
            found = "、".join(str(part) for part in key if part is not None)
            self._fault(
                index, at, f"与第 {first + 1} 行重复（{found}）", f"repeats row {first + 1} ({found})"
            )


def cover(speaks: dict[CellAt, CellAt], top: CellAt, last: int) -> None:
    """Let `top` speak for the cells below it down to row `last`.

    Proper merges do not overlap; of those that do, each cell is walked once, so hostile files cost no time.
    """
    row, column = top
    for below in range(row + 1, last + 1):
        if speaks.setdefault((below, column), top) != top:
            return


def _padded(grid: list[list[Raw]], facts: SheetFacts) -> list[list[Raw]]:
    """The grid as far as any cell is used: the parser leaves out rows of only uncalculated formulas."""
    width = max([facts.last_column + 1, 1, *(len(row) for row in grid)])
    padded = [row + [""] * (width - len(row)) for row in grid]
    return padded + [[""] * width for _ in range(facts.last_row + 1 - len(padded))]
