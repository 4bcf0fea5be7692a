"""Reads of the delivery, ready to render for both sides: shipments with acceptance, certificate and trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.delivery.models import (
    AcceptanceLineRow,
    AcceptanceRow,
    AcceptanceState,
    ShipmentLineRow,
    ShipmentRow,
    ShipmentState,
    TraceRow,
)
from coop.kernel.errors import NotFoundError
from coop.orders.models import PartRow
from coop.standards.queries import Product, products

SHIPMENT_TEXTS = {
    ShipmentState.sent: ("已发出，待验收", "sent, to be accepted"),
    ShipmentState.taken: ("已验收，待确认", "weighed, to be agreed"),
    ShipmentState.closed: ("已确认", "agreed"),
}
# 承诺达标合格证, 样式一: what the producer declares (农业农村部令2025年第4号).
PROMISE = "未使用禁用农药、兽药及其他化合物；使用的常规农药、兽药残留不超标。"
PROMISE_EN = (
    "No banned pesticide, veterinary drug or other compound was used; residues are within the limits."
)


@dataclass(frozen=True, slots=True)
class TraceLine:
    """Grams of a lot that come from a ticket of a household. Codes only: this is what the buyer sees."""

    lot_code: str
    source_lot: str
    household_code: str
    receipt_number: str
    grams: int


@dataclass(frozen=True, slots=True)
class ShipmentLine:
    """A lot on the lorry, and what became of it. `accepted_g` is None until the buyer has weighed it."""

    shipment_line_id: int
    line_id: int
    product: str
    product_name: str
    product_name_en: str
    grade: str
    grade_name: str
    grade_name_en: str
    lot_code: str
    grams: int
    accepted_g: int | None
    claim_g: int
    reason: str
    trace: tuple[TraceLine, ...]

    @property
    def households(self) -> int:
        return len({line.household_code for line in self.trace})


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The buyer's answer to a shipment."""

    acceptance_id: int
    number: str
    day: date
    state: str
    note: str
    grams: int
    claim_g: int

    @property
    def agreed(self) -> bool:
        return self.state == AcceptanceState.agreed


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment as its page shows it to either side."""

    shipment_id: int
    number: str
    part_id: int
    order: str
    buyer_id: int
    buyer_name: str
    seller_id: int
    seller_entity: str
    seller_name: str
    place: str
    day: date
    vehicle: str
    certificate_no: str
    state: str
    state_text: str
    state_text_en: str
    grams: int
    lines: tuple[ShipmentLine, ...]
    acceptance: Acceptance | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """The promise that goes with a shipment (承诺达标合格证), a line a product."""

    number: str
    producer: str
    origin: str
    day: date
    promise: str
    promise_en: str
    goods: tuple[tuple[str, str, int], ...]  # (name, English name, grams)
    lots: tuple[str, ...]


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


def certificate(session: Session, shipment_id: int) -> Certificate:
    """The certificate of a shipment. Raises NotFoundError."""
    found = shipment(session, shipment_id)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for line in found.lines:
        sums[line.product_name, line.product_name_en] += line.grams
    return Certificate(
        number=found.certificate_no,
        producer=found.seller_name,
        origin=found.seller_name,
        day=found.day,
        promise=PROMISE,
        promise_en=PROMISE_EN,
        goods=tuple((name, name_en, grams) for (name, name_en), grams in sorted(sums.items())),
        lots=tuple(line.lot_code for line in found.lines),
    )


def trace(session: Session, lot_code: str) -> tuple[TraceLine, ...]:
    """Where a delivery lot comes from, by household and ticket. Raises NotFoundError."""
    rows = session.scalars(
        select(TraceRow).where(TraceRow.lot_code == lot_code).order_by(TraceRow.household_code, TraceRow.id)
    ).all()
    if not rows:
        raise NotFoundError("lot", lot_code)
    return tuple(_trace_line(row) for row in rows)


def _shipments(session: Session, rows: Sequence[tuple[ShipmentRow, PartRow]]) -> tuple[Shipment, ...]:
    ids = [row.id for row, _ in rows]
    lines: dict[int, list[ShipmentLineRow]] = defaultdict(list)
    for line in session.scalars(
        select(ShipmentLineRow).where(ShipmentLineRow.shipment_id.in_(ids)).order_by(ShipmentLineRow.id)
    ):
        lines[line.shipment_id].append(line)
    traces: dict[int, list[TraceLine]] = defaultdict(list)
    for row in session.scalars(select(TraceRow).where(TraceRow.shipment_id.in_(ids)).order_by(TraceRow.id)):
        traces[row.shipment_line_id].append(_trace_line(row))
    answers = {
        row.shipment_id: row
        for row in session.scalars(select(AcceptanceRow).where(AcceptanceRow.shipment_id.in_(ids)))
    }
    accepted = {
        row.shipment_line_id: row
        for row in session.scalars(
            select(AcceptanceLineRow).where(
                AcceptanceLineRow.acceptance_id.in_([row.id for row in answers.values()])
            )
        )
    }
    made = products(session)
    return tuple(
        _shipment(
            row,
            part,
            tuple(
                _line(line, made[line.product], accepted.get(line.id), tuple(traces[line.id]))
                for line in lines[row.id]
            ),
            answers.get(row.id),
        )
        for row, part in rows
    )


def _shipment(
    row: ShipmentRow, part: PartRow, lines: tuple[ShipmentLine, ...], answer: AcceptanceRow | None
) -> Shipment:
    text, text_en = SHIPMENT_TEXTS[ShipmentState(row.state)]
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
        certificate_no=row.certificate_no,
        state=row.state,
        state_text=text,
        state_text_en=text_en,
        grams=row.grams,
        lines=lines,
        acceptance=None if answer is None else _acceptance(answer, lines),
    )


def _acceptance(row: AcceptanceRow, lines: tuple[ShipmentLine, ...]) -> Acceptance:
    return Acceptance(
        acceptance_id=row.id,
        number=row.number,
        day=row.day,
        state=row.state,
        note=row.note,
        grams=sum(line.accepted_g or 0 for line in lines),
        claim_g=sum(line.claim_g for line in lines),
    )


def _line(
    row: ShipmentLineRow, made: Product, answer: AcceptanceLineRow | None, traces: tuple[TraceLine, ...]
) -> ShipmentLine:
    grade = made.grade(row.grade)
    return ShipmentLine(
        shipment_line_id=row.id,
        line_id=row.line_id,
        product=row.product,
        product_name=made.name,
        product_name_en=made.name_en,
        grade=row.grade,
        grade_name=grade.name,
        grade_name_en=grade.name_en,
        lot_code=row.lot_code,
        grams=row.grams,
        accepted_g=None if answer is None else answer.grams,
        claim_g=0 if answer is None else answer.claim_g,
        reason="" if answer is None else answer.reason,
        trace=traces,
    )


def _trace_line(row: TraceRow) -> TraceLine:
    return TraceLine(row.lot_code, row.source_lot, row.household_code, row.receipt_number, row.grams)
