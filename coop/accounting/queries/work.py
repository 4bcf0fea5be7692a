"""What waits on the accountant's desk: drafts, the state of the periods, requests to reopen one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.accounting.models import DraftRow, DraftState, ReopenRow, RequestState, VoucherTemplateRow
from coop.accounting.queries.names import names_of
from coop.accounting.queries.voucher import VoucherLine
from coop.accounting.rules import DraftLine, draft_digest
from coop.books import queries as books
from coop.governance import queries as governance
from coop.kernel import files
from coop.kernel.errors import NotFoundError
from coop.kernel.files import FileRow
from ledger import periods
from ledger.tables import VoucherRow


@dataclass(frozen=True, slots=True)
class DraftItem:
    """A draft with its lines under their names; without lines it asks for the reversal of `reverses_id`."""

    id: int
    entity_id: int
    day: date
    summary: str
    total_fen: int
    lines: tuple[VoucherLine, ...]
    attachments: int
    reverses_id: int | None
    maker_id: int
    checker_id: int | None
    state: DraftState
    reason: str
    voucher_id: int | None
    digest: str
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class TemplateItem:
    """A template of vouchers: its lines as the grid takes them."""

    id: int
    entity_id: int
    name: str
    summary: str
    total_fen: int
    lines: tuple[DraftLine, ...]


@dataclass(frozen=True, slots=True)
class PeriodView:
    """A period: its state, its vouchers, and what still keeps it open. `next_to_close`: its turn has come."""

    year: int
    number: int
    closed: bool
    vouchers: int
    unstamped: int
    drafts: int
    next_to_close: bool


def drafts(
    session: Session, entity_id: int, *, state: DraftState | None = DraftState.draft
) -> list[DraftItem]:
    """The drafts of an entity, oldest first; those that wait where no state is told."""
    query = select(DraftRow).where(DraftRow.entity_id == entity_id).order_by(DraftRow.day, DraftRow.id)
    if state is not None:
        query = query.where(DraftRow.state == state.value)
    return [_item(session, row) for row in session.scalars(query)]


def draft_detail(session: Session, draft_id: int) -> DraftItem:
    """One draft. Raises NotFoundError."""
    row = session.scalars(select(DraftRow).where(DraftRow.id == draft_id)).one_or_none()
    if row is None:
        raise NotFoundError("draft voucher", draft_id)
    return _item(session, row)


def templates(session: Session, entity_id: int) -> tuple[TemplateItem, ...]:
    """The templates of a book, by name."""
    query = select(VoucherTemplateRow).where(VoucherTemplateRow.entity_id == entity_id)
    return tuple(_template(row) for row in session.scalars(query.order_by(VoucherTemplateRow.name)))


def template(session: Session, template_id: int) -> TemplateItem:
    """One template. Raises NotFoundError."""
    row = session.scalars(
        select(VoucherTemplateRow).where(VoucherTemplateRow.id == template_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("template", template_id)
    return _template(row)


def _template(row: VoucherTemplateRow) -> TemplateItem:
    lines = tuple(DraftLine(**line) for line in row.lines)
    return TemplateItem(row.id, row.entity_id, row.name, row.summary, sum(x.debit_fen for x in lines), lines)


def reopen_requests(session: Session, entity_id: int) -> list[ReopenRow]:
    """Requests to reopen a period that wait for a second person."""
    query = select(ReopenRow).where(
        ReopenRow.entity_id == entity_id, ReopenRow.state == RequestState.asked.value
    )
    return list(session.scalars(query.order_by(ReopenRow.id)))


def period_board(session: Session, entity: str, year: int) -> list[PeriodView]:
    """The thirteen periods of a book's year."""
    book = books.book_by_code(session, entity)
    states = {number: state for (y, number), state in periods.states(session, book.id).items() if y == year}
    query = (
        select(VoucherRow.period, func.count())
        .where(VoucherRow.book_id == book.id, VoucherRow.year == year)
        .group_by(VoucherRow.period)
    )
    counts = {row[0]: row[1] for row in session.execute(query)}
    days = session.scalars(
        select(DraftRow.day).where(
            DraftRow.entity_id == book.entity_id, DraftRow.state == DraftState.draft.value
        )
    )
    waiting = Counter(day.month for day in days if day.year == year)
    first_open = next((number for number, state in sorted(states.items()) if state == "open"), None)
    return [
        PeriodView(
            year=year,
            number=number,
            closed=state == "closed",
            vouchers=counts.get(number, 0),
            unstamped=len(governance.unstamped(session, book.id, year, number)) if state == "open" else 0,
            drafts=waiting[number],
            next_to_close=number == first_open,
        )
        for number, state in sorted(states.items())
    ]


def _item(session: Session, row: DraftRow) -> DraftItem:
    book = books.book_of(session, row.entity_id)
    names = names_of(session, book) if row.lines else None
    lines = []
    for index, line in enumerate(row.lines, start=1):
        assert names is not None
        account = names.of(str(line["account"]))
        lines.append(
            VoucherLine(
                line=index,
                account=account.path,
                name=account.name,
                name_en=account.name_en,
                note=str(line["note"]),
                debit=int(line["debit_fen"]),
                credit=int(line["credit_fen"]),
                commodity="CNY",
                quantity=None,
            )
        )
    papers = tuple(files.listed(session, f"draft:{row.id}"))
    return DraftItem(
        id=row.id,
        entity_id=row.entity_id,
        day=row.day,
        summary=row.summary,
        total_fen=sum(line.debit for line in lines),
        lines=tuple(lines),
        attachments=row.attachments,
        reverses_id=row.reverses_id,
        maker_id=row.maker_id,
        checker_id=row.checker_id,
        state=DraftState(row.state),
        reason=row.reason,
        voucher_id=row.voucher_id,
        digest=draft_digest(
            row.day, row.summary, row.attachments, row.lines, [file.sha256 for file in papers]
        ),
        files=papers,
    )
