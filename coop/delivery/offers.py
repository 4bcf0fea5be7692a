"""What the delivery gives to the registries: ways back to shipments and acceptances, what waits for whom."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coop.delivery.models import ShipmentRow, ShipmentState
from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers
from coop.kernel.scopes import ScopedSession
from coop.procurement.models import LotKind, LotRow


def shipment_link(key: str) -> Link:
    return Link("ShipmentView.show", {"shipment_id": int(key)}, f"发货单 {key}", f"shipment {key}")


def acceptance_link(key: str) -> Link:
    return Link("ShipmentView.acceptance", {"acceptance_id": int(key)}, f"验收单 {key}", f"acceptance {key}")


def certificate_link(key: str) -> Link:
    return Link("ShipmentView.paper", {"certificate_id": int(key)}, f"合格证 {key}", f"certificate {key}")


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Goods to ship, shipments to accept, acceptances to agree with: each to the side the act belongs to."""
    if not isinstance(session, ScopedSession):
        return []
    tenant, found = session.scope.write, []
    if roles & {Role.manager, Role.clerk}:
        lots = session.scalar(
            select(func.count())
            .select_from(LotRow)
            .where(LotRow.tenant_id == tenant, LotRow.kind == LotKind.household.value, LotRow.left_g > 0)
        )
        found.append(Todo("待发货的批次", "lots to ship", lots or 0, "ShipmentView.index"))
    if Role.enterprise in roles:
        sent = _count(session, ShipmentRow.buyer_id == tenant, ShipmentState.sent)
        found.append(Todo("待验收的发货单", "shipments to accept", sent, "ShipmentView.index"))
    if Role.manager in roles:
        taken = _count(session, ShipmentRow.seller_id == tenant, ShipmentState.taken)
        found.append(Todo("待确认的验收单", "acceptances to agree with", taken, "ShipmentView.index"))
    return [todo for todo in found if todo.count]


def _count(session: Session, mine: ColumnElement[bool], state: ShipmentState) -> int:
    query = select(func.count()).select_from(ShipmentRow).where(mine, ShipmentRow.state == state.value)
    return session.scalar(query) or 0


links.register("shipment", shipment_link)
links.register("acceptance", acceptance_link)
links.register("certificate", certificate_link)
offers.register("delivery.todos", todos)
