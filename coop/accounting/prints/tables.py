"""A table of the books as a workbook or as PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from coop.accounting.prints.paper import FONTS, colon, prepared_by, seal_line, unit_line
from coop.accounting.rules.tables import BookTable, Cell, CellKind, RowLook, Said, TableColumn
from integrations import excel
from integrations import print as paper
from ledger.seal import Head

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HANDS = (Said("会计主管", "Chief accountant"), Said("记账", "Bookkeeper"), Said("制表", "Prepared by"))
_KINDS: Mapping[CellKind, excel.Kind] = {
    CellKind.text: excel.Kind.text,
    CellKind.day: excel.Kind.date,
    CellKind.fen: excel.Kind.fen,
    CellKind.whole: excel.Kind.integer,
}
_PAPER_KINDS: Mapping[CellKind, paper.Kind] = {
    CellKind.text: paper.Kind.text,
    CellKind.day: paper.Kind.centre,
    CellKind.fen: paper.Kind.fen,
    CellKind.whole: paper.Kind.whole,
}


def table_xlsx(table: BookTable, _head: Head, lang: str) -> bytes:
    """The table as a workbook: a cover with the facts, a sheet with the lines. Equal tables are equal bytes."""
    facts = (
        (Said("编制单位", "Prepared by"), f"{table.book_name} {table.entity}"),
        (Said("表名", "Table"), table.title.of(lang)),
        (Said("期间", "Period"), table.span.of(lang)),
        (Said("单位", "Unit"), table.unit.of(lang)),
        *((Said("说明", "Remark"), remark.of(lang)) for remark in table.remarks),
    )
    cover = excel.Sheet(
        "封面",
        (excel.Column("fact", "项目", "item"), excel.Column("value", "内容", "value")),
        name_en="Cover",
    )
    columns = tuple(_xlsx_column(column) for column in table.columns)
    rows = [
        {
            column.key: _xlsx_cell(column, cell, lang)
            for column, cell in zip(table.columns, row.cells, strict=True)
        }
        for row in table.rows
    ]
    name = table.title.zh.partition("：")[0]
    sheet = excel.Sheet(name, columns, name_en=table.title.en.partition(":")[0][:31])
    return excel.write_workbook(
        [(cover, [{"fact": word.of(lang), "value": value} for word, value in facts]), (sheet, rows)],
        lang=lang,
    )


def _xlsx_column(column: TableColumn) -> excel.Column:
    group = column.group or Said("", "")
    return excel.Column(
        column.key,
        f"{group.zh}{column.title.zh}",
        f"{group.en} {column.title.en}".strip(),
        _KINDS[column.kind],
        required=False,
        minimum=None,
    )


def _xlsx_cell(column: TableColumn, cell: Cell, lang: str) -> excel.Value:
    if isinstance(cell, Said):
        return cell.of(lang)
    if column.kind is CellKind.text and cell is not None:
        return str(cell)
    return cell


def table_pdf(table: BookTable, head: Head, lang: str) -> bytes:
    """The table as PDF. Raises FontsMissingError."""
    return paper.document_pdf(table_document(table, head, lang), FONTS)


def table_document(table: BookTable, head: Head, lang: str) -> paper.Document:
    """The table as it is printed."""
    over, brought = ("carried over", "brought forward") if lang == "en" else ("过次页", "承前页")
    label, summed, kept = table.carry or (0, (), ())
    looks = {
        RowLook.item: paper.Look.item,
        RowLook.total: paper.Look.total,
        RowLook.heading: paper.Look.heading,
    }
    form = paper.Form(
        title=table.title.of(lang),
        columns=tuple(
            paper.Column(
                column.title.of(lang),
                paper.Kind.centre if column.key == "side" else _PAPER_KINDS[column.kind],
                column.width,
                column.group.of(lang) if column.group else "",
            )
            for column in table.columns
        ),
        lines=tuple(
            paper.Line(tuple(_paper_cell(cell, lang) for cell in row.cells), looks[row.look], row.indent)
            for row in table.rows
        ),
        left=prepared_by(f"{table.book_name}（{table.entity}）", lang),
        middle=table.span.of(lang),
        right=unit_line(table.unit.of(lang), lang),
        carry=paper.Carry(over, brought, label, summed, kept) if table.carry else None,
        signatures=colon(tuple(hand.of(lang) for hand in HANDS), lang),
        remarks=tuple(remark.of(lang) for remark in table.remarks),
        wide=table.wide,
    )
    return paper.Document(form.title, (form,), foot=seal_line(head, lang), author=table.book_name, lang=lang)


def _paper_cell(cell: Cell, lang: str) -> str | int | None:
    if isinstance(cell, Said):
        return cell.of(lang)
    return cell.isoformat() if isinstance(cell, date) else cell


FILES: Mapping[str, tuple[str, Callable[[BookTable, Head, str], bytes]]] = {
    "xlsx": (XLSX, table_xlsx),
    "pdf": ("application/pdf", table_pdf),
}
"""Kind of file -> its type and who makes it."""


def table_file(table: BookTable, head: Head, kind: str, lang: str) -> tuple[bytes, str, str]:
    """The content, name and type of a file of a table; `kind` is one of FILES."""
    mimetype, make = FILES[kind]
    below = f"-{table.path.replace(':', '-')}" if table.path else ""
    title = table.title.of(lang).partition("：" if lang == "zh" else ":")[0].replace(" ", "-")
    return make(table, head, lang), f"{title}-{table.entity}-{table.year}{below}.{kind}", mimetype
