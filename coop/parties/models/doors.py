"""How people get in: invitations, codes sent to a telephone, cards, enterprises that apply.

Codes and PINs are held as keyed hashes alone; a telephone as its blind index. Invitations, codes and applications
come before any login, so they belong to no scope: they are global and say nothing about a person in plain text.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.kernel.crypt import SealedText
from coop.kernel.db import Base, BigId, Code, Id, Instant, Name, Pk, Tenanted, tenant_fk


class ApplicationState(StrEnum):
    filed = "filed"
    approved = "approved"
    refused = "refused"


class InvitationRow(Base):
    """A one-time code with which a user sets the own password. `digest` is the code's keyed hash."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("digest"), Index(None, "home_id"))

    id: Mapped[Pk]
    digest: Mapped[str]
    user_id: Mapped[Id]
    # The tenant the user will act for; 0 for a technical administrator, who acts for none.
    home_id: Mapped[Id]
    invited_by: Mapped[Id]
    expires_at: Mapped[Instant]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class LoginCodeRow(Base):
    """Six digits sent to a telephone. Stored for unknown telephones alike, so that both look the same."""

    __tablename__ = "login_code"
    __table_args__ = (
        Index(None, "phone_index", "sent_at"),
        Index(None, "address_index", "sent_at"),
        CheckConstraint("tries >= 0", name="tries"),
    )

    id: Mapped[Pk]
    phone_index: Mapped[str]
    address_index: Mapped[str]
    digest: Mapped[str]
    sent_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)


class ApplicationRow(Base):
    """An enterprise asks to be let in; the county vets it. There is no tenant before it is approved."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("state IN ('filed', 'approved', 'refused')", name="state"),
        CheckConstraint("(state = 'approved') = (granted_id IS NOT NULL)", name="granted"),
        Index(None, "address_index", "filed_at"),
    )

    id: Mapped[Pk]
    name: Mapped[Name]
    name_en: Mapped[Name] = mapped_column(default="")
    code: Mapped[Code]
    credit_code: Mapped[Code] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(SealedText)
    phone: Mapped[str] = mapped_column(SealedText)
    address_index: Mapped[str]
    state: Mapped[Code] = mapped_column(default=ApplicationState.filed.value)
    filed_at: Mapped[Instant]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[Name] = mapped_column(default="")
    granted_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id"))


class CardRow(Tenanted, Base):
    """A member's printed card. A new version makes every older print worthless; 0 means none is valid."""

    __tablename__ = "member_card"
    __table_args__ = (
        tenant_fk("member_id", "member"),
        UniqueConstraint("tenant_id", "member_id"),
        CheckConstraint("version >= 0 AND failures >= 0", name="counts"),
    )

    id: Mapped[Pk]
    member_id: Mapped[int] = mapped_column(BigId)
    version: Mapped[int] = mapped_column(default=1)
    pin_digest: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    issued_at: Mapped[Instant]
    issued_by: Mapped[Id]
