"""The same request twice has one effect and one answer (R2): the answer is stored in the request's own transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from coop.kernel.db import Base, Code, Instant, Pk, Tenanted
from coop.kernel.errors import CoopError
from coop.kernel.numbering import upsert
from coop.kernel.unit import Unit

MAX_KEY = 255


class IdempotencyRow(Tenanted, Base):
    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id", "route", "key"),)

    id: Mapped[Pk]
    user_id: Mapped[int]
    route: Mapped[Code]
    key: Mapped[str] = mapped_column()
    body_hash: Mapped[str]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    at: Mapped[Instant]


class KeyReusedError(CoopError):
    def __init__(self, key: str) -> None:
        super().__init__(
            zh=f"幂等键 {key} 已用于另一份内容", en=f"idempotency key {key} was used with another body"
        )


def once(unit: Unit, key: str, route: str, body: object, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do `act` unless this actor did it under this key: then give the first answer again.

    Two requests at once: the second waits on the first's row, then finds its answer. An error stores nothing, so a
    corrected request may use the key again. Raises KeyReusedError for the same key with another body.
    """
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    scope = {
        "tenant_id": unit.actor.tenant_id,
        "user_id": unit.actor.user_id,
        "route": route,
        "key": key[:MAX_KEY],
    }
    claim = upsert(unit.session, IdempotencyRow).values(**scope, body_hash=digest, at=unit.now)
    claimed = unit.session.execute(
        claim.on_conflict_do_nothing().returning(IdempotencyRow.id)
    ).scalar_one_or_none()
    row = unit.session.scalars(
        select(IdempotencyRow).filter_by(**scope).execution_options(populate_existing=True)
    ).one()
    if claimed is None:
        if row.body_hash != digest:
            raise KeyReusedError(key)
        return dict(row.answer or {})
    row.answer = act()
    return row.answer
