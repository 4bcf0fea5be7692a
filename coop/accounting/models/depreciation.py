"""Depreciation runs: a book and month, a line a card. What both kinds of month runs share is here."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from coop.accounting.models.subledgers import TwoHands, two_hands
from coop.books.models import voucher_fk
from coop.kernel.db import Base, Code, Fen, Id, Pk, Tenanted, tenant_fk, tenant_key


class MonthRun(TwoHands):
    """A run over a book and month. One that was sent back or reversed leaves the month open for the next `attempt`."""

    entity_id: Mapped[Id]
    year: Mapped[int]
    month: Mapped[int]
    attempt: Mapped[int]
    total_fen: Mapped[Fen]


def month_run() -> tuple[UniqueConstraint | CheckConstraint, ...]:
    """The constraints of `MonthRun`; the references are added by the table."""
    return (
        UniqueConstraint("tenant_id", "entity_id", "year", "month", "attempt"),
        CheckConstraint("month BETWEEN 1 AND 12 AND attempt >= 1", name="month"),
        CheckConstraint("total_fen > 0", name="total"),
        *two_hands(),
    )


class DepreciationRunRow(MonthRun, Tenanted, Base):
    __tablename__ = "depreciation_run"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        voucher_fk("voucher_id"),
        *month_run(),
    )

    id: Mapped[Pk]


class DepreciationLineRow(Tenanted, Base):
    """What one card is charged in a run."""

    __tablename__ = "depreciation_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("run_id", "depreciation_run"),
        tenant_fk("card_id", "asset_card"),
        UniqueConstraint("tenant_id", "run_id", "card_id"),
        CheckConstraint("fen > 0", name="fen"),
        Index(None, "tenant_id", "card_id"),
    )

    id: Mapped[Pk]
    run_id: Mapped[Id]
    card_id: Mapped[Id]
    expense: Mapped[Code]
    contra: Mapped[Code]
    fen: Mapped[Fen]
