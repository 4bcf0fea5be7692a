"""Rows of the standards: products and grades are global, purchase prices and terms are a seller's own."""

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
TERMS_MOVES = Transitions("收购条件 purchase terms", {(PriceState.proposed, PriceState.approved)})


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
    """A grade of a product; `rank` 1 is the best.

    Of a product by head, the average live weight of a head lies between `live_min_g` and `live_max_g` grams;
    0 and 0 where none is asked.
    """

    __tablename__ = "grade"
    __table_args__ = (
        UniqueConstraint("product", "rank"),
        CheckConstraint("rank >= 1", name="rank"),
        CheckConstraint("0 <= live_min_g AND live_min_g <= live_max_g", name="live"),
    )

    product: Mapped[Code] = mapped_column(ForeignKey("product.code"), primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Name]
    name_en: Mapped[Name]
    rank: Mapped[int]
    live_min_g: Mapped[Quantity] = mapped_column(default=0)
    live_max_g: Mapped[Quantity] = mapped_column(default=0)


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


class Stage(StrEnum):
    """When a control point is looked at."""

    before = "before"
    during = "during"
    after = "after"


class InputKind(StrEnum):
    """What an input is. Pesticides and veterinary drugs keep an interval before harvest."""

    seed = "seed"
    young = "young"
    feed = "feed"
    fertiliser = "fertiliser"
    pesticide = "pesticide"
    veterinary = "veterinary"
    material = "material"


class StandardRow(Base):
    """How a product is to be grown from a day on; the newest standard of a product holds."""

    __tablename__ = "production_standard"
    __table_args__ = (UniqueConstraint("product", "since"),)

    code: Mapped[Code] = mapped_column(primary_key=True)
    product: Mapped[Code] = mapped_column(ForeignKey("product.code"))
    since: Mapped[Day]
    name: Mapped[Name]
    name_en: Mapped[Name]
    fictional: Mapped[bool]
    source: Mapped[Words]
    certainty: Mapped[Code]


class ControlPointRow(Base):
    """One thing to be inspected, and what proves it; a failed one that `blocks` stops the purchase."""

    __tablename__ = "control_point"
    __table_args__ = (
        UniqueConstraint("standard", "number"),
        CheckConstraint("stage IN ('before', 'during', 'after')", name="stage"),
    )

    standard: Mapped[Code] = mapped_column(ForeignKey("production_standard.code"), primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int]
    stage: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name]
    evidence: Mapped[Name]
    evidence_en: Mapped[Name]
    blocks: Mapped[bool]


class InputItemRow(Base):
    """Something used in growing; a banned one is neither bought nor issued, and its use blocks the purchase."""

    __tablename__ = "input_item"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('seed', 'young', 'feed', 'fertiliser', 'pesticide', 'veterinary', 'material')",
            name="kind",
        ),
    )

    code: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name]
    unit: Mapped[Name]
    unit_en: Mapped[Name]
    banned: Mapped[bool]
    fictional: Mapped[bool]
    source: Mapped[Words]
    certainty: Mapped[Code]


class IntervalRow(Base):
    """Days between an input's last use on a product and its harvest: 安全间隔期, of veterinary drugs 休药期."""

    __tablename__ = "input_interval"
    __table_args__ = (CheckConstraint("days >= 0", name="days"),)

    product: Mapped[Code] = mapped_column(ForeignKey("product.code"), primary_key=True)
    input: Mapped[Code] = mapped_column(ForeignKey("input_item.code"), primary_key=True)
    since: Mapped[Day] = mapped_column(primary_key=True)
    days: Mapped[int]
    fictional: Mapped[bool]
    source: Mapped[Words]
    certainty: Mapped[Code]


class TermsRow(Tenanted, Base):
    """What an entity keeps of a slip from a day on, in basis points: its fee (代办费), and the most that is set off.

    The fee is of the amount; what the household owes for inputs is set off up to a share of what the fee leaves.
    """

    __tablename__ = "purchase_terms"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        UniqueConstraint("tenant_id", "entity_id", "product", "since"),
        CheckConstraint("fee_bp BETWEEN 0 AND 10000 AND set_off_bp BETWEEN 0 AND 10000", name="shares"),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        CheckConstraint("state IN ('proposed', 'approved')", name="state"),
        CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name="approved"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    product: Mapped[Code]
    since: Mapped[Day]
    fee_bp: Mapped[int]
    set_off_bp: Mapped[int]
    proposed_by: Mapped[Id]
    approved_by: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[Code] = mapped_column(default=PriceState.proposed.value)
