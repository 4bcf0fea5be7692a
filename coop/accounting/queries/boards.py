"""What pages of the accountant's desk show at once: books, drafts of all books, what blocks a period."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.exports import made_statements
from coop.accounting.models import DraftState, ReopenRow
from coop.accounting.queries.checklist import Blocker, checklist
from coop.accounting.queries.names import AccountName, account_names
from coop.accounting.queries.reports import TrialLine, trial_balance
from coop.accounting.queries.vouchers import VoucherFilter, VoucherItem, voucher_list
from coop.accounting.queries.work import (
    DraftItem,
    PeriodView,
    TemplateItem,
    draft_detail,
    drafts,
    period_board,
    reopen_requests,
    template,
    templates,
)
from coop.accounting.rules import DraftLine
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow
from ledger import periods
from ledger.beancount import export_book, years_of
from ledger.seal import Head, head
from ledger.statements import Row, Statement
from ledger.tables import BookRow


@dataclass(frozen=True, slots=True)
class BookCard:
    """A book with its years (newest first), what waits in it, and the period whose turn it is to close."""

    book: BookRow
    entity: EntityRow
    years: tuple[int, ...]
    drafts: int
    next_period: tuple[int, int] | None
    head: Head


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """A draft and whose it is."""

    draft: DraftItem
    entity: EntityRow
    book: BookRow


@dataclass(frozen=True, slots=True)
class DraftSums:
    """Sums of typed lines, fen, and how many carry an amount; `gap` is debits less credits."""

    debit_fen: int
    credit_fen: int
    gap_fen: int
    lines: int


@dataclass(frozen=True, slots=True)
class DraftForm:
    """What the voucher grid offers: the book and the names of its accounts."""

    card: BookCard
    accounts: tuple[AccountName, ...]
    templates: tuple[TemplateItem, ...]


@dataclass(frozen=True, slots=True)
class TemplateRun:
    """A template and the books of the same standard it may be run over."""

    template: TemplateItem
    book: BookRow
    books: tuple[tuple[BookRow, EntityRow], ...]


@dataclass(frozen=True, slots=True)
class PeriodPage:
    """A year's thirteen periods; for the one whose turn has come all that blocks its close, by name."""

    card: BookCard
    year: int
    periods: tuple[PeriodView, ...]
    following: PeriodView | None
    blockers: tuple[Blocker, ...]
    unstamped: tuple[VoucherItem, ...]
    drafts: tuple[DraftItem, ...]
    requests: tuple[ReopenRow, ...]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A figure of a statement and the accounts it is made of."""

    card: BookCard
    year: int
    statement: Statement
    row: Row
    lines: tuple[TrialLine, ...]


def _entity(session: Session, book: BookRow) -> EntityRow:
    return session.scalars(select(EntityRow).where(EntityRow.id == book.entity_id)).one()


def _card(session: Session, book: BookRow) -> BookCard:
    states = periods.states(session, book.id)
    return BookCard(
        book=book,
        entity=_entity(session, book),
        years=tuple(sorted(years_of(session, book.id), reverse=True)),
        drafts=len(drafts(session, book.entity_id)),
        next_period=next((key for key, state in sorted(states.items()) if state == "open"), None),
        head=head(session, book.id),
    )


def book_cards(session: Session) -> tuple[BookCard, ...]:
    """All books in sight, by entity code."""
    return tuple(_card(session, book) for book in books.books(session))


def draft_board(session: Session, *, waiting: bool = True) -> tuple[DraftEntry, ...]:
    """The drafts of all books in sight that wait for a checker; the settled ones where not `waiting`."""
    found: list[DraftEntry] = []
    for book in books.books(session):
        entity = _entity(session, book)
        found += [
            DraftEntry(item, entity, book)
            for item in drafts(session, book.entity_id, state=None)
            if (item.state is DraftState.draft) == waiting
        ]
    return tuple(found)


def draft_entry(session: Session, draft_id: int) -> DraftEntry:
    """One draft and whose it is. Raises NotFoundError."""
    item = draft_detail(session, draft_id)
    book = books.book_of(session, item.entity_id)
    return DraftEntry(item, _entity(session, book), book)


def draft_form(session: Session, entity_id: int) -> DraftForm:
    """The book of an entity and its accounts. Raises NotFoundError."""
    book = books.book_of(session, entity_id)
    return DraftForm(_card(session, book), tuple(account_names(session, book)), templates(session, entity_id))


def template_run(session: Session, template_id: int, tenants: Collection[int]) -> TemplateRun:
    """A template and all books of its standard in these tenants. Raises NotFoundError."""
    found = template(session, template_id)
    own = books.book_of(session, found.entity_id)
    same = [
        (book, _entity(session, book))
        for book in books.books(session)
        if book.standard == own.standard and book.tenant_id in tenants
    ]
    return TemplateRun(found, own, tuple(same))


def draft_sums(lines: Iterable[DraftLine]) -> DraftSums:
    """Both sides of typed lines.

    >>> draft_sums([DraftLine("101", debit_fen=500), DraftLine("102", credit_fen=300)]).gap_fen
    200
    """
    held = list(lines)
    left, right = sum(line.debit_fen for line in held), sum(line.credit_fen for line in held)
    return DraftSums(left, right, left - right, sum(bool(x.debit_fen or x.credit_fen) for x in held))


def period_page(session: Session, entity_id: int | None = None, year: int | None = None) -> PeriodPage:
    """A book's periods; the first book and the year that waits for its close where not told.

    Raises NotFoundError where there is no such book or year.
    """
    held = books.books(session)
    if entity_id is None and not held:
        raise NotFoundError("book", "—")
    card = _card(session, held[0] if entity_id is None else books.book_of(session, entity_id))
    latest = card.next_period[0] if card.next_period else card.years[0]
    shown = latest if year is None else year
    if shown not in card.years:
        raise NotFoundError("year", f"{card.book.entity} {shown}")
    board = tuple(period_board(session, card.book.entity, shown))
    following = next((period for period in board if period.next_to_close), None)
    blocking: tuple[VoucherItem, ...] = ()
    waiting: tuple[DraftItem, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    if following is not None:
        # The books are checked where the close is rehearsed or done: that takes its time.
        blockers = checklist(session, card.book, shown, following.number, sound=False)
        chosen = VoucherFilter(card.book.entity, year=shown, period=following.number, unstamped=True)
        blocking = voucher_list(session, chosen, limit=200).items
        month = min(following.number, 12)
        waiting = tuple(item for item in drafts(session, card.book.entity_id) if _in(item.day, shown, month))
    requests = tuple(reopen_requests(session, card.book.entity_id))
    return PeriodPage(card, shown, board, following, blockers, blocking, waiting, requests)


def _in(day: date, year: int, month: int) -> bool:
    return (day.year, day.month) == (year, month)


def statement_row(session: Session, entity: str, year: int, form: str, row: str) -> StatementRow:
    """A row of a statement with the trial balance of the accounts behind it. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    for statement in made_statements(session, book, year):
        for found in statement.rows:
            if (statement.form, found.row) == (form, row):
                feeders = set(found.accounts)
                lines = tuple(
                    line
                    for line in trial_balance(session, entity, year).lines
                    if line.leaf and line.path in feeders
                )
                return StatementRow(_card(session, book), year, statement, found, lines)
    raise NotFoundError("statement row", f"{form} {row}")


def beancount_file(session: Session, entity: str, year: int) -> tuple[str, bytes]:
    """The name and the content of a book's year as a beancount file. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    if year not in years_of(session, book.id):
        raise NotFoundError("year", f"{entity} {year}")
    return f"{book.entity}-{year}.beancount", export_book(session, book.id, year).encode()
