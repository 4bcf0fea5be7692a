"""The journal's SQL: the few statements that need a lock, an upsert or a batch, on SQLite and PostgreSQL.

Only `journal` and `periods` use it. All writes go through the session's own connection and transaction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ledger.chart import Detail, Kind, Standard, chart_of
from ledger.errors import CommodityError, NegativeBalanceError, UnknownAccountError
from ledger.tables import AccountRow, BalanceRow, BookRow, CounterRow, PostingRow
from ledger.voucher import Voucher, VoucherKind, sides

BalanceKey = tuple[int, int, str, str]
"""(year, period, account, commodity); period 0 holds opening vouchers."""

Insert = postgresql.Insert | sqlite.Insert


def table_of(row: type[Any]) -> Table:
    """The table of a row class."""
    table = row.__table__
    assert isinstance(table, Table)
    return table


def insert_into(session: Session, row: type[Any]) -> Insert:
    """An INSERT of the session's dialect, the kind that knows ON CONFLICT."""
    if session.connection().dialect.name == "postgresql":
        return postgresql.insert(table_of(row))
    return sqlite.insert(table_of(row))


def insert_missing(session: Session, row: type[Any], values: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, leaving those alone that another transaction inserted first."""
    if values:
        session.connection().execute(insert_into(session, row).on_conflict_do_nothing(), list(values))


def lock_sources(session: Session, book: BookRow, sources: Iterable[str]) -> None:
    """Two transactions posting one fact wait here for each other, before either touches a balance.

    SQLite has one writer at a time and needs none of it.
    """
    if session.connection().dialect.name == "postgresql":
        for source in sorted(set(sources)):
            key = func.hashtextextended(f"ledger:{book.id}:{source}", 0)
            session.connection().execute(select(func.pg_advisory_xact_lock(key)))


def ensure_accounts(
    session: Session, book: BookRow, paths: Iterable[str], commodities: Mapping[str, set[str]]
) -> None:
    """Check every path against the chart; open those subs that need no name (households, lots, parties).

    Raises UnknownAccountError, CommodityError.
    """
    chart = chart_of(Standard(book.standard))
    wanted = sorted(set(paths))
    for path in wanted:
        account = chart.accounts.get(path.partition(":")[0])
        if account is None:
            raise UnknownAccountError(book.entity, path)
        expected = "POINT" if account.kind is Kind.memo else "CNY"
        for commodity in commodities[path] - {expected}:
            raise CommodityError(path, expected, commodity)
    missing: set[str] = set()
    for path in set(wanted) - _known_accounts(session, book, wanted):
        if chart.account(path).detail is Detail.none:
            raise UnknownAccountError(book.entity, path)
        parts = path.split(":")
        missing.update(":".join(parts[: end + 1]) for end in range(1, len(parts)))
    values = [
        account_values(book, path, path.rpartition(":")[2], path.rpartition(":")[2])
        for path in sorted(missing)
    ]
    insert_missing(session, AccountRow, values)


def account_values(book: BookRow, path: str, name: str, name_en: str) -> dict[str, object]:
    """Columns of an account row."""
    return {"tenant_id": book.tenant_id, "book_id": book.id, "path": path, "name": name, "name_en": name_en}


def _known_accounts(session: Session, book: BookRow, paths: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(paths), 500):  # keep within the number of parameters a statement may have
        batch = paths[start : start + 500]
        query = select(AccountRow.path).where(
            AccountRow.tenant_id == book.tenant_id, AccountRow.book_id == book.id, AccountRow.path.in_(batch)
        )
        known.update(session.scalars(query))
    return known


def deltas(vouchers: Iterable[Voucher]) -> dict[BalanceKey, tuple[int, int]]:
    """What the vouchers add to (debit, credit) per balance key, in key order: the order of locking."""
    sums: defaultdict[BalanceKey, list[int]] = defaultdict(lambda: [0, 0])
    for voucher in vouchers:
        period = 0 if voucher.kind is VoucherKind.opening else voucher.book_period
        for posting in voucher.postings:
            on_debit, on_credit = sides(posting.amount, red=voucher.red)
            entry = sums[voucher.book_year, period, posting.account, posting.commodity]
            entry[0] += on_debit
            entry[1] += on_credit
    return {key: (sums[key][0], sums[key][1]) for key in sorted(sums)}


def guard_never_negative(
    session: Session, book: BookRow, changes: Mapping[BalanceKey, tuple[int, int]]
) -> None:
    """Cash and bank, over the whole book, stay at 0 or above (L10); rows of other periods count too.

    The account row is locked first, so that two transactions in two months cannot both spend the same fen.
    """
    chart = chart_of(Standard(book.standard))
    net: Counter[str] = Counter()
    for (_, _, path, _), (on_debit, on_credit) in changes.items():
        if chart.account(path).never_negative:
            net[path] += on_debit - on_credit
    for path in sorted(net):
        account = (
            AccountRow.tenant_id == book.tenant_id,
            AccountRow.book_id == book.id,
            AccountRow.path == path,
        )
        session.execute(select(AccountRow.path).where(*account).with_for_update(key_share=True))
        if net[path] >= 0:
            continue
        total = select(func.coalesce(func.sum(BalanceRow.debit - BalanceRow.credit), 0)).where(
            BalanceRow.tenant_id == book.tenant_id, BalanceRow.book_id == book.id, BalanceRow.account == path
        )
        before = int(session.execute(total).scalar_one())
        if before + net[path] < 0:
            raise NegativeBalanceError(path, before, net[path])


def add_balances(session: Session, book: BookRow, changes: Mapping[BalanceKey, tuple[int, int]]) -> None:
    """Add to the stored balances, in the order given (sorted: no two posters wait in a ring)."""
    insert = insert_into(session, BalanceRow)
    table = table_of(BalanceRow)
    upsert = insert.on_conflict_do_update(
        index_elements=["tenant_id", "book_id", "year", "period", "account", "commodity"],
        set_={
            "debit": table.c.debit + insert.excluded.debit,
            "credit": table.c.credit + insert.excluded.credit,
        },
    )
    values = [
        {
            "tenant_id": book.tenant_id, "book_id": book.id, "year": year, "period": period,
            "account": account, "commodity": commodity, "debit": on_debit, "credit": on_credit,
        }
        for (year, period, account, commodity), (on_debit, on_credit) in changes.items()
    ]  # fmt: skip
    session.connection().execute(upsert, values)


def take_numbers(session: Session, book: BookRow, vouchers: Sequence[Voucher]) -> list[int]:
    """The next number of each voucher in its (year, period, word), without gaps (L4).

    The counter row stays locked until the transaction ends; a rollback gives the numbers back.
    """
    needed = Counter((v.book_year, v.book_period, v.word) for v in vouchers)
    following: dict[tuple[int, int, str], int] = {}
    for (year, period, word), count in sorted(needed.items()):
        insert = insert_into(session, CounterRow).values(
            tenant_id=book.tenant_id, book_id=book.id, year=year, period=period, word=word, last=count
        )
        column = table_of(CounterRow).c.last
        upsert = insert.on_conflict_do_update(
            index_elements=["tenant_id", "book_id", "year", "period", "word"], set_={"last": column + count}
        ).returning(column)
        following[year, period, word] = session.connection().execute(upsert).scalar_one() - count + 1
    numbers = []
    for voucher in vouchers:
        key = (voucher.book_year, voucher.book_period, voucher.word)
        numbers.append(following[key])
        following[key] += 1
    return numbers


def insert_postings(session: Session, book: BookRow, voucher: Voucher, voucher_id: int) -> None:
    """The lines of a voucher, in order, in one statement."""
    values = [
        {
            "tenant_id": book.tenant_id, "voucher_id": voucher_id, "book_id": book.id, "line": line,
            "account": posting.account, "commodity": posting.commodity, "amount": posting.amount,
            "quantity": posting.quantity, "note": posting.note,
        }
        for line, posting in enumerate(voucher.postings, start=1)
    ]  # fmt: skip
    session.connection().execute(table_of(PostingRow).insert(), values)
