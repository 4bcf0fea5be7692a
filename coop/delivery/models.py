"""Rows of the delivery, seen by both sides: shipments with their trace, the buyer's acceptance and claims.

The buyer meets household codes and ticket numbers here, and nothing else of a household.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.kernel.db import Base, Code, Day, Id, Name, Pk, Quantity, TwoSided, Words, sides_fk, sides_key
from coop.kernel.states import Transitions


class ShipmentState(StrEnum):
    """`taken`: the buyer has weighed it. `closed`: the seller agrees with what was weighed."""

    sent = "sent"
    taken = "taken"
    closed = "closed"


class AcceptanceState(StrEnum):
    noted = "noted"
    agreed = "agreed"


SHIPMENT_MOVES = Transitions(
    "发货单 shipment",
    {(ShipmentState.sent, ShipmentState.taken), (ShipmentState.taken, ShipmentState.closed)},
)
ACCEPTANCE_MOVES = Transitions("验收单 acceptance", {(AcceptanceState.noted, AcceptanceState.agreed)})


class ShipmentRow(TwoSided, Base):
    """A lorry: what of an order left on a day. `certificate_no` is the 承诺达标合格证 that goes with it."""

    __tablename__ = "shipment"
    __table_args__ = (
        sides_key(),
        UniqueConstraint("seller_id", "id"),
        UniqueConstraint("seller_id", "number"),
        UniqueConstraint("seller_id", "certificate_no"),
        sides_fk("part_id", "order_part"),
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint("state IN ('sent', 'taken', 'closed')", name="state"),
        Index(None, "part_id"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "seller"

    id: Mapped[Pk]
    number: Mapped[Code]
    part_id: Mapped[Id]
    day: Mapped[Day]
    vehicle: Mapped[Name]
    certificate_no: Mapped[Code]
    state: Mapped[Code] = mapped_column(default=ShipmentState.sent.value)
    grams: Mapped[Quantity]
    lines: Mapped[list[ShipmentLineRow]] = relationship(
        order_by="ShipmentLineRow.id",
        viewonly=True,
        primaryjoin="ShipmentRow.id == foreign(ShipmentLineRow.shipment_id)",
    )


class ShipmentLineRow(TwoSided, Base):
    """A delivery lot on the lorry."""

    __tablename__ = "shipment_line"
    __table_args__ = (
        sides_key(),
        sides_fk("shipment_id", "shipment"),
        sides_fk("line_id", "order_line"),
        ForeignKeyConstraint(["product", "grade"], ["grade.product", "grade.code"]),
        UniqueConstraint("seller_id", "lot_code"),
        CheckConstraint("grams > 0", name="grams"),
        Index(None, "shipment_id"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "seller"

    id: Mapped[Pk]
    shipment_id: Mapped[Id]
    line_id: Mapped[Id]
    product: Mapped[Code]
    grade: Mapped[Code]
    lot_code: Mapped[Code]
    grams: Mapped[Quantity]


class TraceRow(TwoSided, Base):
    """Where the grams of a lot come from: a household's code and a ticket's number."""

    __tablename__ = "trace"
    __table_args__ = (
        sides_fk("shipment_id", "shipment"),
        sides_fk("shipment_line_id", "shipment_line"),
        CheckConstraint("grams > 0", name="grams"),
        UniqueConstraint("seller_id", "shipment_line_id", "source_lot"),
        Index(None, "shipment_id"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "seller"

    id: Mapped[Pk]
    shipment_id: Mapped[Id]
    shipment_line_id: Mapped[Id]
    lot_code: Mapped[Code]
    source_lot: Mapped[Code]
    household_code: Mapped[Code]
    receipt_number: Mapped[Code]
    grams: Mapped[Quantity]


class AcceptanceRow(TwoSided, Base):
    """What the buyer found on its own scale; one a shipment."""

    __tablename__ = "acceptance"
    __table_args__ = (
        sides_key(),
        UniqueConstraint("buyer_id", "number"),
        UniqueConstraint("shipment_id"),
        sides_fk("shipment_id", "shipment"),
        CheckConstraint("state IN ('noted', 'agreed')", name="state"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "buyer"

    id: Mapped[Pk]
    number: Mapped[Code]
    shipment_id: Mapped[Id]
    day: Mapped[Day]
    state: Mapped[Code] = mapped_column(default=AcceptanceState.noted.value)
    note: Mapped[Words] = mapped_column(default="")


class AcceptanceLineRow(TwoSided, Base):
    """A lot as accepted; `claim_g` is what was sent and not accepted, with the reason."""

    __tablename__ = "acceptance_line"
    __table_args__ = (
        sides_fk("acceptance_id", "acceptance"),
        sides_fk("shipment_line_id", "shipment_line"),
        UniqueConstraint("shipment_line_id"),
        CheckConstraint("grams >= 0 AND claim_g >= 0 AND grams + claim_g > 0", name="grams"),
        CheckConstraint("claim_g = 0 OR reason <> ''", name="claim_with_reason"),
        Index(None, "acceptance_id"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "buyer"

    id: Mapped[Pk]
    acceptance_id: Mapped[Id]
    shipment_line_id: Mapped[Id]
    grams: Mapped[Quantity]
    claim_g: Mapped[Quantity]
    reason: Mapped[Words] = mapped_column(default="")
