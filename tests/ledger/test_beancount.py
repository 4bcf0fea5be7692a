from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from ledger import journal
from ledger.balances import trial_balance
from ledger.beancount import account_names, export_book, read_text
from ledger.chart import Standard, chart_of
from ledger.errors import PeriodMissingError
from ledger.tables import BookRow
from ledger.voucher import Voucher, credit, debit
from tests.ledger.support import LAST_DAY, YEAR, fill, make_book, make_session, post


def balances_of(session: Session, book: BookRow, year: int) -> dict[tuple[str, str], int]:
    return {
        (line.account, line.commodity): line.closing for line in trial_balance(session, book.id, year=year)
    }


def nonzero(balances: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {key: amount for key, amount in balances.items() if amount}


def test_every_year_loads_and_says_the_same() -> None:
    with make_session() as session:
        book = fill(session)
        for year in (YEAR, YEAR + 1, YEAR + 2):
            text = export_book(session, book.id, year)
            assert export_book(session, book.id, year) == text
            reading = read_text(text)
            assert reading.errors == ()
            assert nonzero(reading.balances) == nonzero(balances_of(session, book, year))


def test_what_a_file_shows() -> None:
    with make_session() as session:
        text = export_book(session, fill(session).id, YEAR)
        assert f"{YEAR}-01-01 open Assets:102-银行存款:01-农信社-东街- CNY" in text
        assert '  name: "农信社（东街）"' in text
        assert "Assets:401-生产-劳务-成本  3.00 CNY" in text
        assert "Assets:113-内部往来:H0012  -200.00 CNY" in text
        assert '    note: "一级\\"香菇\\"\\\\干"' in text
        assert '* "记-1" "收\\"菇\\"\\n第二行\\t "' in text
        assert f'{LAST_DAY} * "记-1" "结转"' in text
        assert f'  number: "{YEAR}-13-记-1"' in text
        assert f"{YEAR + 1}-01-01 balance Equity:902-积分余额:H0001  -7 ~ 0 POINT" in text


def test_a_past_year_does_not_change() -> None:
    with make_session() as session:
        book = fill(session)
        before = export_book(session, book.id, YEAR)
        later = (debit("113:H0099", 5), credit("501:02", 5))
        post(session, book, Voucher(date(YEAR + 1, 3, 1), "服务", later, "later"))
        assert export_book(session, book.id, YEAR) == before


def test_an_empty_book_has_a_file_and_a_missing_year_has_none() -> None:
    with make_session() as session:
        book = make_book(session)
        assert read_text(export_book(session, book.id, YEAR)) == read_text("")
        with pytest.raises(PeriodMissingError):
            export_book(session, book.id, YEAR + 1)


def test_a_wrong_file_is_noticed() -> None:
    with make_session() as session:
        text = export_book(session, fill(session).id, YEAR)
        reading = read_text(text.replace("  3.00 CNY", "  3.01 CNY"))
        assert any("does not balance" in error for error in reading.errors)
        assert read_text(text.replace("-2.99", "-3.00").replace("  9.99 CNY", "  9.98 CNY")).errors


def test_names_never_meet() -> None:
    chart = chart_of(Standard.rceo_2023)
    names = {"513": "管理费用", "513:01": "A", "513:01-A": "01-A", "513:02": "x/y", "513:02:1": "乙"}
    mapped = account_names(chart, names)
    assert len(set(mapped.values())) == len(names)
    assert mapped["513:01"] == "Expenses:513-管理费用:01"
    assert mapped["513:02:1"] == "Expenses:513-管理费用:02-x-y:1-乙"


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 10**15), st.text(max_size=20)), max_size=6),
    st.text(min_size=1, max_size=20),
)
def test_any_text_survives_the_loader(sales: list[tuple[int, int, str]], name: str) -> None:
    with make_session() as session:
        book = make_book(session)
        journal.open_account(session, book, "501:99", name, name)
        for index, (month, fen, note) in enumerate(sales):
            lines = (debit("102", fen, note if note.strip() else ""), credit("501:99", fen))
            post(session, book, Voucher(date(YEAR, month, 1), f"“{note}”", lines, f"s:{index}"))
        reading = read_text(export_book(session, book.id, YEAR), own=True)
        assert reading.errors == ()
        assert reading.balances == balances_of(session, book, YEAR)
