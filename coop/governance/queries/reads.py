"""Reads of governance: rolls, vouchers without a stamp, resolutions, notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from coop.governance.models import (
    AttendanceRow,
    MeetingRow,
    NoticeRow,
    NoticeScope,
    ResolutionRow,
    ReviewRow,
    StampRow,
    StampState,
)
from coop.governance.rules import Body
from coop.kernel.errors import NotFoundError
from coop.parties import queries as parties
from coop.parties.models import HoldingKind, HouseholdRow, MemberRow
from ledger.tables import VoucherRow
from ledger.voucher import VoucherKind


@dataclass(frozen=True, slots=True)
class RollMember:
    """A member of a body on a day; `capable`: of full age, so present and voting count."""

    id: int
    number: str
    name: str
    household: str
    capable: bool


@dataclass(frozen=True, slots=True)
class StampDay:
    """A day of an entity's vouchers that await the stamp, or were refused it."""

    entity_id: int
    day: date
    waiting: int
    refused: int


def roll(
    session: Session, body: Body, entity_id: int | None, day: date, *, tenant_id: int | None = None
) -> list[RollMember]:
    """Who may sit in the body on a day: a cooperative's contributors, else the members of the village.

    `tenant_id` names the village where the session may read others too: their members have no vote here.
    """
    query = (
        select(MemberRow, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == MemberRow.household_id)
        .where(MemberRow.joined <= day, MemberRow.left.is_(None) | (MemberRow.left > day))
        .order_by(MemberRow.number)
    )
    if tenant_id is not None:
        query = query.where(MemberRow.tenant_id == tenant_id)
    if body is Body.coop_assembly and entity_id is not None:
        held = parties.holdings(session, entity_id, HoldingKind.contribution, day)
        query = query.where(MemberRow.id.in_({holding.member_id for holding in held}))
    return [
        RollMember(row.id, row.number, row.name, household, parties.has_full_capacity(row.born, day))
        for row, household in session.execute(query)
    ]


def lacks_stamp() -> ColumnElement[bool]:
    """Automatic vouchers need one; those under a resolution were reviewed with it, reversed ones are void."""
    twin, stamp = aliased(VoucherRow), aliased(StampRow)  # so that a query may join both itself
    stamped = exists().where(
        stamp.tenant_id == VoucherRow.tenant_id,
        stamp.voucher_id == VoucherRow.id,
        stamp.state == StampState.stamped.value,
    )
    undone = exists().where(twin.tenant_id == VoucherRow.tenant_id, twin.reverses_id == VoucherRow.id)
    return and_(
        VoucherRow.kind == VoucherKind.automatic.value, VoucherRow.resolution == "", ~stamped, ~undone
    )


_IN_ORDER = (VoucherRow.year, VoucherRow.period, VoucherRow.word, VoucherRow.number)


def unstamped(session: Session, book_id: int, year: int, period: int) -> list[VoucherRow]:
    """The period's vouchers without the committee's stamp, refused ones among them: they block its close."""
    query = select(VoucherRow).where(
        VoucherRow.book_id == book_id, VoucherRow.year == year, VoucherRow.period == period, lacks_stamp()
    )
    return list(session.scalars(query.order_by(*_IN_ORDER)))


def unstamped_of(session: Session, voucher_ids: Iterable[int]) -> list[VoucherRow]:
    """Those of the vouchers that lack the stamp they need."""
    ids = sorted(set(voucher_ids))
    found: list[VoucherRow] = []
    for start in range(0, len(ids), 500):  # keep within the number of parameters a statement may have
        query = select(VoucherRow).where(VoucherRow.id.in_(ids[start : start + 500]), lacks_stamp())
        found += session.scalars(query.order_by(*_IN_ORDER))
    return found


def awaiting_stamp(session: Session, entity_id: int, day: date) -> list[VoucherRow]:
    """The day's vouchers that were neither stamped nor refused."""
    seen = exists().where(StampRow.tenant_id == VoucherRow.tenant_id, StampRow.voucher_id == VoucherRow.id)
    query = select(VoucherRow).where(
        VoucherRow.entity_id == entity_id, VoucherRow.day == day, lacks_stamp(), ~seen
    )
    return list(session.scalars(query.order_by(*_IN_ORDER)))


def stamp_days(session: Session) -> list[StampDay]:
    """What waits for the committee, per entity and day, oldest first."""
    refused = exists().where(StampRow.tenant_id == VoucherRow.tenant_id, StampRow.voucher_id == VoucherRow.id)
    query = (
        select(VoucherRow.entity_id, VoucherRow.day, func.count(), func.count().filter(refused))
        .where(lacks_stamp())
        .group_by(VoucherRow.entity_id, VoucherRow.day)
        .order_by(VoucherRow.day, VoucherRow.entity_id)
    )
    return [
        StampDay(entity_id, day, count - turned, turned)
        for entity_id, day, count, turned in session.execute(query)
    ]


def stamp_of(session: Session, voucher_id: int) -> StampRow | None:
    """The stamp, or the refusal, a voucher carries."""
    return session.scalars(select(StampRow).where(StampRow.voucher_id == voucher_id)).one_or_none()


def needs_stamp(session: Session, voucher_id: int) -> bool:
    """Whether the voucher lacks a stamp it needs."""
    return bool(unstamped_of(session, (voucher_id,)))


def meeting(session: Session, meeting_id: int) -> MeetingRow:
    """A meeting. Raises NotFoundError."""
    row = session.get(MeetingRow, meeting_id)
    if row is None:
        raise NotFoundError("meeting", meeting_id)
    return row


def meetings(session: Session) -> list[MeetingRow]:
    """All meetings in sight, newest first."""
    return list(session.scalars(select(MeetingRow).order_by(MeetingRow.day.desc(), MeetingRow.id.desc())))


def attendance(session: Session, meeting_id: int) -> list[int]:
    """The ids of the members who came."""
    query = select(AttendanceRow.member_id).where(AttendanceRow.meeting_id == meeting_id)
    return list(session.scalars(query.order_by(AttendanceRow.member_id)))


def resolution_for(session: Session, ref: str, digest: str = "") -> ResolutionRow | None:
    """The newest resolution that carried on the document, of this content where a digest is given."""
    query = select(ResolutionRow).where(ResolutionRow.ref == ref, ResolutionRow.passed.is_(True))
    if digest:
        query = query.where(ResolutionRow.digest == digest)
    return session.scalars(query.order_by(ResolutionRow.id.desc())).first()


def resolutions(session: Session, meeting_id: int) -> list[ResolutionRow]:
    """What a meeting voted on, in order."""
    query = select(ResolutionRow).where(ResolutionRow.meeting_id == meeting_id)
    return list(session.scalars(query.order_by(ResolutionRow.id)))


def reviews(session: Session, ref: str) -> list[ReviewRow]:
    """The reviews of a document, oldest first."""
    return list(session.scalars(select(ReviewRow).where(ReviewRow.ref == ref).order_by(ReviewRow.id)))


def notices(
    session: Session, *, today: date | None = None, scope: NoticeScope | None = None, ref: str = ""
) -> list[NoticeRow]:
    """Notices, newest first: those on the board `today`, of a scope, of a document; all where not given."""
    query = select(NoticeRow).order_by(NoticeRow.since.desc(), NoticeRow.id.desc())
    if today is not None:
        query = query.where(NoticeRow.since <= today, NoticeRow.until > today)
    if scope is not None:
        query = query.where(NoticeRow.scope == scope.value)
    if ref:
        query = query.where(NoticeRow.ref == ref)
    return list(session.scalars(query))


def notice(session: Session, notice_id: int) -> NoticeRow:
    """A notice. Raises NotFoundError."""
    row = session.get(NoticeRow, notice_id)
    if row is None:
        raise NotFoundError("notice", notice_id)
    return row
