"""Change what a member holds: the register stays dated, the old amount ends where the new one begins."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coop.kernel.actor import Role
from coop.kernel.errors import CoopError
from coop.kernel.unit import Unit
from coop.parties.models import HoldingKind, HoldingRow


class NotHeldError(CoopError):
    """More is taken away than is held."""

    def __init__(self, member_id: int, held: int, taken: int) -> None:
        super().__init__(
            zh=f"成员 {member_id} 只持有 {held}，不能减少 {taken}，差 {taken - held}",
            en=f"member {member_id} holds {held}, {taken} cannot be taken, short by {taken - held}",
        )


def change_holding(
    unit: Unit, *, entity_id: int, member_id: int, kind: HoldingKind, change: int, day: date
) -> int:
    """Add to (or take from) what a member holds in an entity from a day on; the new amount. Raises NotHeldError."""
    unit.actor.require("变更成员份额", Role.manager, Role.accountant, Role.checker)
    row = unit.session.scalars(
        select(HoldingRow)
        .where(
            HoldingRow.tenant_id == unit.actor.tenant_id,
            HoldingRow.entity_id == entity_id,
            HoldingRow.member_id == member_id,
            HoldingRow.kind == kind.value,
            HoldingRow.until.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    held = 0 if row is None else row.amount
    if held + change < 0:
        raise NotHeldError(member_id, held, -change)
    since = day if row is None else max(day, row.since)
    if row is not None and row.since == since and held + change:
        row.amount = held + change
    else:
        if row is not None:
            row.until = since
            unit.session.flush()
        if held + change:
            unit.session.add(
                HoldingRow(
                    tenant_id=unit.actor.tenant_id,
                    entity_id=entity_id,
                    member_id=member_id,
                    kind=kind.value,
                    amount=held + change,
                    since=since,
                )
            )
    unit.session.flush()
    unit.audit("holding.change", f"member:{member_id}", kind=kind.value, change=change)
    return held + change
