"""The statutory statements computed from trial-balance lines by the layouts of the chart.

Pure: plain lines in, plain rows out; knows no book, no session and no voucher. Every row names the account
paths that feed it, so that a figure leads to its accounts and from there to their vouchers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.balance_line import BalanceLine
from ledger.chart import Chart, Kind
from ledger.errors import LedgerError
from ledger.formula import Term, TermKind
from ledger.layout import Cell, Certainty, ColumnId, FormLayout, RowLayout, RowStyle


class DuplicateLineError(LedgerError):
    """Two lines of one account: the split of debit and credit balances would come out wrong."""

    def __init__(self, account: str) -> None:
        self.account = account
        super().__init__(
            zh=f"余额表中科目 {account} 应只有一行，实有多行",
            en=f"trial balance: expected one line of account {account}, found more",
        )


class StatementMismatchError(LedgerError):
    """Two figures that must agree do not (fen)."""

    def __init__(self, label: str, label_en: str, expected: int, found: int) -> None:
        self.expected, self.found, self.difference = expected, found, found - expected
        super().__init__(
            zh=f"报表不符：{label}：应为 {expected} 分，实为 {found} 分，差 {found - expected} 分",
            en=f"statements disagree: {label_en}: expected {expected} fen, found {found} fen, "
            f"difference {found - expected} fen",
        )


class UncoveredAccountError(LedgerError):
    """An account that no row of the balance sheet shows has a balance (181 must be zero by then)."""

    def __init__(self, account: str, name: str, name_en: str, balance: int) -> None:
        self.account, self.balance = account, balance
        super().__init__(
            zh=f"科目 {account} {name} 不列入资产负债表，余额应为 0 分，实为 {balance} 分，差 {balance} 分",
            en=f"account {account} {name_en} is in no row of the balance sheet: expected 0 fen, "
            f"found {balance} fen, difference {balance} fen",
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A printed row; `amounts_fen` per column, None where there is no figure; `accounts` feed it, sorted."""

    row: str
    label: str
    label_en: str
    amounts_fen: tuple[int | None, ...]
    accounts: tuple[str, ...]
    style: RowStyle
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Statement:
    """A printed form; `code` is its official number, empty where unverified."""

    form: str
    code: str
    title: str
    title_en: str
    columns: tuple[str, ...]
    columns_en: tuple[str, ...]
    column_ids: tuple[ColumnId, ...]
    rows: tuple[Row, ...]
    source: str
    certainty: Certainty

    def amount(self, row: str, column: ColumnId) -> int | None:
        """The figure of one cell in fen; None where there is none."""
        index = self.column_ids.index(column)
        return next(r.amounts_fen[index] for r in self.rows if r.row == row)


Lines = dict[str, list[BalanceLine]]
"""Money lines by level-1 code."""


def statements(
    chart: Chart, lines: Iterable[BalanceLine], *, prior: Iterable[BalanceLine] | None = None
) -> tuple[Statement, ...]:
    """All forms of the chart, from the lines of a year and, for 上年金额, of the year before (else None).

    Works before and after the close. Lines in other commodities than CNY are left out.
    Raises UnknownCodeError for a line outside the chart, and DuplicateLineError.

    >>> from ledger.chart import Standard, chart_of
    >>> lines = [BalanceLine("102", "CNY", 0, 500, 0, 500), BalanceLine("501", "CNY", 0, 0, 500, -500)]
    >>> sheet, income, _equity = statements(chart_of(Standard.coop_2021), lines)
    >>> sheet.amount("22", ColumnId.closing), income.amount("12", ColumnId.this_year)
    (500, 500)
    """
    this_year = _by_code(chart, lines)
    last_year = None if prior is None else _by_code(chart, prior)
    return tuple(_statement(chart, form, this_year, last_year) for form in chart.statements)


def mismatches(
    chart: Chart, made: Sequence[Statement], lines: Iterable[BalanceLine]
) -> tuple[StatementMismatchError | UncoveredAccountError, ...]:
    """Everything wrong with statements made from `lines`: unequal checks of the chart, balances no row shows.

    Empty when all is well. The faults are returned, not raised, so that a page can show them all.
    """
    found: list[StatementMismatchError | UncoveredAccountError] = []
    for check in chart.checks:
        left, right = _cell(made, check.left), _cell(made, check.right)
        if left != right:
            found.append(StatementMismatchError(check.label, check.label_en, left, right))
    found += _unrolled(made)
    shown = {t.ref for f in chart.statements if f.form == "balance_sheet" for r in f.rows for t in r.terms}
    for code, group in sorted(_by_code(chart, lines).items()):
        for line in group:
            if code not in shown and (line.closing or line.opening):
                zh, en = chart.names(line.account)
                found.append(UncoveredAccountError(line.account, zh, en, line.closing or line.opening))
    return tuple(found)


def _unrolled(made: Sequence[Statement]) -> list[StatementMismatchError]:
    """Rows whose opening balance with its changes does not give the closing one."""
    found = []
    ids = (ColumnId.opening, ColumnId.increase, ColumnId.decrease, ColumnId.closing)
    for statement in made:
        if not set(ids) <= set(statement.column_ids):
            continue
        for row in statement.rows:
            opening, increase, decrease, closing = (statement.amount(row.row, column) or 0 for column in ids)
            if opening + increase - decrease != closing:
                zh, en = f"{statement.title}：{row.label}", f"{statement.title_en}: {row.label_en}"
                found.append(StatementMismatchError(zh, en, opening + increase - decrease, closing))
    return found


def as_json(entity: str, standard: str, year: int, made: Sequence[Statement]) -> dict[str, object]:
    """The public JSON form of `coop books statements --format json`."""
    return {
        "entity": entity,
        "standard": str(standard),
        "year": year,
        "statements": [
            {
                "form": statement.form,
                "title": statement.title,
                "columns": list(statement.columns),
                "rows": [
                    {"row": row.row, "label": row.label, "amounts_fen": list(row.amounts_fen)}
                    for row in statement.rows
                ],
            }
            for statement in made
        ],
    }


def _by_code(chart: Chart, lines: Iterable[BalanceLine]) -> Lines:
    grouped: Lines = defaultdict(list)
    seen: set[str] = set()
    for line in lines:
        account = chart.account(line.account)
        if line.commodity != "CNY" or account.kind is Kind.memo:
            continue
        if line.account in seen:
            raise DuplicateLineError(line.account)
        seen.add(line.account)
        grouped[account.code].append(line)
    return grouped


def _statement(chart: Chart, form: FormLayout, this_year: Lines, last_year: Lines | None) -> Statement:
    ids = tuple(column.id for column in form.columns)
    columns: list[_Column | None] = []
    for column in ids:
        lines = last_year if column is ColumnId.last_year else this_year
        columns.append(None if lines is None else _Column(chart, form, column, lines))
    return Statement(
        form=form.form, code=form.code, title=form.title, title_en=form.title_en,
        columns=tuple(column.label for column in form.columns),
        columns_en=tuple(column.label_en for column in form.columns), column_ids=ids,
        rows=tuple(_row(row, columns) for row in form.rows), source=form.source, certainty=form.certainty,
    )  # fmt: skip


def _row(row: RowLayout, columns: Sequence[_Column | None]) -> Row:
    amounts: list[int | None] = []
    accounts: set[str] = set()
    for column in columns:
        if column is None or row.style is RowStyle.heading:
            amounts.append(None)
            continue
        amount, feeders = column.row(row.row)
        amounts.append(amount)
        accounts |= feeders
    return Row(
        row.row, row.label, row.label_en, tuple(amounts), tuple(sorted(accounts)), row.style, row.certainty
    )


class _Column:
    """The figures of one column; each row is computed once, whatever the order of the references."""

    def __init__(self, chart: Chart, form: FormLayout, column: ColumnId, lines: Lines) -> None:
        self._chart = chart
        self._column = column
        self._lines = lines
        self._layout = {row.row: row for row in form.rows}
        self._done: dict[str, tuple[int, frozenset[str]]] = {}

    def row(self, row: str) -> tuple[int, frozenset[str]]:
        """Amount in fen and the accounts that feed it."""
        if row not in self._done:
            total, accounts = 0, frozenset[str]()
            for term in self._layout[row].terms_of(self._column):
                amount, feeders = self.row(term.ref) if term.kind is TermKind.row else self._term(term)
                total += term.sign * amount
                accounts |= feeders
            self._done[row] = total, accounts
        return self._done[row]

    def _term(self, term: Term) -> tuple[int, frozenset[str]]:
        account = self._chart.account(term.ref)
        total, feeders = 0, set[str]()
        for line in self._lines.get(account.code, ()):
            if line.account == term.ref or line.account.startswith(term.ref + ":"):
                amount = self._amount(term.kind, line, account.normal.sign)
                total += amount
                if amount:
                    feeders.add(line.account)
        return total, frozenset(feeders)

    def _amount(self, kind: TermKind, line: BalanceLine, sign: int) -> int:
        if kind is TermKind.open:
            return sign * line.opening
        if kind in (TermKind.up, TermKind.down):
            return line.debit if (sign > 0) == (kind is TermKind.up) else line.credit
        if not self._column.is_balance:
            return sign * line.movement
        balance = line.opening if self._column is ColumnId.opening else line.closing
        if kind is TermKind.dr:
            return max(balance, 0)
        if kind is TermKind.cr:
            return max(-balance, 0)
        return sign * balance


def _cell(made: Sequence[Statement], cell: Cell) -> int:
    statement = next(s for s in made if s.form == cell.form)
    return statement.amount(cell.row, ColumnId(cell.column)) or 0
