"""Eight writers on one book of a real PostgreSQL: numbers, balances, cash and single facts hold."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from ledger import journal, periods
from ledger.balances import balance, sums_from_postings, sums_stored, trial_balance
from ledger.errors import LedgerError, NegativeBalanceError, PeriodClosedError
from ledger.tables import VoucherRow
from ledger.verify import check_book
from ledger.voucher import Voucher, credit, debit
from tests.ledger.support import AT, YEAR, fill, make_book, make_engine, post, sale

WRITERS = 8
_names = itertools.count(1)


@pytest.fixture
def engine(postgres: Any) -> Iterator[Engine]:
    name = f"ledger_{os.getpid()}_{next(_names)}"
    admin = create_engine(postgres.url("postgres", "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    admin.dispose()
    found = make_engine(postgres.url(name, "postgres"))
    yield found
    found.dispose()


def book_in(engine: Engine) -> int:
    with Session(engine) as session, session.begin():
        return make_book(session).id


def race(engine: Engine, act: Callable[[Session, int], object]) -> list[object]:
    """Run `act` in eight transactions at once; its result or its LedgerError each."""
    barrier = Barrier(WRITERS)

    def run(number: int) -> object:
        barrier.wait()
        try:
            with Session(engine) as session, session.begin():
                return act(session, number)
        except LedgerError as error:
            return error

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def settled(engine: Engine, book_id: int) -> list[VoucherRow]:
    with Session(engine) as session:
        assert check_book(session, book_id) == []
        assert sums_stored(session, book_id) == sums_from_postings(session, book_id)
        return list(session.scalars(select(VoucherRow).order_by(VoucherRow.number)))


def posts(session: Session, book_id: int, *vouchers: Voucher) -> int:
    rows = journal.append_all(session, book_id, vouchers, maker_id=1, posted_at=AT)
    return rows[0].number


def post_one(book_id: int, vouchers: list[Voucher], session: Session, number: int) -> int:
    return posts(session, book_id, vouchers[number])


def test_first_numbers_and_first_balances_are_raced_for_without_gap(engine: Engine) -> None:
    book_id = book_in(engine)
    for turn in range(4):
        day = date(YEAR, 1 + turn % 2, 1)
        vouchers = [sale(f"{turn}:{number}", day=day) for number in range(WRITERS)]
        race(engine, partial(post_one, book_id, vouchers))
    rows = settled(engine, book_id)
    assert [row.number for row in rows] == [n for n in range(1, 17) for _ in (1, 2)]


def test_batches_over_many_accounts_do_not_deadlock(engine: Engine) -> None:
    book_id = book_in(engine)

    def act(session: Session, number: int) -> int:
        houses = range(20) if number % 2 else range(19, -1, -1)
        vouchers = [
            Voucher(date(YEAR, 3, 1), "收", (debit("121:GU", 5), credit(f"113:H{n:04d}", 5)), f"{number}:{n}")
            for n in houses
        ]
        return posts(session, book_id, *vouchers)

    results = race(engine, act)
    assert set(results) == {1 + 20 * n for n in range(WRITERS)}
    assert len(settled(engine, book_id)) == 160


def test_eight_writers_in_eight_months_make_one_chain(engine: Engine) -> None:
    """No counter and no balance row is shared here: the head alone puts them one behind the other."""
    book_id = book_in(engine)

    def act(session: Session, number: int) -> int:
        day = date(YEAR, 1 + number, 5)
        lines = (debit(f"121:G{number}", 5), credit(f"113:H{number:04d}", 5))
        return posts(session, book_id, *(Voucher(day, "收", lines, f"{number}:{n}") for n in range(10)))

    assert race(engine, act) == [1] * WRITERS
    assert sorted(row.sequence for row in settled(engine, book_id)) == list(range(1, 10 * WRITERS + 1))


def test_one_fact_posted_by_eight_is_one_voucher(engine: Engine) -> None:
    book_id = book_in(engine)
    assert race(engine, lambda session, _: posts(session, book_id, sale("receipt:1"))) == [1] * WRITERS
    assert len(settled(engine, book_id)) == 1


def test_a_voucher_is_reversed_by_one_of_eight(engine: Engine) -> None:
    book_id = book_in(engine)
    with Session(engine) as session, session.begin():
        voucher_id = journal.append(session, book_id, sale("a"), maker_id=1, posted_at=AT).id

    def act(session: Session, number: int) -> int:
        day = date(YEAR, 4, 1 + number)
        return journal.reverse(
            session, voucher_id, day=day, reason="错", maker_id=1, checker_id=2, posted_at=AT
        ).id

    results = race(engine, act)
    assert sum(isinstance(result, int) for result in results) == 1
    assert len(settled(engine, book_id)) == 2


def test_the_same_cash_is_not_spent_in_two_months(engine: Engine) -> None:
    book_id = book_in(engine)
    with Session(engine) as session, session.begin():
        posts(session, book_id, sale("a", 300))

    def act(session: Session, number: int) -> int:
        lines = (debit("513:02", 100), credit("102", 100))
        return posts(session, book_id, Voucher(date(YEAR, 1 + number, 5), "付", lines, f"pay:{number}"))

    results = race(engine, act)
    assert sum(isinstance(result, NegativeBalanceError) for result in results) == WRITERS - 3
    with Session(engine) as session:
        assert balance(session, book_id, "102") == 0
    settled(engine, book_id)


def test_nothing_slips_into_a_period_that_is_closing(engine: Engine) -> None:
    book_id = book_in(engine)

    def act(session: Session, number: int) -> int:
        if number == 0:
            periods.close_period(session, book_id, YEAR, 1, by_id=1, at=AT)
            return 0
        return posts(session, book_id, sale(f"s:{number}", day=date(YEAR, 1, 1)))

    results = race(engine, act)
    assert all(isinstance(result, int | PeriodClosedError) for result in results)
    settled(engine, book_id)


def test_a_full_book_is_the_same_here(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        book = fill(session)
        assert check_book(session, book.id) == []
        lines = trial_balance(session, book.id, year=YEAR)
        assert sum(line.closing for line in lines) == 0


EXTRA_LINE = """
INSERT INTO ledger_posting (tenant_id, voucher_id, book_id, line, account, commodity, amount, note)
SELECT tenant_id, id, book_id, 3, '102', 'CNY', 5, '' FROM ledger_voucher
"""
BARE_VOUCHER = """
INSERT INTO ledger_voucher (tenant_id, book_id, entity_id, year, period, word, number, day, summary, source,
  kind, attachments, lines, maker_id, resolution, posted_at, sequence, seal)
SELECT tenant_id, book_id, entity_id, year, period, word, 2, day, summary, 'x', kind, 0, 2, 1, '', posted_at, 2, seal
FROM ledger_voucher
"""


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE ledger_voucher SET summary = 'x'", "append-only"),
        ("DELETE FROM ledger_posting", "append-only"),
        ("TRUNCATE ledger_posting", "append-only"),
        (EXTRA_LINE, "is complete"),
        (BARE_VOUCHER, "expected 2 postings, found 0"),
        (f"UPDATE ledger_period SET state = 'closed'; {BARE_VOUCHER}", "is closed"),
        ("UPDATE ledger_head SET seal = repeat('0', 64)", "forward only"),
        ("DELETE FROM ledger_head", "forward only"),
        ("TRUNCATE ledger_head", "append-only"),
    ],
)
def test_the_server_itself_refuses(engine: Engine, statement: str, said: str) -> None:
    with Session(engine) as session, session.begin():
        post(session, make_book(session), sale("a"))
    with pytest.raises(DatabaseError, match=said), Session(engine) as session, session.begin():
        session.connection().exec_driver_sql(statement)
