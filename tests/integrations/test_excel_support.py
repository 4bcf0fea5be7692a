"""Files for the Excel tests: ordinary ones of raw cells, and hostile ones built part by part."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter

from integrations.excel import Choice, Column, Kind, Sheet, examine

LINES = Sheet(
    "明细",
    (
        Column("household", "户号", "Household", Kind.code),
        Column("day", "日期", "Date", Kind.date, required=False),
        Column("grams", "数量(公斤)", "Quantity (kg)", Kind.grams, required=False),
        Column("fen", "金额(元)", "Amount (yuan)", Kind.fen, required=False, maximum=100_000_00),
        Column("share", "比例(%)", "Share (%)", Kind.percent, required=False),
        Column("phone", "电话", "Phone", Kind.digits, required=False, lengths=(11,)),
        Column("bank", "银行账号", "Bank account", Kind.digits, required=False),
        Column(
            "grade",
            "等级",
            "Grade",
            Kind.choice,
            required=False,
            choices=(Choice("first", "一级", "First"), Choice("mixed", "统货", "Mixed")),
        ),
        Column("buy", "收购", "Buy", Kind.flag, required=False),
        Column("note", "备注", "Note", required=False, longest=20),
    ),
    key=("household", "day"),
    max_rows=1_000,
)
TITLES = {column.key: column.title_zh for column in LINES.columns}


def book(fill: Callable[[Any, Any], object], *, name: str = "明细", **options: object) -> bytes:
    """A workbook of one sheet which `fill(workbook, worksheet)` writes."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True, **options})
    fill(workbook, workbook.add_worksheet(name))
    workbook.close()
    return target.getvalue()


def rows(*lines: Sequence[object], name: str = "明细") -> bytes:
    """Raw rows as Excel would store them; text stays text, numbers are doubles."""

    def fill(_: Any, page: Any) -> None:
        for at, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, bool):
                    page.write_boolean(at, column, cell)
                elif isinstance(cell, str):
                    page.write_string(at, column, cell)
                elif cell is not None:
                    page.write_number(at, column, cell)

    return book(fill, name=name)


def one(key: str, cell: object) -> object:
    """The value read from one raw cell, or the sentence it is refused with."""
    read, faults = examine(rows((TITLES["household"], TITLES[key]), ("H1", cell)), [LINES])
    if faults:
        assert [fault.place for fault in faults] == [f"明细!B2 {TITLES[key]}"]
        return faults[0].zh
    return read["明细"][0][key]


def changed(data: bytes, edits: Mapping[str, tuple[str, str]]) -> bytes:
    """The workbook with texts replaced inside its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry).decode()
            before, after = edits.get(entry.filename, ("", ""))
            assert before in content
            new.writestr(entry.filename, content.replace(before, after) if before else content)
    return target.getvalue()
