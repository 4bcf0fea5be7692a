"""One voucher at a time or all in one batch: the same books to the last seal, on both back ends."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from ledger import journal, periods
from ledger.balances import sums_from_postings, sums_stored
from ledger.errors import LedgerError, NegativeBalanceError, PeriodClosedError, SourceConflictError
from ledger.tables import AccountRow, PostingRow, VoucherRow
from ledger.verify import check_book
from ledger.voucher import Voucher, credit, debit
from tests.ledger.support import AT, YEAR, make_book, make_engine

MANY = 700
_names = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgres"])
def engines(request: pytest.FixtureRequest) -> Iterator[tuple[Engine, Engine]]:
    """Two empty databases of one kind."""
    with _engine(request) as one, _engine(request) as other:
        yield one, other


@contextmanager
def _engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    url = "sqlite://"
    if request.param == "postgres":
        server: Any = request.getfixturevalue("postgres")
        name = f"batches_{os.getpid()}_{next(_names)}"
        admin = create_engine(server.url("postgres", "postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
        admin.dispose()
        url = server.url(name, "postgres")
    engine = make_engine(url)
    yield engine
    engine.dispose()


def slips(count: int = MANY) -> list[Voucher]:
    """Produce bought of forty households over the year; every tenth pays some out of the bank."""
    found = [
        Voucher(date(YEAR, 1, 2), "股金", (debit("102", 9_000_000), credit("301", 9_000_000)), "capital:1")
    ]
    for n in range(count):
        household, fen = f"113:H{n % 40 + 1:04d}", 1000 + 7 * n
        out = credit("102", fen) if n % 10 == 0 else credit(household, fen)
        lines = (debit("121", fen - 100, quantity=10 * n), debit("514", 100, "德美屋"), out)
        found.append(Voucher(date(YEAR, 1 + n % 12, 3), f"收购 {n}", lines, f"slip:{n}", attachments=n % 3))
    return found


def book_in(engine: Engine) -> int:
    with Session(engine) as session, session.begin():
        return make_book(session).id


def kept(engine: Engine, book_id: int) -> list[object]:
    """All that a batch leaves in a book."""
    with Session(engine) as session:
        assert check_book(session, book_id, beancount=False) == []
        assert sums_stored(session, book_id) == sums_from_postings(session, book_id)
        vouchers = session.execute(
            select(
                VoucherRow.source, VoucherRow.year, VoucherRow.period, VoucherRow.word, VoucherRow.number,
                VoucherRow.kind, VoucherRow.lines, VoucherRow.attachments, VoucherRow.sequence, VoucherRow.seal,
            ).order_by(VoucherRow.sequence)
        )  # fmt: skip
        postings = session.execute(
            select(
                VoucherRow.source, PostingRow.line, PostingRow.account, PostingRow.amount, PostingRow.quantity,
                PostingRow.note,
            )
            .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
            .order_by(VoucherRow.sequence, PostingRow.line)
        )  # fmt: skip
        accounts = session.execute(select(AccountRow.path, AccountRow.name).order_by(AccountRow.path))
        rows = [*map(tuple, vouchers), *map(tuple, postings), *map(tuple, accounts)]
        return [*rows, *sorted(sums_stored(session, book_id).items())]


def test_one_by_one_and_in_one_batch_leave_the_same_books(engines: tuple[Engine, Engine]) -> None:
    single, bulk = engines
    vouchers = slips()
    first = book_in(single)
    for voucher in vouchers:
        with Session(single) as session, session.begin():
            journal.append(session, first, voucher, maker_id=1, posted_at=AT)
    second = book_in(bulk)
    with Session(bulk) as session, session.begin():
        ids = journal.append_bulk(session, second, vouchers, maker_id=1, posted_at=AT)
        assert len(set(ids)) == len(vouchers)
        assert [session.get_one(VoucherRow, found).source for found in ids[:3]] == [
            voucher.source for voucher in vouchers[:3]
        ]
    assert kept(single, first) == kept(bulk, second)


def test_what_is_posted_already_is_not_posted_again(engines: tuple[Engine, Engine]) -> None:
    vouchers = slips()
    book = book_in(engines[0])
    with Session(engines[0]) as session, session.begin():
        half = journal.append_bulk(session, book, vouchers[: MANY // 2], maker_id=1, posted_at=AT)
    with Session(engines[0]) as session, session.begin():
        ids = journal.append_bulk(session, book, vouchers, maker_id=1, posted_at=AT)
    assert ids[: len(half)] == half
    with Session(engines[0]) as session:
        assert len(session.scalars(select(VoucherRow.id)).all()) == len(vouchers)


@pytest.mark.parametrize("fault", ["closed", "overdrawn", "changed"])
def test_one_fault_refuses_the_whole_batch_and_names_it(engines: tuple[Engine, Engine], fault: str) -> None:
    book = book_in(engines[0])
    known, *rest = slips()
    lines = (debit("514", 99_999_999), credit("102", 99_999_999))
    expected: type[LedgerError] = NegativeBalanceError
    with Session(engines[0]) as session, session.begin():
        journal.append(session, book, known, maker_id=1, posted_at=AT)
        if fault == "closed":
            expected = PeriodClosedError
            periods.close_period(session, book, YEAR, 1, by_id=1, at=AT)
    if fault == "overdrawn":
        rest.append(Voucher(date(YEAR, 12, 30), "多付", lines, "slip:wrong"))
    if fault == "changed":
        expected = SourceConflictError
        rest.append(Voucher(known.day, "另一事", known.postings, known.source))
    with pytest.raises(expected) as told, Session(engines[0]) as session, session.begin():
        journal.append_bulk(session, book, rest, maker_id=1, posted_at=AT)
    assert told.value.zh
    with Session(engines[0]) as session:
        assert session.scalars(select(VoucherRow.source)).all() == [known.source]
        assert sums_stored(session, book) == sums_from_postings(session, book)
