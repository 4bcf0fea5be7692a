"""Every standard entry, as corrected, posted in a book of each standard that has it.

The tables say what an accountant would write. The tests say that they balance, name accounts of the chart by their right
names, move those accounts and no other, and move exactly the rows of the statements that the tables name.
"""

from __future__ import annotations

import re
from datetime import date

import pytest

from ledger import closing, journal, periods
from ledger.balance_line import BalanceLine
from ledger.balances import trial_balance
from ledger.chart import Chart, Detail, Standard, chart_of
from ledger.formula import TermKind
from ledger.layout import ColumnId, FormLayout, RowLayout, RowStyle
from ledger.statements import Statement, UncoveredAccountError, mismatches, statements
from ledger.verify import check_book
from ledger.voucher import Voucher, VoucherKind, credit, debit
from tests.ledger.entry_table import Entry, entries, lines_of, prepared
from tests.ledger.support import AT, YEAR, make_book, make_session, post

EVERY = [entry for standard in Standard for entry in entries(standard).values()]
J = {f"J{n:02d}" for n in range(1, 34)} - {"J11", "J20"} | {"J11-money", "J11-goods", "J20-in", "J20-out"}
C = {f"C{n}" for n in range(1, 11)}
MISSING = {
    "advance", "advance-used", "rent-prepaid", "rent-earned", "bank-return", "unclaimed", "loan-short", "loan-long",
    "loan-repaid", "bad-debt", "asset-retired", "asset-sold", "asset-loss", "deferred", "deferred-spread", "J32-spent",
    "J32-built", "grant-after", "grant-after-asset", "bonus", "price-raised", "price-raised-sold",
}  # fmt: skip
COOPERATIVE = {
    "shares", "shares-in-kind", "member-leaves", "inputs-on-behalf", "refund-paid", "residual", "residual-paid",
    "surplus-to-shares", "refund-to-shares", "deposit-interest", "J31-paid", "J27-dryer", "J21-cash",
}  # fmt: skip
ONLY_RCEO = {"J15", "J32", "J32-spent", "J32-built", "C7", "C9"}
# Their balance may stand on either side: current accounts, results, what is pending, deposit interest among the expenses.
TWO_SIDED = {
    Standard.rceo_2023: {"113", "154", "181", "214", "231", "321", "322", "502"},
    Standard.coop_2021: {"114", "154", "181", "214", "331", "332", "511", "524"},
}
Forms = tuple[Statement, ...]
HOUSEHOLD = re.compile(r"((JK|ZJ):)?H[0-9]{4}")


def named(entry: Entry) -> str:
    return f"{entry.standard}-{entry.key}"


def test_the_tables_are_complete() -> None:
    rceo, coop = entries(Standard.rceo_2023), entries(Standard.coop_2021)
    assert (J | C | MISSING) - rceo.keys() == set()
    assert (J | C | MISSING | COOPERATIVE) - coop.keys() == ONLY_RCEO
    for entry in EVERY:
        assert entry.source, entry.key
        assert set(entry.after) <= rceo.keys() | coop.keys(), entry.key


@pytest.mark.parametrize("entry", EVERY, ids=named)
def test_an_entry_names_accounts_of_its_chart(entry: Entry) -> None:
    chart = chart_of(entry.standard)
    assert sum(line.fen for line in entry.lines) == 0
    for line in entry.lines:
        assert chart.names(line.path)[0] == line.name, line.path
        code, _, sub = line.path.partition(":")
        detail = chart.account(code).detail
        assert not sub or detail is not Detail.none, f"{code} takes no sub-account"
        if detail is Detail.household and line.path not in chart.subs and sub:
            assert HOUSEHOLD.fullmatch(sub), f"{line.path} is no household"


@pytest.mark.parametrize("entry", EVERY, ids=named)
def test_an_entry_moves_what_it_says(entry: Entry) -> None:
    chart = chart_of(entry.standard)
    with make_session() as session:
        book = prepared(session, entry)
        old = lines_of(session, book, entry)
        post(session, book, entry.voucher)
        new = lines_of(session, book, entry)
        check_trial_balance(chart, entry, old, new)
        made, then = statements(chart, new), statements(chart, old)
        check_rows(chart, entry, "balance_sheet", ColumnId.closing, then=then, made=made)
        check_rows(chart, entry, "income_distribution", ColumnId.this_year, then=then, made=made)
        uncovered = [
            fault for fault in mismatches(chart, made, new) if isinstance(fault, UncoveredAccountError)
        ]
        pending = any(line.closing for line in new if line.account == chart.path("pending_loss"))
        assert [fault.account for fault in uncovered] == (["181"] if pending else [])
        assert pending or mismatches(chart, made, new) == ()
        assert check_book(session, book.id) == []


def check_trial_balance(
    chart: Chart, entry: Entry, old: tuple[BalanceLine, ...], new: tuple[BalanceLine, ...]
) -> None:
    """Each account of the entry moves by its lines, no other moves, and balances stand on their side."""
    empty = BalanceLine("", "CNY", 0, 0, 0, 0)
    then, now = ({line.account: line for line in lines} for lines in (old, new))
    moved = {line.path: [0, 0] for line in entry.lines}
    for each in entry.lines:
        moved[each.path][each.fen < 0] += abs(each.fen)
    assert now.keys() - then.keys() <= moved.keys()
    for path, line in now.items():
        was, (on_debit, on_credit) = then.get(path, empty), moved.get(path, (0, 0))
        assert (line.debit - was.debit, line.credit - was.credit) == (on_debit, on_credit), path
        assert line.closing - was.closing == on_debit - on_credit, path
        account = chart.account(path)
        if path in moved and account.code not in TWO_SIDED[entry.standard]:
            assert line.closing * account.normal.sign >= 0, f"{path} stands on the wrong side"
    assert sum(line.closing for line in new) == 0
    assert sum(line.debit for line in new) == sum(line.credit for line in new)


def check_rows(chart: Chart, entry: Entry, form: str, column: ColumnId, *, then: Forms, made: Forms) -> None:
    """The rows of accounts move as the table says, the rows of rows as the layout adds them up, no other row moves."""
    layout = next(each for each in chart.statements if each.form == form)
    stated = entry.sheet if form == "balance_sheet" else entry.income
    expected = expected_moves(layout, stated)
    assert moves(form, column, then, made) == {row: fen for row, fen in expected.items() if fen}


def expected_moves(layout: FormLayout, stated: dict[str, int]) -> dict[str, int]:
    """Row -> fen: the rows the table names, and the totals the layout makes of them."""
    rows = {row.row: row for row in layout.rows if row.style is not RowStyle.heading}
    names = {bare(row.label): row.row for row in rows.values() if not is_total(row)}
    unknown = [label for label in stated if label not in names]
    assert unknown == [], f"{layout.form} has no row {unknown}"
    known = {names[label]: fen for label, fen in stated.items()}

    def move(row: str) -> int:
        if not is_total(rows[row]):
            return known.get(row, 0)
        return sum(term.sign * move(term.ref) for term in rows[row].terms)

    return {row: move(row) for row in rows}


def is_total(row: RowLayout) -> bool:
    return all(term.kind is TermKind.row for term in row.terms)


def bare(label: str) -> str:
    """A row's name without its number and sign: `减：累计折旧`, `一、经营收入`."""
    return re.split("[：、]", label)[-1]


def moves(form: str, column: ColumnId, then: Forms, made: Forms) -> dict[str, int]:
    old, new = (next(each for each in group if each.form == form) for group in (then, made))
    found: dict[str, int] = {}
    for row in new.rows:
        was, now = old.amount(row.row, column), new.amount(row.row, column)
        if was != now:
            found[row.row] = (now or 0) - (was or 0)
    return found


@pytest.mark.parametrize("standard", list(Standard))
def test_last_years_expense_taken_back_this_year(standard: Standard) -> None:
    """The red figure and the closing entry are both debits and cancel out; the account has still had a movement."""
    chart = chart_of(standard)
    with make_session() as session:
        book = make_book(session, standard.value)
        opening = (debit("102", 500), credit("301", 500))
        post(session, book, Voucher(date(YEAR, 1, 1), "期初", opening, "opening", kind=VoucherKind.opening))
        expense = Voucher(date(YEAR, 6, 1), "办公", (debit(chart.path("admin"), 90), credit("102", 90)), "e")
        wrong = post(session, book, expense).id
        for year in (YEAR, YEAR + 1):
            if year > YEAR:
                periods.open_year(session, book.id, year)
                journal.reverse(
                    session, wrong, day=date(year, 3, 1), reason="错", maker_id=1, checker_id=2, posted_at=AT
                )
            for month in range(1, 13):
                periods.close_period(session, book.id, year, month, by_id=1, at=AT)
            lines = trial_balance(session, book.id, year=year)
            for voucher in closing.result_vouchers(chart, lines, year=year):
                post(session, book, voucher)
            lines = trial_balance(session, book.id, year=year)
            assert mismatches(chart, statements(chart, lines), lines) == ()
            assert closing.net_result(chart, lines) == (-90 if year == YEAR else 90)
            periods.close_period(session, book.id, year, periods.LAST, by_id=1, at=AT)
