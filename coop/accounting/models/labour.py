"""Casual labour: sheets of days worked, accrued for the households and paid."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.books.models import voucher_fk
from coop.kernel.db import Base, BigId, Code, Day, Fen, Id, Name, Pk, Tenanted, tenant_fk, tenant_key


class LabourState(StrEnum):
    """`handed`: waits for the second person to accrue it; `asked`: its payment waits for one."""

    draft = "draft"
    handed = "handed"
    accrued = "accrued"
    asked = "asked"
    paid = "paid"


class LabourSheetRow(Tenanted, Base):
    """The days a team worked; `account` takes the cost (401, 513 or 153 and what is below them)."""

    __tablename__ = "labour_sheet"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        tenant_fk("entity_id", "legal_entity"),
        voucher_fk("voucher_id"),
        voucher_fk("pay_voucher_id"),
        CheckConstraint("state IN ('draft', 'handed', 'accrued', 'asked', 'paid')", name="state"),
        CheckConstraint("purse IN ('', 'bank', 'cash')", name="purse"),
        CheckConstraint("(state IN ('accrued', 'asked', 'paid')) = (voucher_id IS NOT NULL)", name="voucher"),
        CheckConstraint("(state = 'paid') = (pay_voucher_id IS NOT NULL)", name="pay_voucher"),
        CheckConstraint(
            "voucher_id IS NULL OR (checker_id IS NOT NULL AND checker_id <> maker_id)", name="two_persons"
        ),
        CheckConstraint(
            "pay_voucher_id IS NULL OR (pay_checker_id IS NOT NULL AND pay_checker_id <> pay_maker_id)",
            name="pay_two_persons",
        ),
        Index(None, "tenant_id", "entity_id", "state"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    entity_id: Mapped[Id]
    team: Mapped[Name]
    day: Mapped[Day]
    account: Mapped[str] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default=LabourState.draft.value)
    reason: Mapped[Name] = mapped_column(default="")
    maker_id: Mapped[Id]
    checker_id: Mapped[int | None] = mapped_column(BigId)
    voucher_id: Mapped[int | None] = mapped_column(BigId)
    pay_day: Mapped[date | None]
    purse: Mapped[Code] = mapped_column(default="")
    pay_maker_id: Mapped[int | None] = mapped_column(BigId)
    pay_checker_id: Mapped[int | None] = mapped_column(BigId)
    pay_voucher_id: Mapped[int | None] = mapped_column(BigId)


class LabourLineRow(Tenanted, Base):
    """One household's days at a rate: tenths of a day, fen a day, rounded once."""

    __tablename__ = "labour_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("sheet_id", "labour_sheet"),
        tenant_fk("household_id", "household"),
        CheckConstraint("tenths > 0 AND rate_fen > 0 AND amount_fen > 0", name="amounts"),
        Index(None, "tenant_id", "sheet_id"),
    )

    id: Mapped[Pk]
    sheet_id: Mapped[Id]
    household_id: Mapped[Id]
    day: Mapped[Day]
    tenths: Mapped[int]
    rate_fen: Mapped[Fen]
    amount_fen: Mapped[Fen]
