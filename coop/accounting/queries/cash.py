"""Cash counts beside the book: the list, one count, and what a month's close asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.accounting.models import CashCountRow, CountState, DraftRow, DraftState
from coop.accounting.queries.names import AccountName, account_names
from coop.accounting.rules.cash import DENOMINATIONS
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow
from ledger.balances import under
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow, PostingRow, VoucherRow


@dataclass(frozen=True, slots=True)
class CountView:
    """A count, whose it is, and the book of its day as it stands now (`book_now_fen`): a late voucher shows."""

    count: CashCountRow
    entity: EntityRow
    pieces: tuple[tuple[int, int, int], ...]
    book_now_fen: int
    draft_state: str

    @property
    def moved_fen(self) -> int:
        return self.book_now_fen - self.count.book_fen


@dataclass(frozen=True, slots=True)
class CashForm:
    """What a new count starts from: the book's cash on that day, and the pieces there are."""

    book: BookRow
    entity: EntityRow
    day: date
    book_fen: int
    denominations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CashCounted:
    """A month's counts for its close. `last_day`: of the last witnessed count, None where there is none;
    `at_end`: the month ends with what it found (nothing moved
    after it but its own difference); `unsettled_fen`: differences that no posted
    voucher has booked, absolute; `waiting`: counts without a witness.
    """

    count: int
    last_day: date | None
    at_end: bool
    unsettled: int
    unsettled_fen: int
    waiting: int


def cash_fen(session: Session, book_id: int, account: str, upto: date) -> int:
    """The cash of the book at the end of a day, fen."""
    query = (
        select(func.sum(PostingRow.amount))
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .where(
            PostingRow.book_id == book_id,
            under(PostingRow.account, account),
            PostingRow.commodity == "CNY",
            VoucherRow.day <= upto,
        )
    )
    return int(session.scalar(query) or 0)


def _entities(session: Session) -> dict[int, EntityRow]:
    return {row.id: row for row in session.scalars(select(EntityRow))}


def cash_counts(session: Session, *, limit: int = 100) -> tuple[list[CashCountRow], dict[int, EntityRow]]:
    """The counts of all books in sight, newest first, and whose they are."""
    query = select(CashCountRow).order_by(CashCountRow.day.desc(), CashCountRow.id.desc()).limit(limit)
    return list(session.scalars(query)), _entities(session)


def cash_books(session: Session) -> list[tuple[BookRow, EntityRow]]:
    """The books whose cash may be counted."""
    entities = _entities(session)
    return [(book, entities[book.entity_id]) for book in books.books(session)]


def cash_count(session: Session, count_id: int) -> tuple[CountView, list[AccountName]]:
    """One count, and the accounts its difference may go to. Raises NotFoundError."""
    row = session.scalars(select(CashCountRow).where(CashCountRow.id == count_id)).one_or_none()
    if row is None:
        raise NotFoundError("cash count", count_id)
    draft = None
    if row.draft_id is not None:
        draft = session.scalar(select(DraftRow.state).where(DraftRow.id == row.draft_id))
    pieces = tuple(
        (value, row.pieces[str(value)], value * row.pieces[str(value)])
        for value in DENOMINATIONS
        if str(value) in row.pieces
    )
    now = cash_fen(session, row.book_id, row.account, row.day)
    book = books.book_of(session, row.entity_id)
    view = CountView(row, _entities(session)[row.entity_id], pieces, now, draft or "")
    return view, account_names(session, book)


def cash_form(session: Session, entity_id: int, day: date) -> CashForm:
    """What counting starts from. Raises NotFoundError."""
    book = books.book_of(session, entity_id)
    account = chart_of(Standard(book.standard)).path("cash")
    fen = cash_fen(session, book.id, account, day)
    return CashForm(book, _entities(session)[entity_id], day, fen, DENOMINATIONS)


def month_days(year: int, month: int) -> tuple[date, date]:
    """The first and the last day of a month.

    >>> month_days(2024, 2)[1], month_days(2025, 12)[1]
    (datetime.date(2024, 2, 29), datetime.date(2025, 12, 31))
    """
    first = date(year, month, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def cash_counted(session: Session, entity_id: int, year: int, month: int) -> CashCounted:
    """Whether the cash was counted in a month, for its close. Raises NotFoundError for an entity without a book."""
    first, last = month_days(year, month)
    book = books.book_of(session, entity_id)
    account = chart_of(Standard(book.standard)).path("cash")
    rows = session.execute(
        select(CashCountRow, DraftRow.state)
        .outerjoin(DraftRow, DraftRow.id == CashCountRow.draft_id)
        .where(
            CashCountRow.entity_id == entity_id,
            CashCountRow.state != CountState.refused.value,
            CashCountRow.day.between(first, last),
        )
        .order_by(CashCountRow.day, CashCountRow.id)
    ).all()
    seen = [(row, state) for row, state in rows if row.state == CountState.witnessed.value]
    open_gaps = [
        abs(row.difference_fen)
        for row, state in seen
        if row.difference_fen and state != DraftState.posted.value
    ]
    newest = seen[-1][0] if seen else None
    return CashCounted(
        count=len(seen),
        last_day=newest.day if newest else None,
        at_end=newest is not None
        and cash_fen(session, book.id, account, last) in (newest.book_fen, newest.counted_fen),
        unsettled=len(open_gaps),
        unsettled_fen=sum(open_gaps),
        waiting=len(rows) - len(seen),
    )
