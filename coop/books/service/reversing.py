"""Take vouchers back: the red-letter twin of a whole voucher, or of one document of a summary voucher."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select

from coop.books.models import DueRow, LineState, PayableRow, PayLineRow
from coop.books.service.errors import PaidVoucherError, SettledDueError
from coop.books.service.posting import post
from coop.kernel.actor import Role
from coop.kernel.unit import Unit
from ledger import journal
from ledger.tables import VoucherRow
from ledger.voucher import Voucher


def reverse(
    unit: Unit, voucher_id: int, *, day: date, reason: str, maker_id: int, period: int | None = None
) -> VoucherRow:
    """Post the red-letter twin of a voucher and void the payables and dues that stood on it.

    The actor checks, `maker_id` is who asked for it: two persons (the ledger refuses one). Raises
    PaidVoucherError where a payable of it is paid or waits in a batch, SettledDueError where a due of it is
    settled in part, and the ledger's errors.
    """
    unit.actor.require("冲销凭证", Role.checker, Role.manager, Role.accountant)
    payables = _locked(unit, voucher_id, PayableRow.voucher_id == voucher_id)
    dues = _unsettled(unit, voucher_id)
    row = journal.reverse(
        unit.session,
        voucher_id,
        day=day,
        reason=reason,
        maker_id=maker_id,
        checker_id=unit.actor.user_id,
        posted_at=unit.now,
        period=period,
    )
    for payable in payables:
        payable.void_id = row.id
    for due in dues:
        due.void_id = row.id
    unit.audit("voucher.reverse", f"voucher:{voucher_id}", reversal=row.id, maker=maker_id)
    return row


def take_back(
    unit: Unit, voucher_id: int, red: Voucher, *, sources: Sequence[str], maker_id: int
) -> VoucherRow:
    """Post `red`, which takes one document of a summary voucher back, and void what that document owes.

    `sources` are the document's payables. The rest of the voucher stands. The actor checks, `maker_id` made the
    document. Raises PaidVoucherError, and the ledger's errors.
    """
    unit.actor.require("冲销凭证", Role.checker, Role.manager, Role.accountant)
    entity_id = unit.session.get_one(VoucherRow, voucher_id).entity_id
    wanted = (PayableRow.voucher_id == voucher_id) & PayableRow.source.in_(sources)
    payables = _locked(unit, voucher_id, wanted)
    row = post(unit, entity_id, red, checker_id=unit.actor.user_id, maker_id=maker_id)
    for payable in payables:
        payable.void_id = row.id
    unit.session.flush()
    return row


def _locked(unit: Unit, voucher_id: int, wanted: ColumnElement[bool]) -> Sequence[PayableRow]:
    """The standing payables, locked; none of them paid or waiting to be."""
    payables = unit.session.scalars(
        select(PayableRow)
        .where(wanted, PayableRow.void_id.is_(None))
        .order_by(PayableRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if held := _held(unit, payables):
        raise PaidVoucherError(voucher_id, held)
    return payables


def _unsettled(unit: Unit, voucher_id: int) -> Sequence[DueRow]:
    """The standing dues of a voucher, locked; none of them settled in part."""
    dues = unit.session.scalars(
        select(DueRow)
        .where(DueRow.voucher_id == voucher_id, DueRow.void_id.is_(None))
        .order_by(DueRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if settled := [due.source for due in dues if due.settled_fen]:
        raise SettledDueError(voucher_id, settled)
    return dues


def _held(unit: Unit, payables: Iterable[PayableRow]) -> list[int]:
    """Those that are paid, or wait in a batch."""
    ids = {payable.id: payable.paid_fen for payable in payables}
    queued = unit.session.scalars(
        select(PayLineRow.payable_id).where(
            PayLineRow.payable_id.in_(ids), PayLineRow.state == LineState.queued.value
        )
    )
    return sorted({*queued, *(key for key, paid in ids.items() if paid)})
