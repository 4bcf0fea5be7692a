"""The enterprise's money: advised by the buyer, received and posted by the seller."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from coop.books import service as books
from coop.kernel.actor import Role
from coop.kernel.errors import ConflictError, Fault, InputError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.parties.queries import entity as find_entity
from coop.settlement import postings, rules
from coop.settlement.models import (
    PAYMENT_MOVES,
    SALE_MOVES,
    PaymentRow,
    PaymentState,
    SaleState,
)
from coop.settlement.service.sides import chart_for, locked_sale, note_paid, require_side

PAYMENTS = "FK"  # 付款


def advise_payment(
    unit: Unit, sale_id: int, *, amount_fen: int, day: date, bank_reference: str
) -> PaymentRow:
    """The enterprise says it has paid so much of a bill; the same bank reference is the same payment.

    What the advance covers is not paid again.

    Raises OverPaymentError above what is open and not advised yet, ConflictError, InputError.
    """
    unit.actor.require("登记付款", Role.enterprise)
    part, sale = locked_sale(unit, sale_id)
    require_side(unit, part, part.buyer_id, "买方", "buyer")
    faults = money_faults(unit, amount_fen, day, bank_reference)
    if faults:
        raise InputError(faults)
    reference = bank_reference.strip()
    known = unit.session.scalars(
        select(PaymentRow).where(PaymentRow.sale_id == sale.id, PaymentRow.bank_reference == reference)
    ).one_or_none()
    if known is not None:
        if (known.amount_fen, known.day) != (amount_fen, day):
            raise ConflictError(
                f"付款 payment {known.number}", f"{known.amount_fen} {known.day}", f"{amount_fen} {day}"
            )
        return known
    advised = unit.session.scalar(
        select(func.sum(PaymentRow.amount_fen)).where(PaymentRow.sale_id == sale.id)
    )
    still_open = sale.amount_fen - sale.set_off_fen - int(advised or 0)
    if amount_fen > still_open:
        raise rules.OverPaymentError(sale.number, still_open, amount_fen)
    row = PaymentRow(
        buyer_id=sale.buyer_id,
        seller_id=sale.seller_id,
        number=document_number(unit.session, sale.buyer_id, PAYMENTS, day.year),
        sale_id=sale.id,
        day=day,
        amount_fen=amount_fen,
        bank_reference=reference,
        received_on=None,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("payment.advise", f"payment:{row.id}", bill=sale.number, amount_fen=amount_fen)
    return row


def money_faults(unit: Unit, amount_fen: int, day: date, bank_reference: str) -> list[Fault]:
    """What is wrong with money that is said to have been sent."""
    faults = []
    if amount_fen <= 0:
        faults.append(
            Fault("/amount_fen", f"应大于 0，实为 {amount_fen}", f"must be above 0, found {amount_fen}")
        )
    if day > unit.today:
        faults.append(
            Fault(
                "/day",
                f"不得晚于今天 {unit.today}，实为 {day}",
                f"must not be after {unit.today}, found {day}",
            )
        )
    if not bank_reference.strip():
        faults.append(Fault("/bank_reference", "须写明银行流水号", "the bank's reference is needed"))
    return faults


def receive_payment(unit: Unit, payment_id: int) -> PaymentRow:
    """The seller's accountant found the money on the bank statement, today: posted, the bill is less open.

    The order is paid when all that left is billed and all bills are paid. Twice is once.
    """
    unit.actor.require("登记收款", Role.accountant)
    sale_id = unit.session.scalars(
        select(PaymentRow.sale_id).where(PaymentRow.id == payment_id)
    ).one_or_none()
    if sale_id is None:
        raise NotFoundError("payment", payment_id)
    part, sale = locked_sale(unit, sale_id)
    require_side(unit, part, part.seller_id, "卖方", "seller")
    row = unit.session.get_one(PaymentRow, payment_id, populate_existing=True)
    if row.state == PaymentState.received:
        return row
    entity = find_entity(unit.session, part.seller_entity)
    voucher = postings.payment(
        chart_for(unit, entity.id),
        payment_id=row.id,
        number=row.number,
        day=unit.today,
        buyer=part.buyer_code,
        amount_fen=row.amount_fen,
    )
    posted = books.post(unit, entity.id, voucher)
    state = PAYMENT_MOVES.move(PaymentState(row.state), PaymentState.received)
    row.state, row.received_on = state.value, unit.today
    with unit.session.no_autoflush:  # the sum and the state are one change (named check)
        sale.paid_fen += row.amount_fen
        if not sale.open_fen:
            sale.state = SALE_MOVES.move(SaleState(sale.state), SaleState.paid).value
    unit.session.flush()
    note_paid(unit, part)
    unit.audit("payment.receive", f"payment:{row.id}", voucher=posted.id, amount_fen=row.amount_fen)
    return row
