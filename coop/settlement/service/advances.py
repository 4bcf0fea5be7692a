"""The enterprise's advance: advised after the terms are accepted, received by the seller, set off by bills."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from coop.books import service as books
from coop.kernel.actor import Role
from coop.kernel.errors import ConflictError, InputError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.orders import service as orders
from coop.orders.models import PartRow
from coop.orders.queries import order
from coop.parties.queries import entity as find_entity
from coop.settlement import postings, rules
from coop.settlement.models import ADVANCE_MOVES, AdvanceRow, PaymentState, SaleRow, SetOffRow
from coop.settlement.service.payments import money_faults
from coop.settlement.service.sides import chart_for, require_side

ADVANCES = "YF"  # 预付


def advise_advance(
    unit: Unit, part_id: int, *, amount_fen: int, day: date, bank_reference: str
) -> AdvanceRow:
    """The enterprise says it has paid so much of an order in advance; the same bank reference is the same advance.

    All advances of an order together are at most its agreed share of the order's value (orders' `most_advance`).
    Raises OverAdvanceError, NoAdvanceNowError, ConflictError, InputError, OtherSideError.
    """
    unit.actor.require("登记预付款", Role.enterprise)
    part = orders.lock_part(unit, part_id)
    require_side(unit, part, part.buyer_id, "买方", "buyer")
    if faults := money_faults(unit, amount_fen, day, bank_reference):
        raise InputError(faults)
    reference = bank_reference.strip()
    known = unit.session.scalars(
        select(AdvanceRow).where(AdvanceRow.part_id == part.id, AdvanceRow.bank_reference == reference)
    ).one_or_none()
    if known is not None:
        if (known.amount_fen, known.day) != (amount_fen, day):
            raise ConflictError(
                f"预付款 advance {known.number}", f"{known.amount_fen} {known.day}", f"{amount_fen} {day}"
            )
        return known
    if not rules.can_advance(part.state):
        raise rules.NoAdvanceNowError(part.number, part.state)
    _require_room(unit, part, amount_fen)
    row = AdvanceRow(
        buyer_id=part.buyer_id,
        seller_id=part.seller_id,
        number=document_number(unit.session, part.buyer_id, ADVANCES, day.year),
        part_id=part.id,
        day=day,
        amount_fen=amount_fen,
        bank_reference=reference,
        received_on=None,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("advance.advise", f"advance:{row.id}", order=part.number, amount_fen=amount_fen)
    return row


def _require_room(unit: Unit, part: PartRow, amount_fen: int) -> None:
    advised = unit.session.scalar(
        select(func.sum(AdvanceRow.amount_fen)).where(AdvanceRow.part_id == part.id)
    )
    room = order(unit.session, part.id).advance_most_fen - int(advised or 0)
    if amount_fen > room:
        raise rules.OverAdvanceError(part.number, room, amount_fen)


def receive_advance(unit: Unit, advance_id: int) -> AdvanceRow:
    """The seller's accountant found the advance on the bank statement, today: it is owed to the buyer from now on.

    The next bill of the order sets it off. Twice is once.
    """
    unit.actor.require("登记预收款", Role.accountant)
    part_id = unit.session.scalars(
        select(AdvanceRow.part_id).where(AdvanceRow.id == advance_id)
    ).one_or_none()
    if part_id is None:
        raise NotFoundError("advance", advance_id)
    part = orders.lock_part(unit, part_id)
    require_side(unit, part, part.seller_id, "卖方", "seller")
    row = unit.session.get_one(AdvanceRow, advance_id, populate_existing=True)
    if row.state == PaymentState.received:
        return row
    entity = find_entity(unit.session, part.seller_entity)
    voucher = postings.advance(
        chart_for(unit, entity.id),
        advance_id=row.id,
        number=row.number,
        day=unit.today,
        buyer=part.buyer_code,
        amount_fen=row.amount_fen,
    )
    posted = books.post(unit, entity.id, voucher)
    with unit.session.no_autoflush:  # the state and the day are one change (named check)
        row.state = ADVANCE_MOVES.move(PaymentState(row.state), PaymentState.received).value
        row.received_on = unit.today
    unit.session.flush()
    unit.audit("advance.receive", f"advance:{row.id}", voucher=posted.id, amount_fen=row.amount_fen)
    return row


def set_off_advances(unit: Unit, sale: SaleRow) -> int:
    """Use what is left of the order's received advances on a new bill, oldest first; returns the fen used.

    Called by `bill`, which holds the lock on the order and posts the fen in the sale's own voucher.
    """
    rows = {
        row.id: row
        for row in unit.session.scalars(
            select(AdvanceRow)
            .where(AdvanceRow.part_id == sale.part_id, AdvanceRow.state == PaymentState.received.value)
            .order_by(AdvanceRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    used = rules.set_off(sale.amount_fen, [(row.id, row.left_fen) for row in rows.values()])
    for item in used:
        rows[item.advance_id].set_off_fen += item.amount_fen
        unit.session.add(
            SetOffRow(
                buyer_id=sale.buyer_id,
                seller_id=sale.seller_id,
                advance_id=item.advance_id,
                sale_id=sale.id,
                amount_fen=item.amount_fen,
            )
        )
    unit.session.flush()
    return sum(item.amount_fen for item in used)
