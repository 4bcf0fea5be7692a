"""科目余额表 and 收支明细表 as tables, with the same period of the year before beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy.orm import Session

from coop.accounting.queries.account_books import book_with_year
from coop.accounting.queries.names import Names, names_of
from coop.accounting.queries.reports import TrialLine, trial_balance
from coop.accounting.rules.tables import BookTable, CellKind, RowLook, Said, TableColumn, TableRow
from ledger import balances
from ledger.balance_line import BalanceLine
from ledger.chart import Chart, Kind, Standard, chart_of
from ledger.periods import LAST

FEN = CellKind.fen
OPENING, TURNOVER = Said("期初余额", "Opening balance"), Said("本期发生额", "Turnover")
CLOSING, PRIOR = Said("期末余额", "Closing balance"), Said("上年同期余额", "Balance a year before")
DEBIT, CREDIT = Said("借方", "Debit"), Said("贷方", "Credit")
ACCOUNT = TableColumn("account", Said("科目", "Account"), width=38)


def trial_table(
    session: Session, entity: str, year: int, *, since: int = 1, upto: int = LAST, whole: bool = True
) -> BookTable:
    """科目余额表 of money accounts as a table. Raises NotFoundError."""
    book = book_with_year(session, entity, year)
    found = trial_balance(session, entity, year, since=since, upto=upto, whole=whole)
    groups = [OPENING, TURNOVER, CLOSING, *([PRIOR] if found.prior else [])]
    keys = ("opening", "turnover", "closing", "prior")
    columns = [
        TableColumn(f"{key}_{side}", title, FEN, 15, group)
        for key, group in zip(keys, groups, strict=False)
        for side, title in (("debit", DEBIT), ("credit", CREDIT))
    ]
    rows = [_trial_row(line, prior=found.prior) for line in found.lines if line.commodity == "CNY"]
    totals = [_trial_row(line, prior=found.prior) for line in found.totals if line.commodity == "CNY"]
    return BookTable(
        name="trial-balance",
        title=Said("科目余额表", "Trial balance"),
        entity=book.entity,
        book_name=book.name,
        year=year,
        since=since,
        upto=upto,
        columns=(ACCOUNT, *columns),
        rows=(*rows, *totals),
        wide=True,
    )


def _trial_row(line: TrialLine, *, prior: bool) -> TableRow:
    figures = [
        line.opening_debit, line.opening_credit, line.debit, line.credit, line.closing_debit, line.closing_credit,
    ]  # fmt: skip
    figures += [line.prior_debit, line.prior_credit] if prior else []
    name = Said(f"{line.path} {line.name}".strip(), f"{line.path} {line.name_en}".strip())
    look = RowLook.total if line.level == 0 else RowLook.item
    return TableRow(
        (name, *(figure or None for figure in figures)), look, indent=max(0, line.level - 1), path=line.path
    )


def income_detail(session: Session, entity: str, year: int, *, since: int = 1, upto: int = LAST) -> BookTable:
    """收支明细表: each account of income and expense in the period, the year so far and the year before so far.

    Turnover without the closing transfers. Raises NotFoundError.
    """
    book = book_with_year(session, entity, year)
    chart, names = chart_of(Standard(book.standard)), names_of(session, book)
    shown = [
        _movements(chart, balances.trial_balance(session, book.id, year=year, since=since, upto=upto)),
        _movements(chart, balances.trial_balance(session, book.id, year=year, upto=upto)),
    ]
    if year > book.first_year:
        shown.append(_movements(chart, balances.trial_balance(session, book.id, year=year - 1, upto=upto)))
    titles = (
        Said("本期数", "This period"),
        Said("本年累计", "Year to date"),
        Said("上年同期累计", "Same period a year before"),
    )
    rows = [*_block(chart, names, shown, Kind.income), *_block(chart, names, shown, Kind.expense)]
    sums = [row.cells[1:] for row in rows if row.look is RowLook.total]
    net = [_whole(income) - _whole(expense) for income, expense in zip(*sums, strict=True)]
    rows.append(TableRow((Said("收支净额", "Net of income and expense"), *net), RowLook.total))
    return BookTable(
        name="income-detail",
        title=Said("收支明细表", "Income and expense in detail"),
        entity=book.entity,
        book_name=book.name,
        year=year,
        since=since,
        upto=upto,
        columns=(
            TableColumn("item", Said("项目", "Item"), width=44),
            *(
                TableColumn(f"amount{at}", title, FEN, 20)
                for at, (title, _) in enumerate(zip(titles, shown, strict=False))
            ),
        ),
        rows=tuple(rows),
    )


def _whole(cell: object) -> int:
    return cell if isinstance(cell, int) else 0


def _movements(chart: Chart, lines: Iterable[BalanceLine]) -> dict[str, int]:
    """Figure on the normal side by path, of accounts of income and expense alone."""
    return {
        line.account: line.movement * chart.account(line.account).normal.sign
        for line in lines
        if line.commodity == "CNY" and chart.kind_of(line.account) in (Kind.income, Kind.expense)
    }


def _block(chart: Chart, names: Names, shown: list[dict[str, int]], kind: Kind) -> list[TableRow]:
    """All income, or all expense: a total, each level-1 account, and what is below it."""
    paths: defaultdict[str, set[str]] = defaultdict(set)
    for column in shown:
        for path, fen in column.items():
            if fen and chart.kind_of(path) is kind:
                paths[path.partition(":")[0]].add(path)
    title = {
        Kind.income: Said("收入合计", "Total income"),
        Kind.expense: Said("支出合计", "Total expense"),
    }[kind]
    rows = []
    totals = [0] * len(shown)
    for code in sorted(paths):
        figures = [sum(column.get(path, 0) for path in paths[code]) for column in shown]
        totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
        rows.append(_row(names, code, figures, 0))
        below = sorted(paths[code] - {code})
        rows += [
            _row(names, path, [column.get(path, 0) for column in shown], path.count(":")) for path in below
        ]
    return [*rows, TableRow((title, *totals), RowLook.total)]


def _row(names: Names, path: str, figures: list[int], indent: int) -> TableRow:
    name = names.of(path)
    short, short_en = name.name.rpartition("—")[2], name.name_en.rpartition(" — ")[2]
    label = Said(f"{path} {short}", f"{path} {short_en}")
    return TableRow((label, *(figure or None for figure in figures)), indent=indent, path=path)
