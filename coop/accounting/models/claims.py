"""Expense claims (报账): a bundle of receipts a post hands in, coded by the accountant, booked by another person."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coop.books.models import voucher_fk
from coop.kernel.db import Base, BigId, Code, Day, Fen, Id, Name, Pk, Tenanted, tenant_fk, tenant_key

HAS_INVOICE = "invoice <> ''"


class ExpenseState(StrEnum):
    draft = "draft"
    submitted = "submitted"
    returned = "returned"
    coded = "coded"
    booked = "booked"


class ExpenseKind(StrEnum):
    """What the money went for, in the claimant's words; the accountant chooses the account."""

    office = "office"
    travel = "travel"
    utilities = "utilities"
    repair = "repair"
    transport = "transport"
    materials = "materials"
    welfare = "welfare"
    other = "other"


class PaidFrom(StrEnum):
    """Who paid the receipts: the post's petty cash, the till, the bank, or the claimant, who is owed it."""

    petty = "petty"
    cash = "cash"
    bank = "bank"
    owed = "owed"


class ExpenseClaimRow(Tenanted, Base):
    """`round` counts how often it was booked: taken back, it may be booked anew under another source."""

    __tablename__ = "expense_claim"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("holder_id", "petty_holder"),
        voucher_fk("voucher_id"),
        CheckConstraint("state IN ('draft', 'submitted', 'returned', 'coded', 'booked')", name="state"),
        CheckConstraint("paid_from IN ('', 'petty', 'cash', 'bank', 'owed')", name="paid_from"),
        CheckConstraint("(state = 'booked') = (voucher_id IS NOT NULL)", name="voucher"),
        CheckConstraint(
            "state <> 'booked' OR (coder_id IS NOT NULL AND checker_id IS NOT NULL AND checker_id <> coder_id "
            "AND checker_id <> claimant_id)",
            name="two_persons",
        ),
        Index(None, "tenant_id", "entity_id", "state"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    entity_id: Mapped[Id]
    holder_id: Mapped[Id]
    title: Mapped[Name]
    state: Mapped[Code] = mapped_column(default=ExpenseState.draft.value)
    round: Mapped[int] = mapped_column(default=1)
    opened_on: Mapped[Day]
    booked_on: Mapped[date | None]
    paid_from: Mapped[Code] = mapped_column(default="")
    claimant_id: Mapped[Id]
    coder_id: Mapped[int | None] = mapped_column(BigId)
    checker_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[Name] = mapped_column(default="")
    voucher_id: Mapped[int | None] = mapped_column(BigId)


class ExpenseLineRow(Tenanted, Base):
    """One receipt. An invoice number is claimed once in a village."""

    __tablename__ = "expense_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("claim_id", "expense_claim"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint(
            "kind IN ('office', 'travel', 'utilities', 'repair', 'transport', 'materials', 'welfare', 'other')",
            name="kind",
        ),
        Index(
            "uq_expense_line_invoice",
            "tenant_id",
            "invoice",
            unique=True,
            postgresql_where=text(HAS_INVOICE),
            sqlite_where=text(HAS_INVOICE),
        ),
        Index(None, "tenant_id", "claim_id"),
    )

    id: Mapped[Pk]
    claim_id: Mapped[Id]
    day: Mapped[Day]
    purpose: Mapped[Name]
    kind: Mapped[Code]
    amount_fen: Mapped[Fen]
    invoice: Mapped[Code] = mapped_column(default="")
    account: Mapped[str] = mapped_column(default="")
