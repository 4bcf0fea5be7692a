"""The sheet of vouchers: a row a line, grouped by month, word and number; faults at their cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from coop.accounting.rules.voucher_import import FileLine, FileVoucher, RowFault, vouchers_of
from coop.kernel.errors import Fault, InputError
from integrations.excel import Column, Kind, Row, Sheet, Value, Workbook, examine, write_workbook
from ledger.chart import Chart
from ledger.voucher import LENGTHS

CEILING = 10**14
VOUCHERS = Sheet(
    "凭证",
    (
        Column("day", "日期", "day", Kind.date),
        Column("word", "凭证字", "voucher word", Kind.code, required=False, longest=4, note_zh="空为“记”"),
        Column("group", "凭证号", "voucher number", Kind.code, longest=20, note_zh="同一凭证各行相同"),
        Column("summary", "摘要", "summary", longest=LENGTHS["summary"]),
        Column("account", "科目编码", "account code", Kind.code, longest=80, note_zh="如 102 或 114:H0001"),
        Column("debit", "借方(元)", "debit (yuan)", Kind.fen, required=False, maximum=CEILING),
        Column("credit", "贷方(元)", "credit (yuan)", Kind.fen, required=False, maximum=CEILING),
        Column("party", "往来", "party", required=False, longest=60, note_zh="农户编号或单位编码"),
        Column("project", "项目", "project", required=False, longest=60, note_zh="项目、产品或批次编码"),
        Column("attachments", "附单据数", "attachments", Kind.integer, required=False, maximum=9999),
    ),
    name_en="Vouchers",
    note_zh="一行一条分录；同月同字同号的各行合为一张凭证，借贷须相等；只收未结账月份",
    note_en="one line a row; rows of one month, word and number make a voucher; open months only",
)


@dataclass(frozen=True, slots=True)
class VoucherFile:
    """What the sheet says: its vouchers by day and order, and its digest."""

    digest: str
    vouchers: tuple[FileVoucher, ...]
    _book: Workbook = field(repr=False)
    _rows: dict[int, Row] = field(repr=False)

    def located(self, faults: Iterable[RowFault]) -> list[Fault]:
        """The faults at the cells they concern."""
        return [
            self._book.fault(VOUCHERS.name, self._rows[fault.row], fault.column, zh=fault.zh, en=fault.en)
            for fault in faults
        ]


def read_vouchers(data: bytes, chart: Chart) -> VoucherFile:
    """The sheet, checked against the chart. Raises InputError with every fault; what only the book knows the service
    tells (`book_faults`).
    """
    book, found = examine(data, (VOUCHERS,))
    rows = book.rows.get(VOUCHERS.name, ())
    if found:  # sums over rows that were left out would only mislead
        raise InputError(found)
    if not rows:
        raise InputError([Fault(VOUCHERS.name, "没有任何分录", "there is no line")])
    vouchers, faults = vouchers_of(chart, [_line(row) for row in rows])
    file = VoucherFile(book.digest, tuple(vouchers), book, {row.number: row for row in rows})
    if faults:
        raise InputError(file.located(faults))
    return file


def _line(row: Row) -> FileLine:
    return FileLine(
        row=row.number,
        day=row.day("day"),
        word=row.text("word"),
        group=row.text("group"),
        summary=row.text("summary"),
        account=row.text("account"),
        debit_fen=row.whole_or("debit", 0),
        credit_fen=row.whole_or("credit", 0),
        party=row.text("party"),
        project=row.text("project"),
        attachments=row.whole_or("attachments", 0),
    )


def voucher_template(day: date, lang: str = "zh") -> bytes:
    """The sheet with one voucher as an example."""
    # Cash drawn from the bank: the same codes in both charts.
    summary = "例：提取现金" if lang == "zh" else "example: cash drawn"
    first: dict[str, Value] = {"day": day, "word": "记", "group": "1", "summary": summary, "attachments": 1}
    lines = [first | {"account": "101", "debit": 12_000}, first | {"account": "102", "credit": 12_000}]
    return write_workbook([(VOUCHERS, lines)], lang=lang)
