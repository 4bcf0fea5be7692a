"""Asset cards of the 三资台账, what they produced, how they went, and stock-takes of them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.accounting.models.subledgers import TwoHands, two_hands
from coop.books.models import voucher_fk
from coop.kernel.db import Base, BigId, Code, Day, Fen, Id, Name, Pk, Tenanted, tenant_fk, tenant_key


class DisposalKind(StrEnum):
    """Sold, scrapped (or dead), or missing at a stock-take (to 181 first)."""

    sold = "sold"
    scrapped = "scrapped"
    missing = "missing"


class AssetCardRow(Tenanted, Base):
    """One asset. Its cost is in the books by `origin`; the grant it was bought from, if any, is named.

    `custodian` is a post (仓库保管), never a person. Whether it is still there follows from its disposals.
    """

    __tablename__ = "asset_card"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("grant_id", "earmarked_grant"),
        tenant_fk("draft_id", "draft_voucher"),
        voucher_fk("voucher_id"),
        CheckConstraint(
            "kind IN ('fixed', 'bearer', 'consumable', 'welfare', 'intangible', 'deferred', 'resource')",
            name="kind",
        ),
        CheckConstraint("method IN ('none', 'straight', 'units')", name="method"),
        CheckConstraint("uses IN ('operating', 'cost', 'admin', 'welfare')", name="uses"),
        CheckConstraint("origin IN ('opening', 'voucher', 'draft', 'none')", name="origin"),
        CheckConstraint("(origin = 'voucher') = (voucher_id IS NOT NULL)", name="voucher"),
        CheckConstraint("(origin = 'draft') = (draft_id IS NOT NULL)", name="draft"),
        CheckConstraint("(kind = 'resource') = (origin = 'none')", name="resource"),
        CheckConstraint("kind <> 'resource' OR (cost_fen = 0 AND area_m2 > 0)", name="area"),
        CheckConstraint("kind = 'resource' OR cost_fen > 0", name="cost"),
        CheckConstraint("residual_fen >= 0 AND opening_fen >= 0", name="parts"),
        CheckConstraint("residual_fen + opening_fen <= cost_fen", name="base"),
        CheckConstraint("(method = 'none') = (life = 0)", name="life"),
        CheckConstraint("since >= day", name="since"),
        Index(None, "tenant_id", "entity_id", "kind"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    entity_id: Mapped[Id]
    kind: Mapped[Code]
    name: Mapped[Name]
    account: Mapped[str] = mapped_column()
    day: Mapped[Day]
    since: Mapped[Day]
    cost_fen: Mapped[Fen]
    residual_fen: Mapped[Fen]
    opening_fen: Mapped[Fen]
    method: Mapped[Code]
    life: Mapped[int]
    unit_name: Mapped[Code]
    uses: Mapped[Code]
    nominal: Mapped[bool]
    area_m2: Mapped[Fen]
    location: Mapped[Name]
    custodian: Mapped[Name]
    idle: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[Code]
    voucher_id: Mapped[int | None] = mapped_column(BigId)
    draft_id: Mapped[int | None] = mapped_column(BigId)
    grant_id: Mapped[int | None] = mapped_column(BigId)
    withdrawn: Mapped[Name] = mapped_column(default="")
    maker_id: Mapped[Id]


class AssetOutputRow(Tenanted, Base):
    """What an asset depreciated by units produced in a month."""

    __tablename__ = "asset_output"
    __table_args__ = (
        tenant_key(),
        tenant_fk("card_id", "asset_card"),
        UniqueConstraint("tenant_id", "card_id", "year", "month"),
        CheckConstraint("month BETWEEN 1 AND 12", name="month"),
        CheckConstraint("units >= 0", name="units"),
    )

    id: Mapped[Pk]
    card_id: Mapped[Id]
    year: Mapped[int]
    month: Mapped[int]
    units: Mapped[int]


class AssetTakeRow(Tenanted, Base):
    """A stock-take of the assets of an entity; what was not found is a disposal of kind `missing`."""

    __tablename__ = "asset_take"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        CheckConstraint("expected >= 0 AND found >= 0 AND found <= expected", name="counts"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    day: Mapped[Day]
    expected: Mapped[int]
    found: Mapped[int]
    note: Mapped[Name] = mapped_column(default="")
    maker_id: Mapped[Id]


class AssetDisposalRow(TwoHands, Tenanted, Base):
    """An asset leaves the books at what it is worth there; `accumulated_fen` is what was depreciated by then."""

    __tablename__ = "asset_disposal"
    __table_args__ = (
        tenant_key(),
        tenant_fk("card_id", "asset_card"),
        tenant_fk("take_id", "asset_take"),
        tenant_fk("resolution_id", "resolution"),
        voucher_fk("voucher_id"),
        CheckConstraint("kind IN ('sold', 'scrapped', 'missing')", name="kind"),
        CheckConstraint("(kind = 'missing') = (take_id IS NOT NULL)", name="take"),
        CheckConstraint("proceeds_fen >= 0 AND costs_fen >= 0", name="amounts"),
        CheckConstraint("kind <> 'missing' OR (proceeds_fen = 0 AND costs_fen = 0)", name="missing"),
        CheckConstraint("purse IN ('bank', 'cash')", name="purse"),
        *two_hands(),
        Index(None, "tenant_id", "card_id"),
    )

    id: Mapped[Pk]
    card_id: Mapped[Id]
    take_id: Mapped[int | None] = mapped_column(BigId)
    kind: Mapped[Code]
    day: Mapped[Day]
    proceeds_fen: Mapped[Fen]
    costs_fen: Mapped[Fen]
    purse: Mapped[Code]
    accumulated_fen: Mapped[Fen]
    resolution_id: Mapped[int | None] = mapped_column(BigId)


class AssetLossRow(TwoHands, Tenanted, Base):
    """What became of a missing asset's value in 181: borne by somebody, or a loss; with the reason."""

    __tablename__ = "asset_loss"
    __table_args__ = (
        tenant_key(),
        tenant_fk("disposal_id", "asset_disposal"),
        voucher_fk("voucher_id"),
        CheckConstraint("liable_fen >= 0 AND (liable_fen = 0 OR party <> '')", name="liable"),
        *two_hands(),
        Index(None, "tenant_id", "disposal_id"),
    )

    id: Mapped[Pk]
    disposal_id: Mapped[Id]
    day: Mapped[date] = mapped_column(Date)
    value_fen: Mapped[Fen]
    party: Mapped[Code]
    liable_fen: Mapped[Fen]
    finding: Mapped[Name]
