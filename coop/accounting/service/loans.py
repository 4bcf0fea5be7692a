"""Loans to members and loans received: agreed, paid out, accrued, repaid (interest first); each by two persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coop.accounting.models.loans import LoanKind, LoanMoveKind, LoanMoveRow, LoanRateRow, LoanRow
from coop.accounting.models.subledgers import HandState
from coop.accounting.postings import loans as postings
from coop.accounting.queries.loans import standing_of
from coop.accounting.rules.loans import DayCount, Method, split
from coop.accounting.service.subledgers import done, locked, own_book, own_household, refused, second_person
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from ledger.chart import Chart
from ledger.tables import VoucherRow

WORD = "借款 loan"
SERIES = {LoanKind.lent: "FD", LoanKind.short: "JR", LoanKind.long: "JR"}  # 放贷, 借入


class OverpaidError(CoopError):
    def __init__(self, number: str, owed_fen: int, paid_fen: int) -> None:
        super().__init__(
            zh=f"借款 {number} 本息共欠 {owed_fen} 分，还款 {paid_fen} 分，多 {paid_fen - owed_fen} 分",
            en=f"loan {number}: {owed_fen} fen owed in all, {paid_fen} paid, {paid_fen - owed_fen} too much",
        )


class LoanNotRunningError(CoopError):
    def __init__(self, number: str, state: str) -> None:
        super().__init__(
            zh=f"借款 {number} 尚未发放或有事项待复核（{state}）",
            en=f"loan {number} is not paid out, or something of it waits for approval ({state})",
        )


class NoAccrualError(CoopError):
    """The chart has no interest payable (14号), or the loan is lent: interest is booked when it is paid."""

    def __init__(self, number: str) -> None:
        super().__init__(
            zh=f"借款 {number} 的利息在收付时入账，不计提",
            en=f"interest of loan {number} is booked when it is paid, not accrued",
        )


@dataclass(frozen=True, slots=True)
class LoanEntry:
    """The terms of a loan; `party` is a household's number where it is lent, else the lender's code."""

    kind: LoanKind
    party: str
    purpose: str
    principal_fen: int
    start: date
    periods: int
    rate: int
    method: Method = Method.bullet
    day_count: DayCount = DayCount.act_365


def agree(unit: Unit, entity_id: int, entry: LoanEntry) -> LoanRow:
    """Ask for a loan to be paid out (or a received one to be entered). Raises InputError with all faults."""
    unit.actor.require("登记借款", Role.accountant)
    _book, chart = own_book(unit, entity_id)
    faults = []
    if entry.principal_fen <= 0:
        faults.append(Fault("principal", "金额须大于 0", "the amount must be above 0"))
    if not 1 <= entry.periods <= 360:
        faults.append(Fault("periods", "期数为 1 至 360 个月", "1 to 360 months"))
    if not 0 <= entry.rate <= 10_000:
        faults.append(Fault("rate", "年利率为 0 至 10000（万分之一）", "0 to 10000 in 1/10000 a year"))
    if entry.kind is LoanKind.short and entry.periods > 12:
        faults.append(Fault("periods", "短期借款不超过 12 个月", "a short-term loan runs 12 months at most"))
    if not chart.has(postings.ROLES[entry.kind]):
        faults.append(Fault("kind", "本制度没有相应科目", "this standard has no account for it"))
    home = own_household(unit, entry.party) if entry.kind is LoanKind.lent else None
    if faults:
        raise InputError(faults)
    postings.principal_account(chart, entry.kind, entry.party)  # a code that is no path is told here
    tenant = unit.actor.tenant_id
    row = LoanRow(
        tenant_id=tenant,
        number=document_number(unit.session, tenant, SERIES[entry.kind], entry.start.year),
        entity_id=entity_id,
        kind=entry.kind.value,
        household_id=None if home is None else home.id,
        party=entry.party,
        purpose=entry.purpose,
        principal_fen=entry.principal_fen,
        start=entry.start,
        periods=entry.periods,
        method=entry.method.value,
        day_count=entry.day_count.value,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.session.add(LoanRateRow(tenant_id=tenant, loan_id=row.id, since=entry.start, rate=entry.rate))
    unit.session.flush()
    unit.audit("loan.agree", f"loan:{row.id}", kind=row.kind, fen=row.principal_fen)
    return row


def change_rate(unit: Unit, loan_id: int, *, since: date, rate: int) -> LoanRateRow:
    """The yearly rate (1/10000) from a day on."""
    unit.actor.require("调整借款利率", Role.accountant)
    loan = locked(unit, LoanRow, loan_id, "loan")
    if since <= loan.start or not 0 <= rate <= 10_000:
        raise InputError(
            [Fault("rate", "起息日须在放款日后，利率为 0 至 10000", "after the start, and 0 to 10000")]
        )
    row = LoanRateRow(tenant_id=loan.tenant_id, loan_id=loan.id, since=since, rate=rate)
    unit.session.add(row)
    unit.session.flush()
    unit.audit("loan.rate", f"loan:{loan.id}", since=since.isoformat(), rate=rate)
    return row


def pay_out(unit: Unit, loan_id: int) -> LoanRow:
    """A second person approves the loan, and its money moves. Raises SameHandError."""
    unit.actor.require("复核借款", Role.checker)
    loan = locked(unit, LoanRow, loan_id, "loan")
    second_person(unit, WORD, loan.id, loan.maker_id)
    _book, chart = own_book(unit, loan.entity_id)
    voucher = postings.pay_out(
        chart,
        loan_id=loan.id,
        number=loan.number,
        kind=loan.kind,
        party=loan.party,
        day=loan.start,
        fen=loan.principal_fen,
    )
    posted = book_service.post(
        unit, loan.entity_id, voucher, maker_id=loan.maker_id, checker_id=unit.actor.user_id
    )
    done(unit, loan, posted)
    unit.audit("loan.pay_out", f"loan:{loan.id}", voucher=posted.id)
    return loan


def refuse(unit: Unit, loan_id: int, reason: str) -> LoanRow:
    """Sent back by the checker, or dropped by the accountant, before any money moved."""
    unit.actor.require("退回借款", Role.checker, Role.accountant)
    loan = locked(unit, LoanRow, loan_id, "loan")
    refused(unit, loan, reason)
    unit.audit("loan.refuse", f"loan:{loan.id}")
    return loan


def repay(unit: Unit, loan_id: int, *, day: date, fen: int) -> LoanMoveRow:
    """Ask for a repayment: interest up to the day first, then principal. Raises OverpaidError, LoanNotRunningError."""
    loan = _running(unit, loan_id)
    state = standing_of(unit.session, loan, day)
    part = split(
        fen, interest_fen=state.interest_fen, accrued_fen=state.accrued_fen, principal_fen=state.left_fen
    )
    if part.over_fen or fen <= 0:
        raise OverpaidError(loan.number, state.left_fen + state.interest_fen, fen)
    return _move(
        unit,
        loan,
        LoanMoveKind.repay,
        day,
        {
            "interest_fen": part.interest_fen,
            "accrued_fen": part.accrued_fen,
            "principal_fen": part.principal_fen,
        },
    )


def accrue(unit: Unit, loan_id: int, day: date) -> LoanMoveRow:
    """Ask for the interest of a received loan up to a day to be accrued. Raises NoAccrualError, InputError."""
    loan = _running(unit, loan_id)
    _book, chart = own_book(unit, loan.entity_id)
    if loan.kind == LoanKind.lent or not chart.has("interest_payable"):
        raise NoAccrualError(loan.number)
    state = standing_of(unit.session, loan, day)
    fen = state.interest_fen - state.accrued_fen
    if fen <= 0:
        raise InputError(
            [Fault("day", "到该日没有未计提的利息", "no interest is left to accrue up to that day")]
        )
    return _move(unit, loan, LoanMoveKind.accrue, day, {"interest_fen": fen})


def approve_move(unit: Unit, move_id: int) -> LoanMoveRow:
    """A second person approves a repayment or an accrual, and its voucher is posted. Raises SameHandError."""
    unit.actor.require("复核借款", Role.checker)
    row = locked(unit, LoanMoveRow, move_id, "loan move")
    second_person(unit, WORD, row.id, row.maker_id)
    loan = locked(unit, LoanRow, row.loan_id, "loan")
    _book, chart = own_book(unit, loan.entity_id)
    posted = _post(unit, chart, loan, row)
    done(unit, row, posted)
    unit.audit("loan.move.approve", f"loan_move:{row.id}", voucher=posted.id)
    return row


def refuse_move(unit: Unit, move_id: int, reason: str) -> LoanMoveRow:
    """Sent back by the checker, or dropped by the accountant."""
    unit.actor.require("退回借款", Role.checker, Role.accountant)
    row = locked(unit, LoanMoveRow, move_id, "loan move")
    refused(unit, row, reason)
    unit.audit("loan.move.refuse", f"loan_move:{row.id}")
    return row


def _post(unit: Unit, chart: Chart, loan: LoanRow, row: LoanMoveRow) -> VoucherRow:
    if row.kind == LoanMoveKind.accrue:
        voucher = postings.accrue(
            chart,
            loan_id=loan.id,
            move_id=row.id,
            number=loan.number,
            party=loan.party,
            day=row.day,
            fen=row.interest_fen,
        )
    else:
        voucher = postings.repay(
            chart,
            loan_id=loan.id,
            move_id=row.id,
            number=loan.number,
            kind=loan.kind,
            party=loan.party,
            day=row.day,
            interest_fen=row.interest_fen,
            accrued_fen=row.accrued_fen,
            principal_fen=row.principal_fen,
        )
    return book_service.post(
        unit, loan.entity_id, voucher, maker_id=row.maker_id, checker_id=unit.actor.user_id
    )


def _running(unit: Unit, loan_id: int) -> LoanRow:
    """The loan, locked, paid out and with nothing waiting: what is asked next starts from what was approved."""
    unit.actor.require("登记还款", Role.accountant)
    loan = locked(unit, LoanRow, loan_id, "loan")
    state = standing_of(unit.session, loan, unit.today)
    if loan.state != HandState.done or state.void or state.waiting:
        raise LoanNotRunningError(loan.number, loan.state)
    return loan


def _move(unit: Unit, loan: LoanRow, kind: LoanMoveKind, day: date, amounts: dict[str, int]) -> LoanMoveRow:
    last = standing_of(unit.session, loan, day).last_day
    if day < last:
        raise InputError([Fault("day", f"须不早于 {last}", f"not before {last}")])
    row = LoanMoveRow(
        tenant_id=loan.tenant_id,
        loan_id=loan.id,
        kind=kind.value,
        day=day,
        maker_id=unit.actor.user_id,
        **amounts,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("loan.move", f"loan_move:{row.id}", kind=kind.value, **amounts)
    return row
