"""What may lag or fail leaves a unit as a row of the same transaction, and is done later, once.

A handler runs in a unit of its own with the actor stored in the row; its effect and the row's mark commit together, so
a delivery that is tried twice has one effect.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop.kernel.db import Base, Code, Instant, Pk, Tenanted
from coop.kernel.registries import Registry, invariants

if TYPE_CHECKING:
    from coop.kernel.unit import Unit

MAX_ATTEMPTS = 10


class OutboxRow(Tenanted, Base):
    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    id: Mapped[Pk]
    key: Mapped[str]
    kind: Mapped[Code]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int]
    created_at: Mapped[Instant]
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(default="")


# An event's kind -> what to do about it. Filled by the subjects' service modules.
handlers: Registry[Callable[[Unit, dict[str, Any]], None]] = Registry("outbox handlers")


def put(
    session: Session,
    *,
    tenant_id: int,
    user_id: int,
    at: datetime,
    kind: str,
    key: str,
    payload: dict[str, Any],
) -> None:
    """Store an event. The key makes it unique in its tenant: the same fact is never told twice."""
    session.add(
        OutboxRow(
            tenant_id=tenant_id,
            key=f"{kind}:{key}",
            kind=kind,
            payload=payload,
            user_id=user_id,
            created_at=at,
        )
    )


def waiting(session: Session) -> list[tuple[int, int, int]]:
    """(id, tenant, user) of what is still to be done, oldest first. Reads across tenants: owner session only."""
    rows = session.execute(
        select(OutboxRow.id, OutboxRow.tenant_id, OutboxRow.user_id)
        .where(OutboxRow.done_at.is_(None), OutboxRow.attempts < MAX_ATTEMPTS)
        .order_by(OutboxRow.id)
    )
    return [(row.id, row.tenant_id, row.user_id) for row in rows]


def deliver(unit: Unit, outbox_id: int) -> bool:
    """Do one event inside this unit; False where it was done already."""
    row = unit.session.scalars(
        select(OutboxRow).where(OutboxRow.id == outbox_id, OutboxRow.done_at.is_(None)).with_for_update()
    ).one_or_none()
    if row is None:
        return False
    handle = handlers.get(row.kind)
    if handle is not None:
        handle(unit, row.payload)
    row.done_at = unit.now
    row.attempts += 1
    return True


def check_outbox(session: Session) -> list[str]:
    """R3: an event is either waiting with tries left or done; one that ran out of tries is a breach to look at."""
    rows = session.scalars(
        select(OutboxRow).where(OutboxRow.done_at.is_(None), OutboxRow.attempts >= MAX_ATTEMPTS)
    )
    return [f"outbox {row.id} ({row.kind}) failed {row.attempts} times: {row.fault}" for row in rows]


invariants.register("R3", check_outbox)
