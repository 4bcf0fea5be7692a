"""Closing months and the year, and reopening by two persons.

A month closes when nothing of it waits: no draft, no voucher without the committee's stamp. The thirteenth
period closes when result and distribution are carried over and beancount reads the same books.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from coop.accounting.models import ReopenRow, RequestState
from coop.accounting.queries.checklist import Blocker, checklist
from coop.accounting.queries.rehearsal import not_carried_over, planned_transfer
from coop.books import queries as books
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from ledger import periods
from ledger.balances import trial_balance
from ledger.chart import Standard, chart_of
from ledger.errors import LedgerError
from ledger.money import fen_text
from ledger.statements import mismatches, statements
from ledger.tables import BookRow, VoucherRow
from ledger.verify import check_book

LAST = periods.LAST

REQUEST_MOVES = Transitions(
    "反结账申请 reopening request",
    {(RequestState.asked, RequestState.done), (RequestState.asked, RequestState.refused)},
)


class PeriodBusyError(CoopError):
    """What still stops the close, each thing by name."""

    def __init__(self, year: int, number: int, blockers: Sequence[Blocker]) -> None:
        self.blockers = tuple(blockers)
        super().__init__(
            zh=f"{year} 年第 {number} 期还不能结账：" + "；".join(one.zh for one in self.blockers),
            en=f"period {year}-{number:02d} cannot close yet: " + "; ".join(one.en for one in self.blockers),
        )


class NotClosedOutError(CoopError):
    """Accounts that must be at zero before the year closes."""

    def __init__(self, year: int, left: Sequence[tuple[str, int]]) -> None:
        self.left = tuple(left)
        listed = "、".join(f"{path} {fen_text(amount)}" for path, amount in self.left[:10])
        super().__init__(
            zh=f"{year} 年这些科目尚未结平：{listed}",
            en=f"accounts of {year} that are not carried over yet: {listed}",
        )


class UnsoundBookError(CoopError):
    """The books do not agree with themselves, with the statements, or with beancount."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            zh="账目核对不符：" + ";".join(zh for zh, _ in self.faults[:10]),
            en="the books do not agree: " + "; ".join(en for _, en in self.faults[:10]),
        )


class OwnRequestError(CoopError):
    def __init__(self, maker_id: int) -> None:
        super().__init__(
            zh=f"反结账由用户 {maker_id} 申请，须由另一人批准",
            en=f"user {maker_id} asked for the reopening; another person must do it",
        )


def close_month(unit: Unit, entity_id: int, year: int, month: int) -> None:
    """Close a month, in order. Raises PeriodBusyError, UnsoundBookError, and the ledger's errors."""
    unit.actor.require("结账", Role.accountant)
    if not 1 <= month <= 12:
        raise InputError([Fault("month", f"应为 1 至 12，实为 {month}", f"expected 1 to 12, found {month}")])
    book = _held_book(unit, entity_id)
    _require_quiet(unit, book, year, month)
    found = check_book(unit.session, book.id, beancount=False)
    if found:
        raise UnsoundBookError([(finding.zh, finding.en) for finding in found])
    _close(unit, book, year, month)


def transfer_result(unit: Unit, entity_id: int, year: int, resolution: str) -> tuple[VoucherRow, ...]:
    """C1-C3 in the thirteenth period: income and expense to the result, the result to undistributed.

    `resolution` is the number of the resolution that lets the year be closed. Nothing left to transfer: no
    voucher. After a reversal the entries are made anew under sources of their own.
    """
    unit.actor.require("结转损益", Role.accountant)
    book = books.book_of(unit.session, entity_id)
    if not resolution.strip():
        raise InputError([Fault("resolution", "须写明决议编号", "the number of the resolution is needed")])
    planned = planned_transfer(unit.session, book, year, resolution)
    rows = book_service.post_all(unit, entity_id, planned) if planned else ()
    unit.audit("year.transfer", f"book:{book.id}", year=year, vouchers=len(rows))
    return rows


def close_year(unit: Unit, entity_id: int, year: int) -> None:
    """Close the thirteenth period: nothing waits, nothing is left to carry over, beancount agrees.

    Raises PeriodBusyError, NotClosedOutError, UnsoundBookError, and the ledger's errors.
    """
    unit.actor.require("年终结账", Role.accountant)
    book = _held_book(unit, entity_id)
    _require_quiet(unit, book, year, LAST)
    chart = chart_of(Standard(book.standard))
    lines = trial_balance(unit.session, book.id, year=year)
    left = not_carried_over(chart, lines)
    if left:
        raise NotClosedOutError(year, left)
    faults: list[tuple[str, str]] = []
    wrong: tuple[LedgerError, ...] = mismatches(chart, statements(chart, lines), lines)
    faults += [(fault.zh, fault.en) for fault in wrong]
    faults += [(finding.zh, finding.en) for finding in check_book(unit.session, book.id)]
    if faults:
        raise UnsoundBookError(faults)
    _close(unit, book, year, LAST)


def ask_reopen(unit: Unit, entity_id: int, year: int, number: int, reason: str) -> ReopenRow:
    """Ask another person to reopen a closed period; the reason is kept in the ledger's log."""
    unit.actor.require("申请反结账", Role.accountant)
    book = books.book_of(unit.session, entity_id)
    if periods.states(unit.session, book.id).get((year, number)) != "closed":
        raise NotFoundError("closed period", f"{year}-{number:02d}")
    if not reason.strip():
        raise InputError([Fault("reason", "须写明理由", "a reason is needed")])
    row = ReopenRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        year=year,
        number=number,
        reason=reason,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("period.ask_reopen", f"book:{book.id}", year=year, number=number)
    return row


def reopen(unit: Unit, request_id: int) -> ReopenRow:
    """A second person reopens the period. Raises OwnRequestError, and the ledger's errors (order, state)."""
    unit.actor.require("反结账", Role.checker)
    row = _locked_request(unit, request_id)
    done = REQUEST_MOVES.move(RequestState(row.state), RequestState.done)
    if row.maker_id == unit.actor.user_id:
        raise OwnRequestError(row.maker_id)
    book = books.book_of(unit.session, row.entity_id)
    periods.reopen_period(
        unit.session,
        book.id,
        row.year,
        row.number,
        by_id=row.maker_id,
        second_id=unit.actor.user_id,
        reason=row.reason,
        at=unit.now,
    )
    row.state, row.checker_id = done, unit.actor.user_id
    unit.audit("period.reopen", f"book:{book.id}", year=row.year, number=row.number, asked_by=row.maker_id)
    return row


def refuse_reopen(unit: Unit, request_id: int) -> ReopenRow:
    """The period stays closed."""
    unit.actor.require("驳回反结账", Role.checker, Role.accountant)
    row = _locked_request(unit, request_id)
    row.state = REQUEST_MOVES.move(RequestState(row.state), RequestState.refused)
    row.checker_id = unit.actor.user_id
    unit.audit("period.refuse_reopen", f"request:{request_id}")
    return row


def _held_book(unit: Unit, entity_id: int) -> BookRow:
    """The book with its open periods held: nothing slips in between the checks and the close."""
    book = books.book_of(unit.session, entity_id)
    periods.hold_open(unit.session, book.id)
    return book


def _require_quiet(unit: Unit, book: BookRow, year: int, number: int) -> None:
    """The books themselves are checked by the caller, who tells their faults one by one."""
    waiting = checklist(unit.session, book, year, number, sound=False)
    stopping = [blocker for blocker in waiting if blocker.stops]
    if stopping:
        raise PeriodBusyError(year, number, stopping)


def _close(unit: Unit, book: BookRow, year: int, number: int) -> None:
    periods.close_period(unit.session, book.id, year, number, by_id=unit.actor.user_id, at=unit.now)
    unit.audit("period.close", f"book:{book.id}", year=year, number=number)


def _locked_request(unit: Unit, request_id: int) -> ReopenRow:
    row = unit.session.scalars(
        select(ReopenRow)
        .where(ReopenRow.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("reopening request", request_id)
    return row
