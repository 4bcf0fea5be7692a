"""Rows of meetings, resolutions, stamps, reviews and notices."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.kernel.db import Base, BigId, Code, Day, Id, Name, Pk, Tenanted, Words, tenant_fk, tenant_key
from ledger.tables import VoucherRow


class MeetingState(StrEnum):
    called = "called"
    held = "held"
    cancelled = "cancelled"


class StampState(StrEnum):
    stamped = "stamped"
    refused = "refused"


class NoticeScope(StrEnum):
    """Who may see a notice: the village (full names where the law requires them) or the internet (codes)."""

    village = "village"
    internet = "internet"


class MeetingRow(Tenanted, Base):
    """A meeting of an entity's body, or (without entity) of the village; the bases stand as on its day."""

    __tablename__ = "meeting"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        CheckConstraint("members_capable >= 0 AND members_capable <= members_all", name="members"),
        CheckConstraint("extra_votes >= 0", name="extra_votes"),
        CheckConstraint("notice_day <= day", name="notice_first"),
        CheckConstraint("state IN ('called', 'held', 'cancelled')", name="state"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[int | None] = mapped_column(BigId)
    body: Mapped[Code]
    notice_day: Mapped[Day]
    day: Mapped[Day]
    agenda: Mapped[Words]
    agenda_en: Mapped[Words]
    members_all: Mapped[int] = mapped_column()
    members_capable: Mapped[int] = mapped_column()
    extra_votes: Mapped[int] = mapped_column(default=0)
    state: Mapped[Code] = mapped_column(default=MeetingState.called.value)


class AttendanceRow(Tenanted, Base):
    """A member came, in person or online."""

    __tablename__ = "attendance"
    __table_args__ = (
        tenant_fk("meeting_id", "meeting"),
        tenant_fk("member_id", "member"),
        UniqueConstraint("tenant_id", "meeting_id", "member_id"),
    )

    id: Mapped[Pk]
    meeting_id: Mapped[Id]
    member_id: Mapped[Id]


class ResolutionRow(Tenanted, Base):
    """What a meeting voted on, carried or not. `ref` and `digest` name the very content, e.g. `plan:3`."""

    __tablename__ = "resolution"
    __table_args__ = (
        tenant_key(),
        tenant_fk("meeting_id", "meeting"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND votes_abstain >= 0", name="votes"),
        Index(None, "tenant_id", "ref"),
    )

    id: Mapped[Pk]
    meeting_id: Mapped[Id]
    number: Mapped[Code]
    kind: Mapped[Code]
    ref: Mapped[Name]
    digest: Mapped[str] = mapped_column()
    text: Mapped[Words]
    text_en: Mapped[Words]
    votes_for: Mapped[int] = mapped_column()
    votes_against: Mapped[int] = mapped_column()
    votes_abstain: Mapped[int] = mapped_column()
    attend_needed: Mapped[int] = mapped_column()
    approve_needed: Mapped[int] = mapped_column()
    passed: Mapped[bool] = mapped_column()


class StampRow(Tenanted, Base):
    """The supervision committee's stamp on a voucher (监委会审核章), or its refusal with the reason.

    A refusal names the day until which it is to be mended.
    """

    __tablename__ = "stamp"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "voucher_id"], [VoucherRow.__table__.c.tenant_id, VoucherRow.__table__.c.id]
        ),
        UniqueConstraint("tenant_id", "voucher_id"),
        CheckConstraint("state IN ('stamped', 'refused')", name="state"),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="refused_why"),
        CheckConstraint("(state = 'refused') = (due IS NOT NULL)", name="refused_until"),
    )

    id: Mapped[Pk]
    voucher_id: Mapped[Id]
    state: Mapped[Code]
    reason: Mapped[Name] = mapped_column(default="")
    user_id: Mapped[Id]
    day: Mapped[Day]
    due: Mapped[date | None]


class ReviewRow(Tenanted, Base):
    """The committee has examined a document of this very content."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "ref", "digest"),)

    id: Mapped[Pk]
    kind: Mapped[Code]
    ref: Mapped[Name]
    digest: Mapped[str] = mapped_column()
    user_id: Mapped[Id]
    day: Mapped[Day]


class NoticeRow(Tenanted, Base):
    """A public notice (公示): a snapshot on the board from `since` to `until` (exclusive)."""

    __tablename__ = "notice"
    __table_args__ = (
        tenant_key(),
        CheckConstraint("since < until", name="days"),
        CheckConstraint("scope IN ('village', 'internet')", name="scope"),
        Index(None, "tenant_id", "ref"),
    )

    id: Mapped[Pk]
    kind: Mapped[Code]
    ref: Mapped[Name]
    digest: Mapped[str] = mapped_column()
    title: Mapped[Name]
    title_en: Mapped[Name]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    since: Mapped[Day]
    until: Mapped[Day]
    scope: Mapped[Code] = mapped_column(default=NoticeScope.village.value)


class PublicNoticeRow(Base):
    """A notice as the internet may read it, written with it by its village. Global: public pages read this table alone."""

    __tablename__ = "public_notice"
    __table_args__ = (
        ForeignKeyConstraint(["village_id", "notice_id"], ["notice.tenant_id", "notice.id"]),
        UniqueConstraint("village_id", "notice_id"),
        CheckConstraint("since < until", name="days"),
    )

    id: Mapped[Pk]
    village_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    notice_id: Mapped[Id]
    kind: Mapped[Code]
    digest: Mapped[str] = mapped_column()
    title: Mapped[Name]
    title_en: Mapped[Name]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    since: Mapped[Day]
    until: Mapped[Day]
