"""The journal: open a book and its accounts, append, number, reverse and read vouchers.

Append-only; a correction is a reversal (红字). Takes a session and never commits: document, voucher, balances
and number are one transaction of the caller. Lock order: source, period, cash accounts, balances, counter, head.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, make_transient_to_detached

from ledger import guards, periods, seal, store
from ledger.chart import Detail, Standard, chart_of
from ledger.errors import (
    AlreadyReversedError,
    ReversalOfReversalError,
    SameHandsError,
    SourceConflictError,
    UnknownAccountError,
    VoucherFormError,
    VoucherMissingError,
)
from ledger.tables import AccountRow, BookRow, PostingRow, VoucherRow
from ledger.voucher import Posting, Voucher, VoucherKind

TWO_PERSONS = {VoucherKind.manual, VoucherKind.reversal}


@dataclass(frozen=True, slots=True)
class _Hands:
    """Who posts, when, and which voucher is reversed by it."""

    maker_id: int
    checker_id: int | None
    posted_at: datetime
    reverses_id: int | None = None


def open_book(
    session: Session,
    *,
    tenant_id: int,
    entity_id: int,
    entity: str,
    name: str,
    standard: str,
    first_year: int,
) -> BookRow:
    """A new book with its first year open and all accounts of its chart."""
    chart = chart_of(Standard(standard))
    book = BookRow(
        tenant_id=tenant_id, entity_id=entity_id, entity=entity, name=name, standard=str(chart.standard),
        first_year=first_year,
    )  # fmt: skip
    session.add(book)
    session.flush()
    values = [
        store.account_values(book, account.code, account.name, account.english)
        for account in chart.accounts.values()
    ]
    values += [store.account_values(book, sub.path, sub.name, sub.english) for sub in chart.subs.values()]
    store.insert_missing(session, AccountRow, values)
    seal.start(session, book)
    periods.open_year(session, book.id, first_year)
    return book


def open_account(session: Session, book: BookRow, path: str, name: str, name_en: str) -> AccountRow:
    """Open a sub-account under its true name, or return the one that is there (its name stays).

    Raises UnknownCodeError (not in the chart), UnknownAccountError (no subs allowed, or nothing above it).
    """
    account = chart_of(Standard(book.standard)).account(path)
    key = (AccountRow.tenant_id == book.tenant_id, AccountRow.book_id == book.id)
    parent = path.rpartition(":")[0]
    above = session.scalars(select(AccountRow.path).where(*key, AccountRow.path == parent)).one_or_none()
    if account.detail is Detail.none or above is None:
        raise UnknownAccountError(book.entity, path)
    store.insert_missing(session, AccountRow, [store.account_values(book, path, name, name_en)])
    return session.scalars(select(AccountRow).where(*key, AccountRow.path == path)).one()


def append(
    session: Session,
    book_id: int,
    voucher: Voucher,
    *,
    maker_id: int,
    checker_id: int | None = None,
    posted_at: datetime,
) -> VoucherRow:
    """Post one voucher; the same source with the same content again returns the row that is there.

    Raises SourceConflictError, SameHandsError, UnknownAccountError, CommodityError, NegativeBalanceError, and
    what `periods.check_open` raises; after any of them the caller's transaction must be rolled back.
    """
    rows = append_all(
        session, book_id, (voucher,), maker_id=maker_id, checker_id=checker_id, posted_at=posted_at
    )
    return rows[0]


def append_all(
    session: Session,
    book_id: int,
    vouchers: Sequence[Voucher],
    *,
    maker_id: int,
    checker_id: int | None = None,
    posted_at: datetime,
) -> tuple[VoucherRow, ...]:
    """Post several vouchers of one book as `append` does one, taking each lock once and in order.

    Whoever posts more than one voucher to a book in a transaction should use this: no deadlock, one upsert.
    """
    _refuse_reversals(vouchers)
    book = periods.book_of(session, book_id)
    return _post(session, book, vouchers, _Hands(maker_id, checker_id, posted_at))


def append_bulk(
    session: Session,
    book_id: int,
    vouchers: Sequence[Voucher],
    *,
    maker_id: int,
    checker_id: int | None = None,
    posted_at: datetime,
) -> tuple[int, ...]:
    """Post thousands of vouchers as `append_all` does, by the same steps and rules; the ids alone."""
    _refuse_reversals(vouchers)
    book = periods.book_of(session, book_id)
    known, entries = _post_fresh(session, book, vouchers, _Hands(maker_id, checker_id, posted_at))
    ids = {**known, **{entry.source: entry.id for entry in entries}}
    return tuple(ids[voucher.source] for voucher in vouchers)


def _refuse_reversals(vouchers: Sequence[Voucher]) -> None:
    for voucher in vouchers:
        if voucher.kind is VoucherKind.reversal:
            raise VoucherFormError(
                "kind", "reverse() 所制的冲销", "a reversal made by reverse()", voucher.kind
            )


def reverse(
    session: Session,
    voucher_id: int,
    *,
    day: date,
    reason: str,
    maker_id: int,
    checker_id: int,
    posted_at: datetime,
    period: int | None = None,
) -> VoucherRow:
    """Post the red-letter twin of a voucher, once (L3); the same reversal again returns the row there is.

    Raises VoucherMissingError, ReversalOfReversalError, AlreadyReversedError, and what `append` raises.
    """
    row = _row(session, voucher_id)
    if row.kind == VoucherKind.reversal:
        raise ReversalOfReversalError(voucher_id)
    summary = f"冲销{row.year}年{row.period}期{row.word}字第{row.number}号：{reason}"
    twin = read(session, voucher_id).reversed(day, summary, f"reversal:{voucher_id}", period=period)
    book = periods.book_of(session, row.book_id)
    try:
        return _post(session, book, (twin,), _Hands(maker_id, checker_id, posted_at, voucher_id))[0]
    except SourceConflictError as conflict:
        raise AlreadyReversedError(voucher_id, conflict.voucher_id) from conflict


def read(session: Session, voucher_id: int) -> Voucher:
    """A posted voucher as a value. Raises VoucherMissingError."""
    row = _row(session, voucher_id)
    query = (
        select(
            PostingRow.account, PostingRow.amount, PostingRow.commodity, PostingRow.note, PostingRow.quantity
        )
        .where(PostingRow.tenant_id == row.tenant_id, PostingRow.voucher_id == voucher_id)
        .order_by(PostingRow.line)
    )
    return voucher_of(row, tuple(Posting(*line) for line in session.execute(query)))


def voucher_of(row: VoucherRow, postings: tuple[Posting, ...]) -> Voucher:
    """The value a row and its lines stand for."""
    return Voucher(
        day=row.day, summary=row.summary, postings=postings, source=row.source, word=row.word,
        period=row.period, attachments=row.attachments, kind=VoucherKind(row.kind), resolution=row.resolution,
    )  # fmt: skip


def _row(session: Session, voucher_id: int) -> VoucherRow:
    row = session.scalars(select(VoucherRow).where(VoucherRow.id == voucher_id)).one_or_none()
    if row is None:
        raise VoucherMissingError(voucher_id)
    return row


def _post(
    session: Session, book: BookRow, vouchers: Sequence[Voucher], hands: _Hands
) -> tuple[VoucherRow, ...]:
    posted, fresh = _post_fresh(session, book, vouchers, hands)
    rows = {entry.source: _row_of(session, book, entry) for entry in fresh}
    if posted:
        query = select(VoucherRow).where(
            VoucherRow.tenant_id == book.tenant_id, VoucherRow.id.in_(posted.values())
        )
        rows |= {row.source: row for row in session.scalars(query)}
    return tuple(rows[voucher.source] for voucher in vouchers)


def _post_fresh(
    session: Session, book: BookRow, vouchers: Sequence[Voucher], hands: _Hands
) -> tuple[Mapping[str, int], Sequence[store.Entry]]:
    """Write what is not there yet; the ids of what was, by source, and what was written."""
    chart = chart_of(Standard(book.standard))
    found = store.look_up(session, book, store.wanted_by(chart, vouchers))
    fresh: dict[str, Voucher] = {}
    for voucher in vouchers:
        voucher_id = found.known.get(voucher.source)
        if voucher_id is not None:
            _same(read(session, voucher_id), voucher, voucher_id)
        elif fresh.setdefault(voucher.source, voucher) is not voucher:
            _same(fresh[voucher.source], voucher, 0)
    if not fresh:
        return found.known, ()
    return found.known, _write(session, book, list(fresh.values()), found, hands)


def _row_of(session: Session, book: BookRow, entry: store.Entry) -> VoucherRow:
    """The row just written, as if it had been read."""
    row = VoucherRow(
        tenant_id=book.tenant_id, id=entry.id, book_id=book.id, entity_id=book.entity_id, year=entry.year,
        period=entry.period, word=entry.word, number=entry.number, day=entry.day, summary=entry.summary,
        source=entry.source, kind=entry.kind, attachments=entry.attachments, lines=len(entry.postings),
        maker_id=entry.maker_id, checker_id=entry.checker_id, reverses_id=entry.reverses_id,
        resolution=entry.resolution, posted_at=entry.posted_at, sequence=entry.sequence, seal=entry.seal,
    )  # fmt: skip
    make_transient_to_detached(row)
    session.add(row)
    return row


def _same(before: Voucher, now: Voucher, voucher_id: int) -> None:
    for field in fields(Voucher):
        expected, found = getattr(before, field.name), getattr(now, field.name)
        if expected != found:
            raise SourceConflictError(now.source, voucher_id, field.name, expected, found)


def _write(
    session: Session,
    book: BookRow,
    fresh: Sequence[Voucher],
    found: store.Found,
    hands: _Hands,
) -> Sequence[store.Entry]:
    """Check, then write: balances before the counter, the counter before the head, the head before the rows."""
    for voucher in fresh:
        if voucher.kind in TWO_PERSONS and hands.checker_id in {None, hands.maker_id}:
            raise SameHandsError(f"凭证 {voucher.kind} voucher", hands.maker_id, hands.checker_id)
    slots = {(v.book_year, v.book_period, v.kind, bool(v.resolution)): v for v in fresh}
    for slot in sorted(slots):
        periods.check_open(book, slots[slot], found.states, found.open_months)
    accounts = guards.missing_accounts(book, fresh, found.accounts)
    changes = store.deltas(fresh)
    guards.guard_never_negative(book, changes, found.held)
    taken = store.take(session, book, accounts, changes, store.series_of(fresh))
    following = dict(taken.first)
    entries = []
    for voucher in fresh:
        series = (voucher.book_year, voucher.book_period, voucher.word)
        entries.append(
            store.Entry(
                voucher.postings, *series, following[series], voucher.day, voucher.summary, voucher.source,
                str(voucher.kind), voucher.attachments, hands.maker_id, hands.checker_id,
                hands.reverses_id,
                voucher.resolution, hands.posted_at,
            )
        )  # fmt: skip
        following[series] += 1
    for entry, voucher_id in zip(entries, taken.ids, strict=False):  # SQLite gives ids when it writes
        entry.id = voucher_id
    seal.seal_all(entries, taken.sequence, taken.seal)
    store.write(session, book, entries)
    return entries
