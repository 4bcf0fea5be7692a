"""The seller ships: a lorry with its lots, their trace and its papers, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select

from coop.delivery import rules
from coop.delivery.models import ShipmentLineRow, ShipmentRow, TraceRow
from coop.delivery.service.papers import (
    add_certificate,
    add_quarantine,
    known_quarantine_faults,
    paper_faults,
)
from coop.delivery.service.sides import require_side
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.kernel.units import Unit as BaseUnit
from coop.orders import service as orders
from coop.orders.models import LineRow, PartRow
from coop.procurement import service as procurement
from coop.procurement.queries import stock
from coop.standards.queries import products

SHIPMENTS = "FH"  # 发货


def ship(
    unit: Unit,
    part_id: int,
    *,
    day: date,
    vehicle: str,
    certificate_no: str = "",
    grams: Mapping[tuple[int, str], int] | None = None,
    basis: Collection[rules.Basis] = (rules.Basis.control,),
    origin: str = "",
    contact: str = "",
    quarantine: rules.Quarantine | None = None,
) -> ShipmentRow:
    """Send what was collected: per order line and grade one delivery lot, drawn from household lots.

    `grams` by (line, grade), in base units, sends less than all, the oldest lots first; None sends all in stock.
    A lorry may carry several lines. The certificate (承诺达标合格证) is issued with it, on at least one ground;
    without a number written by hand it gets the village's next. Heads leave only with a quarantine certificate
    for exactly so many. Raises InputError with all faults, NothingToShipError, NotInStockError, procurement's
    ShortStockError.
    """
    unit.actor.require("发货", Role.manager, Role.clerk)
    part = orders.lock_part(unit, part_id)
    require_side(unit, part, part.seller_id, "卖方", "seller")
    wanted, heads = _wanted(unit, part, grams)
    promise = rules.Promise(frozenset(basis), certificate_no, origin, contact)
    faults = [
        *_faults(unit, day, vehicle, wanted),
        *paper_faults(unit, part.seller_id, promise),
        *rules.quarantine_faults(heads, day, quarantine),
        *known_quarantine_faults(unit, part.seller_id, quarantine),
    ]
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
    add_certificate(unit, row, promise, day=day)
    if quarantine is not None:
        add_quarantine(unit, row, quarantine)
    unit.audit("shipment.send", f"shipment:{row.id}", number=row.number, grams=row.grams, lots=len(wanted))
    return row


def _wanted(
    unit: Unit, part: PartRow, grams: Mapping[tuple[int, str], int] | None
) -> tuple[dict[tuple[int, str], int], int]:
    """What is to be loaded by order line and grade, and how many heads are among it."""
    lines = unit.session.scalars(select(LineRow).where(LineRow.part_id == part.id)).all()
    made = products(unit.session)
    units = {line.id: made[line.product].unit for line in lines}
    held = {(line.line_id, line.grade): line.grams for line in stock(unit.session, units)}
    if not held:
        raise rules.NothingToShipError(part.number)
    wanted = held if grams is None else dict(grams)
    for line_id, grade in sorted(wanted.keys() - held.keys()):
        missing = wanted[line_id, grade]
        raise rules.NotInStockError(line_id, grade, missing, units.get(line_id, BaseUnit.gram))
    heads = sum(amount for (line_id, _), amount in wanted.items() if units[line_id] is BaseUnit.head)
    return wanted, heads


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
