"""The locks and the digest every act on a split shares. Order of locks: part, line, split, allocations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from sqlalchemy import select

from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from coop.orders.service import lock_line
from coop.parties.models import HouseholdRow
from coop.splitting.models import AllocationRow, SplitRow


def lock_split(unit: Unit, split_id: int) -> SplitRow:
    """The split, with its order part and line locked before it."""
    line_id = unit.session.scalars(select(SplitRow.line_id).where(SplitRow.id == split_id)).one_or_none()
    if line_id is None:
        raise NotFoundError("split", split_id)
    lock_line(unit, line_id)
    return unit.session.scalars(
        select(SplitRow)
        .where(SplitRow.id == split_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def lock_allocation(unit: Unit, allocation_id: int) -> tuple[AllocationRow, SplitRow]:
    """The allocation with its split, locked."""
    split_id = unit.session.scalars(
        select(AllocationRow.split_id).where(AllocationRow.id == allocation_id)
    ).one_or_none()
    if split_id is None:
        raise NotFoundError("allocation", allocation_id)
    owner = lock_split(unit, split_id)
    row = unit.session.scalars(
        select(AllocationRow)
        .where(AllocationRow.id == allocation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return row, owner


def allocations(unit: Unit, split_id: int) -> list[AllocationRow]:
    """The split's rows by household, fresh from the database and locked."""
    return list(
        unit.session.scalars(
            select(AllocationRow)
            .where(AllocationRow.split_id == split_id)
            .order_by(AllocationRow.household_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def household_numbers(unit: Unit, ids: Iterable[int]) -> dict[int, str]:
    rows = unit.session.execute(
        select(HouseholdRow.id, HouseholdRow.number).where(HouseholdRow.id.in_(list(ids)))
    )
    return dict(rows.all())


def digest(row: SplitRow, shares: dict[str, int]) -> str:
    """The SHA-256 of a split as its households see it: numbers and quantities."""
    body = {
        "number": row.number,
        "product": row.product,
        "policy": row.policy,
        "lot": row.lot_g,
        "quantity": row.quantity_g,
        "shares": shares,
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
