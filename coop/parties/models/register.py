"""Rows of who there is. Areas, tenants, access and mandates are global and hold no personal data; the rest is a tenant's."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.kernel.crypt import SealedText, phone_index
from coop.kernel.db import Base, BigId, Code, Day, Id, Name, Pk, Quantity, Tenanted, tenant_fk, tenant_key
from ledger.tables import BookRow


class TenantKind(StrEnum):
    village = "village"
    enterprise = "enterprise"
    township = "township"
    county = "county"


class HoldingKind(StrEnum):
    """What a member holds in an entity: income shares (counted) or paid-in contributions (fen)."""

    share = "share"
    contribution = "contribution"


class AreaRow(Base):
    """A place of GB/T 2260 and its finer levels; global."""

    __tablename__ = "area"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Name]
    name_en: Mapped[Name]
    parent: Mapped[str | None] = mapped_column(ForeignKey("area.code"))


class TenantRow(Base):
    """A village community, an enterprise, a township office or a county office."""

    __tablename__ = "tenant"
    __table_args__ = (UniqueConstraint("code", name="uq_tenant_code"),)

    id: Mapped[Pk]
    kind: Mapped[Code]
    code: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name]
    area: Mapped[str | None] = mapped_column(ForeignKey("area.code"))


class AccessRow(Base):
    """A user may act for a tenant from a day until a day (exclusive), in the roles FAB gives the user."""

    __tablename__ = "access"
    __table_args__ = (UniqueConstraint("user_id", "tenant_id", "since"),)

    id: Mapped[Pk]
    user_id: Mapped[Id]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    household: Mapped[Code] = mapped_column(default="")
    # The member who logs in, where it is one (phone code, card); staff and accounts of a whole household have none.
    member: Mapped[Code] = mapped_column(default="")
    # May invite further users of this tenant.
    steward: Mapped[bool] = mapped_column(default=False)
    since: Mapped[Day]
    until: Mapped[date | None]


class MandateRow(Base):
    """The grantor lets the holder read it: an agency accountant's office, or the area's township and county."""

    __tablename__ = "mandate"

    id: Mapped[Pk]
    grantor_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    since: Mapped[Day]
    until: Mapped[date | None]


class EntityRow(Tenanted, Base):
    """A legal person of a tenant. `code` is ASCII and names it in files and commands."""

    __tablename__ = "legal_entity"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("code", name="uq_legal_entity_code"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint("standard IN ('rceo_2023', 'coop_2021', '')", name="standard"),
    )

    id: Mapped[Pk]
    code: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name]
    standard: Mapped[Code] = mapped_column(default="")


class HouseholdRow(Tenanted, Base):
    __tablename__ = "household"
    __table_args__ = (tenant_key(), UniqueConstraint("tenant_id", "number"))

    id: Mapped[Pk]
    number: Mapped[Code]
    head: Mapped[Name]
    grid: Mapped[Code] = mapped_column(default="")
    monitored: Mapped[bool] = mapped_column(default=False)
    joined: Mapped[Day]
    left: Mapped[date | None]
    members: Mapped[list[MemberRow]] = relationship(
        back_populates="household", order_by="MemberRow.number", viewonly=True
    )


class MemberRow(Tenanted, Base):
    """A person. Phone and bank account are cipher text; the birthday decides full capacity (18).

    `phone_index` is the telephone's keyed hash: a login finds its member by it, and nobody reads the number from it.
    """

    __tablename__ = "member"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        tenant_fk("household_id", "household"),
        Index(None, "phone_index"),
    )

    id: Mapped[Pk]
    household_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[Code]
    name: Mapped[Name]
    born: Mapped[Day]
    phone: Mapped[str] = mapped_column(SealedText, default="")
    phone_index: Mapped[str] = mapped_column(default="")
    bank_account: Mapped[str] = mapped_column(SealedText, default="")
    joined: Mapped[Day]
    left: Mapped[date | None]
    household: Mapped[HouseholdRow] = relationship(back_populates="members", viewonly=True)


@event.listens_for(MemberRow, "before_insert")
@event.listens_for(MemberRow, "before_update")
def _index_phone(_mapper: Any, _connection: Any, row: MemberRow) -> None:
    # Wherever a telephone is written, its index goes with it: the two never disagree.
    row.phone_index = phone_index(row.phone or "")


class StayRow(Tenanted, Base):
    """A household a member lived in until a day (exclusive), and left for another; the present one is the member's."""

    __tablename__ = "household_stay"
    __table_args__ = (
        tenant_fk("member_id", "member"),
        tenant_fk("household_id", "household"),
        UniqueConstraint("tenant_id", "member_id", "until"),
    )

    id: Mapped[Pk]
    member_id: Mapped[int] = mapped_column(BigId)
    household_id: Mapped[int] = mapped_column(BigId)
    until: Mapped[Day]


class HoldingRow(Tenanted, Base):
    """The dated share register: what a member holds in an entity from a day until a day (exclusive)."""

    __tablename__ = "holding"
    __table_args__ = (
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("member_id", "member"),
        CheckConstraint("amount > 0", name="amount_positive"),
        UniqueConstraint("tenant_id", "entity_id", "member_id", "kind", "since"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[int] = mapped_column(BigId)
    member_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[Code]
    amount: Mapped[Quantity]
    since: Mapped[Day]
    until: Mapped[date | None]


# A book belongs to a legal entity of the same tenant. The ledger stands alone, so the key is added from above.
BookRow.__table__.append_constraint(  # type: ignore[attr-defined]  # a mapped class's table is a Table
    ForeignKeyConstraint(
        [BookRow.__table__.c.tenant_id, BookRow.__table__.c.entity_id],
        [EntityRow.__table__.c.tenant_id, EntityRow.__table__.c.id],
        name="fk_ledger_book_legal_entity",
    )
)
