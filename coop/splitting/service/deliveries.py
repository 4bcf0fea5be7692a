"""What households brought of their shares: recorded by the weigh house, kept within the order's tolerance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from coop.orders.rules import most
from coop.orders.service import lock_lines
from coop.splitting.models import AllocationRow, SplitRow, SplitState
from coop.splitting.service.errors import OverDeliveryError, SplitFixedError
from coop.splitting.service.state import household_numbers

Share = tuple[AllocationRow, SplitRow]


def record_delivery(unit: Unit, allocation_id: int, grams: int) -> AllocationRow:
    """A household brought so much of its share; negative where a receipt is reversed.

    Called by the weigh house. Raises OverDeliveryError above share × (1 + tolerance) (O2).
    """
    return record_deliveries(unit, {allocation_id: grams})[allocation_id]


def record_deliveries(unit: Unit, grams: Mapping[int, int]) -> dict[int, AllocationRow]:
    """Several households brought so much of their shares, by allocation: each lock once, all or nothing."""
    shares = lock_shares(unit, grams)
    for allocation_id, (row, owner) in shares.items():
        require_deliverable(owner)
        limit, found = delivery_limit(row, owner), row.delivered_g + grams[allocation_id]
        if not 0 <= found <= limit:
            number = household_numbers(unit, [row.household_id])[row.household_id]
            raise OverDeliveryError(number, limit, found)
        row.delivered_g = found
    unit.session.flush()
    return {allocation_id: row for allocation_id, (row, _) in shares.items()}


def lock_shares(unit: Unit, allocation_ids: Iterable[int]) -> dict[int, Share]:
    """Allocations with their splits, locked: parts, lines, splits, allocations, each by id. NotFoundError."""
    wanted = sorted(set(allocation_ids))
    heads = unit.session.execute(
        select(SplitRow.id, SplitRow.line_id)
        .join(AllocationRow, AllocationRow.split_id == SplitRow.id)
        .where(AllocationRow.id.in_(wanted))
        .distinct()
    ).all()
    lock_lines(unit, [line_id for _, line_id in heads])
    splits = {
        row.id: row
        for row in unit.session.scalars(
            select(SplitRow)
            .where(SplitRow.id.in_([split_id for split_id, _ in heads]))
            .order_by(SplitRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    found = {
        row.id: (row, splits[row.split_id])
        for row in unit.session.scalars(
            select(AllocationRow)
            .where(AllocationRow.id.in_(wanted))
            .order_by(AllocationRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    if missing := [key for key in wanted if key not in found]:
        raise NotFoundError("allocation", missing[0])
    return found


def require_deliverable(owner: SplitRow) -> None:
    """Only of a confirmed split may anything be brought. Raises SplitFixedError."""
    if owner.state != SplitState.confirmed:
        raise SplitFixedError(owner.number, "交货", "deliver", "confirmed", owner.state)


def delivery_limit(row: AllocationRow, owner: SplitRow) -> int:
    """The most a household may bring of its share in all: the share and the order's tolerance."""
    return most(row.decided_g, owner.tolerance_bp)
