"""Rows of the purchase, all the seller's own: scales, weigh tickets, lots and what they were merged from."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.books.models import voucher_fk
from coop.kernel.db import (
    Base,
    BigId,
    Code,
    Day,
    Fen,
    Id,
    Name,
    Pk,
    Price,
    Quantity,
    Tenanted,
    Words,
    seller_side_fk,
    tenant_fk,
    tenant_key,
)
from coop.kernel.states import Transitions


class ReceiptState(StrEnum):
    posted = "posted"
    reversed = "reversed"


RECEIPT_MOVES = Transitions("收购单 receipt", {(ReceiptState.posted, ReceiptState.reversed)})


class LotKind(StrEnum):
    """A household's own sack, or what a lorry carries, merged from sacks."""

    household = "household"
    delivery = "delivery"


class ScaleRow(Tenanted, Base):
    """A scale and the last day its calibration holds: an expired one is a warning on the ticket."""

    __tablename__ = "scale"
    __table_args__ = (tenant_key(), UniqueConstraint("tenant_id", "code"))

    id: Mapped[Pk]
    code: Mapped[Code]
    name: Mapped[Name]
    calibrated_until: Mapped[Day]


class ReceiptRow(Tenanted, Base):
    """A weigh ticket. It is posted with its voucher and its payable; a wrong one is reversed, never changed.

    The quality limits are those of the day, kept so that the printed formula stays what it was.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "client_key"),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("allocation_id", "allocation"),
        tenant_fk("split_id", "split"),
        tenant_fk("household_id", "household"),
        tenant_fk("scale_id", "scale"),
        tenant_fk("payable_id", "payable"),
        seller_side_fk("part_id", "order_part"),
        seller_side_fk("line_id", "order_line"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        voucher_fk("voucher_id"),
        voucher_fk("reversal_id"),
        UniqueConstraint("tenant_id", "voucher_id"),
        UniqueConstraint("tenant_id", "payable_id"),
        CheckConstraint("0 <= tare_g AND tare_g < gross_g", name="weights"),
        CheckConstraint("moisture_bp BETWEEN 0 AND moisture_max_bp", name="moisture"),
        CheckConstraint("impurity_bp BETWEEN 0 AND 10000", name="impurity"),
        CheckConstraint("total_g > 0 AND total_fen > 0", name="totals"),
        CheckConstraint("state IN ('posted', 'reversed')", name="state"),
        CheckConstraint("(state = 'reversed') = (reversal_id IS NOT NULL)", name="reversal"),
        CheckConstraint("reversed_by IS NULL OR reversed_by <> clerk_id", name="two_persons"),
        Index(None, "tenant_id", "household_id"),
        Index(None, "tenant_id", "line_id"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    client_key: Mapped[str] = mapped_column()
    digest: Mapped[str] = mapped_column()
    entity_id: Mapped[Id]
    part_id: Mapped[Id]
    line_id: Mapped[Id]
    split_id: Mapped[Id]
    allocation_id: Mapped[Id]
    household_id: Mapped[Id]
    scale_id: Mapped[Id]
    product: Mapped[Code]
    day: Mapped[Day]
    gross_g: Mapped[Quantity]
    tare_g: Mapped[Quantity]
    moisture_bp: Mapped[int]
    moisture_std_bp: Mapped[int]
    moisture_max_bp: Mapped[int]
    impurity_bp: Mapped[int]
    impurity_std_bp: Mapped[int]
    total_g: Mapped[Quantity]
    total_fen: Mapped[Fen]
    state: Mapped[Code] = mapped_column(default=ReceiptState.posted.value)
    voucher_id: Mapped[int | None] = mapped_column(BigId)
    payable_id: Mapped[int | None] = mapped_column(BigId)
    clerk_id: Mapped[Id]
    reversal_id: Mapped[int | None] = mapped_column(BigId)
    reversed_by: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[Words] = mapped_column(default="")
    lines: Mapped[list[ReceiptLineRow]] = relationship(order_by="ReceiptLineRow.number", viewonly=True)


class LotRow(Tenanted, Base):
    """Grams of one grade under one code, with what they were bought for. `void`: its ticket was reversed."""

    __tablename__ = "lot"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "code"),
        tenant_fk("household_id", "household"),
        seller_side_fk("line_id", "order_line"),
        ForeignKeyConstraint(["product", "grade"], ["grade.product", "grade.code"]),
        CheckConstraint("kind IN ('household', 'delivery')", name="kind"),
        CheckConstraint("(kind = 'household') = (household_id IS NOT NULL)", name="whose"),
        CheckConstraint("quantity > 0 AND left_g >= 0 AND left_g <= quantity", name="left_g"),
        CheckConstraint("cost_fen >= 0 AND left_fen >= 0 AND left_fen <= cost_fen", name="left_fen"),
        CheckConstraint("left_g > 0 OR left_fen = 0", name="empty_costs_nothing"),
        CheckConstraint("NOT void OR left_g = 0", name="void_is_empty"),
        Index(None, "tenant_id", "line_id", "grade"),
    )

    id: Mapped[Pk]
    code: Mapped[Code]
    line_id: Mapped[Id]
    product: Mapped[Code]
    grade: Mapped[Code]
    kind: Mapped[Code]
    household_id: Mapped[int | None] = mapped_column(BigId)
    day: Mapped[Day]
    quantity: Mapped[Quantity]
    left_g: Mapped[Quantity]
    cost_fen: Mapped[Fen]
    left_fen: Mapped[Fen]
    void: Mapped[bool] = mapped_column(default=False)


class ReceiptLineRow(Tenanted, Base):
    """A grade of a ticket, with its figures as printed: settle_g x price = amount_fen."""

    __tablename__ = "receipt_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("receipt_id", "receipt"),
        tenant_fk("lot_id", "lot"),
        ForeignKeyConstraint(["product", "grade"], ["grade.product", "grade.code"]),
        UniqueConstraint("tenant_id", "receipt_id", "grade"),
        UniqueConstraint("tenant_id", "lot_id"),
        CheckConstraint("net_g > 0 AND settle_g > 0", name="weights"),
        CheckConstraint("price >= table_price AND price >= floor", name="price"),
        CheckConstraint("amount_fen > 0", name="amount"),
    )

    id: Mapped[Pk]
    receipt_id: Mapped[Id]
    number: Mapped[int]
    product: Mapped[Code]
    grade: Mapped[Code]
    net_g: Mapped[Quantity]
    settle_g: Mapped[Quantity]
    table_price: Mapped[Price]
    floor: Mapped[Price]
    price: Mapped[Price]
    amount_fen: Mapped[Fen]
    lot_id: Mapped[Id]


class LotSourceRow(Tenanted, Base):
    """So many grams of a household's lot are in a delivery lot."""

    __tablename__ = "lot_source"
    __table_args__ = (
        tenant_fk("child_id", "lot"),
        tenant_fk("parent_id", "lot"),
        UniqueConstraint("tenant_id", "child_id", "parent_id"),
        CheckConstraint("grams > 0 AND cost_fen >= 0", name="grams"),
        CheckConstraint("child_id <> parent_id", name="no_loop"),
        Index(None, "tenant_id", "parent_id"),
    )

    id: Mapped[Pk]
    child_id: Mapped[Id]
    parent_id: Mapped[Id]
    grams: Mapped[Quantity]
    cost_fen: Mapped[Fen]
