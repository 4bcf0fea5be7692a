"""The seller's answer to an order: accept, refuse, and in the end close."""

from __future__ import annotations

from coop.kernel.actor import Role
from coop.kernel.unit import Unit
from coop.orders.models import PartRow
from coop.orders.queries import terms_of
from coop.orders.rules import MOVES, PartState, terms_digest
from coop.orders.service.errors import NoReasonError
from coop.orders.service.state import lock_part, move, require_seller


def accept(unit: Unit, part_id: int) -> PartRow:
    """The seller takes the order as it stands: its terms are hashed and do not change any more (O5)."""
    unit.actor.require("接受订单", Role.manager)
    part = lock_part(unit, part_id)
    require_seller(unit, part)
    state = MOVES.move(PartState(part.state), PartState.accepted)
    part.terms_digest = terms_digest(terms_of(unit.session, part))
    move(unit, part, state)
    unit.audit("order.accept", f"order:{part.id}", digest=part.terms_digest)
    return part


def refuse(unit: Unit, part_id: int, reason: str) -> PartRow:
    """The seller declines a received order, with a reason the buyer reads."""
    unit.actor.require("拒绝订单", Role.manager)
    part = lock_part(unit, part_id)
    require_seller(unit, part)
    if not reason.strip():
        raise NoReasonError("拒绝订单", "refusing an order")
    move(unit, part, PartState.refused)
    part.reason = reason.strip()
    unit.audit("order.refuse", f"order:{part.id}")
    return part


def close(unit: Unit, part_id: int) -> PartRow:
    """Nothing more will be collected on this part; only a paid part closes."""
    unit.actor.require("关闭订单", Role.manager)
    part = lock_part(unit, part_id)
    require_seller(unit, part)
    move(unit, part, PartState.closed)
    unit.audit("order.close", f"order:{part.id}")
    return part
