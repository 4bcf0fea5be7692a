"""What a household brought of its share: recorded by the weigh house, kept within the order's tolerance."""

from __future__ import annotations

from coop.kernel.unit import Unit
from coop.orders.rules import most
from coop.splitting.models import AllocationRow, SplitState
from coop.splitting.service.errors import OverDeliveryError, SplitFixedError
from coop.splitting.service.state import household_numbers, lock_allocation


def record_delivery(unit: Unit, allocation_id: int, grams: int) -> AllocationRow:
    """A household brought so much of its share; negative where a receipt is reversed.

    Called by the weigh house. Raises OverDeliveryError above share × (1 + tolerance) (O2).
    """
    row, owner = lock_allocation(unit, allocation_id)
    if owner.state != SplitState.confirmed:
        raise SplitFixedError(owner.number, "交货", "deliver", "confirmed", owner.state)
    limit, found = most(row.decided_g, owner.tolerance_bp), row.delivered_g + grams
    if not 0 <= found <= limit:
        number = household_numbers(unit, [row.household_id])[row.household_id]
        raise OverDeliveryError(number, limit, found)
    row.delivered_g = found
    unit.session.flush()
    return row
