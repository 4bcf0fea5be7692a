"""The sheet of opening balances: account code, name, debit, credit; read into signed fen, faults at their cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coop.accounting import rules
from coop.kernel.errors import Fault, InputError
from integrations.excel import Column, Kind, Row, Sheet, Value, Workbook, examine, write_workbook
from ledger.chart import Chart
from ledger.chart import Kind as AccountKind

CEILING = 10**14
OPENING = Sheet(
    "期初余额",
    (
        Column("account", "科目编码", "account code", Kind.code, longest=80, note_zh="如 102 或 114:H0001"),
        Column("name", "科目名称", "account name", required=False, longest=100),
        Column("debit", "借方(元)", "debit (yuan)", Kind.fen, required=False, maximum=CEILING),
        Column("credit", "贷方(元)", "credit (yuan)", Kind.fen, required=False, maximum=CEILING),
    ),
    key=("account",),
    name_en="Opening balances",
    note_zh="一行一个科目；借贷合计须相等；没有余额的行留空或删去",
    note_en="one account a row; debits equal credits; leave or delete rows without a balance",
)


@dataclass(frozen=True, slots=True)
class OpeningFile:
    """What the sheet says: balances (fen, debit positive) and true names of sub-accounts, by path."""

    digest: str
    balances: Mapping[str, int]
    names: Mapping[str, str]
    debit_fen: int
    credit_fen: int
    _places: Mapping[str, tuple[Workbook, Row]] = field(default_factory=dict, repr=False)

    def located(self, faults: Iterable[Fault]) -> list[Fault]:
        """The faults of the balances at the cells they concern; those of the whole at the sheet."""
        return [self._located(fault) for fault in faults]

    def _located(self, fault: Fault) -> Fault:
        found = self._places.get(fault.place)
        if found is None:
            return Fault(OPENING.name, fault.zh, fault.en)
        book, row = found
        return book.fault(OPENING.name, row, "account", zh=fault.zh, en=fault.en)


def read_opening(data: bytes, chart: Chart) -> OpeningFile:
    """The sheet, checked against the chart. Raises InputError with every fault; whether households are known and
    the year fits only the service knows (`opening_faults`).
    """
    book, found = examine(data, (OPENING,))
    rows = book.rows.get(OPENING.name, ())
    faults = [*found, *(_two_sided(book, row) for row in rows if row["debit"] and row["credit"])]
    kept = [row for row in rows if row["debit"] or row["credit"]]
    balances = {row.text("account"): row.whole_or("debit", 0) - row.whole_or("credit", 0) for row in kept}
    roots = rules.payable_roots(chart)
    file = OpeningFile(
        book.digest,
        balances,
        # A household's account is known by its number alone: no person's name gets into the books.
        {
            row.text("account"): row.text("name")
            for row in kept
            if ":" in row.text("account")
            and row.text("name")
            and not rules.is_under(row.text("account"), roots)
        },
        sum(row.whole_or("debit", 0) for row in kept),
        sum(row.whole_or("credit", 0) for row in kept),
        {row.text("account"): (book, row) for row in kept},
    )
    if not found:  # sums over rows that were left out would only mislead
        faults += file.located(rules.opening_faults(chart, balances))
    if faults:
        raise InputError(faults)
    return file


def _two_sided(book: Workbook, row: Row) -> Fault:
    zh, en = "借方、贷方只能填一边", "either debit or credit, not both"
    return book.fault(OPENING.name, row, "credit", zh=zh, en=en)


def opening_template(chart: Chart, lang: str = "zh") -> bytes:
    """The sheet with every account of the chart that may have an opening balance, to fill in."""
    rows: list[dict[str, Value]] = [
        {"account": account.code, "name": account.english if lang == "en" else account.name}
        for account in chart.accounts.values()
        if account.kind not in (AccountKind.income, AccountKind.expense, AccountKind.memo)
    ]
    return write_workbook([(OPENING, rows)], lang=lang)


def write_opening(rows: Iterable[Mapping[str, Value]], lang: str = "zh") -> bytes:
    """A sheet of these rows."""
    return write_workbook([(OPENING, map(dict, rows))], lang=lang)
