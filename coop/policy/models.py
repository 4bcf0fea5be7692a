"""Rows of policies and earmarked money. Policies and programmes are global and their issuer's; grants are a village's own."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

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
    Tenanted,
    Words,
    tenant_fk,
    tenant_key,
)


class UseKind(StrEnum):
    """What grant money went to: an asset, other spending (training, certification), or back to the giver."""

    asset = "asset"
    other = "other"
    returned = "returned"


class PolicyRow(Base):
    """A document of a county or township: its number and title stay, its text has versions."""

    __tablename__ = "policy"
    __table_args__ = (UniqueConstraint("issuer_id", "number"),)

    id: Mapped[Pk]
    issuer_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    number: Mapped[Name]
    title: Mapped[Name]
    title_en: Mapped[Name]


class PolicyVersionRow(Base):
    """What a policy says from a day until a day (exclusive), and which products it concerns (none: all)."""

    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("policy_id", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("until IS NULL OR since < until", name="days"),
    )

    id: Mapped[Pk]
    issuer_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    version: Mapped[int]
    since: Mapped[Day]
    until: Mapped[date | None]
    text: Mapped[Words]
    text_en: Mapped[Words]
    products: Mapped[list[str]] = mapped_column(JSON)


class ProgrammeRow(Base):
    """A subsidy programme with earmarked money: what for, how much in all, by which document, whom to ask."""

    __tablename__ = "subsidy_programme"
    __table_args__ = (
        UniqueConstraint("project"),
        CheckConstraint("amount_fen > 0", name="amount"),
    )

    id: Mapped[Pk]
    issuer_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    project: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name]
    document: Mapped[Name]
    amount_fen: Mapped[Fen]
    purpose: Mapped[Words]
    purpose_en: Mapped[Words]
    contact: Mapped[Name] = mapped_column(default="")
    complaints: Mapped[Name] = mapped_column(default="")
    day: Mapped[Day]


class AwardRow(Base):
    """What a programme gives one legal person, named by its code: the county writes no row of a village."""

    __tablename__ = "subsidy_award"
    __table_args__ = (
        UniqueConstraint("programme_id", "entity"),
        CheckConstraint("amount_fen > 0", name="amount"),
    )

    id: Mapped[Pk]
    issuer_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("subsidy_programme.id"))
    entity: Mapped[Code]
    amount_fen: Mapped[Fen]


class GrantRow(Tenanted, Base):
    """Earmarked money that arrived under one document. Its uses, unless their voucher was reversed, use it up."""

    __tablename__ = "earmarked_grant"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        voucher_fk("voucher_id"),
        UniqueConstraint("tenant_id", "entity_id", "project", "document"),
        CheckConstraint("amount_fen > 0", name="amount"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    project: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name]
    document: Mapped[Name]
    day: Mapped[Day]
    amount_fen: Mapped[Fen]
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy_programme.id"))
    voucher_id: Mapped[int | None] = mapped_column(BigId)


class GrantUseRow(Tenanted, Base):
    """Money of a grant that was spent or given back; `account` is the asset, or where it was paid from."""

    __tablename__ = "grant_use"
    __table_args__ = (
        tenant_key(),
        tenant_fk("grant_id", "earmarked_grant"),
        voucher_fk("voucher_id"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("kind IN ('asset', 'other', 'returned')", name="kind"),
    )

    id: Mapped[Pk]
    grant_id: Mapped[Id]
    kind: Mapped[Code]
    day: Mapped[Day]
    amount_fen: Mapped[Fen]
    account: Mapped[Code]
    purpose: Mapped[Name]
    purpose_en: Mapped[Name]
    voucher_id: Mapped[int | None] = mapped_column(BigId)
