"""Member capital in and out (股金): contributions paid in, and a cooperative's members leaving with theirs."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from coop.accounting.models.subledgers import TwoHands, two_hands
from coop.books.models import voucher_fk
from coop.kernel.db import Base, Code, Day, Fen, Id, Pk, Tenanted, tenant_fk, tenant_key


class CapitalKind(StrEnum):
    contribute = "contribute"
    leave = "leave"


class CapitalMoveRow(TwoHands, Tenanted, Base):
    """`day` is when money moves. An exit was applied for on `applied_on` and ends membership on `effective_on`."""

    __tablename__ = "capital_move"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("member_id", "member"),
        tenant_fk("household_id", "household"),
        voucher_fk("voucher_id"),
        CheckConstraint("kind IN ('contribute', 'leave')", name="kind"),
        CheckConstraint("amount_fen >= 0 AND reserve_fen >= 0", name="amounts"),
        CheckConstraint("kind <> 'contribute' OR (amount_fen > 0 AND reserve_fen = 0)", name="contributed"),
        CheckConstraint("(kind = 'leave') = (effective_on IS NOT NULL)", name="effective"),
        CheckConstraint("purse IN ('bank', 'cash')", name="purse"),
        *two_hands(),
        Index(None, "tenant_id", "entity_id", "member_id"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    member_id: Mapped[Id]
    household_id: Mapped[Id]
    kind: Mapped[Code]
    day: Mapped[Day]
    applied_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    amount_fen: Mapped[Fen] = mapped_column(default=0)
    reserve_fen: Mapped[Fen] = mapped_column(default=0)
    purse: Mapped[Code] = mapped_column(default="bank")
