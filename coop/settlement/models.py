"""Rows of the settlement: bills and payments both sides see; the goods' cost is the seller's own."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal

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
    TwoSided,
    seller_side_fk,
    sides_fk,
    sides_key,
    tenant_fk,
)
from coop.kernel.states import Transitions


class SaleState(StrEnum):
    open = "open"
    paid = "paid"


class PaymentState(StrEnum):
    """`advised`: the buyer says it has paid. `received`: the seller found it on the bank statement."""

    advised = "advised"
    received = "received"


SALE_MOVES = Transitions("结算单 bill", {(SaleState.open, SaleState.paid)})
ADVANCE_MOVES = Transitions("预付款 advance", {(PaymentState.advised, PaymentState.received)})
PAYMENT_MOVES = Transitions("付款 payment", {(PaymentState.advised, PaymentState.received)})


class SaleRow(TwoSided, Base):
    """The bill of an agreed acceptance. `claim_fen` is what the agreed claims took off it.

    `paid_fen` is all that is settled; `set_off_fen` is what of it came from the advance.
    """

    __tablename__ = "sale"
    __table_args__ = (
        sides_key(),
        UniqueConstraint("seller_id", "id"),
        UniqueConstraint("seller_id", "number"),
        UniqueConstraint("acceptance_id"),
        sides_fk("acceptance_id", "acceptance"),
        sides_fk("shipment_id", "shipment"),
        sides_fk("part_id", "order_part"),
        CheckConstraint("amount_fen >= 0 AND claim_fen >= 0", name="amounts"),
        CheckConstraint("paid_fen >= 0 AND paid_fen <= amount_fen", name="paid_within"),
        CheckConstraint("set_off_fen >= 0 AND set_off_fen <= paid_fen", name="set_off_within"),
        CheckConstraint("state IN ('open', 'paid')", name="state"),
        CheckConstraint("(state = 'paid') = (paid_fen = amount_fen)", name="paid_in_full"),
        Index(None, "part_id"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "seller"

    id: Mapped[Pk]
    number: Mapped[Code]
    acceptance_id: Mapped[Id]
    shipment_id: Mapped[Id]
    part_id: Mapped[Id]
    day: Mapped[Day]
    due_day: Mapped[Day]
    amount_fen: Mapped[Fen]
    claim_fen: Mapped[Fen]
    set_off_fen: Mapped[Fen] = mapped_column(default=0)
    paid_fen: Mapped[Fen] = mapped_column(default=0)
    state: Mapped[Code] = mapped_column(default=SaleState.open.value)
    lines: Mapped[list[SaleLineRow]] = relationship(
        order_by="SaleLineRow.id", viewonly=True, primaryjoin="SaleRow.id == foreign(SaleLineRow.sale_id)"
    )

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.paid_fen


class SaleLineRow(TwoSided, Base):
    """A lot on the bill: accepted grams x price = amount."""

    __tablename__ = "sale_line"
    __table_args__ = (
        sides_fk("sale_id", "sale"),
        sides_fk("shipment_line_id", "shipment_line"),
        ForeignKeyConstraint(["product", "grade"], ["grade.product", "grade.code"]),
        UniqueConstraint("shipment_line_id"),
        CheckConstraint("grams >= 0 AND claim_g >= 0", name="grams"),
        CheckConstraint("price >= 0 AND amount_fen >= 0 AND claim_fen >= 0", name="amounts"),
        Index(None, "sale_id"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "seller"

    id: Mapped[Pk]
    sale_id: Mapped[Id]
    shipment_line_id: Mapped[Id]
    product: Mapped[Code]
    grade: Mapped[Code]
    grams: Mapped[Quantity]
    claim_g: Mapped[Quantity]
    price: Mapped[Price]
    amount_fen: Mapped[Fen]
    claim_fen: Mapped[Fen]


class SaleCostRow(Tenanted, Base):
    """What the goods of a bill were bought for. Not two-sided: the buyer never learns the margin."""

    __tablename__ = "sale_cost"
    __table_args__ = (
        seller_side_fk("sale_id", "sale"),
        tenant_fk("entity_id", "legal_entity"),
        voucher_fk("voucher_id"),
        UniqueConstraint("tenant_id", "sale_id"),
        CheckConstraint("cost_fen >= 0", name="cost"),
    )

    id: Mapped[Pk]
    sale_id: Mapped[Id]
    entity_id: Mapped[Id]
    cost_fen: Mapped[Fen]
    voucher_id: Mapped[int | None] = mapped_column(BigId)


class PaymentRow(TwoSided, Base):
    """Money for a bill: advised by the buyer, received by the seller. A bank reference counts once."""

    __tablename__ = "payment"
    __table_args__ = (
        sides_key(),
        UniqueConstraint("buyer_id", "number"),
        UniqueConstraint("sale_id", "bank_reference"),
        sides_fk("sale_id", "sale"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("state IN ('advised', 'received')", name="state"),
        CheckConstraint("(state = 'received') = (received_on IS NOT NULL)", name="received_on"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "buyer"

    id: Mapped[Pk]
    number: Mapped[Code]
    sale_id: Mapped[Id]
    day: Mapped[Day]
    amount_fen: Mapped[Fen]
    bank_reference: Mapped[Name]
    state: Mapped[Code] = mapped_column(default=PaymentState.advised.value)
    received_on: Mapped[date | None]


class AdvanceRow(TwoSided, Base):
    """Money the buyer paid before delivery: advised by the buyer, received by the seller, set off by bills."""

    __tablename__ = "advance"
    __table_args__ = (
        sides_key(),
        UniqueConstraint("buyer_id", "number"),
        UniqueConstraint("part_id", "bank_reference"),
        sides_fk("part_id", "order_part"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("set_off_fen >= 0 AND set_off_fen <= amount_fen", name="set_off_within"),
        CheckConstraint("state IN ('advised', 'received')", name="state"),
        CheckConstraint("(state = 'received') = (received_on IS NOT NULL)", name="received_on"),
        CheckConstraint("state = 'received' OR set_off_fen = 0", name="received_first"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "buyer"

    id: Mapped[Pk]
    number: Mapped[Code]
    part_id: Mapped[Id]
    day: Mapped[Day]
    amount_fen: Mapped[Fen]
    bank_reference: Mapped[Name]
    state: Mapped[Code] = mapped_column(default=PaymentState.advised.value)
    received_on: Mapped[date | None]
    set_off_fen: Mapped[Fen] = mapped_column(default=0)

    @property
    def left_fen(self) -> int:
        """What is received and not set off yet."""
        return self.amount_fen - self.set_off_fen if self.state == PaymentState.received else 0


class SetOffRow(TwoSided, Base):
    """So much of an advance was set off by a bill."""

    __tablename__ = "advance_set_off"
    __table_args__ = (
        sides_fk("advance_id", "advance"),
        sides_fk("sale_id", "sale"),
        UniqueConstraint("advance_id", "sale_id"),
        CheckConstraint("amount_fen > 0", name="amount"),
        Index(None, "sale_id"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "seller"

    id: Mapped[Pk]
    advance_id: Mapped[Id]
    sale_id: Mapped[Id]
    amount_fen: Mapped[Fen]
