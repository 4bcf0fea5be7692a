"""Who may act for a household (代办): a dated row for each pair of household and login, granted and revoked by name."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from coop.kernel.db import Base, BigId, Code, Day, Id, Instant, Name, Pk, Tenanted, tenant_fk, tenant_key


class Ground(StrEnum):
    """Why somebody may act: a signed mandate, a near relative, a guardian."""

    signed = "signed"
    family = "family"
    guardian = "guardian"


class ActingMandateRow(Tenanted, Base):
    """A login of the village may act for a household from a day until a day (exclusive), or until it is revoked.

    `deputy_household` is the household the login belongs to, empty for a clerk of the village. What was granted is
    never changed: it ends, or a further one follows.
    """

    __tablename__ = "acting_mandate"
    __table_args__ = (
        tenant_key(),
        tenant_fk("household_id", "household"),
        Index(None, "tenant_id", "household_id"),
        Index(None, "tenant_id", "deputy_id"),
        CheckConstraint("ground IN ('signed', 'family', 'guardian')", name="ground"),
        CheckConstraint("until IS NULL OR until > since", name="span"),
        CheckConstraint("(revoked_by IS NULL) = (revoked_on IS NULL)", name="revoked"),
        CheckConstraint("deputy_id <> granted_by", name="two_persons"),
    )

    id: Mapped[Pk]
    household_id: Mapped[int] = mapped_column(BigId)
    deputy_id: Mapped[Id]
    deputy_household: Mapped[Code] = mapped_column(default="")
    deputy_member: Mapped[Code] = mapped_column(default="")
    since: Mapped[Day]
    until: Mapped[date | None]
    ground: Mapped[Code]
    # The paper it rests on, by its reference: never a name.
    document: Mapped[Name]
    granted_by: Mapped[Id]
    granted_at: Mapped[Instant]
    revoked_by: Mapped[int | None] = mapped_column(BigId)
    revoked_on: Mapped[date | None]
