"""Rows of the standards: products and grades are global, purchase prices are a seller's own."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.kernel.db import (
    Base,
    BigId,
    Code,
    Day,
    Id,
    Name,
    Pk,
    Price,
    Quantity,
    Tenanted,
    Words,
    tenant_fk,
    tenant_key,
)
from coop.kernel.states import Transitions


class PriceState(StrEnum):
    proposed = "proposed"
    approved = "approved"


PRICE_MOVES = Transitions("purchase price", {(PriceState.proposed, PriceState.approved)})


class ProductRow(Base):
    """A product: its base unit, what one unit of capacity (a bag of substrate) yields, its quality limits.

    Shares of weight are basis points (1300 = 13.00 %). A limit of 10000 means that none is set.
    """

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("unit IN ('gram', 'head')", name="unit"),
        CheckConstraint("yield_each > 0", name="yield_positive"),
        CheckConstraint("0 <= moisture_std_bp AND moisture_std_bp <= moisture_max_bp", name="moisture"),
        CheckConstraint("moisture_max_bp <= 10000 AND impurity_std_bp BETWEEN 0 AND 10000", name="share"),
    )

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Name]
    name_en: Mapped[Name]
    unit: Mapped[Code]
    capacity_unit: Mapped[Name]
    capacity_unit_en: Mapped[Name]
    yield_each: Mapped[Quantity]
    moisture_std_bp: Mapped[int]
    moisture_max_bp: Mapped[int]
    impurity_std_bp: Mapped[int]
    source: Mapped[Words]
    certainty: Mapped[Code]


class GradeRow(Base):
    """A grade of a product; `rank` 1 is the best."""

    __tablename__ = "grade"
    __table_args__ = (UniqueConstraint("product", "rank"), CheckConstraint("rank >= 1", name="rank"))

    product: Mapped[Code] = mapped_column(ForeignKey("product.code"), primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Name]
    name_en: Mapped[Name]
    rank: Mapped[int]


class PurchasePriceRow(Tenanted, Base):
    """What an entity pays its households for a grade from a day on; paid is the higher of price and floor."""

    __tablename__ = "purchase_price"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        ForeignKeyConstraint(["product", "grade"], ["grade.product", "grade.code"]),
        UniqueConstraint("tenant_id", "entity_id", "product", "grade", "since"),
        CheckConstraint("price >= 0 AND floor >= 0 AND price + floor > 0", name="price"),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        CheckConstraint("state IN ('proposed', 'approved')", name="state"),
        CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name="approved"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    product: Mapped[Code]
    grade: Mapped[Code]
    since: Mapped[Day]
    price: Mapped[Price]
    floor: Mapped[Price]
    proposed_by: Mapped[Id]
    approved_by: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[Code] = mapped_column(default=PriceState.proposed.value)
