"""Rows of the orders: the buyer's intake, and one part per seller both sides see. No household is here."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.kernel.db import (
    Base,
    BigId,
    Code,
    Day,
    Id,
    Instant,
    Name,
    Pk,
    Price,
    Quantity,
    Tenanted,
    TwoSided,
    Words,
    sides_fk,
    sides_key,
    tenant_key,
)
from coop.orders.rules import PartState


class SellerRow(Base):
    """The directory of entities that take orders: what a buyer may know of a village before trading with it.

    Global on purpose: a buyer's session cannot read the seller's own rows. Written by the seller alone.
    """

    __tablename__ = "order_seller"
    __table_args__ = (
        ForeignKeyConstraint(["seller_id", "entity_id"], ["legal_entity.tenant_id", "legal_entity.id"]),
    )

    entity: Mapped[Code] = mapped_column(primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    entity_id: Mapped[Id]
    name: Mapped[Name]
    name_en: Mapped[Name]
    since: Mapped[Day]
    until: Mapped[date | None]


class IntakeRow(Tenanted, Base):
    """One order file (or form) as the buyer handed it in; the same file again is the same order."""

    __tablename__ = "order_intake"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "file_sha"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    file_sha: Mapped[str | None]
    received_at: Mapped[Instant]
    user_id: Mapped[Id]


class PartRow(TwoSided, Base):
    """What one seller is asked for. The terms are frozen, and hashed, when the seller accepts."""

    __tablename__ = "order_part"
    __table_args__ = (
        sides_key(),
        UniqueConstraint("seller_id", "id"),
        UniqueConstraint("buyer_id", "number"),
        ForeignKeyConstraint(["buyer_id"], ["tenant.id"]),
        ForeignKeyConstraint(["seller_id"], ["tenant.id"]),
        ForeignKeyConstraint(["buyer_id", "intake_id"], ["order_intake.tenant_id", "order_intake.id"]),
        ForeignKeyConstraint(["seller_entity"], ["order_seller.entity"]),
        CheckConstraint("buyer_id <> seller_id", name="two_parties"),
        CheckConstraint("window_from <= window_to", name="window"),
        CheckConstraint("tolerance_bp BETWEEN 0 AND 10000", name="tolerance"),
        CheckConstraint("payment_days BETWEEN 0 AND 3650", name="payment_days"),
        CheckConstraint("advance_bp BETWEEN 0 AND 10000", name="advance"),
        CheckConstraint(
            "state IN ('received', 'accepted', 'refused', 'split', 'collecting', 'shipped', 'taken', 'paid',"
            " 'closed')",
            name="state",
        ),
        CheckConstraint("(state IN ('received', 'refused')) = (terms_digest = '')", name="frozen"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "buyer"

    id: Mapped[Pk]
    number: Mapped[Code]
    intake_id: Mapped[Id]
    buyer_code: Mapped[Code]
    buyer_name: Mapped[Name]
    seller_entity: Mapped[Code]
    seller_name: Mapped[Name]
    contract: Mapped[Code]
    window_from: Mapped[Day]
    window_to: Mapped[Day]
    tolerance_bp: Mapped[int]
    payment_days: Mapped[int]
    advance_bp: Mapped[int] = mapped_column(default=0)
    place: Mapped[Name]
    day: Mapped[Day]
    state: Mapped[Code] = mapped_column(default=PartState.received.value)
    reason: Mapped[Words] = mapped_column(default="")
    terms_digest: Mapped[str] = mapped_column(default="")
    lines: Mapped[list[LineRow]] = relationship(
        order_by="LineRow.number", viewonly=True, primaryjoin="PartRow.id == foreign(LineRow.part_id)"
    )
    events: Mapped[list[EventRow]] = relationship(
        order_by="EventRow.number", viewonly=True, primaryjoin="PartRow.id == foreign(EventRow.part_id)"
    )


class LineRow(TwoSided, Base):
    """A product and its total quantity in base units, with what happened to it so far.

    `promised` is what the households said yes to, known once the line is split; the rest is shortfall.
    `taken` is what the buyer accepted, `missing` what both agreed was sent but not accepted.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        sides_key(),
        UniqueConstraint("seller_id", "id"),
        sides_fk("part_id", "order_part"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        UniqueConstraint("part_id", "number"),
        UniqueConstraint("part_id", "product"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("promised IS NULL OR promised BETWEEN 0 AND quantity", name="promised"),
        CheckConstraint("taken >= 0 AND missing >= 0", name="not_negative"),
        CheckConstraint("taken + missing <= shipped AND shipped <= collected", name="progress"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "buyer"

    id: Mapped[Pk]
    part_id: Mapped[Id]
    number: Mapped[int]
    product: Mapped[Code]
    quantity: Mapped[Quantity]
    promised: Mapped[int | None]
    collected: Mapped[Quantity] = mapped_column(default=0)
    shipped: Mapped[Quantity] = mapped_column(default=0)
    taken: Mapped[Quantity] = mapped_column(default=0)
    missing: Mapped[Quantity] = mapped_column(default=0)
    grades: Mapped[list[OrderGradeRow]] = relationship(
        order_by="OrderGradeRow.grade",
        viewonly=True,
        primaryjoin="LineRow.id == foreign(OrderGradeRow.line_id)",
    )


class OrderGradeRow(TwoSided, Base):
    """What the buyer pays for a grade: the higher of price and floor (保底价)."""

    __tablename__ = "order_grade"
    __table_args__ = (
        sides_fk("line_id", "order_line"),
        ForeignKeyConstraint(["product", "grade"], ["grade.product", "grade.code"]),
        UniqueConstraint("line_id", "grade"),
        CheckConstraint("price >= 0 AND floor >= 0 AND price + floor > 0", name="price"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "buyer"

    id: Mapped[Pk]
    line_id: Mapped[Id]
    product: Mapped[Code]
    grade: Mapped[Code]
    price: Mapped[Price]
    floor: Mapped[Price]


class EventRow(TwoSided, Base):
    """One move of a part's state: the trail both sides see, and what O4 is checked against."""

    __tablename__ = "order_event"
    __table_args__ = (sides_fk("part_id", "order_part"), UniqueConstraint("part_id", "number"))
    author: ClassVar[Literal["buyer", "seller", "either"]] = "either"

    id: Mapped[Pk]
    part_id: Mapped[Id]
    number: Mapped[int]
    found: Mapped[Code]
    state: Mapped[Code]
    at: Mapped[Instant]
    user_id: Mapped[int] = mapped_column(BigId)
