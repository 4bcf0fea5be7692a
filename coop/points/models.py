"""Rows of the points: the adopted charter, claims on their way to final, balances under lock, the shop and
its hand-outs.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from coop.kernel.db import Base, BigId, Code, Day, Fen, Id, Name, Pk, Tenanted, Words, tenant_fk, tenant_key
from ledger.tables import VoucherRow


class ClaimState(StrEnum):
    proposed = "proposed"
    checked = "checked"
    scored = "scored"
    published = "published"
    final = "final"
    rejected = "rejected"
    revoked = "revoked"


def voucher_fk(column: str) -> ForeignKeyConstraint:
    """A reference to a posted voucher of the same tenant."""
    return ForeignKeyConstraint(
        ["tenant_id", column], [VoucherRow.__table__.c.tenant_id, VoucherRow.__table__.c.id]
    )


class ItemRow(Tenanted, Base):
    """A clause of the village's charter, as its courtyard meeting adopted it."""

    __tablename__ = "points_item"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("cap_year IS NULL OR cap_year > 0", name="cap"),
    )

    id: Mapped[Pk]
    code: Mapped[Code]
    virtue: Mapped[Code]
    text: Mapped[Words]
    text_en: Mapped[Words]
    points: Mapped[list[int]] = mapped_column(JSON)
    cap_year: Mapped[int | None]
    per: Mapped[Code]
    veto: Mapped[Code]


class AccountRow(Tenanted, Base):
    """A household's redeemable balance: the row that whoever moves its points locks first. `verify` proves
    it (P1).
    """

    __tablename__ = "points_account"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "household_id"),
        tenant_fk("household_id", "household"),
        CheckConstraint("balance >= 0", name="balance"),
    )

    household_id: Mapped[Id]
    balance: Mapped[int] = mapped_column(default=0)


class ClaimRow(Tenanted, Base):
    """A deed put before the committee. `awarded` counts for honours, `posted` is what moved in the books."""

    __tablename__ = "points_claim"
    __table_args__ = (
        tenant_key(),
        tenant_fk("household_id", "household"),
        tenant_fk("item_id", "points_item"),
        tenant_fk("notice_id", "notice"),
        voucher_fk("voucher_id"),
        voucher_fk("revoked_by_id"),
        CheckConstraint("points <> 0", name="points"),
        CheckConstraint("checker_id IS NULL OR checker_id <> proposer_id", name="two_persons"),
        # A final claim cites its review and its notice; what it moved has a voucher (P2).
        CheckConstraint(
            "state NOT IN ('final', 'revoked') OR (scorer_id IS NOT NULL AND notice_id IS NOT NULL)",
            name="reviewed",
        ),
        CheckConstraint("posted = 0 OR voucher_id IS NOT NULL", name="posted"),
        CheckConstraint("(awarded >= 0 AND posted >= 0) OR (awarded <= 0 AND posted <= 0)", name="sign"),
        Index(
            "uq_points_claim_span",
            "tenant_id",
            "household_id",
            "item_id",
            "span",
            unique=True,
            sqlite_where=text("span <> '' AND state NOT IN ('rejected', 'revoked')"),
            postgresql_where=text("span <> '' AND state NOT IN ('rejected', 'revoked')"),
        ),
    )

    id: Mapped[Pk]
    household_id: Mapped[Id]
    item_id: Mapped[Id]
    day: Mapped[Day]
    season: Mapped[Code]
    span: Mapped[Code] = mapped_column(default="")
    points: Mapped[int]
    awarded: Mapped[int] = mapped_column(default=0)
    posted: Mapped[int] = mapped_column(default=0)
    veto: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[Words]
    state: Mapped[Code] = mapped_column(default=ClaimState.proposed.value)
    reason: Mapped[Words] = mapped_column(default="")
    proposer_id: Mapped[Id]
    checker_id: Mapped[int | None] = mapped_column(BigId)
    scorer_id: Mapped[int | None] = mapped_column(BigId)
    notice_id: Mapped[int | None] = mapped_column(BigId)
    voucher_id: Mapped[int | None] = mapped_column(BigId)
    revoked_by_id: Mapped[int | None] = mapped_column(BigId)


class GoodsRow(Tenanted, Base):
    """Goods of the village's shop; `value_fen` is what the stock cost (moving average)."""

    __tablename__ = "shop_goods"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("stock >= 0 AND value_fen >= 0", name="stock"),
        CheckConstraint("stock > 0 OR value_fen = 0", name="empty"),
    )

    id: Mapped[Pk]
    code: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name]
    points: Mapped[int]
    stock: Mapped[int] = mapped_column(default=0)
    value_fen: Mapped[Fen] = mapped_column(default=0)


class PurchaseRow(Tenanted, Base):
    """Goods bought for the shop."""

    __tablename__ = "shop_purchase"
    __table_args__ = (
        tenant_key(),
        tenant_fk("goods_id", "shop_goods"),
        voucher_fk("voucher_id"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("count > 0 AND cost_fen > 0", name="positive"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    goods_id: Mapped[Id]
    count: Mapped[int]
    cost_fen: Mapped[Fen]
    day: Mapped[Day]
    clerk_id: Mapped[Id]
    voucher_id: Mapped[int | None] = mapped_column(BigId)


class RedemptionRow(Tenanted, Base):
    """Goods handed out for points, by two persons."""

    __tablename__ = "redemption"
    __table_args__ = (
        tenant_key(),
        tenant_fk("household_id", "household"),
        tenant_fk("goods_id", "shop_goods"),
        voucher_fk("voucher_id"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("count > 0 AND points > 0 AND cost_fen >= 0", name="positive"),
        CheckConstraint("clerk_id <> second_id", name="two_persons"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    household_id: Mapped[Id]
    goods_id: Mapped[Id]
    count: Mapped[int]
    points: Mapped[int]
    cost_fen: Mapped[Fen]
    day: Mapped[Day]
    clerk_id: Mapped[Id]
    second_id: Mapped[Id]
    voucher_id: Mapped[int | None] = mapped_column(BigId)


class ExpiryRow(Tenanted, Base):
    """One run of expiry: which points of a household went out of date, and by which voucher."""

    __tablename__ = "points_expiry"
    __table_args__ = (
        tenant_key(),
        tenant_fk("household_id", "household"),
        voucher_fk("voucher_id"),
        UniqueConstraint("tenant_id", "household_id", "before"),
        CheckConstraint("points > 0", name="points"),
    )

    id: Mapped[Pk]
    household_id: Mapped[Id]
    before: Mapped[Day]
    points: Mapped[int]
    day: Mapped[Day]
    voucher_id: Mapped[int | None] = mapped_column(BigId)
