"""The scale: a ticket with its voucher, its payable and its lots in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from coop.kernel.actor import Role
from coop.kernel.unit import Unit
from coop.procurement.models import ReceiptRow, ScaleRow
from coop.procurement.rules import WeighEntry
from coop.procurement.service.buying import buy
from coop.procurement.service.cases import load, reckon, sellers
from coop.procurement.service.errors import TicketKeyError
from coop.splitting import service as splitting


def register_scale(unit: Unit, code: str, name: str, calibrated_until: date) -> ScaleRow:
    """Enter a scale, or a new calibration of one that is known."""
    unit.actor.require("登记磅秤", Role.manager, Role.clerk)
    # The village's own: whoever holds a mandate reads other villages' scales of the same code too.
    own = select(ScaleRow).where(ScaleRow.tenant_id == unit.actor.tenant_id, ScaleRow.code == code)
    row = unit.session.scalars(own.with_for_update()).one_or_none()
    if row is None:
        row = ScaleRow(
            tenant_id=unit.actor.tenant_id, code=code, name=name, calibrated_until=calibrated_until
        )
        unit.session.add(row)
    row.name, row.calibrated_until = name, calibrated_until
    unit.session.flush()
    unit.audit("scale.register", f"scale:{row.id}", code=code, until=calibrated_until.isoformat())
    return row


def weigh(unit: Unit, entry: WeighEntry) -> ReceiptRow:
    """Buy what lies on the scale: a ticket, its voucher, what is owed for it, one lot a grade, or nothing.

    Price per grade: the village's approved price of the day, never below its floor or the order's. The fee and
    the set-off of the day's terms come off what is owed. The same client key with the same content gives the
    ticket there is. Raises InputError with all faults of the figures, NotThatDayError, TicketKeyError,
    BlockedError, standards' TooMoistError and NoPriceError, splitting's and orders' errors above the tolerance,
    and the ledger's.
    """
    unit.actor.require("开收购单", Role.clerk)
    shares = splitting.lock_shares(unit, [entry.allocation_id])
    known = known_tickets(unit, [entry.client_key]).get(entry.client_key)
    if known is not None:
        if known.digest != entry.digest():
            raise TicketKeyError(entry.client_key, known.number)
        return known
    [seller] = sellers(unit, shares).values()
    case = load(unit, shares, seller=seller, scale=entry.scale, day=entry.day)
    [row] = buy(unit, case, [reckon(unit, case, entry)])
    unit.audit(
        "receipt.post",
        f"receipt:{row.id}",
        number=row.number,
        total_g=row.total_g,
        total_fen=row.total_fen,
        fee_fen=row.fee_fen,
        set_off_fen=row.set_off_fen,
    )
    return row


def known_tickets(unit: Unit, keys: Sequence[str]) -> dict[str, ReceiptRow]:
    """The tickets there are already under these client keys."""
    rows = unit.session.scalars(
        select(ReceiptRow).where(
            ReceiptRow.tenant_id == unit.actor.tenant_id, ReceiptRow.client_key.in_(keys)
        )
    )
    return {row.client_key: row for row in rows}
