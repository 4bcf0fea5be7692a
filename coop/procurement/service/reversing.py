"""A wrong ticket is never changed: it is reversed by another person, and weighed anew."""

from __future__ import annotations

from sqlalchemy import select

from coop.books import service as books
from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from coop.orders import service as orders
from coop.parties.models import HouseholdRow
from coop.procurement import postings
from coop.procurement.models import RECEIPT_MOVES, LotRow, ReceiptLineRow, ReceiptRow, ReceiptState
from coop.procurement.postings import Bought
from coop.procurement.service.buying import chart_of_entity, slip_of
from coop.procurement.service.errors import LotUsedError, NoReasonError, OwnTicketError
from coop.splitting import service as splitting
from ledger.tables import VoucherRow


def reverse_receipt(unit: Unit, receipt_id: int, reason: str) -> ReceiptRow:
    """Take a wrong ticket back: red voucher, payable voided, set-off undone, lots emptied, progress taken back.

    A ticket of a sheet takes its own lines of the summary voucher back; the other tickets stand.
    By another person than the clerk; not after the goods have left or the payment is under way. Raises
    OwnTicketError, LotUsedError, NoReasonError, ForbiddenMoveError, PaidVoucherError, the ledger's errors.
    """
    unit.actor.require("冲销收购单", Role.checker)
    part_id = unit.session.scalars(
        select(ReceiptRow.part_id).where(
            ReceiptRow.id == receipt_id, ReceiptRow.tenant_id == unit.actor.tenant_id
        )
    ).one_or_none()
    if part_id is None:
        raise NotFoundError("receipt", receipt_id)
    orders.lock_part(unit, part_id)
    row = unit.session.scalars(
        select(ReceiptRow)
        .where(ReceiptRow.id == receipt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    state = RECEIPT_MOVES.move(ReceiptState(row.state), ReceiptState.reversed)
    if row.clerk_id == unit.actor.user_id:
        raise OwnTicketError(row.number, row.clerk_id)
    if not reason.strip():
        raise NoReasonError
    _void_lots(unit, row)
    twin = _take_back(unit, row, reason.strip())
    books.unsettle_dues(unit, f"receipt:{row.id}")
    splitting.record_delivery(unit, row.allocation_id, -row.total_g)
    orders.record_collected(unit, row.line_id, -row.total_g)
    row.state, row.reversal_id = state.value, twin.id
    row.reversed_by, row.reason = unit.actor.user_id, reason.strip()
    unit.session.flush()
    unit.audit(
        "receipt.reverse", f"receipt:{row.id}", number=row.number, voucher=twin.id, total_fen=-row.total_fen
    )
    return row


def _take_back(unit: Unit, row: ReceiptRow, reason: str) -> VoucherRow:
    if row.voucher_id is None:
        raise NotFoundError("voucher of receipt", row.number)
    if row.sheet_id is None:
        return books.reverse(unit, row.voucher_id, day=unit.today, reason=reason, maker_id=row.clerk_id)
    bought = [
        Bought(line.grade, line.settle_g, line.amount_fen)
        for line in unit.session.scalars(
            select(ReceiptLineRow).where(ReceiptLineRow.receipt_id == row.id).order_by(ReceiptLineRow.number)
        )
    ]
    household = unit.session.get_one(HouseholdRow, row.household_id).number
    red = postings.take_back(
        chart_of_entity(unit, row.entity_id),
        receipt_id=row.id,
        day=unit.today,
        slip=slip_of(row, household, bought),
        reason=reason,
    )
    return books.take_back(unit, row.voucher_id, red, sources=[f"receipt:{row.id}"], maker_id=row.clerk_id)


def _void_lots(unit: Unit, row: ReceiptRow) -> None:
    lots = unit.session.scalars(
        select(LotRow)
        .join(ReceiptLineRow, ReceiptLineRow.lot_id == LotRow.id)
        .where(ReceiptLineRow.receipt_id == row.id)
        .order_by(LotRow.id)
        .with_for_update(of=LotRow)
        .execution_options(populate_existing=True)
    ).all()
    for lot in lots:
        if lot.left_g != lot.quantity:
            raise LotUsedError(row.number, lot.code, lot.quantity, lot.left_g)
        lot.left_g, lot.left_fen, lot.void = 0, 0, True
    unit.session.flush()
