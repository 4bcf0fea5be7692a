"""Rows of the growing, all the village's own: agreements, input stock, what was issued, the field log, findings."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.books.models import voucher_fk
from coop.kernel.db import (
    Base,
    BigId,
    Code,
    Day,
    Fen,
    Id,
    Instant,
    Name,
    Pk,
    Tenanted,
    Words,
    tenant_fk,
    tenant_key,
)
from coop.kernel.states import Transitions


class SignedVia(StrEnum):
    paper = "paper"
    phone = "phone"


class IssueState(StrEnum):
    posted = "posted"
    reversed = "reversed"


ISSUE_MOVES = Transitions("投入品发放单 input issue", {(IssueState.posted, IssueState.reversed)})


class AgreementRow(Tenanted, Base):
    """What a household and an entity agreed for a product and season; its text is frozen, `digest` its hash."""

    __tablename__ = "growing_agreement"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("household_id", "household"),
        tenant_fk("signer_id", "member"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "entity_id", "household_id", "product", "season"),
        CheckConstraint("via IN ('paper', 'phone')", name="via"),
        CheckConstraint("fee_bp BETWEEN 0 AND 10000 AND set_off_bp BETWEEN 0 AND 10000", name="shares"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    entity_id: Mapped[Id]
    household_id: Mapped[Id]
    signer_id: Mapped[Id]
    product: Mapped[Code]
    season: Mapped[Code]
    standard: Mapped[str | None] = mapped_column(ForeignKey("production_standard.code"))
    fee_bp: Mapped[int]
    set_off_bp: Mapped[int]
    text: Mapped[Words]
    text_en: Mapped[Words]
    digest: Mapped[str] = mapped_column()
    day: Mapped[Day]
    via: Mapped[Code]
    user_id: Mapped[Id]
    at: Mapped[Instant]


class InputStockRow(Tenanted, Base):
    """What an entity holds of an input, counted, and what it cost (moving average)."""

    __tablename__ = "input_stock"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        ForeignKeyConstraint(["code"], ["input_item.code"]),
        UniqueConstraint("tenant_id", "entity_id", "code"),
        CheckConstraint("count >= 0 AND value_fen >= 0", name="stock"),
        CheckConstraint("count > 0 OR value_fen = 0", name="empty"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    code: Mapped[Code]
    count: Mapped[int] = mapped_column(default=0)
    value_fen: Mapped[Fen] = mapped_column(default=0)


class InputPurchaseRow(Tenanted, Base):
    """Inputs bought for the stock, paid from the bank."""

    __tablename__ = "input_purchase"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("stock_id", "input_stock"),
        voucher_fk("voucher_id"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("count > 0 AND cost_fen > 0", name="positive"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    entity_id: Mapped[Id]
    stock_id: Mapped[Id]
    code: Mapped[Code]
    count: Mapped[int]
    cost_fen: Mapped[Fen]
    supplier: Mapped[Name] = mapped_column(default="")
    day: Mapped[Day]
    user_id: Mapped[Id]
    voucher_id: Mapped[int | None] = mapped_column(BigId)


class InputIssueRow(Tenanted, Base):
    """Inputs handed to households on credit: one sheet, one summary voucher, one due a household."""

    __tablename__ = "input_issue"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        ForeignKeyConstraint(["product"], ["product.code"]),
        voucher_fk("voucher_id"),
        voucher_fk("reversal_id"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("total_fen > 0 AND cost_fen >= 0", name="totals"),
        CheckConstraint("state IN ('posted', 'reversed')", name="state"),
        CheckConstraint("(state = 'reversed') = (reversal_id IS NOT NULL)", name="reversal"),
        CheckConstraint("reversed_by IS NULL OR reversed_by <> user_id", name="two_persons"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    entity_id: Mapped[Id]
    product: Mapped[Code]
    season: Mapped[Code]
    day: Mapped[Day]
    total_fen: Mapped[Fen]
    cost_fen: Mapped[Fen]
    state: Mapped[Code] = mapped_column(default=IssueState.posted.value)
    user_id: Mapped[Id]
    voucher_id: Mapped[int | None] = mapped_column(BigId)
    reversal_id: Mapped[int | None] = mapped_column(BigId)
    reversed_by: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[Words] = mapped_column(default="")
    lines: Mapped[list[InputIssueLineRow]] = relationship(order_by="InputIssueLineRow.id", viewonly=True)


class InputIssueLineRow(Tenanted, Base):
    """One household's units of one input on a sheet: count x price = amount; cost by moving average."""

    __tablename__ = "input_issue_line"
    __table_args__ = (
        tenant_fk("issue_id", "input_issue"),
        tenant_fk("agreement_id", "growing_agreement"),
        tenant_fk("household_id", "household"),
        tenant_fk("stock_id", "input_stock"),
        UniqueConstraint("tenant_id", "issue_id", "household_id", "code"),
        CheckConstraint("count > 0 AND price_fen > 0 AND cost_fen >= 0", name="positive"),
        CheckConstraint("amount_fen = count * price_fen", name="amount"),
        Index(None, "tenant_id", "household_id"),
        Index(None, "tenant_id", "stock_id"),
    )

    id: Mapped[Pk]
    issue_id: Mapped[Id]
    agreement_id: Mapped[Id]
    household_id: Mapped[Id]
    stock_id: Mapped[Id]
    code: Mapped[Code]
    count: Mapped[int]
    price_fen: Mapped[Fen]
    amount_fen: Mapped[Fen]
    cost_fen: Mapped[Fen]


class FieldLogRow(Tenanted, Base):
    """One entry of the field log (生产记录), kept as written: a wrong one is answered by another entry."""

    __tablename__ = "field_log"
    __table_args__ = (
        tenant_key(),
        tenant_fk("allocation_id", "allocation"),
        ForeignKeyConstraint(["input_code"], ["input_item.code"]),
        CheckConstraint("kind IN ('plant', 'care', 'input', 'pest', 'harvest', 'other')", name="kind"),
        CheckConstraint("(kind = 'input') = (input_code IS NOT NULL)", name="input_named"),
        Index(None, "tenant_id", "allocation_id"),
    )

    id: Mapped[Pk]
    allocation_id: Mapped[Id]
    kind: Mapped[Code]
    day: Mapped[Day]
    text: Mapped[Words]
    input_code: Mapped[str | None] = mapped_column()
    own: Mapped[bool]
    user_id: Mapped[Id]
    at: Mapped[Instant]


class FindingRow(Tenanted, Base):
    """What an inspection found at a control point; the newest finding of a point stands."""

    __tablename__ = "inspection_finding"
    __table_args__ = (
        tenant_key(),
        tenant_fk("allocation_id", "allocation"),
        ForeignKeyConstraint(["standard", "point"], ["control_point.standard", "control_point.code"]),
        CheckConstraint("passed OR note <> ''", name="failed_says_why"),
        Index(None, "tenant_id", "allocation_id"),
    )

    id: Mapped[Pk]
    allocation_id: Mapped[Id]
    standard: Mapped[Code]
    point: Mapped[Code]
    passed: Mapped[bool]
    note: Mapped[Words]
    day: Mapped[date]
    user_id: Mapped[Id]
    at: Mapped[Instant]
