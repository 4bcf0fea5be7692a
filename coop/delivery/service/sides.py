"""Locks and sides: the order is locked before the shipment, and each act belongs to one side."""

from __future__ import annotations

from sqlalchemy import select

from coop.delivery.models import ShipmentRow
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from coop.orders import service as orders
from coop.orders.models import PartRow
from coop.orders.service import OtherSideError


def locked(unit: Unit, shipment_id: int) -> tuple[PartRow, ShipmentRow]:
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


def require_side(unit: Unit, part: PartRow, tenant_id: int, side: str, side_en: str) -> None:
    if unit.actor.tenant_id != tenant_id:
        raise OtherSideError(part.number, side, side_en)
