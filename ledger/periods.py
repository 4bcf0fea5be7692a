"""Twelve months and the distribution period (13) of each year: open, close, reopen (L5).

Posters share-lock a period row, closing and reopening lock it alone, so nothing slips into a period while it
closes. Takes a session, never commits. Knows nothing of what must be stamped or reconciled before a close.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from ledger.errors import (
    BookMissingError,
    PeriodClosedError,
    PeriodKindError,
    PeriodMissingError,
    PeriodOrderError,
    PeriodStateError,
    SameHandsError,
    VoucherFormError,
)
from ledger.store.rows import insert_missing
from ledger.tables import BookRow, PeriodEventRow, PeriodRow, VoucherRow
from ledger.voucher import Voucher, VoucherKind

LAST = 13


def book_of(session: Session, book_id: int) -> BookRow:
    """The book. Raises BookMissingError."""
    book = session.get(BookRow, book_id)
    if book is None:
        raise BookMissingError(book_id)
    return book


def open_year(session: Session, book_id: int, year: int) -> None:
    """Create the thirteen open periods of a year; a year that is there already stays as it is.

    Years follow each other from the book's first. Raises PeriodMissingError when the year before is missing.
    """
    book = book_of(session, book_id)
    if year != book.first_year:
        _state(session, book, year - 1, LAST)
    insert_missing(
        session,
        PeriodRow,
        [
            {"tenant_id": book.tenant_id, "book_id": book.id, "year": year, "number": number, "state": "open"}
            for number in range(1, LAST + 1)
        ],
    )


def states(session: Session, book_id: int) -> dict[tuple[int, int], str]:
    """State (`open` or `closed`) of every (year, number) of a book, in order."""
    query = (
        select(PeriodRow.year, PeriodRow.number, PeriodRow.state)
        .where(PeriodRow.book_id == book_id)
        .order_by(PeriodRow.year, PeriodRow.number)
    )
    return {(year, number): state for year, number, state in session.execute(query)}


def check_open(
    book: BookRow,
    voucher: Voucher,
    states: Mapping[tuple[int, int], str],
    open_months: Mapping[int, int],
) -> None:
    """Does the voucher's period take it? `states` were share-locked; `open_months`: each year's first open month.

    Period 13 opens for postings when months 1..12 are closed, and takes closing entries, reversals, and
    automatic vouchers that name their resolution. Opening vouchers belong to the first month of the book.
    Raises PeriodMissingError, PeriodClosedError, PeriodOrderError, PeriodKindError.
    """
    year, number, kind = voucher.book_year, voucher.book_period, voucher.kind
    state = states.get((year, number))
    if state is None:
        raise PeriodMissingError(book.entity, year, number)
    if state == "closed":
        raise PeriodClosedError(book.entity, year, number)
    if kind is VoucherKind.opening and (year, number) != (book.first_year, 1):
        first = f"{book.first_year}-01"
        raise PeriodKindError(
            year, number, kind, f"期初只记在 {first}", f"opening balances belong to {first}"
        )
    if number != LAST:
        return
    if year in open_months:
        raise PeriodOrderError(year, number, (year, open_months[year]), "closed", "open")
    closing = kind in {VoucherKind.closing, VoucherKind.reversal}
    if not closing and not (kind is VoucherKind.automatic and voucher.resolution):
        zh, en = (
            "只收结转、冲销和写明决议的自动凭证",
            "only closings, reversals and automatic vouchers with a resolution",
        )
        raise PeriodKindError(year, number, kind, zh, en)


def hold_open(session: Session, book_id: int) -> None:
    """Lock the open periods of a book until the transaction ends: nothing is posted while it is looked at.

    Taken in order, as posters share-lock them; what is checked before a close is still true at the close.
    """
    book = book_of(session, book_id)
    query = select(PeriodRow.number).where(
        PeriodRow.tenant_id == book.tenant_id, PeriodRow.book_id == book.id, PeriodRow.state == "open"
    )
    session.execute(query.order_by(PeriodRow.year, PeriodRow.number).with_for_update()).all()


def close_period(session: Session, book_id: int, year: int, number: int, *, by_id: int, at: datetime) -> None:
    """Close a period whose predecessors are closed; logged with the number of its vouchers.

    Raises PeriodMissingError, PeriodStateError, PeriodOrderError.
    """
    book = book_of(session, book_id)
    for other in _before(book, year, number):
        found = _state(session, book, *other, share=True)
        if found != "closed":
            raise PeriodOrderError(year, number, other, "closed", found)
    _move(session, book, year, number, "closed")
    _log(session, book, year, number, action="close", by_id=by_id, second_id=None, reason="", at=at)


def reopen_period(
    session: Session,
    book_id: int,
    year: int,
    number: int,
    *,
    by_id: int,
    second_id: int,
    reason: str,
    at: datetime,
) -> None:
    """Reopen a closed period by two persons, with a reason; later periods must be open before it.

    Raises SameHandsError, VoucherFormError (no reason), Period{Missing,State,Order}Error.
    """
    book = book_of(session, book_id)
    if by_id == second_id:
        raise SameHandsError("反结账 reopening", by_id, second_id)
    if not reason.strip():
        raise VoucherFormError("reason", "反结账的理由", "the reason for reopening", reason)
    known = states(session, book_id)
    for other in _after(year, number):
        if other in known and _state(session, book, *other, lock=True) != "open":
            raise PeriodOrderError(year, number, other, "open", "closed")
    _move(session, book, year, number, "open")
    _log(session, book, year, number, action="reopen", by_id=by_id, second_id=second_id, reason=reason, at=at)


def _before(book: BookRow, year: int, number: int) -> list[tuple[int, int]]:
    """What must be closed first: the month before; for 13, month 12 and last year's 13."""
    if number > 1:
        before = [(year, number - 1)]
        return [(year - 1, LAST), *before] if number == LAST and year > book.first_year else before
    return [(year - 1, 12)] if year > book.first_year else []


def _after(year: int, number: int) -> list[tuple[int, int]]:
    """What must not be closed any more: the other side of `_before`."""
    if number == LAST:
        return [(year + 1, LAST)]
    return [(year, LAST), (year + 1, 1)] if number == 12 else [(year, number + 1)]


def _row(book: BookRow, year: int) -> tuple[ColumnElement[bool], ...]:
    return PeriodRow.tenant_id == book.tenant_id, PeriodRow.book_id == book.id, PeriodRow.year == year


def _state(
    session: Session, book: BookRow, year: int, number: int, *, share: bool = False, lock: bool = False
) -> str:
    query = select(PeriodRow.state).where(*_row(book, year), PeriodRow.number == number)
    if share or lock:
        query = query.with_for_update(read=share)  # SQLite ignores it: it has one writer
    state = session.execute(query).scalar_one_or_none()
    if state is None:
        raise PeriodMissingError(book.entity, year, number)
    return state


def _move(session: Session, book: BookRow, year: int, number: int, target: str) -> None:
    found = _state(session, book, year, number, lock=True)
    if found == target:
        raise PeriodStateError(year, number, "open" if target == "closed" else "closed", found)
    session.execute(
        update(PeriodRow).where(*_row(book, year), PeriodRow.number == number).values(state=target)
    )


def _log(
    session: Session, book: BookRow, year: int, number: int, *,
    action: str, by_id: int, second_id: int | None, reason: str, at: datetime,
) -> None:  # fmt: skip
    count = select(func.count()).where(
        VoucherRow.tenant_id == book.tenant_id,
        VoucherRow.book_id == book.id,
        VoucherRow.year == year,
        VoucherRow.period == number,
    )
    session.add(
        PeriodEventRow(
            tenant_id=book.tenant_id, book_id=book.id, year=year, number=number, action=action, by_id=by_id,
            second_id=second_id, reason=reason, vouchers=session.execute(count).scalar_one(), at=at,
        )
    )  # fmt: skip
    session.flush()
