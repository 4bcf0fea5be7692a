"""Who did what when: one row an act, hash-chained per tenant, so that an edit, a gap or a reordering is found.

The hash is SHA-256 over the previous hash and the row as canonical JSON. Facts hold keys and figures, never personal data.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop.kernel.db import Base, Code, Instant, Pk, Tenanted
from coop.kernel.numbering import next_number
from coop.kernel.registries import invariants

GENESIS = "0" * 64
CHAIN = "audit"  # the series whose counter row also serialises the chain


class AuditRow(Tenanted, Base):
    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[Pk]
    number: Mapped[int]
    at: Mapped[Instant]
    user_id: Mapped[int]
    action: Mapped[Code]
    ref: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str]
    hash: Mapped[str]


COLUMNS = [name for name in AuditRow.__table__.columns.keys() if name != "id"]  # noqa: SIM118  (a collection of columns)


def row_hash(previous: str, row: AuditRow) -> str:
    body = {
        "tenant": row.tenant_id,
        "number": row.number,
        "at": row.at.isoformat(timespec="seconds"),
        "user": row.user_id,
        "action": row.action,
        "ref": row.ref,
        "facts": row.facts,
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}{text}".encode()).hexdigest()


def write(
    session: Session,
    *,
    tenant_id: int,
    user_id: int,
    at: datetime,
    acts: list[tuple[str, str, dict[str, Any]]],
) -> None:
    """Append the unit's acts. Called last in the unit: the counter row it locks is everybody's."""
    if not acts:
        return
    first = next_number(session, tenant_id, CHAIN, 0, count=len(acts)) - len(acts) + 1
    found = session.execute(
        select(AuditRow.hash).where(AuditRow.tenant_id == tenant_id, AuditRow.number == first - 1)
    ).scalar_one_or_none()
    previous = found or GENESIS
    rows = []
    for number, (action, ref, facts) in enumerate(acts, start=first):
        row = AuditRow(
            tenant_id=tenant_id,
            number=number,
            at=at.replace(microsecond=0),
            user_id=user_id,
            action=action,
            ref=ref,
            facts=facts,
            previous=previous,
        )
        previous = row.hash = row_hash(previous, row)
        rows.append({name: getattr(row, name) for name in COLUMNS})
    # As values, not as rows: nobody reads them again in this unit.
    session.execute(insert(AuditRow), rows)


def check_chain(session: Session) -> list[str]:
    """S4: every tenant's chain runs 1..n and each hash follows from the one before."""
    rows = session.scalars(select(AuditRow).order_by(AuditRow.tenant_id, AuditRow.number)).all()
    breaches = []
    for tenant, chain in groupby(rows, key=lambda row: row.tenant_id):
        previous = GENESIS
        for expected, row in enumerate(chain, start=1):
            if row.number != expected:
                breaches.append(f"tenant {tenant}: audit row {expected} expected, {row.number} found")
                break
            if row.previous != previous or row.hash != row_hash(previous, row):
                breaches.append(
                    f"tenant {tenant}: audit row {row.number} does not follow from the one before"
                )
                break
            previous = row.hash
    return breaches


invariants.register("S4", check_chain)
