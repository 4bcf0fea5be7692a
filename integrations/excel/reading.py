"""Read a workbook against its declared sheets: all rows, or every fault of the file at once.

Nothing is guessed from a first row of data and nothing is half read: a caller gets a `Workbook` without any
fault or an `InputFaultsError` with all of them, by sheet, row and column.
"""

import hashlib
import io
from collections.abc import Iterable, Sequence

from python_calamine import CalamineError, load_workbook

from integrations.excel.archive import refuse, repack, unpack
from integrations.excel.cells import Raw
from integrations.excel.limits import MAX_COLUMNS
from integrations.excel.sheets import OWN_SHEETS, Row, Sheet, Workbook, place, plain
from integrations.excel.structure import BookFacts, SheetFacts, damaged, survey
from integrations.excel.table import Table
from ledger.errors import Fault, InputFaultsError

IGNORED_SHEETS = frozenset(plain(name) for name in OWN_SHEETS)


def read_workbook(data: bytes, sheets: Iterable[Sheet]) -> Workbook:
    """All rows of all declared sheets; raises InputFaultsError with every fault of the file."""
    workbook, faults = examine(data, sheets)
    if faults:
        raise InputFaultsError(faults)
    return workbook


def examine(data: bytes, sheets: Iterable[Sheet]) -> tuple[Workbook, tuple[Fault, ...]]:
    """The rows without fault, and the faults; for callers that add faults of their own before refusing."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        tables, faults = open_tables(data, tuple(sheets))
    except InputFaultsError as error:
        return Workbook(digest, {}), error.faults
    rows: dict[str, tuple[Row, ...]] = {}
    places: dict[str, dict[str, tuple[str, str]]] = {}
    for name, table in tables.items():
        if table is None:
            rows[name] = ()
            continue
        rows[name] = tuple(table.read())
        places[name] = table.places()
        faults.extend(table.faults)
    return Workbook(digest, rows, places), tuple(faults)


def open_tables(data: bytes, sheets: tuple[Sheet, ...]) -> tuple[dict[str, Table | None], list[Fault]]:
    """The declared sheets as found in the file, not yet read; None if absent, empty or too large."""
    parts = unpack(data)
    book = survey(parts)
    chosen, faults = _choose(book, sheets)
    tables: dict[str, Table | None] = {sheet.name: None for sheet in sheets}
    opened: list[tuple[Sheet, SheetFacts]] = []
    for sheet, facts in chosen:
        if found := _size_faults(sheet, facts):
            faults.extend(found)
        else:
            opened.append((sheet, facts))
    grids = _grids(repack(parts), [facts.name for _, facts in opened])
    for (sheet, facts), grid in zip(opened, grids, strict=True):
        tables[sheet.name] = Table(sheet, facts, grid, from_1904=book.from_1904)
    return tables, faults


def _choose(book: BookFacts, sheets: tuple[Sheet, ...]) -> tuple[list[tuple[Sheet, SheetFacts]], list[Fault]]:
    """Which sheet of the file is which; a single declared sheet may have any name."""
    data_sheets = [facts for facts in book.sheets if plain(facts.name) not in IGNORED_SHEETS]
    by_name = {plain(facts.name): facts for facts in data_sheets}
    filled = [facts for facts in data_sheets if facts.visible and facts.last_row >= 0]
    chosen: list[tuple[Sheet, SheetFacts]] = []
    faults: list[Fault] = []
    for sheet in sheets:
        facts = by_name.get(plain(sheet.name)) or by_name.get(plain(sheet.name_en))
        if facts is None and len(sheets) == 1 and len(filled) == 1:
            facts = filled[0]
        if facts is not None:
            chosen.append((sheet, facts))
        elif sheet.required:
            found = "、".join(facts.name for facts in data_sheets)
            faults.append(
                Fault(
                    f"{sheet.name}!",
                    f"缺少工作表“{sheet.name}”，实有：{found}",
                    f"missing sheet {sheet.name_en or sheet.name!r}; found: {found}",
                )
            )
    known = {facts.name for _, facts in chosen}
    expected = "、".join(sheet.name for sheet in sheets)
    faults.extend(
        Fault(
            f"{facts.name}!",
            f"多出的工作表，应只有：{expected}；请删除或改名",
            f"unexpected sheet, expected only: {expected}; delete or rename it",
        )
        for facts in filled
        if facts.name not in known
    )
    return chosen, faults


def _size_faults(sheet: Sheet, facts: SheetFacts) -> list[Fault]:
    """Faults of a sheet too empty or too large to be opened."""
    if facts.last_row < 0:
        return [
            Fault(
                f"{sheet.name}!", "工作表是空的，第一行应为表头", "the sheet is empty; titles belong in row 1"
            )
        ]
    faults = []
    if facts.last_row > sheet.max_rows:
        faults.append(
            Fault(
                place(sheet.name, "", facts.last_row + 1),
                f"行数过多：最多到第 {sheet.max_rows + 1} 行，第 {facts.last_row + 1} 行仍有内容",
                f"expected rows up to {sheet.max_rows + 1}, found contents in row {facts.last_row + 1}",
            )
        )
    if facts.last_column >= MAX_COLUMNS:
        faults.append(
            Fault(
                f"{sheet.name}!",
                f"列数过多：最多 {MAX_COLUMNS} 列，实有内容到第 {facts.last_column + 1} 列",
                f"too many columns: expected at most {MAX_COLUMNS}, found {facts.last_column + 1}",
            )
        )
    return faults


def _grids(clean: bytes, names: Sequence[str]) -> list[list[list[Raw]]]:
    """The cells of the named sheets from A1 on."""
    try:
        with load_workbook(io.BytesIO(clean)) as book:
            return [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names]
    except CalamineError as error:
        raise damaged() from error
    except (OSError, ValueError, OverflowError, MemoryError) as error:
        raise refuse(
            "无法读取工作簿，请用 Excel 打开后另存为 .xlsx",
            "the workbook cannot be read; open it in Excel and save it as .xlsx",
        ) from error
    except BaseException as error:
        # The parser is native code; what it did not foresee arrives as a panic outside `Exception`.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged() from error
