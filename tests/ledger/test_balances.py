from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import journal, periods
from ledger.balances import (
    BalanceLine,
    account_book,
    balance,
    sums_from_postings,
    sums_stored,
    trial_balance,
)
from ledger.voucher import Voucher, VoucherKind, credit, debit
from tests.ledger.support import AT, YEAR, make_book, make_session, post, sale


def opening(fen: int = 900) -> Voucher:
    lines = (debit("102", fen), credit("301", fen))
    return Voucher(date(YEAR, 1, 1), "期初", lines, "opening", kind=VoucherKind.opening)


def test_a_trial_balance_shows_opening_turnover_and_closing() -> None:
    with make_session() as session:
        book = make_book(session)
        post(session, book, opening())
        post(session, book, sale("a", 500, date(YEAR, 2, 1)))
        post(session, book, sale("b", 300, date(YEAR, 4, 1)))
        assert trial_balance(session, book.id, year=YEAR) == (
            BalanceLine("102", "CNY", 900, 800, 0, 1700),
            BalanceLine("301", "CNY", -900, 0, 0, -900),
            BalanceLine("501:01", "CNY", 0, 0, 800, -800),
        )
        march = trial_balance(session, book.id, year=YEAR, since=3, upto=3)
        assert march[0] == BalanceLine("102", "CNY", 1400, 0, 0, 1400)
        april = trial_balance(session, book.id, year=YEAR, since=4, upto=4)
        assert april[2] == BalanceLine("501:01", "CNY", -500, 0, 300, -800)


def test_the_next_year_carries_everything_over() -> None:
    with make_session() as session:
        book = make_book(session)
        periods.open_year(session, book.id, YEAR + 1)
        post(session, book, sale("a", 500))
        post(session, book, sale("b", 70, date(YEAR + 1, 5, 1)))
        first = trial_balance(session, book.id, year=YEAR + 1)[0]
        assert first == BalanceLine("102", "CNY", 500, 70, 0, 570)
        assert balance(session, book.id, "102", year=YEAR) == 500
        assert balance(session, book.id, "102", year=YEAR + 1, upto=4) == 500
        assert balance(session, book.id, "102") == 570


def test_a_balance_takes_in_what_is_below_but_not_its_neighbours() -> None:
    with make_session() as session:
        book = make_book(session)
        lines = (
            debit("113:H0001", 5),
            debit("113:H00011", 7),
            debit("113:H0001:A", 11),
            credit("501:01", 23),
        )
        post(session, book, Voucher(date(YEAR, 1, 2), "收", lines, "a"))
        assert balance(session, book.id, "113:H0001") == 16
        assert balance(session, book.id, "113") == 23
        assert balance(session, book.id, "11") == 0


def test_closing_transfers_are_told_apart_and_reversed_ones_too() -> None:
    with make_session() as session:
        book = make_book(session)
        post(session, book, sale("a", 500))
        lines = (debit("501:01", 500), credit("321", 500))
        closing = Voucher(date(YEAR, 12, 31), "结转", lines, "c", kind=VoucherKind.closing)
        row = post(session, book, closing)
        income = trial_balance(session, book.id, year=YEAR)[-1]
        assert income == BalanceLine("501:01", "CNY", 0, 500, 500, 0, transferred=500)
        assert income.movement == -500
        journal.reverse(
            session, row.id, day=date(YEAR, 12, 31), reason="错", maker_id=1, checker_id=2, posted_at=AT
        )
        income = trial_balance(session, book.id, year=YEAR)[-1]
        assert (income.transferred, income.closing, income.movement) == (0, -500, -500)


def test_an_account_book_runs_and_leads_to_its_vouchers() -> None:
    with make_session() as session:
        book = make_book(session)
        post(session, book, opening())
        late = post(session, book, sale("a", 500, date(YEAR, 4, 1)))
        early = post(session, book, sale("b", 300, date(YEAR, 2, 1)))
        back = journal.reverse(
            session, late.id, day=date(YEAR, 5, 1), reason="退货", maker_id=1, checker_id=2, posted_at=AT
        )
        found = account_book(session, book.id, "102", YEAR)
        assert (found.opening, found.closing) == (900, 1200)
        assert [(line.voucher_id, line.debit, line.credit, line.running) for line in found.lines] == [
            (early.id, 300, 0, 1200),
            (late.id, 500, 0, 1700),
            (back.id, -500, 0, 1200),
        ]
        assert account_book(session, book.id, "112", YEAR).lines == ()


SALES = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 999), st.booleans()), max_size=15)


@settings(deadline=None, max_examples=20)
@given(SALES, st.integers(1, 12), st.integers(1, 12))
def test_any_window_of_months_joins_up(sales: list[tuple[int, int, bool]], first: int, last: int) -> None:
    with make_session() as session:
        book = make_book(session)
        for index, (month, fen, reverse) in enumerate(sales):
            row = post(session, book, sale(f"s:{index}", fen, date(YEAR, month, 3)))
            if reverse:
                day = date(YEAR, 12, 3)
                journal.reverse(session, row.id, day=day, reason="错", maker_id=1, checker_id=2, posted_at=AT)
        lines = trial_balance(session, book.id, year=YEAR, since=min(first, last), upto=max(first, last))
        assert sum(line.debit for line in lines) == sum(line.credit for line in lines)
        assert sum(line.closing for line in lines) == 0
        for line in lines:
            assert line.opening + line.debit - line.credit == line.closing
            assert line.closing == balance(session, book.id, line.account, year=YEAR, upto=max(first, last))
        assert sums_stored(session, book.id) == sums_from_postings(session, book.id)
