"""Use cases of the delivery: the seller ships, the buyer weighs and accepts, the seller agrees.

The money of it is settlement's.
"""

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
    TraceRow,
)
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.orders import service as orders
from coop.orders.models import LineRow, PartRow
from coop.orders.service import OtherSideError
from coop.procurement import service as procurement
from coop.procurement.queries import stock

SHIPMENTS, CERTIFICATES, ACCEPTANCES = "FH", "HGZ", "YS"  # 发货, 合格证, 验收


def ship(
    unit: Unit,
    part_id: int,
    *,
    day: date,
    vehicle: str,
    certificate_no: str = "",
    grams: Mapping[tuple[int, str], int] | None = None,
) -> ShipmentRow:
    """Send what was collected: per order line and grade one delivery lot, drawn from household lots.

    `grams` by (line, grade) sends less than all, the oldest lots first; None sends all in stock. Without the
    number of a certificate written by hand, the next of the village's own (承诺达标合格证) is issued.
    Raises InputError, NothingToShipError, NotInStockError, procurement's ShortStockError.
    """
    unit.actor.require("发货", Role.manager, Role.clerk)
    part = orders.lock_part(unit, part_id)
    _require_side(unit, part, part.seller_id, "卖方", "seller")
    wanted = _wanted(unit, part, grams)
    faults = _faults(unit, day, vehicle, wanted)
    if faults:
        raise InputError(faults)
    seller = part.seller_id
    row = ShipmentRow(
        buyer_id=part.buyer_id,
        seller_id=seller,
        number=document_number(unit.session, seller, SHIPMENTS, day.year),
        part_id=part.id,
        day=day,
        vehicle=vehicle.strip(),
        certificate_no=certificate_no.strip()
        or document_number(unit.session, seller, CERTIFICATES, day.year),
        grams=sum(wanted.values()),
    )
    unit.session.add(row)
    unit.session.flush()
    sums: dict[int, int] = defaultdict(int)
    for (line_id, grade), amount in sorted(wanted.items()):
        lot = procurement.merge_lots(unit, line_id=line_id, grade=grade, grams=amount, day=day)
        _add_line(unit, row, line_id, lot)
        sums[line_id] += amount
    for line_id, amount in sums.items():
        orders.record_shipped(unit, line_id, amount)
    unit.audit("shipment.send", f"shipment:{row.id}", number=row.number, grams=row.grams, lots=len(wanted))
    return row


def _wanted(
    unit: Unit, part: PartRow, grams: Mapping[tuple[int, str], int] | None
) -> dict[tuple[int, str], int]:
    lines = unit.session.scalars(select(LineRow.id).where(LineRow.part_id == part.id)).all()
    held = {(line.line_id, line.grade): line.grams for line in stock(unit.session, lines)}
    if not held:
        raise rules.NothingToShipError(part.number)
    if grams is None:
        return held
    for line_id, grade in sorted(grams.keys() - held.keys()):
        raise rules.NotInStockError(line_id, grade, grams[line_id, grade])
    return dict(grams)


def _faults(unit: Unit, day: date, vehicle: str, wanted: Mapping[tuple[int, str], int]) -> list[Fault]:
    faults = [
        Fault(f"/grams/{line_id}/{grade}", f"应大于 0，实为 {amount}", f"must be above 0, found {amount}")
        for (line_id, grade), amount in sorted(wanted.items())
        if amount <= 0
    ]
    if not wanted:
        faults.append(Fault("/grams", "至少一行", "one line at least"))
    if not vehicle.strip():
        faults.append(Fault("/vehicle", "须写明车牌号", "the vehicle must be named"))
    if day > unit.today:
        faults.append(
            Fault(
                "/day",
                f"不得晚于今天 {unit.today}，实为 {day}",
                f"must not be after {unit.today}, found {day}",
            )
        )
    return faults


def _add_line(unit: Unit, shipment: ShipmentRow, line_id: int, lot: procurement.MergedLot) -> None:
    sides = {"buyer_id": shipment.buyer_id, "seller_id": shipment.seller_id, "shipment_id": shipment.id}
    line = ShipmentLineRow(
        **sides, line_id=line_id, product=lot.product, grade=lot.grade, lot_code=lot.code, grams=lot.grams
    )
    unit.session.add(line)
    unit.session.flush()
    unit.session.add_all(
        TraceRow(
            **sides,
            shipment_line_id=line.id,
            lot_code=lot.code,
            source_lot=source.lot_code,
            household_code=source.household,
            receipt_number=source.receipt,
            grams=source.grams,
        )
        for source in lot.sources
    )
    unit.session.flush()


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
    part, shipment = _locked(unit, shipment_id)
    _require_side(unit, part, part.buyer_id, "买方", "buyer")
    lines = unit.session.scalars(
        select(ShipmentLineRow).where(ShipmentLineRow.shipment_id == shipment.id).order_by(ShipmentLineRow.id)
    ).all()
    sent = tuple(rules.Sent(line.id, line.lot_code, line.grams) for line in lines)
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
    part, shipment = _locked(unit, row.shipment_id)
    _require_side(unit, part, part.seller_id, "卖方", "seller")
    unit.session.refresh(row, with_for_update=True)
    if row.state == AcceptanceState.agreed:
        return row
    row.state = ACCEPTANCE_MOVES.move(AcceptanceState(row.state), AcceptanceState.agreed).value
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


def _locked(unit: Unit, shipment_id: int) -> tuple[PartRow, ShipmentRow]:
    """The order and the shipment, locked in this order, as everywhere."""
    part_id = unit.session.scalars(
        select(ShipmentRow.part_id).where(ShipmentRow.id == shipment_id)
    ).one_or_none()
    if part_id is None:
        raise NotFoundError("shipment", shipment_id)
    part = orders.lock_part(unit, part_id)
    return part, unit.session.scalars(
        select(ShipmentRow)
        .where(ShipmentRow.id == shipment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _require_side(unit: Unit, part: PartRow, tenant_id: int, side: str, side_en: str) -> None:
    if unit.actor.tenant_id != tenant_id:
        raise OtherSideError(part.number, side, side_en)
