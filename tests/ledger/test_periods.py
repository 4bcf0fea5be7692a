from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import periods
from ledger.errors import (
    LedgerError,
    PeriodClosedError,
    PeriodKindError,
    PeriodMissingError,
    PeriodOrderError,
    PeriodStateError,
    SameHandsError,
    VoucherFormError,
)
from ledger.tables import BookRow, PeriodEventRow
from ledger.verify import check_book
from ledger.voucher import Voucher, VoucherKind, credit, debit
from tests.ledger.support import AT, YEAR, make_book, make_session, post, sale

LAST_DAY = date(YEAR, 12, 31)


def close(session: Session, book: BookRow, number: int, year: int = YEAR) -> None:
    periods.close_period(session, book.id, year, number, by_id=1, at=AT)


def reopen(session: Session, book: BookRow, number: int, year: int = YEAR, second: int = 2) -> None:
    periods.reopen_period(session, book.id, year, number, by_id=1, second_id=second, reason="漏记", at=AT)


def close_months(session: Session, book: BookRow, year: int = YEAR) -> None:
    for number in range(1, 13):
        close(session, book, number, year)


def test_nothing_enters_a_closed_period_until_two_persons_reopen_it() -> None:
    with make_session() as session:
        book = make_book(session)
        january = sale("a", day=date(YEAR, 1, 5))
        close(session, book, 1)
        with pytest.raises(PeriodClosedError, match="2025-01"):
            post(session, book, january)
        with pytest.raises(SameHandsError):
            reopen(session, book, 1, second=1)
        with pytest.raises(VoucherFormError):
            periods.reopen_period(session, book.id, YEAR, 1, by_id=1, second_id=2, reason=" ", at=AT)
        reopen(session, book, 1)
        post(session, book, january)
        close(session, book, 1)
        logged = [(row.action, row.vouchers) for row in session.scalars(select(PeriodEventRow))]
        assert logged == [("close", 0), ("reopen", 0), ("close", 1)]
        assert check_book(session, book.id) == []


def test_a_fact_posted_before_the_close_may_be_replayed_after_it() -> None:
    with make_session() as session:
        book = make_book(session)
        row = post(session, book, sale("a", day=date(YEAR, 1, 5)))
        close(session, book, 1)
        assert post(session, book, sale("a", day=date(YEAR, 1, 5))).id == row.id


def test_periods_close_in_order_and_reopen_backwards() -> None:
    with make_session() as session:
        book = make_book(session)
        with pytest.raises(PeriodOrderError, match="2025-01 expected closed, found open"):
            close(session, book, 2)
        close(session, book, 1)
        with pytest.raises(PeriodStateError):
            close(session, book, 1)
        with pytest.raises(PeriodStateError):
            reopen(session, book, 2)
        close(session, book, 2)
        with pytest.raises(PeriodOrderError):
            reopen(session, book, 1)


def test_years_follow_each_other() -> None:
    with make_session() as session:
        book = make_book(session)
        with pytest.raises(PeriodMissingError):
            periods.open_year(session, book.id, YEAR + 2)
        with pytest.raises(PeriodMissingError):
            post(session, book, sale("a", day=date(YEAR + 1, 1, 1)))
        periods.open_year(session, book.id, YEAR + 1)
        periods.open_year(session, book.id, YEAR + 1)
        assert len(periods.states(session, book.id)) == 26
        post(session, book, sale("a", day=date(YEAR + 1, 1, 1)))
        with pytest.raises(PeriodOrderError, match="2025-12"):
            close(session, book, 1, YEAR + 1)
        close_months(session, book)
        close(session, book, 1, YEAR + 1)
        with pytest.raises(PeriodOrderError, match="2026-01"):
            reopen(session, book, 12)
        close_months_after = range(2, 13)
        for number in close_months_after:
            close(session, book, number, YEAR + 1)
        with pytest.raises(PeriodOrderError, match="2025-13"):
            close(session, book, 13, YEAR + 1)


def distribution(source: str, kind: VoucherKind, resolution: str = "") -> Voucher:
    lines = (debit("322:01:01", 5), credit("311", 5))
    return Voucher(LAST_DAY, "提取", lines, source, period=13, kind=kind, resolution=resolution)


def test_period_13_opens_after_the_months_and_takes_few_kinds() -> None:
    with make_session() as session:
        book = make_book(session)
        allowed = [
            distribution("c", VoucherKind.closing),
            distribution("a", VoucherKind.automatic, "成员大会决议 2026-1"),
        ]
        with pytest.raises(PeriodOrderError, match="2025-01"):
            post(session, book, allowed[0])
        close_months(session, book)
        for voucher in allowed:
            assert post(session, book, voucher).period == 13
        for refused in (
            distribution("b", VoucherKind.automatic),
            distribution("m", VoucherKind.manual, "决议"),
        ):
            with pytest.raises(PeriodKindError):
                post(session, book, refused)
        close(session, book, 13)
        with pytest.raises(PeriodClosedError):
            post(session, book, distribution("d", VoucherKind.closing))
        with pytest.raises(PeriodOrderError):
            reopen(session, book, 12)
        assert check_book(session, book.id) == []


def test_opening_vouchers_belong_to_the_first_month() -> None:
    with make_session() as session:
        book = make_book(session)
        post(session, book, sale("o", day=date(YEAR, 1, 1), kind=VoucherKind.opening))
        with pytest.raises(PeriodKindError):
            post(session, book, sale("p", day=date(YEAR, 2, 1), kind=VoucherKind.opening))


MOVES = st.lists(
    st.tuples(st.sampled_from(["close", "close", "reopen", "post", "post"]), st.integers(1, 13)), max_size=30
)


@settings(deadline=None, max_examples=25)
@given(MOVES)
def test_whatever_is_tried_the_closed_periods_are_a_prefix_and_keep_their_vouchers(
    moves: list[tuple[str, int]],
) -> None:
    with make_session() as session:
        book = make_book(session)
        frozen: dict[int, int] = {}
        posted: dict[int, int] = {}
        for index, (action, number) in enumerate(moves):
            acts: dict[str, Callable[[], object]] = {
                "close": lambda number=number: close(session, book, number),  # type: ignore[misc]
                "reopen": lambda number=number: reopen(session, book, number),  # type: ignore[misc]
                "post": lambda number=number, index=index: post_into(session, book, number, index),  # type: ignore[misc]
            }
            try:
                acts[action]()
            except LedgerError:
                continue
            if action == "post":
                assert number not in frozen
                posted[number] = posted.get(number, 0) + 1
            elif action == "close":
                frozen[number] = posted.get(number, 0)
            else:
                del frozen[number]
            assert sorted(frozen) == list(range(1, len(frozen) + 1))
        assert all(posted.get(number, 0) == count for number, count in frozen.items())
        assert check_book(session, book.id, beancount=False) == []


def post_into(session: Session, book: BookRow, number: int, index: int) -> object:
    if number == 13:
        return post(session, book, distribution(f"s:{index}", VoucherKind.closing))
    return post(session, book, sale(f"s:{index}", day=date(YEAR, number, 2)))
