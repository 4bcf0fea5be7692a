"""What the ledger's tests share: a database of their own, a book, and short ways to post."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from ledger import journal, periods
from ledger.journal import append, open_book
from ledger.tables import BookRow, LedgerBase, VoucherRow
from ledger.triggers import append_only_ddl
from ledger.voucher import Posting, Voucher, VoucherKind, credit, debit

AT = datetime(2025, 6, 1, 8, 0, tzinfo=UTC)
YEAR = 2025
LAST_DAY = date(YEAR, 12, 31)


def make_engine(url: str = "sqlite://") -> Engine:
    """A database with the ledger's tables and triggers; in memory unless told otherwise."""
    if url.startswith("sqlite"):
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _sqlite_begins)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    else:
        engine = create_engine(url)
    with engine.begin() as connection:
        # The layer above, where it is loaded, has given books a foreign key to its legal entities.
        connection.exec_driver_sql(
            "CREATE TABLE legal_entity (tenant_id BIGINT, id BIGINT, PRIMARY KEY (tenant_id, id))"
        )
        connection.exec_driver_sql("INSERT INTO legal_entity VALUES (7, 1), (7, 2), (7, 3)")
    LedgerBase.metadata.create_all(engine)
    with engine.begin() as connection:
        for statement in append_only_ddl(engine.dialect.name):
            connection.execute(text(statement))
    return engine


def _sqlite_begins(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # the driver's own BEGIN comes too late for savepoints
    raw.execute("PRAGMA foreign_keys=ON")


@contextmanager
def make_session() -> Iterator[Session]:
    """A session on a database of its own; what is left open is thrown away."""
    engine = make_engine()
    with Session(engine) as session:
        yield session
    engine.dispose()


def make_book(
    session: Session, standard: str = "rceo_2023", entity: str = "TYP-RCEO", number: int = 1
) -> BookRow:
    """A book of tenant 7, first year 2025."""
    return open_book(
        session,
        tenant_id=7,
        entity_id=number,
        entity=entity,
        name="桃源铺村股份经济合作社(虚构)",
        standard=standard,
        first_year=YEAR,
    )


def sale(source: str, fen: int = 500, day: date = date(2025, 3, 5), **more: Any) -> Voucher:
    """Bank against sales."""
    return Voucher(day, "售菇", (debit("102", fen), credit("501:01", fen)), source, **more)


def post(session: Session, book: BookRow, voucher: Voucher, **more: Any) -> VoucherRow:
    """Append as person 1, checked by person 2."""
    return append(session, book.id, voucher, maker_id=1, checker_id=2, posted_at=AT, **more)


def fill(session: Session) -> BookRow:
    """A year with everything a file has to carry."""
    book = make_book(session)
    journal.open_account(session, book, "102:01", "农信社（东街）", "Rural credit union")
    opening = (debit("102:01", 10**15 + 1), credit("301", 10**15 + 1))
    post(session, book, Voucher(date(YEAR, 1, 1), "期初", opening, "opening", kind=VoucherKind.opening))
    lines = (
        Posting("121:GU", 1234_50, note='一级"香菇"\\干', quantity=12_345),
        credit("113:H0001", 1000_00),
        credit("113:H0012", 200_00),
        credit("113", 34_50),
    )
    row = post(
        session, book, Voucher(date(YEAR, 5, 2), '收"菇"\n第二行\t\x07', lines, "receipt:1", attachments=2)
    )
    post(session, book, Voucher(date(YEAR, 5, 3), "工", (debit("401", 300), credit("102:01", 300)), "wage:1"))
    points = (debit("901", 7, commodity="POINT"), credit("902:H0001", 7, commodity="POINT"))
    post(session, book, Voucher(date(YEAR, 5, 4), "积分", points, "points:1"))
    journal.reverse(
        session, row.id, day=date(YEAR, 6, 1), reason="单价", maker_id=1, checker_id=2, posted_at=AT
    )
    post(session, book, sale("sale:1", 999))
    for number in range(1, 13):
        periods.close_period(session, book.id, YEAR, number, by_id=1, at=AT)
    closing = (debit("501:01", 999), credit("321", 999))
    post(session, book, Voucher(LAST_DAY, "结转", closing, "c:1", period=13, kind=VoucherKind.closing))
    periods.open_year(session, book.id, YEAR + 1)
    post(session, book, sale("sale:2", 1, date(YEAR + 1, 2, 28)))
    periods.open_year(session, book.id, YEAR + 2)
    return book
