"""Looking up and writing a batch statement by statement: SQLite, which has one writer at a time and no round trip."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ledger.store.batch import Changes, Entry, Found, Series, Taken, Wanted
from ledger.store.rows import account_values, insert_into, insert_missing, table_of
from ledger.tables import (
    AccountRow,
    BalanceRow,
    BookRow,
    CounterRow,
    HeadRow,
    PeriodRow,
    PostingRow,
    VoucherRow,
)

BATCH = 500
"""Within the number of parameters a statement may have."""


def look_up(session: Session, book: BookRow, wanted: Wanted) -> Found:
    """See `ledger.store.look_up`. Nothing needs a lock: the transaction began with the only writer's."""
    known: dict[str, int] = {}
    for some in _batches(wanted.sources):
        posted = select(VoucherRow.source, VoucherRow.id).where(
            VoucherRow.tenant_id == book.tenant_id,
            VoucherRow.book_id == book.id,
            VoucherRow.source.in_(some),
        )
        known |= {row.source: row.id for row in session.execute(posted)}
    years = sorted({year for year, _ in wanted.slots})
    periods = select(PeriodRow.year, PeriodRow.number, PeriodRow.state).where(
        PeriodRow.tenant_id == book.tenant_id, PeriodRow.book_id == book.id, PeriodRow.year.in_(years)
    )
    states = {(year, number): state for year, number, state in session.execute(periods)}
    # Latest first, so that the first open month of a year is what stays.
    unclosed = sorted(
        (slot for slot, state in states.items() if state == "open" and slot[1] < 13), reverse=True
    )
    open_months = dict(unclosed)
    accounts: set[str] = set()
    for some in _batches(wanted.paths):
        there = select(AccountRow.path).where(
            AccountRow.tenant_id == book.tenant_id, AccountRow.book_id == book.id, AccountRow.path.in_(some)
        )
        accounts.update(session.scalars(there))
    held = (
        select(BalanceRow.account, func.sum(BalanceRow.debit - BalanceRow.credit))
        .where(
            BalanceRow.tenant_id == book.tenant_id,
            BalanceRow.book_id == book.id,
            BalanceRow.account.in_(wanted.guarded),
        )
        .group_by(BalanceRow.account)
    )
    sums = {path: int(total) for path, total in session.execute(held)} if wanted.guarded else {}
    return Found(known, states, open_months, frozenset(accounts), sums)


def take(
    session: Session, book: BookRow, accounts: Sequence[str], changes: Changes, series: dict[Series, int]
) -> Taken:
    """See `ledger.store.take`."""
    names = ((path, path.rpartition(":")[2]) for path in accounts)
    insert_missing(session, AccountRow, [account_values(book, path, name, name) for path, name in names])
    _add_balances(session, book, changes)
    head = session.execute(
        select(HeadRow.sequence, HeadRow.seal).where(
            HeadRow.tenant_id == book.tenant_id, HeadRow.book_id == book.id
        )
    ).one_or_none()
    sequence, seal = (0, "") if head is None else (head.sequence, head.seal)
    return Taken(_take_numbers(session, book, series), sequence, seal)


def _add_balances(session: Session, book: BookRow, changes: Changes) -> None:
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


def _take_numbers(session: Session, book: BookRow, series: dict[Series, int]) -> dict[Series, int]:
    first: dict[Series, int] = {}
    for (year, period, word), count in series.items():
        insert = insert_into(session, CounterRow).values(
            tenant_id=book.tenant_id, book_id=book.id, year=year, period=period, word=word, last=count
        )
        column = table_of(CounterRow).c.last
        upsert = insert.on_conflict_do_update(
            index_elements=["tenant_id", "book_id", "year", "period", "word"], set_={"last": column + count}
        ).returning(column)
        first[year, period, word] = session.connection().execute(upsert).scalar_one() - count + 1
    return first


def write(session: Session, book: BookRow, entries: Sequence[Entry]) -> None:
    """See `ledger.store.write`."""
    session.execute(
        update(HeadRow)
        .where(HeadRow.tenant_id == book.tenant_id, HeadRow.book_id == book.id)
        .values(sequence=entries[-1].sequence, seal=entries[-1].seal)
        .execution_options(synchronize_session=False)
    )
    vouchers = table_of(VoucherRow)
    inserted = session.connection().execute(
        vouchers.insert().returning(vouchers.c.id, sort_by_parameter_order=True),
        [_voucher_values(book, entry) for entry in entries],
    )
    for entry, voucher_id in zip(entries, inserted.scalars(), strict=True):
        entry.id = voucher_id
    session.connection().execute(
        table_of(PostingRow).insert(), [line for entry in entries for line in _posting_values(book, entry)]
    )


def _voucher_values(book: BookRow, entry: Entry) -> dict[str, object]:
    return {
        "tenant_id": book.tenant_id, "book_id": book.id, "entity_id": book.entity_id, "year": entry.year,
        "period": entry.period, "word": entry.word, "number": entry.number, "day": entry.day,
        "summary": entry.summary, "source": entry.source, "kind": entry.kind,
        "attachments": entry.attachments, "lines": len(entry.postings), "maker_id": entry.maker_id,
        "checker_id": entry.checker_id, "reverses_id": entry.reverses_id, "resolution": entry.resolution,
        "posted_at": entry.posted_at, "sequence": entry.sequence, "seal": entry.seal,
    }  # fmt: skip


def _posting_values(book: BookRow, entry: Entry) -> Iterator[dict[str, object]]:
    for line, posting in enumerate(entry.postings, start=1):
        yield {
            "tenant_id": book.tenant_id, "voucher_id": entry.id, "book_id": book.id, "line": line,
            "account": posting.account, "commodity": posting.commodity, "amount": posting.amount,
            "quantity": posting.quantity, "note": posting.note,
        }  # fmt: skip


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
