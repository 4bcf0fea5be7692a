"""Loans: their schedules, what was paid, what is owed on a day, and who is behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from coop.accounting.models.loans import LoanMoveKind, LoanMoveRow, LoanRateRow, LoanRow
from coop.accounting.models.subledgers import HandState
from coop.accounting.postings.loans import ROLES
from coop.accounting.queries.subledgers import Control, control_of
from coop.accounting.rules.loans import DayCount, Instalment, Method, Terms, arrears, charged, schedule
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from ledger.chart import Standard, chart_of
from ledger.tables import VoucherRow


@dataclass(frozen=True, slots=True)
class Standing:
    """A loan on a day, fen: principal left, interest owed and unpaid (of it accrued), what is behind and since when.

    `void`: its voucher was reversed. `waiting`: a repayment or accrual waits for approval.
    """

    left_fen: int
    interest_fen: int
    accrued_fen: int
    paid_interest_fen: int
    behind_fen: int
    behind_since: date | None
    last_day: date
    void: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class LoanItem:
    loan: LoanRow
    rate: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class LoanMoveItem:
    move: LoanMoveRow
    void: bool


@dataclass(frozen=True, slots=True)
class LoanPage:
    item: LoanItem
    entity: str
    rates: tuple[LoanRateRow, ...]
    schedule: tuple[Instalment, ...]
    moves: tuple[LoanMoveItem, ...]
    accrues: bool


@dataclass(frozen=True, slots=True)
class LoanBoard:
    """The loans of a book, newest first, and each control account beside what the loans come to."""

    entity: str
    items: tuple[LoanItem, ...]
    controls: tuple[Control, ...]


def loan_board(session: Session, entity: str, day: date) -> LoanBoard:
    """The loans of a book. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    rows = session.scalars(
        select(LoanRow).where(LoanRow.entity_id == book.entity_id).order_by(LoanRow.id.desc())
    )
    items = tuple(_item(session, row, day) for row in rows)
    sums = {
        kind: sum(
            item.standing.left_fen
            for item in items
            if item.loan.kind == kind and item.loan.state == HandState.done
        )
        for kind in ROLES
    }
    chart = chart_of(Standard(book.standard))
    controls = tuple(
        control_of(session, book, role, sums[kind] if kind == "lent" else -sums[kind])
        for kind, role in ROLES.items()
        if chart.has(role)
    )
    return LoanBoard(book.entity, items, controls)


def loan_page(session: Session, loan_id: int, day: date) -> LoanPage:
    """One loan with its schedule and everything that happened to it. Raises NotFoundError."""
    row = session.scalars(select(LoanRow).where(LoanRow.id == loan_id)).one_or_none()
    if row is None:
        raise NotFoundError("loan", loan_id)
    book = books.book_of(session, row.entity_id)
    moves = session.execute(
        select(LoanMoveRow, _reversed(LoanMoveRow))
        .where(LoanMoveRow.loan_id == loan_id)
        .order_by(LoanMoveRow.day, LoanMoveRow.id)
    )
    return LoanPage(
        item=_item(session, row, day),
        entity=book.entity,
        rates=tuple(_rates(session, row)),
        schedule=schedule(terms_of(session, row)),
        moves=tuple(LoanMoveItem(move, void) for move, void in moves),
        accrues=row.kind != "lent" and chart_of(Standard(book.standard)).has("interest_payable"),
    )


def loan_of_move(session: Session, move_id: int) -> int:
    """The loan a repayment or accrual belongs to. Raises NotFoundError."""
    found = session.scalars(select(LoanMoveRow.loan_id).where(LoanMoveRow.id == move_id)).one_or_none()
    if found is None:
        raise NotFoundError("loan move", move_id)
    return found


def terms_of(session: Session, loan: LoanRow) -> Terms:
    """What the schedule of a loan depends on."""
    return Terms(
        principal_fen=loan.principal_fen,
        start=loan.start,
        periods=loan.periods,
        method=Method(loan.method),
        day_count=DayCount(loan.day_count),
        rates={row.since: row.rate for row in _rates(session, loan)},
    )


def standing_of(session: Session, loan: LoanRow, day: date) -> Standing:
    """How a loan stands on a day, from its approved moves; reversed ones count nothing."""
    terms = terms_of(session, loan)
    rows = session.execute(
        select(LoanMoveRow, _reversed(LoanMoveRow)).where(LoanMoveRow.loan_id == loan.id)
    ).all()
    held = [move for move, void in rows if move.state == HandState.done and not void]
    repaid = [move for move in held if move.kind == LoanMoveKind.repay]
    void = bool(session.scalar(select(_reversed(LoanRow)).where(LoanRow.id == loan.id)))
    out = loan.state == HandState.done and not void
    flow = [(loan.start, loan.principal_fen)] if out else []
    flow += [(move.day, -move.principal_fen) for move in repaid]
    paid_interest = sum(move.interest_fen for move in repaid)
    accrued = sum(move.interest_fen for move in held if move.kind == LoanMoveKind.accrue)
    accrued -= sum(move.accrued_fen for move in repaid)
    whole = charged(flow, day, terms.rates, terms.day_count)
    left = sum(fen for _, fen in flow)
    paid = paid_interest + sum(move.principal_fen for move in repaid)
    behind, since = arrears(schedule(terms), paid, day) if out else (0, None)
    return Standing(
        left_fen=left,
        interest_fen=max(0, whole - paid_interest),
        accrued_fen=accrued,
        paid_interest_fen=paid_interest,
        behind_fen=behind if left else 0,
        behind_since=since if left else None,
        last_day=max((move.day for move in held), default=loan.start),
        void=void,
        waiting=any(move.state == HandState.asked for move, _ in rows),
    )


def _item(session: Session, row: LoanRow, day: date) -> LoanItem:
    rates = [each.rate for each in _rates(session, row) if each.since <= max(day, row.start)]
    return LoanItem(row, rates[-1] if rates else 0, standing_of(session, row, day))


def _rates(session: Session, loan: LoanRow) -> list[LoanRateRow]:
    query = select(LoanRateRow).where(LoanRateRow.loan_id == loan.id).order_by(LoanRateRow.since)
    return list(session.scalars(query))


def _reversed(row: type[LoanRow | LoanMoveRow]) -> ColumnElement[bool]:
    twin = aliased(VoucherRow)
    return exists().where(twin.tenant_id == row.tenant_id, twin.reverses_id == row.voucher_id)
