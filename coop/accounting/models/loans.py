"""Loans: mutual-aid loans to members, loans received; their dated rates, repayments and accruals."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.accounting.models.subledgers import TwoHands, two_hands
from coop.books.models import voucher_fk
from coop.kernel.db import Base, BigId, Code, Day, Fen, Id, Name, Pk, Tenanted, tenant_fk, tenant_key


class LoanKind(StrEnum):
    """Lent to a member; received for up to a year, or for longer."""

    lent = "lent"
    short = "short"
    long = "long"


class LoanMoveKind(StrEnum):
    repay = "repay"
    accrue = "accrue"


class LoanRow(TwoHands, Tenanted, Base):
    """A loan and its terms; `done` means paid out (or received), and its voucher is that one.

    `party` is the household's number of a member, else the lender's code.
    """

    __tablename__ = "loan"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("household_id", "household"),
        voucher_fk("voucher_id"),
        CheckConstraint("kind IN ('lent', 'short', 'long')", name="kind"),
        CheckConstraint("(kind = 'lent') = (household_id IS NOT NULL)", name="borrower"),
        CheckConstraint("method IN ('equal_principal', 'equal_instalment', 'bullet')", name="method"),
        CheckConstraint("day_count IN ('act_365', 'act_360', 'thirty_360')", name="day_count"),
        CheckConstraint("principal_fen > 0 AND periods BETWEEN 1 AND 360", name="terms"),
        *two_hands(),
        Index(None, "tenant_id", "entity_id", "kind"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    entity_id: Mapped[Id]
    kind: Mapped[Code]
    household_id: Mapped[int | None] = mapped_column(BigId)
    party: Mapped[Code]
    purpose: Mapped[Name]
    principal_fen: Mapped[Fen]
    start: Mapped[Day]
    periods: Mapped[int]
    method: Mapped[Code]
    day_count: Mapped[Code]


class LoanRateRow(Tenanted, Base):
    """The yearly rate of a loan in 1/10000 from a day on."""

    __tablename__ = "loan_rate"
    __table_args__ = (
        tenant_key(),
        tenant_fk("loan_id", "loan"),
        UniqueConstraint("tenant_id", "loan_id", "since"),
        CheckConstraint("rate BETWEEN 0 AND 10000", name="rate"),
    )

    id: Mapped[Pk]
    loan_id: Mapped[Id]
    since: Mapped[Day]
    rate: Mapped[int]


class LoanMoveRow(TwoHands, Tenanted, Base):
    """A repayment (interest first, then principal) or an accrual of interest; `accrued_fen`: paid out of accruals."""

    __tablename__ = "loan_move"
    __table_args__ = (
        tenant_key(),
        tenant_fk("loan_id", "loan"),
        voucher_fk("voucher_id"),
        CheckConstraint("kind IN ('repay', 'accrue')", name="kind"),
        CheckConstraint("interest_fen >= 0 AND principal_fen >= 0", name="amounts"),
        CheckConstraint("interest_fen + principal_fen > 0", name="something"),
        CheckConstraint("accrued_fen >= 0 AND accrued_fen <= interest_fen", name="accrued"),
        CheckConstraint("kind = 'repay' OR (principal_fen = 0 AND accrued_fen = 0)", name="accrual"),
        *two_hands(),
        Index(None, "tenant_id", "loan_id"),
    )

    id: Mapped[Pk]
    loan_id: Mapped[Id]
    kind: Mapped[Code]
    day: Mapped[Day]
    interest_fen: Mapped[Fen]
    principal_fen: Mapped[Fen] = mapped_column(default=0)
    accrued_fen: Mapped[Fen] = mapped_column(default=0)
