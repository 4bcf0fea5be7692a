"""Rows of the delivery, seen by both sides: shipments with papers and trace, the buyer's acceptance and claims.

Columns called grams hold base units: grams, or heads where the product is counted by head.

The buyer meets household codes and ticket numbers here, and nothing else of a household.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
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


class CertificateState(StrEnum):
    """A certificate that was wrong is voided and stays; it is never deleted."""

    valid = "valid"
    voided = "voided"


SHIPMENT_MOVES = Transitions(
    "发货单 shipment",
    {(ShipmentState.sent, ShipmentState.taken), (ShipmentState.taken, ShipmentState.closed)},
)
CERTIFICATE_MOVES = Transitions("合格证 certificate", {(CertificateState.valid, CertificateState.voided)})
ACCEPTANCE_MOVES = Transitions("验收单 acceptance", {(AcceptanceState.noted, AcceptanceState.agreed)})


class ShipmentRow(TwoSided, Base):
    """A lorry: what of an order left on a day, of all its products together."""

    __tablename__ = "shipment"
    __table_args__ = (
        sides_key(),
        UniqueConstraint("seller_id", "id"),
        UniqueConstraint("seller_id", "number"),
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


class CertificateRow(TwoSided, Base):
    """The promise of compliance (承诺达标合格证) a shipment leaves with: what is promised, and on what grounds.

    At least one ground of three holds. Of one shipment one certificate is valid at most; voided ones stay.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        sides_key(),
        sides_fk("shipment_id", "shipment"),
        UniqueConstraint("seller_id", "number"),
        CheckConstraint("by_control OR by_own_test OR by_outside_test", name="basis"),
        CheckConstraint("promise <> '' AND origin <> '' AND producer <> ''", name="words"),
        CheckConstraint("state IN ('valid', 'voided')", name="state"),
        CheckConstraint(
            "(state = 'voided') = (voided_on IS NOT NULL) AND (state = 'voided') = (void_reason <> '')",
            name="voided",
        ),
        Index(
            "uq_certificate_one_valid",
            "shipment_id",
            unique=True,
            sqlite_where=text("state = 'valid'"),
            postgresql_where=text("state = 'valid'"),
        ),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "seller"

    id: Mapped[Pk]
    shipment_id: Mapped[Id]
    number: Mapped[Code]
    day: Mapped[Day]
    producer: Mapped[Name]
    origin: Mapped[Name]
    contact: Mapped[Name] = mapped_column(default="")
    promise: Mapped[Words]
    promise_en: Mapped[Words]
    by_control: Mapped[bool]
    by_own_test: Mapped[bool]
    by_outside_test: Mapped[bool]
    state: Mapped[Code] = mapped_column(default=CertificateState.valid.value)
    voided_on: Mapped[date | None]
    void_reason: Mapped[Words] = mapped_column(default="")


class CertificateGoodsRow(TwoSided, Base):
    """A product on a certificate and how much of it, in base units."""

    __tablename__ = "certificate_goods"
    __table_args__ = (
        sides_fk("certificate_id", "certificate"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        UniqueConstraint("certificate_id", "product"),
        CheckConstraint("quantity > 0", name="quantity"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "seller"

    id: Mapped[Pk]
    certificate_id: Mapped[Id]
    product: Mapped[Code]
    quantity: Mapped[Quantity]


class QuarantineRow(TwoSided, Base):
    """The animal quarantine certificate (动物检疫证明) without which no heads leave. One covers one lorry."""

    __tablename__ = "quarantine"
    __table_args__ = (
        sides_fk("shipment_id", "shipment"),
        UniqueConstraint("shipment_id"),
        UniqueConstraint("seller_id", "number"),
        CheckConstraint("heads > 0", name="heads"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "seller"

    id: Mapped[Pk]
    shipment_id: Mapped[Id]
    number: Mapped[Code]
    day: Mapped[Day]
    heads: Mapped[Quantity]


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
    """What the buyer found on its own scale; one a shipment. `agreed_on` is when the seller agreed with it."""

    __tablename__ = "acceptance"
    __table_args__ = (
        sides_key(),
        UniqueConstraint("buyer_id", "number"),
        UniqueConstraint("shipment_id"),
        sides_fk("shipment_id", "shipment"),
        CheckConstraint("state IN ('noted', 'agreed')", name="state"),
        CheckConstraint("(state = 'agreed') = (agreed_on IS NOT NULL)", name="agreed_on"),
    )
    author: ClassVar[Literal["buyer", "seller", "either"]] = "buyer"

    id: Mapped[Pk]
    number: Mapped[Code]
    shipment_id: Mapped[Id]
    day: Mapped[Day]
    state: Mapped[Code] = mapped_column(default=AcceptanceState.noted.value)
    note: Mapped[Words] = mapped_column(default="")
    agreed_on: Mapped[date | None]


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
