"""B1, B2: posting in a batch and one by one, against what PostgreSQL itself needs for the same rows."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator

import psycopg
from sqlalchemy import BigInteger, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from coop.books import service as books
from coop.kernel.unit import unit
from ledger.voucher import Voucher
from tests.bench.measure import ROUNDS, Result, in_turn
from tests.bench.world import Bench, post_bulk, slips

_entries = itertools.count(1)


def one_by_one(world: Bench, *, count: int = 200) -> Result:
    """B2: a unit with one three-line voucher, its balances, number, seal and audit row, against three bare inserts."""

    def ours() -> None:
        for voucher in slips(count):
            with unit(world.actor) as work:
                books.post(work, world.village.rceo, voucher)

    with psycopg.connect(world.super_dsn) as connection:
        connection.execute(
            "CREATE TABLE bare (entry bigint, line int, account text, fen bigint, PRIMARY KEY (entry, line))"
        )
        connection.commit()

        def peer() -> None:
            for _ in range(count):
                entry = next(_entries)
                for line in (1, 2, 3):
                    connection.execute("INSERT INTO bare VALUES (%s, %s, %s, %s)", (entry, line, "102", 100))
                connection.commit()

        mine, bare = in_turn(ours, peer)
    return Result(
        "B2",
        "one voucher of 3 lines, posted, sealed, audited, committed",
        "bare 3-line commit",
        mine,
        bare,
        count,
        0.35,
        rate=True,
    )


def batch(world: Bench, *, count: int = 10_000) -> Result:
    """B1: a batch against COPY into a temporary table and INSERT .. SELECT into the very tables, rules on."""

    def ours(vouchers: list[Voucher]) -> None:
        post_bulk(world, vouchers)

    mine, limit = [], []
    for number in range(ROUNDS // 2 + 2):
        vouchers = slips(count)
        begin = time.perf_counter()
        ours(vouchers)
        middle = time.perf_counter()
        floor = _limit(world, slips(count))
        if number:
            mine.append(middle - begin)
            limit.append(floor)
    return Result(
        "B1", f"{count:,} vouchers of 3 lines in one batch and commit", "COPY + INSERT..SELECT, same tables and rules",
        statistics.median(mine), statistics.median(limit), count, 1.5,
    )  # fmt: skip


def mapped_rows(world: Bench, *, count: int = 10_000) -> Result:
    """B1's other side: SQLAlchemy's ORM adding bare rows of a table without any rule."""
    engine = create_engine(world.super_dsn.replace("postgresql:", "postgresql+psycopg:"))
    _Base.metadata.create_all(engine)

    def peer() -> None:
        with Session(engine) as session, session.begin():
            session.add_all(
                _Line(entry=entry, line=line, account="102", fen=100)
                for entry in itertools.islice(_entries, count)
                for line in (1, 2, 3)
            )

    batches: Iterator[list[Voucher]] = (slips(count) for _ in itertools.count())
    mine, theirs = in_turn(lambda: post_bulk(world, next(batches)), peer, rounds=3)
    engine.dispose()
    return Result(
        "B1",
        f"{count:,} vouchers of 3 lines in one batch and commit",
        "ORM add_all of bare rows, no rules",
        mine,
        theirs,
        count,
        5,
        rate=True,
    )


class _Base(DeclarativeBase):
    pass


class _Line(_Base):
    __tablename__ = "bare_mapped"
    entry: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(80))
    fen: Mapped[int] = mapped_column(BigInteger)


def _limit(world: Bench, vouchers: list[Voucher]) -> float:
    """Seconds of the same rows by COPY and INSERT .. SELECT as the app's role, in the village's other book."""
    with psycopg.connect(world.dsn) as connection:
        tenant = str(world.village.tenant)
        connection.execute(
            "SELECT set_config('app.write', %s, true), set_config('app.read', %s, true)", (tenant, tenant)
        )
        row = connection.execute("SELECT id, entity_id FROM ledger_book WHERE entity LIKE '%COOP'").fetchone()
        assert row
        book, entity = row
        accounts = sorted({posting.account for voucher in vouchers for posting in voucher.postings})
        connection.execute(
            "INSERT INTO ledger_account SELECT %s, %s, path, path, path FROM unnest(%s::text[]) AS path ON CONFLICT DO NOTHING",
            (tenant, book, accounts),
        )
        begin = time.perf_counter()
        connection.execute("CREATE TEMP TABLE v (LIKE ledger_voucher) ON COMMIT DROP")
        connection.execute("CREATE TEMP TABLE p (LIKE ledger_posting) ON COMMIT DROP")
        connection.execute("ALTER TABLE p DROP COLUMN id")
        given = "SELECT min(id) FROM (SELECT nextval('ledger_voucher_id_seq') AS id FROM generate_series(1, %s)) AS ids"
        first = connection.execute(given, (len(vouchers),)).fetchone()
        assert first
        (start,) = first
        columns = (
            "id, tenant_id, book_id, entity_id, year, period, word, number, day, summary, source, kind, attachments, "
            "lines, maker_id, resolution, posted_at, sequence, seal"
        )
        with connection.cursor().copy(f"COPY v ({columns}) FROM STDIN") as copy:
            for number, voucher in enumerate(vouchers, start):
                month = voucher.book_period
                copy.write_row(
                    (
                        number,
                        tenant,
                        book,
                        entity,
                        voucher.book_year,
                        month,
                        "记",
                        number,
                        voucher.day,
                        "收购",
                        voucher.source,
                        "automatic",
                        0,
                        3,
                        1,
                        "",
                        "2025-01-01T00:00:00Z",
                        number,
                        "0" * 64,
                    )
                )
        lines = "tenant_id, voucher_id, book_id, line, account, commodity, amount, note"
        with connection.cursor().copy(f"COPY p ({lines}) FROM STDIN") as copy:
            for number, voucher in enumerate(vouchers, start):
                for line, posting in enumerate(voucher.postings, 1):
                    copy.write_row((tenant, number, book, line, posting.account, "CNY", posting.amount, ""))
        connection.execute(f"INSERT INTO ledger_voucher ({columns}) SELECT {columns} FROM v")
        connection.execute("SELECT ledger_analyze()")
        connection.execute(f"INSERT INTO ledger_posting ({lines}) SELECT {lines} FROM p")
        connection.commit()
        return time.perf_counter() - begin
