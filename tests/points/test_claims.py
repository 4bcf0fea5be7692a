"""Claims through review to final points, on both back ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from coop.governance.service import GateClosedError
from coop.kernel import work as kernel_work
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, unit
from coop.points import queries
from coop.points import service as points
from coop.points.models import ClaimRow, ClaimState
from tests.conftest import Village, make_village
from tests.points.steps import (
    CHAIR,
    CLERK,
    DAY,
    GRID,
    balance,
    breaches,
    earn,
    finalise,
    propose,
    score,
)


def test_a_deed_becomes_points_after_its_notice(charter: Village, clock: ToldClock) -> None:
    claim = propose(charter, "H0001", "S04")
    score(charter, claim)
    with unit(charter.actor(Role.supervisor, user=CHAIR)) as work:
        notice = points.publish(work, [claim])
        assert notice.body == {
            "lines": [{"household": "H0001", "heading": "善", "heading_en": "kindness", "points": 10}]
        }
    clock.day += timedelta(days=6)
    with pytest.raises(GateClosedError), unit(charter.actor(Role.supervisor, user=CHAIR)) as work:
        points.finalise(work, [claim])
    assert balance(charter, "H0001") == 0
    clock.day += timedelta(days=1)
    with unit(charter.actor(Role.supervisor, user=CHAIR)) as work:
        points.finalise(work, [claim])
    assert balance(charter, "H0001") == 10
    with look(charter.actor()) as seen:
        scores = queries.year_scores(seen.session, 2025)
        assert (scores["H0001"], scores["H0002"], len(scores)) == (110, 100, 30)
        page = queries.household_points(seen.session, "H0001", 2025)
        assert (page.balance, page.score, page.claims[0].state) == (10, 110, ClaimState.final)
    assert breaches() == []


def test_final_twice_posts_once(charter: Village, clock: ToldClock) -> None:
    claim = earn(charter, clock, "H0001", "S04")
    with pytest.raises(ForbiddenMoveError), unit(charter.actor(Role.supervisor, user=CHAIR)) as work:
        points.finalise(work, [claim])
    assert balance(charter, "H0001") == 10


def test_a_list_that_changed_after_its_notice_is_refused(charter: Village, clock: ToldClock) -> None:
    claim = propose(charter, "H0001", "S04")
    score(charter, claim)
    with unit(charter.actor(Role.supervisor, user=CHAIR)) as work:
        points.publish(work, [claim])
    with unit(charter.actor(Role.supervisor, user=CHAIR)) as work:
        work.session.execute(update(ClaimRow).where(ClaimRow.id == claim).values(awarded=9))
    clock.day += timedelta(days=7)
    with pytest.raises(GateClosedError), unit(charter.actor(Role.supervisor, user=CHAIR)) as work:
        points.finalise(work, [claim])


def test_an_objection_takes_one_claim_off_and_leaves_the_others(charter: Village, clock: ToldClock) -> None:
    first, second = propose(charter, "H0001", "S04"), propose(charter, "H0002", "S04")
    score(charter, first, second)
    with unit(charter.actor(Role.supervisor, user=CHAIR)) as work:
        points.publish(work, [first, second])
        points.reject(work, first, "异议成立")
    clock.day += timedelta(days=7)
    with unit(charter.actor(Role.supervisor, user=CHAIR)) as work:
        points.finalise(work, [second])
    assert (balance(charter, "H0001"), balance(charter, "H0002")) == (0, 10)


def test_a_penalty_empties_the_balance_and_lowers_the_score_in_full(
    charter: Village, clock: ToldClock
) -> None:
    earn(charter, clock, "H0001", "S04")
    penalty = earn(charter, clock, "H0001", "F04")
    with look(charter.actor()) as seen:
        assert queries.balance(seen.session, "H0001") == 0
        assert queries.year_scores(seen.session, 2025)["H0001"] == 90
        assert queries.vetoed(seen.session, 2025) == frozenset(), "no lawful penalty, no veto"
        totals = queries.totals(seen.session)
        assert (totals.issued, totals.deducted, totals.outstanding) == (10, 10, 0)
        row = seen.session.get_one(ClaimRow, penalty)
        assert (row.awarded, row.posted) == (-20, -10)
    earn(charter, clock, "H0002", "Q06")  # nothing to take: the honour score alone falls
    with look(charter.actor()) as seen:
        assert queries.year_scores(seen.session, 2025)["H0002"] == 99
    assert breaches() == []


def test_caps_and_spans(charter: Village, clock: ToldClock) -> None:
    earn(charter, clock, "H0001", "X01")
    with pytest.raises(InputError):  # once a quarter
        propose(charter, "H0001", "X01")
    first = [propose(charter, "H0002", "S04", clock.day) for _ in range(3)]  # 10 each, at most 20 a year
    finalise(charter, clock, *first[:2])
    score(charter, first[2])
    with look(charter.actor()) as seen:
        states = [seen.session.get_one(ClaimRow, claim).state for claim in first[:2]]
        assert states == [ClaimState.final, ClaimState.final]
        assert seen.session.get_one(ClaimRow, first[2]).state == ClaimState.rejected
    assert balance(charter, "H0002") == 20


def test_two_persons_and_no_judge_of_the_own_household(charter: Village) -> None:
    claim = propose(charter, "H0001", "S01")
    with pytest.raises(points.SameHandsError), unit(charter.actor(Role.clerk, user=CLERK)) as work:
        points.check(work, claim)
    with unit(charter.actor(Role.clerk, user=GRID)) as work:
        points.check(work, claim)
    relative = charter.actor(Role.supervisor, user=CHAIR, household="H0001")
    with pytest.raises(points.OwnHouseholdError), unit(relative) as work:
        points.score(work, [claim])
    with pytest.raises(points.SameHandsError), unit(charter.actor(Role.supervisor, user=CLERK)) as work:
        points.score(work, [claim])


def test_wrong_role(charter: Village) -> None:
    claim = propose(charter, "H0001", "S01")
    for act in (points.check, lambda work, key: points.score(work, [key])):
        with pytest.raises(PermissionDeniedError), unit(charter.actor(Role.household, user=9)) as work:
            act(work, claim)
    with pytest.raises(PermissionDeniedError), unit(charter.actor(Role.enterprise)) as work:
        points.propose(work, household="H0001", item="S01", day=DAY, evidence="x")
    with pytest.raises(PermissionDeniedError), unit(charter.actor(Role.accountant)) as work:
        points.redeem(work, household="H0001", goods="SOAP", count=1, second_id=GRID)


def test_another_village_finds_nothing(charter: Village) -> None:
    claim = propose(charter, "H0001", "S01")
    other = make_village("SBG", households=4)
    with pytest.raises(NotFoundError), unit(other.actor(Role.clerk, user=GRID)) as work:
        points.check(work, claim)
    with pytest.raises(NotFoundError), unit(other.actor(Role.clerk, user=GRID)) as work:
        points.redeem(work, household="H0020", goods="SOAP", count=1, second_id=CHAIR)


def test_bad_proposals(charter: Village) -> None:
    with pytest.raises(points.NotAllowedPointsError):
        propose(charter, "H0001", "C03", scored=4)
    with pytest.raises(NotFoundError):
        propose(charter, "H0001", "Z99")
    with pytest.raises(InputError), unit(charter.actor(Role.clerk, user=CLERK)) as work:
        points.propose(work, household="H0001", item="S01", day=DAY + timedelta(days=1), evidence=" ")


def test_revoked_points_are_reversed_in_red(charter: Village, clock: ToldClock) -> None:
    claim = earn(charter, clock, "H0001", "S04")
    with unit(charter.actor(Role.checker, user=9)) as work:
        points.revoke(work, claim, "重复申报", asked_by=CLERK)
    with look(charter.actor()) as seen:
        assert queries.year_scores(seen.session, 2025)["H0001"] == 100
        totals = queries.totals(seen.session)
        assert (totals.issued, totals.outstanding) == (0, 0)
    assert balance(charter, "H0001") == 0
    assert breaches() == []


def test_a_full_delivery_proposes_c01_once_a_season(charter: Village) -> None:
    for part in ("1", "2"):
        with unit(charter.actor(Role.clerk, user=CLERK)) as work:
            work.emit("orders.household_delivered", key=f"H0001:{part}", household="H0001", season="2025")
        kernel_work.drain()
    with look(charter.actor()) as seen:
        [claim] = queries.claims(seen.session, household="H0001")
        assert (claim.item, claim.points, claim.state, claim.proposer_id) == (
            "C01",
            10,
            ClaimState.proposed,
            0,
        )


def test_adopting_twice_adds_nothing(charter: Village) -> None:
    with unit(charter.actor(Role.manager)) as work:
        assert points.adopt_items(work) == (0, 0)
    with look(charter.actor()) as seen:
        assert len(queries.items(seen.session)) == 39
        assert len(queries.goods(seen.session)) == 9
