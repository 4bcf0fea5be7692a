"""Rows of the purchase, all the seller's own: scales, weigh tickets and sheets of them, lots and their sources."""

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


class SheetRow(Tenanted, Base):
    """The tickets of one scale and day, posted with one summary voucher. `digest` is what was keyed in."""

    __tablename__ = "weigh_sheet"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "digest"),
        UniqueConstraint("tenant_id", "voucher_id"),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("scale_id", "scale"),
        voucher_fk("voucher_id"),
        CheckConstraint("slips > 0 AND total_fen > 0", name="totals"),
        Index(None, "tenant_id", "day"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    digest: Mapped[str] = mapped_column()
    entity_id: Mapped[Id]
    scale_id: Mapped[Id]
    day: Mapped[Day]
    slips: Mapped[int]
    total_fen: Mapped[Fen]
    fee_fen: Mapped[Fen]
    set_off_fen: Mapped[Fen]
    payable_fen: Mapped[Fen]
    voucher_id: Mapped[int | None] = mapped_column(BigId)
    clerk_id: Mapped[Id]


class ReceiptRow(Tenanted, Base):
    """A weigh ticket. It is posted with its voucher and its payable; a wrong one is reversed, never changed.

    The quality limits and the terms are those of the day, kept so that the printed formula stays what it was.
    `total_g` counts heads where the product is counted by head. `voucher_line` credits `total_fen` to the
    household, `fee_line` (0: none) takes the fee off; on a sheet's voucher they are this ticket's alone.
    payable = total - fee - set-off; a ticket that is set off whole owes nothing and has no payable.
    `member`: the household was a member of the buying cooperative that day; it decides the account and patronage.
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
        tenant_fk("sheet_id", "weigh_sheet"),
        seller_side_fk("part_id", "order_part"),
        seller_side_fk("line_id", "order_line"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        voucher_fk("voucher_id"),
        voucher_fk("reversal_id"),
        UniqueConstraint("tenant_id", "voucher_id", "voucher_line"),
        UniqueConstraint("tenant_id", "payable_id"),
        CheckConstraint("0 <= tare_g AND tare_g < gross_g", name="weights"),
        CheckConstraint("moisture_bp BETWEEN 0 AND moisture_max_bp", name="moisture"),
        CheckConstraint("impurity_bp BETWEEN 0 AND 10000", name="impurity"),
        CheckConstraint("total_g > 0 AND total_fen > 0", name="totals"),
        CheckConstraint("fee_bp BETWEEN 0 AND 10000 AND set_off_bp BETWEEN 0 AND 10000", name="terms"),
        CheckConstraint("fee_fen >= 0 AND payable_fen >= 0", name="deductions"),
        CheckConstraint("0 <= set_off_fen AND set_off_fen <= due_before_fen", name="set_off"),
        CheckConstraint("state IN ('posted', 'reversed')", name="state"),
        CheckConstraint("(state = 'reversed') = (reversal_id IS NOT NULL)", name="reversal"),
        CheckConstraint("reversed_by IS NULL OR reversed_by <> clerk_id", name="two_persons"),
        Index(None, "tenant_id", "household_id"),
        Index(None, "tenant_id", "line_id"),
        Index(None, "tenant_id", "sheet_id"),
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
    member: Mapped[bool] = mapped_column(default=True)
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
    fee_bp: Mapped[int] = mapped_column(default=0)
    fee_fen: Mapped[Fen] = mapped_column(default=0)
    set_off_bp: Mapped[int] = mapped_column(default=0)
    due_before_fen: Mapped[Fen] = mapped_column(default=0)
    set_off_fen: Mapped[Fen] = mapped_column(default=0)
    payable_fen: Mapped[Fen]
    state: Mapped[Code] = mapped_column(default=ReceiptState.posted.value)
    sheet_id: Mapped[int | None] = mapped_column(BigId)
    voucher_id: Mapped[int | None] = mapped_column(BigId)
    voucher_line: Mapped[int] = mapped_column(default=0)
    fee_line: Mapped[int] = mapped_column(default=0)
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
    """A grade of a ticket, with its figures as printed: settle_g x price = amount_fen.

    `net_g` and `settle_g` count heads where the product is counted by head; the average live weight then had to
    lie between the grade's bounds of the day (0 and 0: not asked).
    """

    __tablename__ = "receipt_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("receipt_id", "receipt"),
        tenant_fk("lot_id", "lot"),
        ForeignKeyConstraint(["product", "grade"], ["grade.product", "grade.code"]),
        UniqueConstraint("tenant_id", "receipt_id", "grade"),
        UniqueConstraint("tenant_id", "lot_id"),
        CheckConstraint("net_g > 0 AND settle_g > 0", name="weights"),
        CheckConstraint("0 <= live_min_g AND live_min_g <= live_max_g", name="live"),
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
    live_min_g: Mapped[Quantity] = mapped_column(default=0)
    live_max_g: Mapped[Quantity] = mapped_column(default=0)
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
