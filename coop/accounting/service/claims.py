"""Expense claims: the clerk hands receipts in, the accountant codes or returns them, another person books the bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.accounting.models.claims import (
    ExpenseClaimRow,
    ExpenseKind,
    ExpenseLineRow,
    ExpenseState,
    PaidFrom,
)
from coop.accounting.models.petty import PettyHolderRow
from coop.accounting.postings import claims as postings
from coop.accounting.rules.claims import coding_faults
from coop.accounting.service.subledgers import ShortError, held_fen, locked, own_book, second_person
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.numbering import document_number
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit

SERIES = "BX"  # 报销
WORD = "报账单 expense claim"

MOVES = Transitions(
    WORD,
    {
        (ExpenseState.draft, ExpenseState.submitted),
        (ExpenseState.returned, ExpenseState.submitted),
        (ExpenseState.submitted, ExpenseState.returned),
        (ExpenseState.submitted, ExpenseState.coded),
        (ExpenseState.coded, ExpenseState.coded),
        (ExpenseState.coded, ExpenseState.returned),
        (ExpenseState.coded, ExpenseState.booked),
        (ExpenseState.booked, ExpenseState.returned),
    },
)
OPEN = (ExpenseState.draft, ExpenseState.returned)


class NotYourClaimError(CoopError):
    def __init__(self, number: str, claimant_id: int) -> None:
        super().__init__(
            zh=f"报账单 {number} 由用户 {claimant_id} 填报，只能由本人修改和提交",
            en=f"claim {number} is user {claimant_id}'s; nobody else changes or submits it",
        )


class ClaimNotOpenError(CoopError):
    def __init__(self, number: str, state: str) -> None:
        super().__init__(
            zh=f"报账单 {number} 处于“{state}”，票据只能在草稿或退回后修改",
            en=f"claim {number} is {state}; receipts change in a draft or a returned claim only",
        )


@dataclass(frozen=True, slots=True)
class ReceiptEntry:
    """One receipt as it is typed; `invoice` is empty where the paper has no number."""

    day: date
    purpose: str
    kind: ExpenseKind
    amount_fen: int
    invoice: str = ""


def open_claim(unit: Unit, holder_id: int, title: str) -> ExpenseClaimRow:
    """A new bundle of a post, to which receipts are added."""
    unit.actor.require("填报账单", Role.clerk, Role.accountant)
    holder = locked(unit, PettyHolderRow, holder_id, "post")
    if not title.strip():
        raise InputError([Fault("title", "必填", "required")])
    tenant = unit.actor.tenant_id
    row = ExpenseClaimRow(
        tenant_id=tenant,
        number=document_number(unit.session, tenant, SERIES, unit.today.year),
        entity_id=holder.entity_id,
        holder_id=holder.id,
        title=title,
        opened_on=unit.today,
        claimant_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("expense.open", f"expense:{row.id}", number=row.number)
    return row


def add_receipt(unit: Unit, claim_id: int, entry: ReceiptEntry) -> ExpenseLineRow:
    """One receipt more. Raises InputError with all faults, also for an invoice that was claimed already."""
    unit.actor.require("填报账单", Role.clerk, Role.accountant)
    claim = open_for(unit, claim_id)
    faults = []
    if entry.amount_fen <= 0:
        faults.append(Fault("amount", "金额须大于 0", "the amount must be above 0"))
    if not entry.purpose.strip():
        faults.append(Fault("purpose", "必填", "required"))
    if entry.day > unit.today:
        faults.append(
            Fault("day", f"票据日期晚于今天 {unit.today}", f"the receipt is dated after {unit.today}")
        )
    if entry.invoice and (used := _claimed(unit, entry.invoice)):
        faults.append(
            Fault(
                "invoice",
                f"发票 {entry.invoice} 已在报账单 {used} 中报过",
                f"invoice {entry.invoice} was claimed in {used} already",
            )
        )
    if faults:
        raise InputError(faults)
    row = ExpenseLineRow(
        tenant_id=unit.actor.tenant_id,
        claim_id=claim.id,
        day=entry.day,
        purpose=entry.purpose,
        kind=entry.kind.value,
        amount_fen=entry.amount_fen,
        invoice=entry.invoice,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("expense.receipt", f"expense:{claim.id}", line=row.id, fen=row.amount_fen)
    return row


def remove_receipt(unit: Unit, line_id: int) -> int:
    """Take a receipt out of an open claim; the claim's id."""
    unit.actor.require("填报账单", Role.clerk, Role.accountant)
    line = locked(unit, ExpenseLineRow, line_id, "receipt")
    claim = open_for(unit, line.claim_id)
    unit.session.delete(line)
    unit.session.flush()
    unit.audit("expense.drop", f"expense:{claim.id}", line=line_id, fen=line.amount_fen)
    return claim.id


def submit(unit: Unit, claim_id: int) -> ExpenseClaimRow:
    """Hand the bundle to the accountant, for the first time or again."""
    unit.actor.require("提交报账单", Role.clerk, Role.accountant)
    claim = open_for(unit, claim_id)
    if not lines_of(unit, claim):
        raise InputError([Fault("lines", "至少一张票据", "one receipt at least")])
    claim.state = MOVES.move(ExpenseState(claim.state), ExpenseState.submitted).value
    claim.reason = ""
    unit.audit("expense.submit", f"expense:{claim.id}")
    return claim


def send_back(unit: Unit, claim_id: int, reason: str) -> ExpenseClaimRow:
    """The accountant, or the checker, returns a bundle with a reason."""
    unit.actor.require("退回报账单", Role.accountant, Role.checker)
    claim = locked(unit, ExpenseClaimRow, claim_id, "expense claim")
    if ExpenseState(claim.state) is ExpenseState.booked:  # a booked one goes through take_back
        raise ClaimNotOpenError(claim.number, claim.state)
    if not reason.strip():
        raise InputError([Fault("reason", "须写明理由", "a reason is needed")])
    claim.state = MOVES.move(ExpenseState(claim.state), ExpenseState.returned).value
    claim.reason = reason
    unit.audit("expense.return", f"expense:{claim.id}")
    return claim


def code(
    unit: Unit, claim_id: int, accounts: Mapping[int, str], *, paid_from: PaidFrom, day: date
) -> ExpenseClaimRow:
    """The accountant gives each receipt its account and says what paid. Raises InputError with all faults."""
    unit.actor.require("编码报账单", Role.accountant)
    claim = locked(unit, ExpenseClaimRow, claim_id, "expense claim")
    state = MOVES.move(ExpenseState(claim.state), ExpenseState.coded)
    _book, chart = own_book(unit, claim.entity_id)
    lines = lines_of(unit, claim)
    faults = [
        fault
        for line in lines
        for fault in coding_faults(chart, f"account-{line.id}", accounts.get(line.id, ""))
    ]
    if faults:
        raise InputError(faults)
    for line in lines:
        line.account = accounts[line.id]
    claim.state, claim.coder_id = state.value, unit.actor.user_id
    claim.paid_from, claim.booked_on = paid_from.value, day
    _require_purse(unit, claim, lines)
    unit.audit("expense.code", f"expense:{claim.id}", paid_from=paid_from.value)
    return claim


def book(unit: Unit, claim_id: int) -> ExpenseClaimRow:
    """Another person than claimant and accountant books the bundle as one voucher. Raises SameHandError, ShortError."""
    unit.actor.require("复核报账单", Role.checker)
    claim = locked(unit, ExpenseClaimRow, claim_id, "expense claim")
    state = MOVES.move(ExpenseState(claim.state), ExpenseState.booked)
    second_person(unit, WORD, claim.id, claim.claimant_id, claim.coder_id)
    _ledger, chart = own_book(unit, claim.entity_id)
    lines, holder = lines_of(unit, claim), unit.session.get_one(PettyHolderRow, claim.holder_id)
    _require_purse(unit, claim, lines)
    assert claim.booked_on is not None
    voucher = postings.claim(
        chart,
        source=f"expense:{claim.id}:{claim.round}",
        number=claim.number,
        day=claim.booked_on,
        receipts=[postings.Receipt(line.account, line.kind, line.amount_fen) for line in lines],
        paid_from=claim.paid_from,
        post=holder.code,
    )
    posted = book_service.post(
        unit, claim.entity_id, voucher, maker_id=claim.coder_id, checker_id=unit.actor.user_id
    )
    with unit.session.no_autoflush:  # one change (named checks)
        claim.voucher_id, claim.checker_id, claim.state = posted.id, unit.actor.user_id, state.value
    unit.session.flush()
    unit.audit("expense.book", f"expense:{claim.id}", voucher=posted.id)
    return claim


def take_back(unit: Unit, claim_id: int, *, day: date, reason: str) -> ExpenseClaimRow:
    """Reverse a booked claim in red letters; it is returned to its claimant and may be booked anew."""
    unit.actor.require("冲销报账单", Role.checker)
    claim = locked(unit, ExpenseClaimRow, claim_id, "expense claim")
    if claim.voucher_id is None or claim.coder_id is None:
        raise ClaimNotOpenError(claim.number, claim.state)
    second_person(unit, WORD, claim.id, claim.claimant_id, claim.coder_id)
    if not reason.strip():
        raise InputError([Fault("reason", "须写明理由", "a reason is needed")])
    book_service.reverse(unit, claim.voucher_id, day=day, reason=reason, maker_id=claim.coder_id)
    with unit.session.no_autoflush:
        claim.voucher_id, claim.reason, claim.round = None, reason, claim.round + 1
        claim.state = MOVES.move(ExpenseState(claim.state), ExpenseState.returned).value
    unit.session.flush()
    unit.audit("expense.take_back", f"expense:{claim.id}")
    return claim


def lines_of(unit: Unit, claim: ExpenseClaimRow) -> list[ExpenseLineRow]:
    """The receipts of a claim, by day."""
    query = select(ExpenseLineRow).where(
        ExpenseLineRow.tenant_id == claim.tenant_id, ExpenseLineRow.claim_id == claim.id
    )
    return list(unit.session.scalars(query.order_by(ExpenseLineRow.day, ExpenseLineRow.id)))


def open_for(unit: Unit, claim_id: int) -> ExpenseClaimRow:
    """The caller's own claim, locked, while it is open. Raises NotYourClaimError, ClaimNotOpenError."""
    claim = locked(unit, ExpenseClaimRow, claim_id, "expense claim")
    if claim.claimant_id != unit.actor.user_id:
        raise NotYourClaimError(claim.number, claim.claimant_id)
    if ExpenseState(claim.state) not in OPEN:
        raise ClaimNotOpenError(claim.number, claim.state)
    return claim


def _claimed(unit: Unit, invoice: str) -> str:
    """The number of the claim that has this invoice, if any."""
    query = (
        select(ExpenseClaimRow.number)
        .join(ExpenseLineRow, ExpenseLineRow.claim_id == ExpenseClaimRow.id)
        .where(ExpenseLineRow.tenant_id == unit.actor.tenant_id, ExpenseLineRow.invoice == invoice)
    )
    return unit.session.scalars(query).first() or ""


def _require_purse(unit: Unit, claim: ExpenseClaimRow, lines: list[ExpenseLineRow]) -> None:
    """Petty cash cannot pay more than the post holds."""
    if claim.paid_from != PaidFrom.petty:
        return
    ledger, chart = own_book(unit, claim.entity_id)
    holder = unit.session.get_one(PettyHolderRow, claim.holder_id)
    account = chart.path("petty_cash", holder.code)
    held, asked = held_fen(unit, ledger, account), sum(line.amount_fen for line in lines)
    if held < asked:
        raise ShortError(account, held, asked)
