"""A plan's way to its resolution: supervision reviews it, the village sees it, the assembly votes; and
objections.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coop.books import queries as books
from coop.dividends import rules
from coop.dividends.models import PlanLineRow, PlanRow, PlanState
from coop.dividends.queries import plan_ref
from coop.dividends.rules import Plan
from coop.dividends.service.drafting import current, locked_plan
from coop.dividends.service.errors import (
    MonthsOpenError,
    NoticeTooShortError,
    PlanNotReadyError,
    SamePersonError,
    WrongBodyError,
)
from coop.governance import queries as meetings
from coop.governance import service as governance
from coop.governance.models import MeetingRow, NoticeRow, ResolutionRow
from coop.governance.rules import RULES
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from ledger import periods, seal
from ledger.chart import Standard
from ledger.money import fen_text

MOVES = Transitions(
    "分配方案 dividend plan",
    {
        (PlanState.draft, PlanState.reviewed),
        (PlanState.reviewed, PlanState.noticed),
        (PlanState.noticed, PlanState.resolved),
        (PlanState.resolved, PlanState.posted),
    },
)
BODIES = {
    Standard.rceo_2023: governance.Body.rceo_assembly,
    Standard.coop_2021: governance.Body.coop_assembly,
}


def body_of(row: PlanRow) -> governance.Body:
    """The body that resolves a plan, by the entity's standard."""
    return BODIES[Standard(row.standard)]


def move(row: PlanRow, state: PlanState) -> None:
    row.state = MOVES.move(PlanState(row.state), state).value


def review(unit: Unit, plan_id: int) -> PlanRow:
    """The supervision committee has examined exactly this plan; not by who drafted it."""
    unit.actor.require("审核分配方案", Role.supervisor)
    row = locked_plan(unit, plan_id)
    if row.maker_id == unit.actor.user_id:
        raise SamePersonError(row.number, unit.actor.user_id)
    current(unit, row)
    move(row, PlanState.reviewed)
    governance.review(unit, plan_ref(row.id), row.digest)
    unit.audit("plan.review", f"plan:{row.id}", digest=row.digest)
    return row


def publish(unit: Unit, plan_id: int) -> NoticeRow:
    """Open the plan to the members, 10 days for a collective, 15 for a cooperative; the year's months are
    closed.

    Raises MonthsOpenError, PlanChangedError, GateClosedError (not reviewed).
    """
    unit.actor.require("公示分配方案", Role.manager, Role.accountant)
    row = locked_plan(unit, plan_id)
    plan = current(unit, row)
    _require_months_closed(unit, row)
    governance.require(
        unit.session, governance.Gate.supervision, plan_ref(row.id), row.digest, today=unit.today
    )
    move(row, PlanState.noticed)
    notice = governance.publish(
        unit,
        kind="dividend",
        ref=plan_ref(row.id),
        digest=row.digest,
        title=f"{row.year} 年度分配方案 {row.number}",
        title_en=f"Distribution plan {row.number} for {row.year}",
        body=_paper(plan) | {"seal": _seal(unit, row)},
        days=RULES[body_of(row)].notice_days,
    )
    row.notice_id = notice.id
    unit.audit("plan.publish", f"plan:{row.id}", notice=notice.id, digest=row.digest)
    return notice


def _require_months_closed(unit: Unit, row: PlanRow) -> None:
    states = periods.states(unit.session, books.book_of(unit.session, row.entity_id).id)
    months = [month for month in range(1, 13) if states.get((row.year, month)) != "closed"]
    if months:
        raise MonthsOpenError(row.year, months)


def _seal(unit: Unit, row: PlanRow) -> str:
    """The seal of the book the plan stands on: hung up, it vouches for every voucher before it."""
    return str(seal.head(unit.session, books.book_of(unit.session, row.entity_id).id))


def _paper(plan: Plan) -> dict[str, Any]:
    """What hangs on the board: the waterfall, and every household's line by number. No name, no score, no
    reason.
    """
    return {
        "steps": [[step.text, step.text_en, step.fen, step.article] for step in rules.waterfall(plan)],
        "lines": [[line.tranche.value, line.household, line.key, line.fen] for line in plan.lines],
    }


def resolve(
    unit: Unit,
    plan_id: int,
    meeting_id: int,
    *,
    votes_for: int,
    votes_against: int = 0,
    votes_abstain: int = 0,
) -> ResolutionRow:
    """The assembly's vote on exactly this plan; kept also where it failed. The papers were open before the
    meeting.

    Raises WrongBodyError, NoticeTooShortError, PlanChangedError, and what governance raises.
    """
    row = locked_plan(unit, plan_id)
    if row.state != PlanState.noticed:
        raise PlanNotReadyError(row.number, PlanState.noticed, row.state)
    current(unit, row)
    require_assembly(unit, row, meetings.meeting(unit.session, meeting_id))
    kept, paid = fen_text(row.reserve_fen), fen_text(row.dividend_fen)
    resolution = governance.resolve(
        unit,
        meeting_id,
        kind=governance.ResolutionKind.ordinary,
        ref=plan_ref(row.id),
        digest=row.digest,
        text=f"同意 {row.year} 年度分配方案 {row.number}：提取公积 {kept} 元，向成员分配 {paid} 元",
        text_en=f"Distribution plan {row.number} for {row.year}: reserve {kept} yuan, to members {paid} yuan",
        votes_for=votes_for,
        votes_against=votes_against,
        votes_abstain=votes_abstain,
    )
    if resolution.passed:
        move(row, PlanState.resolved)
        row.resolution_id = resolution.id
    unit.audit("plan.resolve", f"plan:{row.id}", resolution=resolution.id, passed=int(resolution.passed))
    return resolution


def require_assembly(unit: Unit, row: PlanRow, meeting: MeetingRow) -> None:
    """The entity's own assembly, on a day when the notice of this very plan was over."""
    body = body_of(row)
    if (meeting.entity_id, meeting.body) != (row.entity_id, body.value):
        raise WrongBodyError(row.number, body, f"{meeting.body} ({meeting.entity_id})")
    untils = [
        notice.until
        for notice in meetings.notices(unit.session, ref=plan_ref(row.id))
        if notice.digest == row.digest and notice.tenant_id == row.tenant_id
    ]
    if not untils:
        raise PlanNotReadyError(row.number, PlanState.noticed, row.state)
    if meeting.day < min(untils):
        raise NoticeTooShortError(row.number, min(untils), meeting.day)


def hold_line(unit: Unit, line_id: int, reason: str) -> PlanLineRow:
    """An objection to one household's line: its payment rests until it is answered; the plan goes on."""
    unit.actor.require("暂缓支付", Role.supervisor, Role.manager)
    return _mark(unit, line_id, reason, held=True)


def release_line(unit: Unit, line_id: int, answer: str) -> PlanLineRow:
    """The written answer to the objection: the line may be paid."""
    unit.actor.require("恢复支付", Role.supervisor, Role.manager)
    return _mark(unit, line_id, answer, held=False)


def _mark(unit: Unit, line_id: int, words: str, *, held: bool) -> PlanLineRow:
    if not words.strip():
        raise InputError([Fault("reason", "应书面写明", "write the reason, or the answer")])
    line = unit.session.scalars(
        select(PlanLineRow)
        .where(PlanLineRow.tenant_id == unit.actor.tenant_id, PlanLineRow.id == line_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if line is None:
        raise NotFoundError("dividend line", line_id)
    line.held, line.reason = held, words
    unit.audit("plan.hold" if held else "plan.release", f"plan:{line.plan_id}", line=line_id)
    return line
