"""Leases of the collective's resources and assets (发包, 租赁): contract, money, the month's rent."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.accounting.models.depreciation import MonthRun, month_run
from coop.accounting.models.subledgers import TwoHands, two_hands
from coop.books.models import voucher_fk
from coop.kernel.db import Base, BigId, Code, Day, Fen, Id, Name, Pk, Tenanted, tenant_fk, tenant_key


class LeaseKind(StrEnum):
    """Land, forest or ponds contracted out (发包收入), or an asset let (租赁收入)."""

    contract = "contract"
    rent = "rent"


class LeaseMoveKind(StrEnum):
    """Rent received; deposit received; deposit given back."""

    receipt = "receipt"
    deposit = "deposit"
    deposit_back = "deposit_back"


class LeaseRow(Tenanted, Base):
    """A contract. `party` is a household's number, else the code of who is outside; `until` is its last day.

    `ended_on` is set where it ends early; `renews_id` is the contract it follows.
    """

    __tablename__ = "lease"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("household_id", "household"),
        tenant_fk("card_id", "asset_card"),
        tenant_fk("renews_id", "lease"),
        tenant_fk("resolution_id", "resolution"),
        UniqueConstraint("tenant_id", "renews_id"),
        CheckConstraint("kind IN ('contract', 'rent')", name="kind"),
        CheckConstraint("since < until AND months BETWEEN 1 AND 840", name="term"),
        CheckConstraint("ended_on IS NULL OR (ended_on >= since AND ended_on < until)", name="ended"),
        CheckConstraint("year_fen > 0 AND total_fen > 0 AND deposit_fen >= 0", name="amounts"),
        CheckConstraint("pay_months BETWEEN 1 AND 840", name="pay_months"),
        Index(None, "tenant_id", "entity_id"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    entity_id: Mapped[Id]
    kind: Mapped[Code]
    subject: Mapped[Name]
    household_id: Mapped[int | None] = mapped_column(BigId)
    party: Mapped[Code]
    card_id: Mapped[int | None] = mapped_column(BigId)
    since: Mapped[Day]
    until: Mapped[Day]
    months: Mapped[int]
    year_fen: Mapped[Fen]
    total_fen: Mapped[Fen]
    pay_months: Mapped[int]
    pay_first: Mapped[Day]
    deposit_fen: Mapped[Fen]
    resolution_id: Mapped[int | None] = mapped_column(BigId)
    renews_id: Mapped[int | None] = mapped_column(BigId)
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_why: Mapped[Name] = mapped_column(default="")
    maker_id: Mapped[Id]


class LeaseLimitRow(Tenanted, Base):
    """From a day on, a contract above this rent a year or longer than this needs a resolution that carried."""

    __tablename__ = "lease_limit"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "since"),
        CheckConstraint("year_fen >= 0 AND months >= 1", name="limit"),
    )

    id: Mapped[Pk]
    since: Mapped[Day]
    year_fen: Mapped[Fen]
    months: Mapped[int]


class LeaseMoveRow(TwoHands, Tenanted, Base):
    """Money of a lease. `due_fen` of a receipt paid rent that was due; the rest is rent received in advance."""

    __tablename__ = "lease_move"
    __table_args__ = (
        tenant_key(),
        tenant_fk("lease_id", "lease"),
        voucher_fk("voucher_id"),
        CheckConstraint("kind IN ('receipt', 'deposit', 'deposit_back')", name="kind"),
        CheckConstraint("fen > 0 AND due_fen >= 0 AND due_fen <= fen", name="amounts"),
        CheckConstraint("purse IN ('bank', 'cash')", name="purse"),
        *two_hands(),
        Index(None, "tenant_id", "lease_id"),
    )

    id: Mapped[Pk]
    lease_id: Mapped[Id]
    kind: Mapped[Code]
    day: Mapped[Day]
    fen: Mapped[Fen]
    due_fen: Mapped[Fen] = mapped_column(default=0)
    purse: Mapped[Code]


class RentRunRow(MonthRun, Tenanted, Base):
    __tablename__ = "rent_run"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        voucher_fk("voucher_id"),
        *month_run(),
    )

    id: Mapped[Pk]


class RentLineRow(Tenanted, Base):
    """What one lease earned in a month: out of what was paid in advance, and what falls due."""

    __tablename__ = "rent_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("run_id", "rent_run"),
        tenant_fk("lease_id", "lease"),
        UniqueConstraint("tenant_id", "run_id", "lease_id"),
        CheckConstraint("prepaid_fen >= 0 AND prepaid_fen + due_fen > 0", name="amounts"),
        Index(None, "tenant_id", "lease_id"),
    )

    id: Mapped[Pk]
    run_id: Mapped[Id]
    lease_id: Mapped[Id]
    prepaid_fen: Mapped[Fen]
    due_fen: Mapped[Fen]
