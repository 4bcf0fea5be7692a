from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import journal
from ledger.balances import sums_from_postings, sums_stored
from ledger.chart import UnknownCodeError
from ledger.errors import (
    AlreadyReversedError,
    BookMissingError,
    CommodityError,
    LedgerError,
    NegativeBalanceError,
    ReversalOfReversalError,
    SameHandsError,
    SourceConflictError,
    UnknownAccountError,
    VoucherFormError,
    VoucherMissingError,
)
from ledger.tables import AccountRow, BookRow, PostingRow, VoucherRow
from ledger.voucher import Posting, Voucher, VoucherKind, credit, debit
from tests.ledger.support import AT, make_book, make_session, post, sale


def counted(session: Session) -> tuple[int, int]:
    rows = session.scalar(select(func.count()).select_from(VoucherRow))
    lines = session.scalar(select(func.count()).select_from(PostingRow))
    return rows or 0, lines or 0


def test_a_voucher_is_read_back_as_it_was_posted() -> None:
    with make_session() as session:
        book = make_book(session)
        lines = (Posting("121:GU", 500, note="一级", quantity=12_000), credit("113:H0001", 500))
        voucher = Voucher(
            date(2025, 3, 5), "收菇", lines, "receipt:1", word="转", attachments=3, resolution="决议 2025-3"
        )
        row = post(session, book, voucher)
        assert journal.read(session, row.id) == voucher
        assert (row.number, row.word, row.year, row.period, row.lines) == (1, "转", 2025, 3, 2)
        assert (row.maker_id, row.checker_id, row.posted_at, row.entity_id) == (1, 2, AT, 1)


def test_the_same_fact_twice_posts_once() -> None:
    with make_session() as session:
        book = make_book(session)
        first = post(session, book, sale("receipt:1"))
        assert post(session, book, sale("receipt:1")).id == first.id
        assert counted(session) == (1, 2)
        assert sums_stored(session, book.id)[2025, 3, "102", "CNY"] == (500, 0)


@pytest.mark.parametrize(
    "other",
    [
        sale("receipt:1", 501),
        sale("receipt:1", day=date(2025, 3, 6)),
        sale("receipt:1", word="收"),
        sale("receipt:1", attachments=1),
    ],
)
def test_the_same_source_with_other_content_is_refused(other: Voucher) -> None:
    with make_session() as session:
        book = make_book(session)
        post(session, book, sale("receipt:1"))
        with pytest.raises(SourceConflictError, match="receipt:1"):
            post(session, book, other)
        assert counted(session) == (1, 2)


def test_two_books_may_know_the_same_source() -> None:
    with make_session() as session:
        one = make_book(session)
        two = make_book(session, "coop_2021", "TYP-COOP", 2)
        post(session, one, sale("receipt:1"))
        post(session, two, sale("receipt:1"))
        assert counted(session) == (2, 4)


def test_household_accounts_open_by_themselves_with_those_above() -> None:
    with make_session() as session:
        book = make_book(session)
        lines = (debit("121:GU:A1", 5), credit("113:H0001", 5))
        post(session, book, Voucher(date(2025, 1, 2), "收菇", lines, "r:1"))
        paths = set(session.scalars(select(AccountRow.path).where(AccountRow.path.like("%:%"))))
        assert {"121:GU", "121:GU:A1", "113:H0001"} <= paths


def test_an_account_keeps_its_true_name() -> None:
    with make_session() as session:
        book = make_book(session)
        assert journal.open_account(session, book, "102:01", "农信社", "Credit union").name == "农信社"
        assert journal.open_account(session, book, "102:01", "别名", "Other").name == "农信社"
        with pytest.raises(UnknownAccountError):
            journal.open_account(session, book, "321:01", "无", "None")
        with pytest.raises(UnknownAccountError):
            journal.open_account(session, book, "102:02:03", "无", "None")
        with pytest.raises(UnknownCodeError):
            journal.open_account(session, book, "999:01", "无", "None")


@pytest.mark.parametrize("path", ["999", "999:01", "101:01", "321:X"])
def test_accounts_the_chart_does_not_have_are_refused(path: str) -> None:
    with make_session() as session:
        book = make_book(session)
        with pytest.raises(UnknownAccountError, match=path):
            post(session, book, Voucher(date(2025, 1, 2), "错", (debit(path, 5), credit("501:01", 5)), "r:1"))


def test_points_and_money_do_not_mix() -> None:
    with make_session() as session:
        book = make_book(session)
        points = (debit("901", 5, commodity="POINT"), credit("902:H0001", 5, commodity="POINT"))
        post(session, book, Voucher(date(2025, 1, 2), "积分", points, "p:1"))
        with pytest.raises(CommodityError):
            post(
                session,
                book,
                Voucher(date(2025, 1, 2), "积分", (debit("901", 5), credit("902:H0001", 5)), "p:2"),
            )
        wrong = (debit("102", 5, commodity="POINT"), credit("501:01", 5, commodity="POINT"))
        with pytest.raises(CommodityError):
            post(session, book, Voucher(date(2025, 1, 2), "积分", wrong, "p:3"))


def test_cash_and_bank_never_fall_below_zero_over_all_months() -> None:
    with make_session() as session:
        book = make_book(session)
        post(session, book, sale("r:1", 500, date(2025, 5, 1)))
        pay = (debit("513:02", 400), credit("102", 400))
        post(session, book, Voucher(date(2025, 3, 1), "付款", pay, "pay:1"))
        with pytest.raises(NegativeBalanceError, match="300"):
            post(session, book, Voucher(date(2025, 7, 1), "付款", pay, "pay:2"))


def test_numbers_run_by_month_and_word() -> None:
    with make_session() as session:
        book = make_book(session)
        april = date(2025, 4, 1)
        rows = [
            post(session, book, v) for v in (sale("a"), sale("b"), sale("c", word="收"), sale("d", day=april))
        ]
        assert [row.number for row in rows] == [1, 2, 1, 1]


def test_a_batch_posts_each_fact_once_and_knows_repeats() -> None:
    with make_session() as session:
        book = make_book(session)
        before = post(session, book, sale("a"))
        batch = [sale("b"), sale("a"), sale("b"), sale("c", 7)]
        rows = journal.append_all(session, book.id, batch, maker_id=1, posted_at=AT)
        assert [row.source for row in rows] == ["b", "a", "b", "c"]
        assert rows[1].id == before.id
        assert [row.number for row in rows] == [2, 1, 2, 3]
        assert counted(session) == (3, 6)
        with pytest.raises(SourceConflictError):
            journal.append_all(session, book.id, [sale("e"), sale("e", 1)], maker_id=1, posted_at=AT)


def test_manual_vouchers_need_two_persons() -> None:
    with make_session() as session:
        book = make_book(session)
        manual = sale("m:1", kind=VoucherKind.manual)
        for checker in (None, 1):
            with pytest.raises(SameHandsError):
                journal.append(session, book.id, manual, maker_id=1, checker_id=checker, posted_at=AT)
        journal.append(session, book.id, manual, maker_id=1, checker_id=2, posted_at=AT)


def test_a_reversal_is_red_and_happens_once() -> None:
    with make_session() as session:
        book = make_book(session)
        row = post(session, book, sale("r:1"))
        reversal = journal.reverse(
            session, row.id, day=date(2025, 4, 2), reason="单价有误", maker_id=1, checker_id=2, posted_at=AT
        )
        assert reversal.reverses_id == row.id
        assert reversal.summary == "冲销2025年3期记字第1号：单价有误"
        assert [p.amount for p in journal.read(session, reversal.id).postings] == [-500, 500]
        stored = sums_stored(session, book.id)
        assert stored[2025, 4, "102", "CNY"] == (-500, 0)
        assert stored[2025, 4, "501:01", "CNY"] == (0, -500)
        again = journal.reverse(
            session, row.id, day=date(2025, 4, 2), reason="单价有误", maker_id=1, checker_id=2, posted_at=AT
        )
        assert again.id == reversal.id
        with pytest.raises(AlreadyReversedError, match=str(reversal.id)):
            journal.reverse(
                session, row.id, day=date(2025, 4, 3), reason="再来", maker_id=1, checker_id=2, posted_at=AT
            )
        with pytest.raises(ReversalOfReversalError):
            journal.reverse(
                session,
                reversal.id,
                day=date(2025, 4, 3),
                reason="反",
                maker_id=1,
                checker_id=2,
                posted_at=AT,
            )


def test_reversals_are_made_by_reverse_alone_and_by_two() -> None:
    with make_session() as session:
        book = make_book(session)
        row = post(session, book, sale("r:1"))
        twin = sale("x").reversed(date(2025, 3, 6), "冲销", "y")
        with pytest.raises(VoucherFormError):
            post(session, book, twin)
        with pytest.raises(SameHandsError):
            journal.reverse(
                session, row.id, day=date(2025, 4, 2), reason="错", maker_id=1, checker_id=1, posted_at=AT
            )


def test_what_is_not_there_is_said() -> None:
    with make_session() as session:
        with pytest.raises(BookMissingError):
            journal.append(session, 9, sale("a"), maker_id=1, posted_at=AT)
        with pytest.raises(VoucherMissingError):
            journal.read(session, 9)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["append", "append", "reverse", "fail", "undo"]),
        st.integers(1, 3),
        st.sampled_from(["记", "收"]),
        st.integers(1, 900),
    ),
    max_size=25,
)


class UndoneError(Exception):
    """Thrown to roll a step back."""


def step(session: Session, book: BookRow, index: int, move: tuple[str, int, str, int]) -> None:
    action, month, word, fen = move
    day = date(2025, month, 10)
    if action == "reverse":
        query = select(VoucherRow.id).where(VoucherRow.kind == "automatic").order_by(VoucherRow.id)
        vouchers = list(session.scalars(query))
        if vouchers:
            chosen = vouchers[fen % len(vouchers)]
            journal.reverse(session, chosen, day=day, reason="错", maker_id=1, checker_id=2, posted_at=AT)
        return
    account = "999" if action == "fail" else "501:01"
    lines = (debit("102", fen), credit(account, fen))
    post(session, book, Voucher(day, "售", lines, f"s:{index}", word=word))
    if action == "undo":
        raise UndoneError


@settings(deadline=None, max_examples=25)
@given(STEPS)
def test_numbers_have_no_gaps_whatever_fails(moves: list[tuple[str, int, str, int]]) -> None:
    with make_session() as session:
        book = make_book(session)
        session.flush()
        for index, move in enumerate(moves):
            try:
                with session.begin_nested():
                    step(session, book, index, move)
            except (LedgerError, UndoneError):
                pass
        found: dict[tuple[int, str], list[int]] = {}
        for row in session.scalars(select(VoucherRow).order_by(VoucherRow.id)):
            found.setdefault((row.period, row.word), []).append(row.number)
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in found.values())
        assert sums_stored(session, book.id) == sums_from_postings(session, book.id)
