"""Reads of the delivery; both sides use them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.delivery.models import (
    AcceptanceLineRow,
    AcceptanceRow,
    QuarantineRow,
    ShipmentLineRow,
    ShipmentRow,
    ShipmentState,
    TraceRow,
)
from coop.delivery.queries.papers import certificates
from coop.delivery.queries.values import (
    SHIPMENT_TEXTS,
    Acceptance,
    Certificate,
    QuarantinePaper,
    Shipment,
    ShipmentLine,
    TraceLine,
    total,
)
from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit
from coop.orders.models import OrderGradeRow, PartRow
from coop.standards.queries import Product, products
from coop.standards.rules import line_amount, paid_price


def shipments(
    session: Session, *, part_id: int | None = None, states: Sequence[ShipmentState] = ()
) -> tuple[Shipment, ...]:
    """Shipments in sight, newest first: of an order, in these states; all where nothing is given."""
    query = (
        select(ShipmentRow, PartRow)
        .join(PartRow, PartRow.id == ShipmentRow.part_id)
        .order_by(ShipmentRow.day.desc(), ShipmentRow.id.desc())
    )
    if part_id is not None:
        query = query.where(ShipmentRow.part_id == part_id)
    if states:
        query = query.where(ShipmentRow.state.in_([state.value for state in states]))
    return _shipments(session, [(row, part) for row, part in session.execute(query)])


def shipment(session: Session, shipment_id: int) -> Shipment:
    """One shipment. Raises NotFoundError, also to third parties."""
    query = select(ShipmentRow, PartRow).join(PartRow, PartRow.id == ShipmentRow.part_id)
    found = session.execute(query.where(ShipmentRow.id == shipment_id)).one_or_none()
    if found is None:
        raise NotFoundError("shipment", shipment_id)
    return _shipments(session, [(found[0], found[1])])[0]


def shipment_of_acceptance(session: Session, acceptance_id: int) -> Shipment:
    """The shipment an acceptance speaks of. Raises NotFoundError."""
    row = session.scalars(select(AcceptanceRow).where(AcceptanceRow.id == acceptance_id)).one_or_none()
    if row is None:
        raise NotFoundError("acceptance", acceptance_id)
    return shipment(session, row.shipment_id)


def certificate_of(session: Session, shipment_id: int) -> Certificate:
    """The certificate that counts for a shipment: the valid one, or the last that was voided."""
    found = shipment(session, shipment_id).certificates
    if not found:
        raise NotFoundError("certificate of shipment", shipment_id)
    return next((paper for paper in found if paper.valid), found[-1])


def trace(session: Session, lot_code: str) -> tuple[TraceLine, ...]:
    """Where a delivery lot comes from, by household and ticket. Raises NotFoundError."""
    rows = session.scalars(
        select(TraceRow).where(TraceRow.lot_code == lot_code).order_by(TraceRow.household_code, TraceRow.id)
    ).all()
    if not rows:
        raise NotFoundError("lot", lot_code)
    product = session.scalars(
        select(ShipmentLineRow.product).where(ShipmentLineRow.id == rows[0].shipment_line_id)
    ).one()
    return tuple(_trace_line(row, products(session)[product].unit) for row in rows)


def _shipments(session: Session, rows: Sequence[tuple[ShipmentRow, PartRow]]) -> tuple[Shipment, ...]:
    ids, made = [row.id for row, _ in rows], products(session)
    answers = {
        row.shipment_id: row
        for row in session.scalars(select(AcceptanceRow).where(AcceptanceRow.shipment_id.in_(ids)))
    }
    lines = _lines(session, ids, [row.id for row in answers.values()], made)
    papers = certificates(session, ids, made)
    quarantines = {
        row.shipment_id: QuarantinePaper(row.number, row.day, row.heads)
        for row in session.scalars(select(QuarantineRow).where(QuarantineRow.shipment_id.in_(ids)))
    }
    return tuple(
        _shipment(
            row,
            part,
            tuple(lines[row.id]),
            answers.get(row.id),
            papers=tuple(papers[row.id]),
            quarantine=quarantines.get(row.id),
        )
        for row, part in rows
    )


def _lines(
    session: Session, ids: Sequence[int], acceptances: Sequence[int], made: dict[str, Product]
) -> dict[int, list[ShipmentLine]]:
    """The lots of these shipments, with trace, price and the buyer's answer."""
    rows = session.scalars(
        select(ShipmentLineRow).where(ShipmentLineRow.shipment_id.in_(ids)).order_by(ShipmentLineRow.id)
    ).all()
    units = {row.id: made[row.product].unit for row in rows}
    traces: dict[int, list[TraceLine]] = defaultdict(list)
    for row in session.scalars(select(TraceRow).where(TraceRow.shipment_id.in_(ids)).order_by(TraceRow.id)):
        traces[row.shipment_line_id].append(_trace_line(row, units[row.shipment_line_id]))
    accepted = {
        row.shipment_line_id: row
        for row in session.scalars(
            select(AcceptanceLineRow).where(AcceptanceLineRow.acceptance_id.in_(acceptances))
        )
    }
    prices = {
        (row.line_id, row.grade): paid_price(row.price, row.floor)
        for row in session.scalars(
            select(OrderGradeRow).where(OrderGradeRow.line_id.in_({line.line_id for line in rows}))
        )
    }
    found: dict[int, list[ShipmentLine]] = defaultdict(list)
    for line in rows:
        found[line.shipment_id].append(
            _line(
                line,
                made[line.product],
                accepted.get(line.id),
                tuple(traces[line.id]),
                price=prices[line.line_id, line.grade],
            )
        )
    return found


def _shipment(
    row: ShipmentRow,
    part: PartRow,
    lines: tuple[ShipmentLine, ...],
    answer: AcceptanceRow | None,
    *,
    papers: tuple[Certificate, ...],
    quarantine: QuarantinePaper | None,
) -> Shipment:
    text, text_en = SHIPMENT_TEXTS[ShipmentState(row.state)]
    sent = [(line.unit, line.grams) for line in lines]
    return Shipment(
        shipment_id=row.id,
        number=row.number,
        part_id=row.part_id,
        order=part.number,
        buyer_id=row.buyer_id,
        buyer_name=part.buyer_name,
        seller_id=row.seller_id,
        seller_entity=part.seller_entity,
        seller_name=part.seller_name,
        place=part.place,
        day=row.day,
        vehicle=row.vehicle,
        certificate_no=next((paper.number for paper in papers if paper.valid), ""),
        state=row.state,
        state_text=text,
        state_text_en=text_en,
        grams=total(sent, Unit.gram),
        heads=total(sent, Unit.head),
        lines=lines,
        acceptance=None if answer is None else _acceptance(answer, lines),
        certificates=papers,
        quarantine=quarantine,
    )


def _acceptance(row: AcceptanceRow, lines: tuple[ShipmentLine, ...]) -> Acceptance:
    taken = [(line.unit, line.accepted_g or 0) for line in lines]
    claimed = [(line.unit, line.claim_g) for line in lines]
    return Acceptance(
        acceptance_id=row.id,
        number=row.number,
        day=row.day,
        state=row.state,
        note=row.note,
        agreed_on=row.agreed_on,
        grams=total(taken, Unit.gram),
        heads=total(taken, Unit.head),
        claim_g=total(claimed, Unit.gram),
        claim_heads=total(claimed, Unit.head),
        claim_fen=sum(line.claim_fen for line in lines),
    )


def _line(
    row: ShipmentLineRow,
    made: Product,
    answer: AcceptanceLineRow | None,
    traces: tuple[TraceLine, ...],
    *,
    price: int,
) -> ShipmentLine:
    grade = made.grade(row.grade)
    claim = 0
    if answer is not None:
        accepted = line_amount(answer.grams, price, made.unit)
        claim = line_amount(row.grams, price, made.unit) - accepted
    return ShipmentLine(
        shipment_line_id=row.id,
        line_id=row.line_id,
        product=row.product,
        product_name=made.name,
        product_name_en=made.name_en,
        unit=made.unit,
        grade=row.grade,
        grade_name=grade.name,
        grade_name_en=grade.name_en,
        lot_code=row.lot_code,
        grams=row.grams,
        accepted_g=None if answer is None else answer.grams,
        claim_g=0 if answer is None else answer.claim_g,
        price=price,
        claim_fen=claim,
        reason="" if answer is None else answer.reason,
        trace=traces,
    )


def _trace_line(row: TraceRow, unit: Unit) -> TraceLine:
    return TraceLine(row.lot_code, row.source_lot, row.household_code, row.receipt_number, row.grams, unit)
