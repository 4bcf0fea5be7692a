"""Vouchers waiting for a second person, and requests to reopen a period."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coop.books.models import voucher_fk
from coop.kernel.db import Base, BigId, Code, Day, Id, Name, Pk, Tenanted, tenant_fk, tenant_key


class DraftState(StrEnum):
    draft = "draft"
    posted = "posted"
    refused = "refused"


class RequestState(StrEnum):
    asked = "asked"
    done = "done"
    refused = "refused"


class DraftRow(Tenanted, Base):
    """A manual voucher, or the reversal of one, before the checker has seen it.

    `lines` is a list of `{"account", "debit_fen", "credit_fen", "note"}`; empty for a reversal.
    """

    __tablename__ = "draft_voucher"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        voucher_fk("voucher_id"),
        voucher_fk("reverses_id"),
        CheckConstraint("state IN ('draft', 'posted', 'refused')", name="state"),
        CheckConstraint("attachments >= 0", name="attachments"),
        CheckConstraint("(state = 'posted') = (voucher_id IS NOT NULL)", name="voucher"),
        CheckConstraint(
            "state <> 'posted' OR (checker_id IS NOT NULL AND checker_id <> maker_id)", name="two_persons"
        ),
        Index(None, "tenant_id", "entity_id", "state"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    day: Mapped[Day]
    summary: Mapped[Name]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    attachments: Mapped[int] = mapped_column(default=0)
    reverses_id: Mapped[int | None] = mapped_column(BigId)
    maker_id: Mapped[Id]
    state: Mapped[Code] = mapped_column(default=DraftState.draft.value)
    checker_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[Name] = mapped_column(default="")
    voucher_id: Mapped[int | None] = mapped_column(BigId)


class VoucherTemplateRow(Tenanted, Base):
    """A voucher one writes again and again (常用凭证); `lines` as of a draft."""

    __tablename__ = "voucher_template"
    __table_args__ = (
        UniqueConstraint("tenant_id", "entity_id", "name"),
        tenant_fk("entity_id", "legal_entity"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    name: Mapped[Name]
    summary: Mapped[Name]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    maker_id: Mapped[Id]


class ReopenRow(Tenanted, Base):
    """One person asks to reopen a closed period, another does it (L5)."""

    __tablename__ = "reopen_request"
    __table_args__ = (
        tenant_fk("entity_id", "legal_entity"),
        CheckConstraint("number BETWEEN 1 AND 13", name="number"),
        CheckConstraint("state IN ('asked', 'done', 'refused')", name="state"),
        CheckConstraint(
            "state <> 'done' OR (checker_id IS NOT NULL AND checker_id <> maker_id)", name="two_persons"
        ),
        Index(
            "uq_reopen_request_asked",
            "tenant_id",
            "entity_id",
            "year",
            "number",
            unique=True,
            postgresql_where=text("state = 'asked'"),
            sqlite_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    year: Mapped[int] = mapped_column()
    number: Mapped[int] = mapped_column()
    reason: Mapped[Name]
    maker_id: Mapped[Id]
    checker_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[Code] = mapped_column(default=RequestState.asked.value)
