"""Rows of the splitting: what households can grow, how an order line was split, what each household answered.

All of it is the seller's own: the buyer never sees a row of this subject.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.kernel.db import (
    Base,
    BigId,
    Code,
    Id,
    Instant,
    Pk,
    Quantity,
    Tenanted,
    Words,
    seller_side_fk,
    tenant_fk,
    tenant_key,
)
from coop.kernel.states import Transitions


class SplitState(StrEnum):
    proposed = "proposed"
    published = "published"
    confirmed = "confirmed"


SPLIT_MOVES = Transitions(
    "分解单 split",
    {
        (SplitState.proposed, SplitState.published),
        (SplitState.published, SplitState.confirmed),
    },
)


class AnswerState(StrEnum):
    """What a household said. Silence is no, and no penalty follows from it (民法典 140)."""

    proposed = "proposed"
    offered = "offered"
    confirmed = "confirmed"
    declined = "declined"
    silent = "silent"


ANSWER_MOVES = Transitions(
    "分配 allocation",
    {
        (AnswerState.proposed, AnswerState.offered),
        (AnswerState.offered, AnswerState.confirmed),
        (AnswerState.offered, AnswerState.declined),
        (AnswerState.offered, AnswerState.silent),
        # Another round offers more to those who said yes; their no (or silence) to it keeps what they had.
        (AnswerState.confirmed, AnswerState.offered),
        # The manager may still correct a clerk's wrong tick while the split is open.
        (AnswerState.confirmed, AnswerState.declined),
        (AnswerState.declined, AnswerState.confirmed),
    },
)


class AnsweredVia(StrEnum):
    self = "self"
    clerk = "clerk"
    paper = "paper"


class CapacityRow(Tenanted, Base):
    """What a household can grow of a product in a season: units (bags) times the yield of one."""

    __tablename__ = "capacity"
    __table_args__ = (
        tenant_key(),
        tenant_fk("household_id", "household"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        UniqueConstraint("tenant_id", "household_id", "product", "season"),
        CheckConstraint("units >= 0 AND yield_g > 0", name="units"),
        CheckConstraint("capacity_g = units * yield_g", name="product_of_units"),
    )

    id: Mapped[Pk]
    household_id: Mapped[Id]
    product: Mapped[Code]
    season: Mapped[Code]
    units: Mapped[int]
    yield_g: Mapped[Quantity]
    capacity_g: Mapped[Quantity]


class CapacityFileRow(Tenanted, Base):
    """A capacity file that was filed: the same file again changes nothing."""

    __tablename__ = "capacity_file"
    __table_args__ = (UniqueConstraint("tenant_id", "file_sha"),)

    id: Mapped[Pk]
    file_sha: Mapped[str]
    at: Mapped[Instant]


class PriorRow(Tenanted, Base):
    """The fairness ledger: what a household was given of a product in a season by confirmed splits."""

    __tablename__ = "split_prior"
    __table_args__ = (
        tenant_fk("household_id", "household"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        UniqueConstraint("tenant_id", "household_id", "product", "season"),
        CheckConstraint("grams >= 0", name="grams"),
    )

    id: Mapped[Pk]
    household_id: Mapped[Id]
    product: Mapped[Code]
    season: Mapped[Code]
    grams: Mapped[Quantity]


class SplitRow(Tenanted, Base):
    """One order line over the village. `digest` hashes the allocations as published, then as confirmed."""

    __tablename__ = "split"
    __table_args__ = (
        tenant_key(),
        seller_side_fk("part_id", "order_part"),
        seller_side_fk("line_id", "order_line"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        UniqueConstraint("tenant_id", "line_id"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("state IN ('proposed', 'published', 'confirmed')", name="state"),
        CheckConstraint("quantity_g > 0 AND lot_g >= 1 AND minimum_g >= 0", name="quantity"),
        CheckConstraint("shortfall_g BETWEEN 0 AND quantity_g", name="shortfall"),
        CheckConstraint("tolerance_bp BETWEEN 0 AND 10000", name="tolerance"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    part_id: Mapped[Id]
    line_id: Mapped[Id]
    product: Mapped[Code]
    season: Mapped[Code]
    policy: Mapped[Code]
    quantity_g: Mapped[Quantity]
    lot_g: Mapped[Quantity]
    minimum_g: Mapped[Quantity]
    tolerance_bp: Mapped[int]
    state: Mapped[Code] = mapped_column(default=SplitState.proposed.value)
    round: Mapped[int] = mapped_column(default=0)
    # Groups whose turn it is, one a line; empty: everybody.
    groups: Mapped[Words] = mapped_column(default="")
    answer_by: Mapped[date | None]
    digest: Mapped[str] = mapped_column(default="")
    shortfall_g: Mapped[Quantity] = mapped_column(default=0)
    allocations: Mapped[list[AllocationRow]] = relationship(
        back_populates="split", order_by="AllocationRow.household_id", viewonly=True
    )


class SplitRunRow(Tenanted, Base):
    """One run of the rule: the problem as `coop split` reads it, and the hash of what came out. Append-only."""

    __tablename__ = "split_run"
    __table_args__ = (
        tenant_key(),
        tenant_fk("split_id", "split"),
        UniqueConstraint("tenant_id", "split_id", "number"),
        CheckConstraint("allocated_g >= 0 AND shortfall_g >= 0", name="grams"),
    )

    id: Mapped[Pk]
    split_id: Mapped[Id]
    number: Mapped[int]
    round: Mapped[int]
    policy: Mapped[Code]
    rule: Mapped[Code]
    problem: Mapped[Words]
    allocated_g: Mapped[Quantity]
    shortfall_g: Mapped[Quantity]
    fingerprint: Mapped[str]
    made_by: Mapped[Id]
    made_at: Mapped[Instant]


class AllocationRow(Tenanted, Base):
    """A household's share. `computed_g` is the rule's, `decided_g` what stands, both kept side by side.

    `capacity_g` is the room it had when the share was computed, `offered_g` the last offer it got,
    `confirmed_g` what it has said yes to: in a further round that may be below an open `decided_g`.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        tenant_key(),
        tenant_fk("split_id", "split"),
        tenant_fk("household_id", "household"),
        UniqueConstraint("tenant_id", "split_id", "household_id"),
        CheckConstraint("state IN ('proposed', 'offered', 'confirmed', 'declined', 'silent')", name="state"),
        CheckConstraint("answered_via IN ('', 'self', 'clerk', 'paper')", name="via"),
        CheckConstraint(
            "computed_g >= 0 AND offered_g >= 0 AND capacity_g >= 0 AND delivered_g >= 0", name="grams"
        ),
        CheckConstraint("0 <= confirmed_g AND confirmed_g <= decided_g", name="confirmed"),
        CheckConstraint("state <> 'confirmed' OR confirmed_g = decided_g", name="confirmed_is_decided"),
        CheckConstraint("state NOT IN ('declined', 'silent') OR decided_g = 0", name="no_is_nothing"),
        CheckConstraint("delivered_g = 0 OR state = 'confirmed'", name="delivered_by_confirmed"),
        CheckConstraint("NOT locked OR change_reason <> ''", name="locked_with_reason"),
    )

    id: Mapped[Pk]
    split_id: Mapped[Id]
    household_id: Mapped[Id]
    capacity_g: Mapped[Quantity]
    computed_g: Mapped[Quantity]
    offered_g: Mapped[Quantity] = mapped_column(default=0)
    decided_g: Mapped[Quantity]
    confirmed_g: Mapped[Quantity] = mapped_column(default=0)
    delivered_g: Mapped[Quantity] = mapped_column(default=0)
    locked: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[Code]
    text: Mapped[Words]
    text_en: Mapped[Words]
    change_reason: Mapped[Words] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default=AnswerState.proposed.value)
    answered_by: Mapped[int | None] = mapped_column(BigId)
    answered_via: Mapped[Code] = mapped_column(default="")
    split: Mapped[SplitRow] = relationship(back_populates="allocations", viewonly=True)
