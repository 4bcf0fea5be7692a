"""The lock every change of an order begins with, and the move of its state that both sides can read."""

from __future__ import annotations

from sqlalchemy import select

from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from coop.orders.models import EventRow, LineRow, PartRow
from coop.orders.rules import MOVES, PartState
from coop.orders.service.errors import OtherSideError


def lock_part(unit: Unit, part_id: int) -> PartRow:
    """The part, locked until the unit ends: every change of an order begins here."""
    part = unit.session.scalars(
        select(PartRow)
        .where(PartRow.id == part_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if part is None:
        raise NotFoundError("order", part_id)
    return part


def lock_line(unit: Unit, line_id: int) -> tuple[PartRow, LineRow]:
    """The part and the line, locked in this order."""
    part_id = unit.session.scalars(select(LineRow.part_id).where(LineRow.id == line_id)).one_or_none()
    if part_id is None:
        raise NotFoundError("order line", line_id)
    part = lock_part(unit, part_id)
    line = unit.session.scalars(
        select(LineRow)
        .where(LineRow.id == line_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return part, line


def move(unit: Unit, part: PartRow, state: PartState) -> None:
    found = PartState(part.state)
    part.state = MOVES.move(found, state).value
    note(unit, part, found.value, state)


def note(unit: Unit, part: PartRow, found: str, state: PartState) -> None:
    last = unit.session.scalars(
        select(EventRow.number).where(EventRow.part_id == part.id).order_by(EventRow.number.desc()).limit(1)
    ).one_or_none()
    unit.session.add(
        EventRow(
            buyer_id=part.buyer_id,
            seller_id=part.seller_id,
            part_id=part.id,
            number=(last or 0) + 1,
            found=found,
            state=state.value,
            at=unit.now,
            user_id=unit.actor.user_id,
        )
    )
    unit.session.flush()


def require_seller(unit: Unit, part: PartRow) -> None:
    if part.seller_id != unit.actor.tenant_id:
        raise OtherSideError(part.number, "卖方", "seller")
