"""What a page of governance shows at once: a meeting with its quorum, a day at the stamp desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from coop.governance.models import MeetingRow, NoticeRow, ResolutionRow, StampRow
from coop.governance.queries.reads import (
    RollMember,
    StampDay,
    attendance,
    lacks_stamp,
    meeting,
    resolutions,
    roll,
    stamp_days,
)
from coop.governance.rules import RULES, Body, BodyRule, Decision, ResolutionKind, Turnout, decide
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow
from ledger.tables import PostingRow, VoucherRow


@dataclass(frozen=True, slots=True)
class MeetingItem:
    """A meeting in a list."""

    meeting: MeetingRow
    entity: EntityRow | None
    rule: BodyRule
    attended: int


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """A meeting with what its body's rule asks of an ordinary resolution.

    `attend_base` and `approve_base` are the two denominators: what the shares of the rule are counted of.
    `roll` is empty for readers from outside the village.
    """

    meeting: MeetingRow
    entity: EntityRow | None
    rule: BodyRule
    turnout: Turnout
    decision: Decision
    attend_base: int
    approve_base: int
    present: frozenset[int]
    roll: tuple[RollMember, ...]
    resolutions: tuple[ResolutionRow, ...]


@dataclass(frozen=True, slots=True)
class StampItem:
    """A voucher that awaits the stamp or was refused it; `total_fen` sums its debits, `points` likewise."""

    voucher_id: int
    label: str
    summary: str
    source: str
    total_fen: int
    points: int
    maker_id: int
    refused: bool
    reason: str
    refuser_id: int | None
    due: date | None


@dataclass(frozen=True, slots=True)
class StampSheet:
    """A day of an entity at the stamp desk."""

    entity: EntityRow
    day: date
    waiting: tuple[StampItem, ...]
    refused: tuple[StampItem, ...]


def entities(session: Session, *, tenant_id: int | None = None, book: bool = False) -> list[EntityRow]:
    """The legal persons in sight by code; of one tenant, or those that keep books, where told."""
    query = select(EntityRow).order_by(EntityRow.code)
    if tenant_id is not None:
        query = query.where(EntityRow.tenant_id == tenant_id)
    if book:
        query = query.where(EntityRow.standard != "")
    return list(session.scalars(query))


def meeting_list(session: Session) -> list[MeetingItem]:
    """All meetings in sight, newest first."""
    query = (
        select(MeetingRow, EntityRow)
        .outerjoin(EntityRow, EntityRow.id == MeetingRow.entity_id)
        .order_by(MeetingRow.day.desc(), MeetingRow.id.desc())
    )
    return [
        MeetingItem(row, entity, RULES[Body(row.body)], len(attendance(session, row.id)))
        for row, entity in session.execute(query)
    ]


def meeting_page(session: Session, meeting_id: int, *, tenant_id: int) -> MeetingPage:
    """A meeting with its quorum; names only for the village `tenant_id` itself. Raises NotFoundError."""
    row = meeting(session, meeting_id)
    entity = session.get(EntityRow, row.entity_id) if row.entity_id is not None else None
    body, present = Body(row.body), attendance(session, meeting_id)
    turnout = Turnout(row.members_all, row.members_capable, len(present), row.extra_votes)
    rule = RULES[body]
    listed = roll(session, body, row.entity_id, row.day) if row.tenant_id == tenant_id else []
    return MeetingPage(
        meeting=row,
        entity=entity,
        rule=rule,
        turnout=turnout,
        decision=decide(body, ResolutionKind.ordinary, turnout, 0),
        attend_base=turnout.count(rule.attend.base),
        approve_base=turnout.count(rule.approve.base),
        present=frozenset(present),
        roll=tuple(listed),
        resolutions=tuple(resolutions(session, meeting_id)),
    )


def stamp_board(session: Session) -> list[tuple[StampDay, EntityRow]]:
    """What waits for the committee per entity and day, oldest first, with the entity."""
    found = {entity.id: entity for entity in entities(session)}
    return [(day, found[day.entity_id]) for day in stamp_days(session)]


def stamp_sheet(session: Session, entity_id: int, day: date) -> StampSheet:
    """The day's vouchers without the stamp, refused ones apart. Raises NotFoundError for another's entity."""
    entity = session.scalars(select(EntityRow).where(EntityRow.id == entity_id)).one_or_none()
    if entity is None:
        raise NotFoundError("entity", entity_id)
    debits = (
        select(
            PostingRow.voucher_id,
            func.sum(case((PostingRow.commodity == "CNY", PostingRow.amount), else_=0)).label("fen"),
            func.sum(case((PostingRow.commodity == "POINT", PostingRow.amount), else_=0)).label("points"),
        )
        .where(PostingRow.amount > 0)
        .group_by(PostingRow.voucher_id)
        .subquery()
    )
    query = (
        select(VoucherRow, debits.c.fen, debits.c.points, StampRow)
        .join(debits, debits.c.voucher_id == VoucherRow.id)
        .outerjoin(StampRow, StampRow.voucher_id == VoucherRow.id)
        .where(VoucherRow.entity_id == entity_id, VoucherRow.day == day, lacks_stamp())
        .order_by(VoucherRow.year, VoucherRow.period, VoucherRow.word, VoucherRow.number)
    )
    items = [
        StampItem(
            voucher_id=row.id,
            label=f"{row.year}-{row.period:02d} {row.word}-{row.number}",
            summary=row.summary,
            source=row.source,
            total_fen=int(fen),
            points=int(points),
            maker_id=row.maker_id,
            refused=stamp is not None,
            reason=stamp.reason if stamp is not None else "",
            refuser_id=stamp.user_id if stamp is not None else None,
            due=stamp.due if stamp is not None else None,
        )
        for row, fen, points, stamp in session.execute(query)
    ]
    return StampSheet(
        entity,
        day,
        tuple(item for item in items if not item.refused),
        tuple(item for item in items if item.refused),
    )


def notice_list(session: Session, today: date, *, over: bool = False, search: str = "") -> list[NoticeRow]:
    """Notices of the village, newest first: those on the board, or (`over`) those that hung there before."""
    hangs = NoticeRow.until <= today if over else NoticeRow.until > today
    query = select(NoticeRow).where(hangs)
    if search:
        words = f"%{search}%"
        query = query.where(or_(NoticeRow.title.like(words), NoticeRow.title_en.like(words)))
    return list(session.scalars(query.order_by(NoticeRow.since.desc(), NoticeRow.id.desc())))
