"""Rows of the distribution: one plan per entity and year, and a line for each household and tranche."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.kernel.db import Base, BigId, Code, Fen, Id, Name, Pk, Tenanted, Words, tenant_fk, tenant_key


class PlanState(StrEnum):
    draft = "draft"
    reviewed = "reviewed"
    noticed = "noticed"
    resolved = "resolved"
    posted = "posted"


class PlanRow(Tenanted, Base):
    """A plan. `inputs` decide everything else; `digest` is what review, notice and resolution name.

    Drafting anew replaces figures and lines and counts `version` up: the gates see another digest.
    """

    __tablename__ = "dividend_plan"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("notice_id", "notice"),
        tenant_fk("resolution_id", "resolution"),
        UniqueConstraint("tenant_id", "entity_id", "year"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("state IN ('draft', 'reviewed', 'noticed', 'resolved', 'posted')", name="state"),
        CheckConstraint("reserve_fen >= 0 AND dividend_fen >= 0 AND bonus_fen >= 0", name="amounts"),
        # Both floors of the patronage refund are recorded, and both are met.
        CheckConstraint("refund_fen >= legal_floor_fen AND refund_fen >= statement_floor_fen", name="floors"),
        CheckConstraint("state <> 'posted' OR resolution_id IS NOT NULL", name="resolved"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    year: Mapped[int] = mapped_column()
    number: Mapped[Code]
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[Code] = mapped_column(default=PlanState.draft.value)
    standard: Mapped[Code]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column()
    net_fen: Mapped[Fen]
    reserve_fen: Mapped[Fen]
    dividend_fen: Mapped[Fen]
    bonus_fen: Mapped[Fen]
    refund_fen: Mapped[Fen]
    undistributed_fen: Mapped[Fen]
    legal_base_fen: Mapped[Fen]
    legal_floor_fen: Mapped[Fen]
    statement_base_fen: Mapped[Fen]
    statement_floor_fen: Mapped[Fen]
    maker_id: Mapped[Id]
    notice_id: Mapped[int | None] = mapped_column(BigId)
    resolution_id: Mapped[int | None] = mapped_column(BigId)


class PlanLineRow(Tenanted, Base):
    """What one household gets of one tranche. `held`: an objection waits for its written answer, payment
    rests.
    """

    __tablename__ = "dividend_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("plan_id", "dividend_plan"),
        tenant_fk("household_id", "household"),
        tenant_fk("member_id", "member"),
        tenant_fk("payable_id", "payable"),
        UniqueConstraint("tenant_id", "plan_id", "tranche", "household_id"),
        CheckConstraint("fen >= 0", name="fen"),
        CheckConstraint(
            "tranche IN ('dividend', 'bonus', 'refund', 'residual', 'quantified')", name="tranche"
        ),
        CheckConstraint("payable_id IS NULL OR (fen > 0 AND tranche <> 'quantified')", name="payable"),
        CheckConstraint("NOT held OR reason <> ''", name="held_why"),
    )

    id: Mapped[Pk]
    plan_id: Mapped[Id]
    tranche: Mapped[Code]
    household_id: Mapped[Id]
    member_id: Mapped[int | None] = mapped_column(BigId)
    key: Mapped[Name]
    fen: Mapped[Fen]
    working: Mapped[Words]
    working_en: Mapped[Words]
    payable_id: Mapped[int | None] = mapped_column(BigId)
    held: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[Words] = mapped_column(default="")
