"""Locks and sides: the order is locked before the bill, and each act belongs to one side."""

from __future__ import annotations

from sqlalchemy import exists, select

from coop.books.queries import book_of
from coop.delivery.models import (
    ShipmentRow,
)
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from coop.orders import service as orders
from coop.orders.models import PartRow
from coop.orders.service import OtherSideError
from coop.settlement.models import (
    SaleRow,
    SaleState,
)
from ledger.chart import Chart, Standard, chart_of


def locked_sale(unit: Unit, sale_id: int) -> tuple[PartRow, SaleRow]:
    part_id = unit.session.scalars(select(SaleRow.part_id).where(SaleRow.id == sale_id)).one_or_none()
    if part_id is None:
        raise NotFoundError("sale", sale_id)
    part = orders.lock_part(unit, part_id)
    sale = unit.session.scalars(
        select(SaleRow)
        .where(SaleRow.id == sale_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return part, sale


def require_side(unit: Unit, part: PartRow, tenant_id: int, side: str, side_en: str) -> None:
    if unit.actor.tenant_id != tenant_id:
        raise OtherSideError(part.number, side, side_en)


def chart_for(unit: Unit, entity_id: int) -> Chart:
    return chart_of(Standard(book_of(unit.session, entity_id).standard))


def note_paid(unit: Unit, part: PartRow) -> None:
    """Tell the order that it is paid, if all that left is billed and every bill is."""
    session = unit.session
    unbilled = session.scalars(
        select(ShipmentRow.id).where(
            ShipmentRow.part_id == part.id, ~exists().where(SaleRow.shipment_id == ShipmentRow.id)
        )
    ).first()
    unpaid = session.scalars(
        select(SaleRow.id).where(SaleRow.part_id == part.id, SaleRow.state == SaleState.open.value)
    ).first()
    if unbilled is None and unpaid is None:
        orders.mark_paid(unit, part.id)
