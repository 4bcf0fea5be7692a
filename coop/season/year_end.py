"""The thirteenth period: plans, supervision, notice, assemblies, posting, the final close, and the dividend paid."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from coop.accounting import service as accounting
from coop.books import service as books
from coop.dividends import service as dividends
from coop.dividends.rules import Parameters
from coop.governance import queries as meetings
from coop.governance import service as governance
from coop.governance.rules import Body
from coop.season.opening import YUAN
from coop.season.stage import Village
from coop.settlement import service as settlement

RCEO_RESERVE, COOP_RESERVE = Fraction(35, 100), Fraction(10, 100)


def distribute(village: Village) -> None:
    """Both entities' plans, from draft to money; returns when the year is closed and the dividends are paid."""
    stage = village.stage
    after = stage.year + 1
    stage.on(1, 4, year=after)
    with village.act("accountant") as work:
        plans = {
            village.rceo: dividends.draft_plan(
                work,
                village.rceo,
                stage.year,
                Parameters(reserve_rate=RCEO_RESERVE, bonus_pool_fen=3_000 * YUAN, bonus_base=0),
            ).id,
            village.coop: dividends.draft_plan(
                work, village.coop, stage.year, Parameters(reserve_rate=COOP_RESERVE)
            ).id,
        }
    stage.on(1, 5, year=after)
    with village.act("supervisor") as work:
        for plan in plans.values():
            dividends.review(work, plan)
    with village.act("manager") as work:
        for plan in plans.values():
            dividends.publish(work, plan)
        called = {
            entity: governance.call_meeting(
                work,
                body=body,
                day=date(after, 1, 22),
                agenda=f"审议 {stage.year} 年度分配方案",
                agenda_en=f"the distribution plan of {stage.year}",
                entity_id=entity,
            ).id
            for entity, body in ((village.rceo, Body.rceo_assembly), (village.coop, Body.coop_assembly))
        }
    stage.on(1, 22, year=after)
    for entity, plan in plans.items():
        _vote(village, called[entity], plan)
    _post_and_pay(village, plans)


def _vote(village: Village, meeting_id: int, plan_id: int) -> None:
    """All but a few come; all who come agree but one in fifty, who abstain."""
    with village.act("clerk") as work:
        meeting = meetings.meeting(work.session, meeting_id)
        roll = meetings.roll(work.session, Body(meeting.body), meeting.entity_id, meeting.day)
        capable = [member.id for member in roll if member.capable]
        came = capable[: len(capable) - len(capable) // 20]
        governance.attend(work, meeting_id, came)
    with village.act("manager") as work:
        away = len(came) // 50
        dividends.resolve(work, plan_id, meeting_id, votes_for=len(came) - away, votes_abstain=away)


def _post_and_pay(village: Village, plans: dict[int, int]) -> None:
    stage = village.stage
    after = stage.year + 1
    stage.on(1, 24, year=after)
    with village.act("accountant") as work:
        for plan in plans.values():
            dividends.post_plan(work, plan)
    village.stamp(date(stage.year, 12, 31))
    with village.act("accountant") as work:
        for entity in plans:
            accounting.close_year(work, entity, stage.year)
            books.open_year(work, entity, after)
    stage.on(2, 6, year=after)
    for entity, plan in plans.items():
        with village.act("accountant") as work:
            batch = dividends.propose_pay(work, plan, stage.today)
        with village.act("checker") as work:
            settlement.approve_pay(work, batch.id)
        with village.act("accountant") as work:
            settlement.pay(work, batch.id, stage.today, f"FH{entity}{stage.today:%Y%m%d}")
    village.stamp(stage.today)
