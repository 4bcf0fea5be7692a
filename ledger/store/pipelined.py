"""Looking up and writing a batch on PostgreSQL: three pipelined round trips of set-based statements.

psycopg's own cursor, because SQLAlchemy sends one statement at a time and waits for each. Row-level security walls it
in as everything else. Every statement takes arrays, so one voucher and ten thousand are the same few statements.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.store.batch import Changes, Entry, Found, Series, Taken, Wanted
from ledger.tables import BookRow

MANY = 500
"""So many vouchers and more lock the book as one (a lock a source would fill the server's lock table), and let the

server count its tables before it plans the checks of their lines.
"""

# Sources are locked in one order, so that no two batches wait in a ring.
_LOCK_BOOK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))"
_SHARE_BOOK = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 1))"
_LOCK_SOURCES = """
SELECT count(pg_advisory_xact_lock(key)) FROM
  (SELECT DISTINCT hashtextextended(%s || ':' || source, 0) AS key
   FROM unnest(%s::text[]) AS source ORDER BY 1) AS keys
"""
_KNOWN = """
SELECT source, id FROM ledger_voucher WHERE tenant_id = %s AND book_id = %s AND source = ANY(%s)
"""
_PERIODS = """
SELECT year, number, state FROM ledger_period WHERE tenant_id = %s AND book_id = %s
  AND (year, number) IN (SELECT * FROM unnest(%s::int[], %s::int[])) ORDER BY year, number FOR SHARE
"""
_OPEN_MONTHS = """
SELECT year, min(number) FROM ledger_period WHERE tenant_id = %s AND book_id = %s AND year = ANY(%s)
  AND number < 13 AND state = 'open' GROUP BY year
"""
_ACCOUNTS = "SELECT path FROM ledger_account WHERE tenant_id = %s AND book_id = %s AND path = ANY(%s)"
# Locked before it is summed, so that two transactions in two months cannot both spend the same fen.
_LOCK_ACCOUNTS = f"{_ACCOUNTS} ORDER BY path FOR NO KEY UPDATE"
_HELD = """
SELECT account, sum(debit - credit)::bigint FROM ledger_balance
WHERE tenant_id = %s AND book_id = %s AND account = ANY(%s) GROUP BY account
"""
_OPEN_ACCOUNTS = """
INSERT INTO ledger_account (tenant_id, book_id, path, name, name_en)
SELECT %s, %s, path, name, name FROM unnest(%s::text[], %s::text[]) AS t (path, name)
ON CONFLICT DO NOTHING
"""
_ADD_BALANCES = """
INSERT INTO ledger_balance AS b (tenant_id, book_id, year, period, account, commodity, debit, credit)
SELECT %s, %s, t.* FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[], %s::bigint[], %s::bigint[]) AS t
ON CONFLICT (tenant_id, book_id, year, period, account, commodity)
DO UPDATE SET debit = b.debit + excluded.debit, credit = b.credit + excluded.credit
"""
_TAKE_NUMBERS = """
INSERT INTO ledger_counter AS c (tenant_id, book_id, year, period, word, last)
SELECT %s, %s, t.* FROM unnest(%s::int[], %s::int[], %s::text[], %s::int[]) AS t
ON CONFLICT (tenant_id, book_id, year, period, word) DO UPDATE SET last = c.last + excluded.last
RETURNING year, period, word, last
"""
_LOCK_HEAD = "SELECT sequence, seal FROM ledger_head WHERE tenant_id = %s AND book_id = %s FOR UPDATE"
_IDS = "SELECT nextval('ledger_voucher_id_seq') FROM generate_series(1, %s)"
_MOVE_HEAD = "UPDATE ledger_head SET sequence = %s, seal = %s WHERE tenant_id = %s AND book_id = %s"
_VOUCHERS = """
INSERT INTO ledger_voucher (tenant_id, book_id, entity_id, id, year, period, word, number, day, summary, source, kind,
  attachments, lines, maker_id, checker_id, reverses_id, resolution, posted_at, sequence, seal)
SELECT %s, %s, %s, t.* FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::text[], %s::int[], %s::date[], %s::text[],
  %s::text[], %s::text[], %s::int[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],
  %s::timestamptz[], %s::bigint[], %s::text[]) AS t
"""
_POSTINGS = """
INSERT INTO ledger_posting (tenant_id, book_id, voucher_id, line, account, commodity, amount, quantity, note)
SELECT %s, %s, t.* FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
  %s::text[]) AS t
"""


def look_up(session: Session, book: BookRow, wanted: Wanted) -> Found:
    """See `ledger.store.look_up`."""
    own = (book.tenant_id, book.id)
    name = f"ledger:{book.id}"
    years = sorted({year for year, number in wanted.slots if number == 13})
    with _sending(session) as send:
        if len(wanted.sources) < MANY:
            send(_SHARE_BOOK, name)
            send(_LOCK_SOURCES, name, list(wanted.sources))
        else:
            send(_LOCK_BOOK, name)
        known = send(_KNOWN, *own, list(wanted.sources))
        states = send(_PERIODS, *own, [y for y, _ in wanted.slots], [n for _, n in wanted.slots])
        months = send(_OPEN_MONTHS, *own, years) if years else None
        accounts = send(_ACCOUNTS, *own, list(wanted.paths))
        held = None
        if wanted.guarded:
            send(_LOCK_ACCOUNTS, *own, list(wanted.guarded))
            held = send(_HELD, *own, list(wanted.guarded))
    return Found(
        dict(known.fetchall()),
        {(year, number): state for year, number, state in states.fetchall()},
        dict(months.fetchall()) if months else {},
        frozenset(path for (path,) in accounts.fetchall()),
        dict(held.fetchall()) if held else {},
    )


def take(
    session: Session, book: BookRow, accounts: Sequence[str], changes: Changes, series: dict[Series, int]
) -> Taken:
    """See `ledger.store.take`."""
    own = (book.tenant_id, book.id)
    with _sending(session) as send:
        if accounts:
            send(_OPEN_ACCOUNTS, *own, list(accounts), [path.rpartition(":")[2] for path in accounts])
        send(_ADD_BALANCES, *own, *_columns([(*key, *sums) for key, sums in changes.items()], 6))
        numbers = send(_TAKE_NUMBERS, *own, *_columns([(*key, n) for key, n in series.items()], 4))
        head = send(_LOCK_HEAD, *own)
        ids = send(_IDS, sum(series.values()))
    last = {(year, period, word): number for year, period, word, number in numbers.fetchall()}
    sequence, seal = head.fetchone() or (0, "")
    first = {key: last[key] - count + 1 for key, count in series.items()}
    return Taken(first, sequence, seal, tuple(voucher_id for (voucher_id,) in ids.fetchall()))


def write(session: Session, book: BookRow, entries: Sequence[Entry]) -> None:
    """See `ledger.store.write`."""
    own = (book.tenant_id, book.id)
    vouchers = [
        (
            e.id, e.year, e.period, e.word, e.number, e.day, e.summary, e.source, e.kind, e.attachments,
            len(e.postings), e.maker_id, e.checker_id, e.reverses_id, e.resolution, e.posted_at, e.sequence, e.seal,
        )
        for e in entries
    ]  # fmt: skip
    postings = [
        (e.id, line, p.account, p.commodity, p.amount, p.quantity, p.note)
        for e in entries
        for line, p in enumerate(e.postings, start=1)
    ]
    with _sending(session) as send:
        send(_MOVE_HEAD, entries[-1].sequence, entries[-1].seal, *own)
        send(_VOUCHERS, *own, book.entity_id, *_columns(vouchers, 18))
        if len(entries) >= MANY:
            send("SELECT ledger_analyze()")
        send(_POSTINGS, *own, *_columns(postings, 7))
        if len(entries) >= MANY:
            send("SELECT ledger_analyze()")


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


@contextmanager
def _sending(session: Session) -> Iterator[Any]:
    """`send(statement, *values)` puts a statement on its way; at the end of the block all have been answered.

    What the server refuses is told as SQLAlchemy would tell it, without the values.
    """
    raw = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)

    def send(statement: str, *values: object) -> psycopg.Cursor[Any]:
        return raw.cursor().execute(statement, values)

    try:
        with raw.pipeline():
            yield send
    except psycopg.Error as error:
        dialect = session.connection().dialect
        raise DBAPIError.instance(
            "(a statement of the ledger)", None, error, psycopg.Error, hide_parameters=True, dialect=dialect
        ) from error
