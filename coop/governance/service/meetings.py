"""Calling meetings, noting who came, and voting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from coop.governance import queries
from coop.governance.models import AttendanceRow, MeetingRow, MeetingState, ResolutionRow
from coop.governance.rules import EXTRA_VOTES, RULES, Body, ResolutionKind, Turnout, decide
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow

SERIES = "JY"  # 决议

MOVES = Transitions(
    "会议 meeting",
    {(MeetingState.called, MeetingState.held), (MeetingState.called, MeetingState.cancelled)},
)


class ShortNoticeError(CoopError):
    def __init__(self, body: str, body_en: str, expected: int, found: int) -> None:
        super().__init__(
            zh=f"{body}须提前 {expected} 天通知，实为 {found} 天，差 {expected - found} 天",
            en=f"the {body_en} needs {expected} days' notice, found {found}, short by {expected - found}",
        )


class EntityNeededError(CoopError):
    def __init__(self, body: str, body_en: str) -> None:
        super().__init__(zh=f"{body}须写明是哪个组织的", en=f"the {body_en} must name its organisation")


class ExtraVotesError(CoopError):
    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            zh=f"附加表决权至多 {expected} 票，实为 {found} 票，多 {found - expected} 票",
            en=f"at most {expected} additional votes, found {found}, {found - expected} too many",
        )


class NotEntitledError(CoopError):
    """Persons who are no members with full capacity on the meeting's day."""

    def __init__(self, ids: Iterable[int]) -> None:
        self.ids = tuple(ids)
        listed = ", ".join(map(str, self.ids))
        super().__init__(
            zh=f"这些人当日不是有完全民事行为能力的成员：{listed}",
            en=f"not members with full capacity on that day: {listed}",
        )


class MeetingDayError(CoopError):
    def __init__(self, expected: date, found: date) -> None:
        super().__init__(
            zh=f"会议定于 {expected}，今天是 {found}", en=f"the meeting is on {expected}, today is {found}"
        )


class SeatsError(CoopError):
    """The seats of a board are told, those of other bodies are counted."""

    def __init__(self, body: str, body_en: str, found: int) -> None:
        super().__init__(
            zh=f"{body}的席位数：理事会须大于 0，其他不填，实为 {found}",
            en=f"seats of the {body_en}: above 0 for a board, 0 for others, found {found}",
        )


class VoteCountError(CoopError):
    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            zh=f"票数合计至多 {expected}，实为 {found}，多 {found - expected}",
            en=f"at most {expected} votes, found {found}, {found - expected} too many",
        )


class NotHeldError(CoopError):
    def __init__(self, meeting_id: int, state: str) -> None:
        super().__init__(
            zh=f"会议 {meeting_id} 应为 held，实为 {state}，不能表决",
            en=f"meeting {meeting_id}: expected held, found {state}; nothing can be voted",
        )


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes cast; in a cooperative additional votes count too."""

    votes_for: int
    votes_against: int = 0
    votes_abstain: int = 0

    @property
    def total(self) -> int:
        """All votes cast."""
        return self.votes_for + self.votes_against + self.votes_abstain


def call_meeting(
    unit: Unit,
    *,
    body: Body,
    day: date,
    agenda: str,
    agenda_en: str,
    entity_id: int | None = None,
    extra_votes: int = 0,
    seats: int = 0,
) -> MeetingRow:
    """Give notice today of a meeting on `day`; counts the members of the body as on that day.

    `entity_id` is the organisation's, none for the villagers' assembly; `seats` the number of directors,
    for a board alone. Raises ShortNoticeError, ExtraVotesError, EntityNeededError, SeatsError.
    """
    unit.actor.require("召集会议", Role.manager, Role.clerk)
    rule = RULES[body]
    if entity_id is None and body is not Body.village_assembly:
        raise EntityNeededError(rule.name, rule.name_en)
    if entity_id is not None:
        _require_own(unit, entity_id)
    given = (day - unit.today).days
    if given < rule.notice_days:
        raise ShortNoticeError(rule.name, rule.name_en, rule.notice_days, given)
    roll = queries.roll(unit.session, body, entity_id, day, tenant_id=unit.actor.tenant_id)
    allowed = (
        len(roll) * EXTRA_VOTES.numerator // EXTRA_VOTES.denominator if body is Body.coop_assembly else 0
    )
    if not 0 <= extra_votes <= allowed:
        raise ExtraVotesError(allowed, extra_votes)
    board = body is Body.rceo_board
    if board != (seats > 0):
        raise SeatsError(rule.name, rule.name_en, seats)
    row = MeetingRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        body=body.value,
        notice_day=unit.today,
        day=day,
        agenda=agenda,
        agenda_en=agenda_en,
        members_all=seats if board else len(roll),
        members_capable=seats if board else sum(member.capable for member in roll),
        extra_votes=extra_votes,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("meeting.call", f"meeting:{row.id}", body=body.value, day=day.isoformat())
    return row


def cancel_meeting(unit: Unit, meeting_id: int) -> MeetingRow:
    """Call a meeting off before it is held."""
    unit.actor.require("取消会议", Role.manager, Role.clerk)
    row = _locked(unit, meeting_id)
    row.state = MOVES.move(MeetingState(row.state), MeetingState.cancelled)
    unit.audit("meeting.cancel", f"meeting:{row.id}")
    return row


def attend(unit: Unit, meeting_id: int, member_ids: Iterable[int]) -> int:
    """Note who came; returns how many are noted now. A member counts once, minors do not.

    Raises MeetingDayError before the day, NotEntitledError with all persons who may not vote.
    """
    unit.actor.require("登记到会", Role.manager, Role.clerk)
    row = _locked(unit, meeting_id)
    if unit.today < row.day:
        raise MeetingDayError(row.day, unit.today)
    if row.state != MeetingState.held:
        row.state = MOVES.move(MeetingState(row.state), MeetingState.held)
    roll = queries.roll(unit.session, Body(row.body), row.entity_id, row.day, tenant_id=row.tenant_id)
    entitled = {member.id for member in roll if member.capable}
    came = set(member_ids)
    if came - entitled:
        raise NotEntitledError(sorted(came - entitled))
    noted = set(
        unit.session.scalars(select(AttendanceRow.member_id).where(AttendanceRow.meeting_id == meeting_id))
    )
    if len(noted | came) > row.members_capable:
        raise VoteCountError(row.members_capable, len(noted | came))
    unit.session.add_all(
        AttendanceRow(tenant_id=unit.actor.tenant_id, meeting_id=meeting_id, member_id=member)
        for member in sorted(came - noted)
    )
    unit.session.flush()
    unit.audit("meeting.attend", f"meeting:{meeting_id}", attended=len(noted | came))
    return len(noted | came)


def resolve(
    unit: Unit,
    meeting_id: int,
    *,
    ref: str,
    digest: str,
    text: str,
    text_en: str,
    votes_for: int,
    votes_against: int = 0,
    votes_abstain: int = 0,
    kind: ResolutionKind = ResolutionKind.ordinary,
) -> ResolutionRow:
    """Record a vote on the document `ref` of content `digest`; `passed` follows from the body's rule.

    A vote that fails, or a meeting that is not quorate, is recorded too. Raises VoteCountError, NotHeldError.
    """
    unit.actor.require("记录表决", Role.manager, Role.clerk)
    meeting = _locked(unit, meeting_id)
    if meeting.state != MeetingState.held:
        raise NotHeldError(meeting_id, meeting.state)
    attended = unit.session.scalar(
        select(func.count()).select_from(AttendanceRow).where(AttendanceRow.meeting_id == meeting_id)
    )
    votes = Votes(votes_for, votes_against, votes_abstain)
    turnout = Turnout(meeting.members_all, meeting.members_capable, attended or 0, meeting.extra_votes)
    allowed = turnout.attended + meeting.extra_votes
    if votes.total > allowed or min(votes_for, votes_against, votes_abstain) < 0:
        raise VoteCountError(allowed, votes.total)
    decision = decide(Body(meeting.body), kind, turnout, votes.votes_for)
    row = ResolutionRow(
        tenant_id=unit.actor.tenant_id,
        meeting_id=meeting_id,
        number=document_number(unit.session, unit.actor.tenant_id, SERIES, meeting.day.year),
        kind=kind.value,
        ref=ref,
        digest=digest,
        text=text,
        text_en=text_en,
        votes_for=votes.votes_for,
        votes_against=votes.votes_against,
        votes_abstain=votes.votes_abstain,
        attend_needed=decision.attend_needed,
        approve_needed=decision.approve_needed,
        passed=decision.passed,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit(
        "resolution.record", f"resolution:{row.id}", document=ref, digest=digest, passed=int(row.passed)
    )
    return row


def _require_own(unit: Unit, entity_id: int) -> None:
    own = select(EntityRow.id).where(EntityRow.id == entity_id, EntityRow.tenant_id == unit.actor.tenant_id)
    if unit.session.scalars(own).one_or_none() is None:
        raise NotFoundError("entity", entity_id)


def _locked(unit: Unit, meeting_id: int) -> MeetingRow:
    row = unit.session.scalars(
        select(MeetingRow)
        .where(MeetingRow.id == meeting_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("meeting", meeting_id)
    return row
