"""The steps of a claim and of the shop, for the tests of this folder."""

from __future__ import annotations

from datetime import date, timedelta

from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.unit import look, owner_session, unit
from coop.points import checks, queries
from coop.points import service as points
from tests.conftest import Village

DAY = date(2025, 3, 10)
CLERK, GRID, CHAIR = 2, 3, 4  # who proposes, who checks first, who sits in the committee


def propose(village: Village, household: str, item: str, day: date = DAY, scored: int | None = None) -> int:
    with unit(village.actor(Role.clerk, user=CLERK)) as work:
        claim = points.propose(
            work, household=household, item=item, day=day, evidence="院坝会记录", points=scored
        )
        return claim.id


def score(village: Village, *ids: int) -> None:
    for claim in ids:
        with unit(village.actor(Role.clerk, user=GRID)) as work:
            points.check(work, claim)
    with unit(village.actor(Role.supervisor, user=CHAIR)) as work:
        points.score(work, ids)


def finalise(village: Village, clock: ToldClock, *ids: int) -> None:
    """Score, publish, wait out the notice, make final."""
    score(village, *ids)
    with unit(village.actor(Role.supervisor, user=CHAIR)) as work:
        points.publish(work, ids)
    clock.day += timedelta(days=7)
    with unit(village.actor(Role.supervisor, user=CHAIR)) as work:
        points.finalise(work, ids)


def earn(village: Village, clock: ToldClock, household: str, item: str) -> int:
    claim = propose(village, household, item, clock.day)
    finalise(village, clock, claim)
    return claim


def balance(village: Village, household: str) -> int:
    with look(village.actor()) as seen:
        return queries.balance(seen.session, household, village.tenant)


def breaches() -> list[str]:
    with owner_session() as session:
        return [*checks.check_balances(session), *checks.check_grants_and_shop(session)]


def redeem(village: Village, household: str, goods: str, count: int = 1) -> int:
    with unit(village.actor(Role.clerk, user=CLERK)) as work:
        return points.redeem(work, household=household, goods=goods, count=count, second_id=GRID).id
