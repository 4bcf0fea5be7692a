"""What orders give to the registries: the way back to an order's page, and what waits for a manager."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers
from coop.kernel.scopes import ScopedSession
from coop.orders.models import PartRow
from coop.orders.rules import PartState

ENDPOINT = "OrderView.show"


def order_link(key: str) -> Link:
    return Link(ENDPOINT, {"part_id": int(key)}, f"订单 {key}", f"order {key}")


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Orders that wait for the seller's answer, or for being split."""
    if Role.manager not in roles or not isinstance(session, ScopedSession):
        return []
    rows = session.execute(
        select(PartRow.state, func.count())
        .where(PartRow.seller_id == session.scope.write)
        .group_by(PartRow.state)
    )
    counts = dict(rows.all())
    waiting = (
        (PartState.received, "待接受的订单", "orders to accept or refuse"),
        (PartState.accepted, "待分解的订单", "orders to split"),
    )
    return [
        Todo(text, text_en, counts[state], "OrderView.index")
        for state, text, text_en in waiting
        if counts.get(state)
    ]


links.register("order", order_link)
offers.register("orders.todos", todos)
