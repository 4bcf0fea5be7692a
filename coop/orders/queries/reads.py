"""Reads of the orders; both sides use them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from coop.kernel.errors import NotFoundError
from coop.orders.models import EventRow, LineRow, OrderGradeRow, PartRow, SellerRow
from coop.orders.queries.values import (
    REFUSED,
    STATE_TEXTS,
    STEPS,
    GradePrice,
    Order,
    OrderLine,
    OrderPage,
    Seller,
    Side,
    Step,
)
from coop.orders.rules import GradeEntry, LineEntry, OrderEntry, PartState
from coop.standards.queries import Product, products


def sellers(session: Session, day: date) -> tuple[Seller, ...]:
    """The directory of sellers on a day: what a buyer chooses from."""
    rows = session.scalars(
        select(SellerRow)
        .where(SellerRow.since <= day, or_(SellerRow.until.is_(None), SellerRow.until > day))
        .order_by(SellerRow.entity)
    )
    return tuple(Seller(row.entity, row.name, row.name_en, row.since) for row in rows)


def orders(
    session: Session, tenant_id: int, *, side: Side | None = None, states: Sequence[PartState] = ()
) -> tuple[Order, ...]:
    """The parts the tenant buys or sells (or either), newest first; `states` keeps only these."""
    mine = {"buyer": PartRow.buyer_id == tenant_id, "seller": PartRow.seller_id == tenant_id}
    statement = (
        select(PartRow)
        .where(mine[side] if side else mine["buyer"] | mine["seller"])
        .order_by(PartRow.day.desc(), PartRow.id.desc())
        .options(selectinload(PartRow.lines).selectinload(LineRow.grades))
    )
    if states:
        statement = statement.where(PartRow.state.in_([state.value for state in states]))
    made = products(session)
    return tuple(_order(row, made) for row in session.scalars(statement))


def order(session: Session, part_id: int) -> Order:
    """One part, or NotFoundError where it is not visible."""
    return _order(_part(session, part_id), products(session))


def order_line(session: Session, line_id: int) -> OrderLine:
    row = session.scalars(
        select(LineRow).where(LineRow.id == line_id).options(selectinload(LineRow.grades))
    ).one_or_none()
    if row is None:
        raise NotFoundError("order line", line_id)
    return _line(row, products(session)[row.product])


def order_page(session: Session, part_id: int) -> OrderPage:
    """What the order's page shows to either side."""
    row = _part(session, part_id)
    events = session.scalars(
        select(EventRow).where(EventRow.part_id == part_id).order_by(EventRow.number)
    ).all()
    trail = tuple(_event(event) for event in events)
    return OrderPage(_order(row, products(session)), _steps(row, events), trail)


def terms_of(session: Session, part: PartRow) -> OrderEntry:
    """The terms as they stand in the rows: what the digest is made of."""
    lines = session.scalars(select(LineRow).where(LineRow.part_id == part.id).order_by(LineRow.number)).all()
    grades = session.scalars(
        select(OrderGradeRow).where(OrderGradeRow.line_id.in_([line.id for line in lines]))
    )
    by_line: dict[int, list[GradeEntry]] = {line.id: [] for line in lines}
    for grade in grades:
        by_line[grade.line_id].append(GradeEntry(grade.grade, grade.price, grade.floor))
    return OrderEntry(
        buyer=part.buyer_code,
        seller_entity=part.seller_entity,
        contract=part.contract,
        window_from=part.window_from,
        window_to=part.window_to,
        tolerance_bp=part.tolerance_bp,
        payment_days=part.payment_days,
        advance_bp=part.advance_bp,
        place=part.place,
        lines=tuple(LineEntry(line.product, line.quantity, tuple(by_line[line.id])) for line in lines),
    )


def _part(session: Session, part_id: int) -> PartRow:
    row = session.scalars(
        select(PartRow)
        .where(PartRow.id == part_id)
        .options(selectinload(PartRow.lines).selectinload(LineRow.grades))
    ).one_or_none()
    if row is None:
        raise NotFoundError("order", part_id)
    return row


def _order(row: PartRow, made: dict[str, Product]) -> Order:
    text, text_en = STATE_TEXTS[PartState(row.state)]
    return Order(
        part_id=row.id,
        number=row.number,
        buyer_id=row.buyer_id,
        buyer_code=row.buyer_code,
        buyer_name=row.buyer_name,
        seller_id=row.seller_id,
        seller_entity=row.seller_entity,
        seller_name=row.seller_name,
        contract=row.contract,
        day=row.day,
        window_from=row.window_from,
        window_to=row.window_to,
        tolerance_bp=row.tolerance_bp,
        payment_days=row.payment_days,
        advance_bp=row.advance_bp,
        place=row.place,
        state=row.state,
        state_text=text,
        state_text_en=text_en,
        reason=row.reason,
        terms_digest=row.terms_digest,
        lines=tuple(_line(line, made[line.product]) for line in row.lines),
    )


def _line(row: LineRow, made: Product) -> OrderLine:
    priced = {grade.grade: grade for grade in row.grades}
    return OrderLine(
        line_id=row.id,
        part_id=row.part_id,
        number=row.number,
        product=row.product,
        product_name=made.name,
        product_name_en=made.name_en,
        unit=made.unit,
        quantity=row.quantity,
        promised=row.promised,
        collected=row.collected,
        shipped=row.shipped,
        taken=row.taken,
        missing=row.missing,
        grades=tuple(
            GradePrice(g.code, g.name, g.name_en, priced[g.code].price, priced[g.code].floor)
            for g in made.grades
            if g.code in priced
        ),
    )


def _event(row: EventRow) -> Step:
    text, text_en = STATE_TEXTS[PartState(row.state)]
    return Step(row.state, text, text_en, reached=True, current=False, at=row.at)


def _steps(row: PartRow, events: Sequence[EventRow]) -> tuple[Step, ...]:
    found = PartState(row.state)
    last = {event.state: event.at for event in events}
    road = (STEPS[0], REFUSED) if found is PartState.refused else STEPS
    here = [state for state, _, _ in road].index(found)
    return tuple(
        Step(
            state.value,
            text,
            text_en,
            reached=place <= here,
            current=place == here,
            at=last.get(state.value) if place <= here else None,
        )
        for place, (state, text, text_en) in enumerate(road)
    )
