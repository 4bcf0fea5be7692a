"""What must not be possible on a plan's way: gates, changes and wrong hands, on both back ends."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import text, update

from coop.dividends import queries
from coop.dividends import service as dividends
from coop.dividends.models import PlanRow, PlanState
from coop.dividends.rules import Parameters
from coop.governance import service as governance
from coop.governance.service import Body, GateClosedError
from coop.governance.service.meetings import ShortNoticeError
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import NotFoundError, PermissionDeniedError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, owner_session, unit
from coop.parties.models import HoldingKind, HoldingRow
from ledger.voucher import credit, debit
from tests.conftest import Village, make_village
from tests.dividends.year import (
    ACCOUNTANT,
    COOP,
    MANAGER,
    RCEO,
    Year,
    breaches,
    close_months,
    opening,
    post,
)


def test_every_gate_is_needed(year: Year) -> None:
    village = year.village
    plan = year.draft(village.rceo, RCEO)
    with pytest.raises(GateClosedError) as caught:
        year.post(plan)
    assert caught.value.gate is governance.Gate.supervision
    with pytest.raises(GateClosedError):
        year.publish(plan)
    year.review(plan)
    with pytest.raises(GateClosedError) as caught:
        year.post(plan)
    assert caught.value.gate is governance.Gate.notice
    year.publish(plan)
    year.clock.day += timedelta(days=9)
    with pytest.raises(GateClosedError) as caught:
        year.post(plan)
    assert caught.value.gate is governance.Gate.notice, "a day is missing"
    year.clock.day += timedelta(days=1)
    with pytest.raises(GateClosedError) as caught:
        year.post(plan)
    assert caught.value.gate is governance.Gate.resolution
    assert breaches() == []


def test_not_quorate_and_not_approved(year: Year) -> None:
    village = year.village
    plan = year.draft(village.rceo, RCEO)
    year.review(plan)
    year.publish(plan)
    few = year.meet(village.rceo, body=Body.rceo_assembly, days=10, come=20)
    assert not year.vote(plan, few, 20)
    with pytest.raises(GateClosedError) as caught:
        year.post(plan)
    assert caught.value.gate is governance.Gate.resolution
    all_came = year.meet(village.rceo, body=Body.rceo_assembly, days=10)
    assert not year.vote(plan, all_came, 49), "two thirds of all 75 members are 50"
    with pytest.raises(GateClosedError):
        year.post(plan)


def test_a_meeting_before_the_papers_were_open_long_enough(year: Year) -> None:
    village = year.village
    plan = year.draft(village.coop, COOP)
    year.review(plan)
    with unit(village.actor(Role.manager, user=MANAGER)) as work:
        day = work.today + timedelta(days=16)
        meeting = governance.call_meeting(
            work, body=Body.coop_assembly, day=day, agenda="分配", agenda_en="plan", entity_id=village.coop
        ).id
    year.clock.day += timedelta(days=2)
    year.publish(plan)  # open for 15 days, the meeting is in 14
    year.clock.day = day
    with pytest.raises(dividends.NoticeTooShortError):
        year.vote(plan, meeting, 20)
    with pytest.raises(ShortNoticeError):
        year.meet(village.coop, body=Body.coop_assembly, days=14)


def test_the_wrong_assembly(year: Year) -> None:
    village = year.village
    plan = year.draft(village.coop, COOP)
    year.review(plan)
    year.publish(plan)
    meeting = year.meet(village.rceo, body=Body.rceo_assembly, days=15)
    with pytest.raises(dividends.WrongBodyError):
        year.vote(plan, meeting, 60)
    with unit(
        village.actor(Role.manager, user=MANAGER)
    ) as work:  # resolved at the meetings desk all the same
        governance.resolve(
            work,
            meeting,
            kind=governance.ResolutionKind.ordinary,
            ref=queries.plan_ref(plan),
            digest=work.session.get_one(PlanRow, plan).digest,
            text="同意",
            text_en="agreed",
            votes_for=60,
        )
    with pytest.raises(dividends.WrongBodyError):
        year.post(plan)


def test_a_changed_plan_starts_again(year: Year) -> None:
    village = year.village
    plan = year.resolved(village.rceo, RCEO)
    before = year.draft(village.rceo, RCEO)
    with look(village.actor()) as seen:
        assert seen.session.get_one(PlanRow, before).state == PlanState.resolved, (
            "the same inputs change nothing"
        )
    again = year.draft(village.rceo, Parameters(Fraction(35, 100), to_members_fen=9_000_001))
    assert again == plan
    with look(village.actor()) as seen:
        row = seen.session.get_one(PlanRow, plan)
        assert (row.state, row.version, row.notice_id) == (PlanState.draft, 2, None)
    with pytest.raises(GateClosedError):
        year.post(plan)
    year.review(plan)
    year.publish(plan)
    with pytest.raises(GateClosedError) as caught:
        year.post(plan)
    assert caught.value.gate is governance.Gate.notice, "the notice of the new content has just begun"


def test_a_register_that_changed_refuses_the_posting(year: Year) -> None:
    village = year.village
    plan = year.resolved(village.rceo, RCEO)
    with unit(village.actor(Role.manager, user=MANAGER)) as work:
        work.session.execute(
            update(HoldingRow)
            .where(
                HoldingRow.entity_id == village.rceo,
                HoldingRow.kind == HoldingKind.share.value,
                HoldingRow.id == 1,
            )
            .values(amount=2)
        )
    with pytest.raises(dividends.PlanChangedError):
        year.post(plan)


def test_stored_lines_that_were_touched_are_refused_and_found(year: Year) -> None:
    village = year.village
    plan = year.resolved(village.rceo, RCEO)
    with owner_session(write=True) as session:
        session.execute(
            text("UPDATE dividend_line SET fen = fen + 100 WHERE id = (SELECT min(id) FROM dividend_line)")
        )
    with pytest.raises(dividends.PlanChangedError):
        year.post(plan)
    found = breaches()
    assert len(found) == 2
    assert all(sentence.startswith("D1") and "difference 100" in sentence for sentence in found)


def test_open_months_keep_the_plan_from_the_board(village: Village, clock: ToldClock) -> None:
    opening(village)
    post(village, village.rceo, "sale:1", debit("102", 500_000), credit("501:01", 500_000))
    close_months(village, village.rceo, upto=11)
    year = Year(village, clock)
    clock.day = date(2026, 1, 10)
    plan = year.draft(village.rceo, Parameters())
    year.review(plan)
    with pytest.raises(dividends.MonthsOpenError):
        year.publish(plan)


def test_wrong_roles_and_own_review(year: Year) -> None:
    village = year.village
    for role in (Role.manager, Role.supervisor, Role.household, Role.clerk):
        with pytest.raises(PermissionDeniedError), unit(village.actor(role)) as work:
            dividends.draft_plan(work, village.rceo, 2025, RCEO)
    plan = year.draft(village.rceo, RCEO)
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        dividends.review(work, plan)
    with (
        pytest.raises(dividends.SamePersonError),
        unit(village.actor(Role.supervisor, user=ACCOUNTANT)) as work,
    ):
        dividends.review(work, plan)
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.supervisor)) as work:
        dividends.post_plan(work, plan)
    year.review(plan)
    with pytest.raises(ForbiddenMoveError):
        year.review(plan)


def test_another_village_finds_no_plan(year: Year) -> None:
    plan = year.draft(year.village.rceo, RCEO)
    other = make_village("SBG", households=3)
    with pytest.raises(NotFoundError), unit(other.actor(Role.accountant)) as work:
        dividends.post_plan(work, plan)
    with pytest.raises(NotFoundError), unit(other.actor(Role.accountant)) as work:
        dividends.draft_plan(work, year.village.rceo, 2025, RCEO)
    with look(other.actor()) as seen:
        assert queries.plans(seen.session) == ()
        assert queries.household_lines(seen.session, "H0001") == ()
