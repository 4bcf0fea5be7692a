"""The buyer weighs what arrived; the seller agrees with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select

from coop.delivery import rules
from coop.delivery.models import (
    ACCEPTANCE_MOVES,
    SHIPMENT_MOVES,
    AcceptanceLineRow,
    AcceptanceRow,
    AcceptanceState,
    ShipmentLineRow,
    ShipmentRow,
    ShipmentState,
)
from coop.delivery.service.sides import locked, require_side
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.orders import service as orders
from coop.standards.queries import products

ACCEPTANCES = "YS"  # 验收


def take(
    unit: Unit,
    shipment_id: int,
    grams: Mapping[int, int],
    *,
    day: date,
    reasons: Mapping[int, str] | None = None,
    note: str = "",
) -> AcceptanceRow:
    """The buyer's scale: what of each shipment line is accepted; what is short is a claim and needs a reason.

    The same answer again gives the acceptance there is; another one raises ForbiddenMoveError. Raises
    InputError with all faults.
    """
    unit.actor.require("验收", Role.enterprise)
    part, shipment = locked(unit, shipment_id)
    require_side(unit, part, part.buyer_id, "买方", "buyer")
    lines = unit.session.scalars(
        select(ShipmentLineRow).where(ShipmentLineRow.shipment_id == shipment.id).order_by(ShipmentLineRow.id)
    ).all()
    made = products(unit.session)
    sent = tuple(rules.Sent(line.id, line.lot_code, line.grams, made[line.product].unit) for line in lines)
    taken = rules.answer(sent, grams, reasons or {})
    known = _known(unit, shipment.id, day, taken)
    if known is not None:
        return known
    _require_day(shipment.day, day, unit.today)
    shipment.state = SHIPMENT_MOVES.move(ShipmentState(shipment.state), ShipmentState.taken).value
    row = _add_acceptance(unit, shipment, taken, day=day, note=note)
    claimed = sum(line.claim_g for line in taken)
    unit.audit("acceptance.note", f"acceptance:{row.id}", shipment=shipment.number, claim_g=claimed)
    return row


def _require_day(first: date, day: date, last: date) -> None:
    if not first <= day <= last:
        zh = f"应在发货日 {first} 与今天 {last} 之间，实为 {day}"
        raise InputError([Fault("/day", zh, f"expected {first} to {last}, found {day}")])


def _add_acceptance(
    unit: Unit, shipment: ShipmentRow, taken: Iterable[rules.Taken], *, day: date, note: str
) -> AcceptanceRow:
    sides = {"buyer_id": shipment.buyer_id, "seller_id": shipment.seller_id}
    row = AcceptanceRow(
        **sides,
        number=document_number(unit.session, shipment.buyer_id, ACCEPTANCES, day.year),
        shipment_id=shipment.id,
        day=day,
        note=note.strip(),
        agreed_on=None,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.session.add_all(
        AcceptanceLineRow(
            **sides,
            acceptance_id=row.id,
            shipment_line_id=line.shipment_line_id,
            grams=line.grams,
            claim_g=line.claim_g,
            reason=line.reason,
        )
        for line in taken
    )
    unit.session.flush()
    return row


def _known(unit: Unit, shipment_id: int, day: date, taken: Iterable[rules.Taken]) -> AcceptanceRow | None:
    """The acceptance that says exactly this already."""
    row = unit.session.scalars(
        select(AcceptanceRow).where(AcceptanceRow.shipment_id == shipment_id)
    ).one_or_none()
    if row is None or row.day != day:
        return None
    lines = unit.session.scalars(select(AcceptanceLineRow).where(AcceptanceLineRow.acceptance_id == row.id))
    said = {rules.Taken(line.shipment_line_id, line.grams, line.claim_g, line.reason) for line in lines}
    return row if said == set(taken) else None


def agree(unit: Unit, acceptance_id: int) -> AcceptanceRow:
    """The seller agrees with what the buyer weighed: the order's progress moves, and settlement may bill.

    Agreeing twice is agreeing once.
    """
    unit.actor.require("确认验收", Role.manager)
    row = unit.session.scalars(select(AcceptanceRow).where(AcceptanceRow.id == acceptance_id)).one_or_none()
    if row is None:
        raise NotFoundError("acceptance", acceptance_id)
    part, shipment = locked(unit, row.shipment_id)
    require_side(unit, part, part.seller_id, "卖方", "seller")
    unit.session.refresh(row, with_for_update=True)
    if row.state == AcceptanceState.agreed:
        return row
    row.state = ACCEPTANCE_MOVES.move(AcceptanceState(row.state), AcceptanceState.agreed).value
    row.agreed_on = unit.today
    shipment.state = SHIPMENT_MOVES.move(ShipmentState(shipment.state), ShipmentState.closed).value
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    pairs = unit.session.execute(
        select(AcceptanceLineRow, ShipmentLineRow.line_id)
        .join(ShipmentLineRow, ShipmentLineRow.id == AcceptanceLineRow.shipment_line_id)
        .where(AcceptanceLineRow.acceptance_id == row.id)
    )
    for line, line_id in pairs:
        sums[line_id][0] += line.grams
        sums[line_id][1] += line.claim_g
    for line_id, (accepted, missing) in sorted(sums.items()):
        orders.record_taken(unit, line_id, accepted, missing=missing)
    unit.session.flush()
    unit.audit("acceptance.agree", f"acceptance:{row.id}", shipment=shipment.number)
    return row
