"""A book read out of a beancount file: ours, a stranger's, and everything that is refused, each at its line."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.beancount import export_book, read_text
from ledger.beancount_books import WholeBook, book_of_text
from ledger.chart import Standard, chart_of
from ledger.errors import InputFaultsError
from ledger.voucher import VoucherKind
from tests.ledger.support import LAST_DAY, YEAR, fill, make_session

CHART = chart_of(Standard.rceo_2023)
HEAD = (
    "2025-01-01 open Assets:102-银行存款:01-农信社 CNY\n"
    "2025-01-01 open Equity:301-资本\n"
    "2025-01-01 open Income:501-经营收入:01\n"
    "2025-01-01 open Equity:901-积分发放 POINT\n"
    "2025-01-01 open Equity:902-积分余额:H0001 POINT\n"
)


def read(text: str) -> WholeBook:
    return book_of_text(text, CHART, source="beancount:X")


def test_our_own_file_comes_back_whole() -> None:
    with make_session() as session:
        book = fill(session)
        for year in (YEAR, YEAR + 1):
            text = export_book(session, book.id, year)
            found = read(text)
            assert (found.entity, found.standard, found.year) == ("TYP-RCEO", "rceo_2023", year)
            told = {key: amount for key, amount in read_text(text).balances.items() if amount}
            assert {key: amount for key, amount in found.balances.items() if amount} == told
        found = read(export_book(session, book.id, YEAR))
    kinds = [voucher.kind for voucher in found.vouchers]
    assert kinds.count(VoucherKind.opening) == 1
    assert kinds[0] is VoucherKind.opening, "the opening comes first"
    assert kinds[-1] is VoucherKind.closing
    assert (found.vouchers[-1].day, found.vouchers[-1].book_period) == (LAST_DAY, 13)
    receipt = next(voucher for voucher in found.vouchers if voucher.source == "beancount:X:2025-05-记-1")
    assert (receipt.attachments, receipt.postings[0].quantity) == (2, 12_345)
    assert receipt.postings[0].note == '一级"香菇"\\干'
    assert {a.path: a.name for a in found.accounts}["102:01"] == "农信社（东街）"


def test_a_strangers_file_is_read_by_its_names_and_the_years_before_become_the_opening() -> None:
    found = read(
        HEAD
        + '2025-05-01 * "旧"\n  Assets:102-银行存款:01-农信社  100.00 CNY\n  Equity:301-资本\n'
        + '2026-03-05 * "张" "售菇"\n  Assets:102-银行存款:01-农信社  5.50 CNY\n  Income:501-经营收入:01\n'
        + '2026-04-01 * "评"\n  Equity:901-积分发放  7 POINT\n  Equity:902-积分余额:H0001\n'
    )
    assert found.year == 2026
    opening, sale, points = found.vouchers
    assert (opening.kind, opening.day) == (VoucherKind.opening, date(2026, 1, 1))
    assert [(p.account, p.amount) for p in opening.postings] == [("102:01", 10_000), ("301", -10_000)]
    assert (sale.summary, sale.source, sale.book_period) == ("张 售菇", "beancount:X:2026-2", 3)
    assert points.postings[1].amount == -7
    assert found.balances["102:01", "CNY"] == 10_550


BANK = "  Assets:102-银行存款:01-农信社  "


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('plugin "os"\n', ["file"]),
        ('include "/etc/passwd"\n', ["file"]),
        ('option "documents" "/tmp"\n', ["file"]),
        ("this is no beancount\n", ["line 1"]),
        ("", ["file"]),
        ("2025-01-01 open Assets:Bank CNY\n", ["line 1"]),
        ('2025-01-01 open Assets:Bank CNY\n  path: "x"\n', ["line 1"]),
        (HEAD + '2025-01-01 open Assets:Other\n  path: "102:01"\n', ["line 6"]),
        (HEAD + "2025-01-01 open Liabilities:101-库存现金\n", ["line 6"]),
        (HEAD + "2025-01-01 open Assets:101-库存现金:A\n", ["line 6"]),
        (HEAD + f'2025-01-02 * "x"\n{BANK}1.00 CNY\n  Equity:301-资本  -2.00 CNY\n', ["line 6"]),
        (HEAD + f'2025-01-02 ! "x"\n{BANK}1.00 CNY\n  Equity:301-资本\n', ["line 6"]),
        (HEAD + f'2025-01-02 * "x"\n{BANK}1.005 CNY\n  Equity:301-资本\n', ["line 7", "line 8"]),
        (HEAD + f'2025-01-02 * "x"\n{BANK}1 CNY @ 1.00 CNY\n  Equity:301-资本\n', ["line 7"]),
        (
            HEAD + '2025-01-02 * "x"\n  Equity:301-资本  1 EUR\n  Equity:301-资本  -1 EUR\n',
            ["line 7", "line 8"],
        ),
        (HEAD + f'2025-01-02 * "x"\n{BANK}1 POINT\n  Equity:901-积分发放\n', ["line 6", "line 7"]),
        (HEAD + '2025-01-01 custom "book" "X" "coop_2021" "2025"\n', ["line 6"]),
        (
            HEAD
            + f'2025-01-02 * "x"\n{BANK}1.00 CNY\n  Income:501-经营收入:01\n'
            + f'2026-01-02 * "y"\n{BANK}1.00 CNY\n  Income:501-经营收入:01\n',
            ["file"],
        ),
    ],
)
def test_every_fault_is_told_at_its_line(text: str, lines: list[str]) -> None:
    with pytest.raises(InputFaultsError) as caught:
        read(text)
    assert sorted({fault.place for fault in caught.value.faults}) == lines
