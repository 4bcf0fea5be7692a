"""What anybody may read: published snapshots alone, never a tenant's table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from coop.governance.models import PublicNoticeRow
from coop.kernel.errors import NotFoundError
from coop.parties.models import TenantKind, TenantRow


@dataclass(frozen=True, slots=True)
class PublicVillage:
    """A village with how many notices hang today, and since when the newest."""

    village: TenantRow
    count: int
    newest: date


def _hangs(today: date) -> ColumnElement[bool]:
    return and_(PublicNoticeRow.since <= today, PublicNoticeRow.until > today)


def public_villages(session: Session, today: date) -> list[PublicVillage]:
    """The villages whose notices hang today, by code."""
    query = (
        select(TenantRow, func.count(), func.max(PublicNoticeRow.since))
        .join(PublicNoticeRow, PublicNoticeRow.village_id == TenantRow.id)
        .where(_hangs(today), TenantRow.kind == TenantKind.village.value)
        .group_by(TenantRow.id)
        .order_by(TenantRow.code)
    )
    return [PublicVillage(village, count, newest) for village, count, newest in session.execute(query)]


def public_village(session: Session, code: str) -> TenantRow:
    """A village by its code. Raises NotFoundError for anything else than a village."""
    query = select(TenantRow).where(TenantRow.code == code, TenantRow.kind == TenantKind.village.value)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFoundError("village", code)
    return row


def public_notices(session: Session, village_id: int, today: date) -> list[PublicNoticeRow]:
    """What a village publishes today, newest first."""
    query = select(PublicNoticeRow).where(PublicNoticeRow.village_id == village_id, _hangs(today))
    return list(session.scalars(query.order_by(PublicNoticeRow.since.desc(), PublicNoticeRow.id.desc())))


def public_notice(session: Session, village_id: int, notice_id: int, today: date) -> PublicNoticeRow:
    """One notice while it hangs. Raises NotFoundError."""
    query = select(PublicNoticeRow).where(
        PublicNoticeRow.village_id == village_id, PublicNoticeRow.notice_id == notice_id, _hangs(today)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFoundError("notice", notice_id)
    return row


def is_public(session: Session, notice_id: int, village_id: int, today: date) -> bool:
    """Whether the internet reads a form of this notice today."""
    query = select(PublicNoticeRow.id).where(
        PublicNoticeRow.village_id == village_id, PublicNoticeRow.notice_id == notice_id, _hangs(today)
    )
    return session.scalars(query).first() is not None
