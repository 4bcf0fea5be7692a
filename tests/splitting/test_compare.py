"""Policies side by side, runs that are kept, turns of the groups, a yes to less: on both back ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from coop.kernel.actor import Actor, Role
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import look, owner_session, unit
from coop.parties.models import HouseholdRow
from coop.splitting import service
from coop.splitting.models import AllocationRow, AnsweredVia, SplitRunRow
from coop.splitting.problem import split_problem
from coop.splitting.queries.compare import compare
from coop.splitting.queries.runs import problem_of, runs_of
from coop.splitting.rules import Policy
from tests.conftest import make_village
from tests.orders.trade import accepted, file_capacities, open_trade
from tests.splitting.steps import LOT, THREE, breaches, decided, propose, publish, ready, share_of, table_of

if TYPE_CHECKING:
    from tests.conftest import Village

ALL = tuple(Policy)


@pytest.fixture
def trade(village: Village) -> Village:
    open_trade(village)
    return village


def test_looking_gives_what_proposing_gives_and_promises_nothing(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, THREE)
    _, line = accepted(trade, buyer)
    with look(trade.actor(Role.manager)) as view:
        page = compare(view.session, line, trade.tenant, view.today, policies=ALL, lot=LOT, minimum=0)
    assert [home.number for home in page.homes] == sorted(THREE)
    columns = {column.policy: column for column in page.columns}
    assert columns[Policy.by_delivery].refused[1].startswith("by past deliveries")
    for policy in (
        Policy.equal,
        Policy.by_capacity,
        Policy.by_shares,
        Policy.season_fair,
        Policy.monitored_first,
    ):
        shown = {
            home.number: cell.quantity for home, cell in zip(page.homes, columns[policy].cells, strict=True)
        }
        assert decided(trade, propose(trade, line, policy)) == shown
        assert columns[policy].allocated + columns[policy].shortfall == 1_200_000
    # 400 yuan/kg is what grade C pays at least: its floor of 40.0000 is above its price of 38.
    cell = columns[Policy.equal].cells[0]
    assert cell.least_fen == cell.quantity * 4
    assert page.advice is None
    with look(make_village("SBG").actor(Role.manager)) as view, pytest.raises(NotFoundError):
        compare(view.session, line, view.actor.tenant_id, view.today, policies=ALL, lot=LOT)


def test_a_lock_holds_in_every_column(trade: Village, buyer: Actor) -> None:
    _, line, split = ready(trade, buyer)
    with unit(trade.actor(Role.manager)) as work:
        service.change_allocation(work, share_of(trade, split, "H0003").allocation_id, 15_000, "院坝会议定")
    with look(trade.actor(Role.manager)) as view:
        page = compare(
            view.session, line, trade.tenant, view.today, policies=[Policy.equal, Policy.by_capacity], lot=LOT
        )
    assert [column.cells[2].quantity for column in page.columns] == [15_000, 15_000]


def test_few_sacks_bring_advice_and_the_groups_take_turns(trade: Village, buyer: Actor) -> None:
    with owner_session() as session:
        session.execute(update(HouseholdRow).where(HouseholdRow.number == "H0002").values(grid="二组"))
        session.commit()
    file_capacities(trade, {"H0001": 20_000, "H0002": 20_000, "H0003": 20_000})
    _, line = accepted(trade, buyer)
    with look(trade.actor(Role.manager)) as view:
        page = compare(view.session, line, trade.tenant, view.today, policies=[Policy.equal], lot=600_000)
    assert page.advice is not None
    assert (page.advice.lots, page.advice.households) == (2, 3)
    assert page.advice.smaller_lot == 50_000
    assert page.advice.pairs == (("H0001", "H0003"), ("H0002",))
    assert page.advice.groups == ("一组",)
    with pytest.raises(service.UnknownGroupError), unit(trade.actor(Role.manager)) as work:
        service.propose_split(work, line, policy=Policy.equal, lot_g=600_000, groups=["九组"])
    with unit(trade.actor(Role.manager)) as work:
        split = service.propose_split(
            work, line, policy=Policy.equal, lot_g=600_000, groups=page.advice.groups
        ).id
    assert decided(trade, split) == {"H0001": 600_000, "H0002": 0, "H0003": 600_000}
    assert table_of(trade, split).groups == ("一组",)


def test_every_run_is_kept_and_gives_the_same_again(trade: Village, buyer: Actor) -> None:
    _, line, split = ready(trade, buyer)
    propose(trade, line, Policy.by_capacity)
    with look(trade.actor(Role.manager)) as view:
        page = runs_of(view.session, split)
        name, problem = problem_of(view.session, page.runs[0].run_id)
    assert [(run.number, run.again) for run in page.runs] == [(2, True), (1, True)]
    assert name.endswith("-2.json")
    assert '"H0001"' in split_problem(problem)
    assert breaches() == []
    with owner_session() as session:  # somebody writes another answer over what was kept
        session.execute(update(SplitRunRow).where(SplitRunRow.number == 1).values(fingerprint="0" * 64))
        session.commit()
    assert any("worked out again" in text for text in breaches())
    with look(trade.actor(Role.manager)) as view:
        assert [run.again for run in runs_of(view.session, split).runs] == [True, False]


def test_less_is_a_yes_and_the_rest_goes_to_the_next_in_line(trade: Village, buyer: Actor) -> None:
    _, _, split = ready(trade, buyer)
    publish(trade, split)
    ids = {number: share_of(trade, split, number).allocation_id for number in THREE}
    offered = decided(trade, split)
    own = trade.actor(Role.household, household="H0001")
    for wrong in (0, offered["H0001"] + 1):
        with pytest.raises(service.LessError), unit(own) as work:
            service.answer(work, ids["H0001"], yes=True, amount=wrong)
    with unit(own) as work:
        service.answer(work, ids["H0001"], yes=True, amount=100_000)
    with unit(trade.actor(Role.clerk)) as work:  # keyed in from paper, one of them takes less
        service.answer_all(
            work,
            split,
            {ids["H0002"]: True, ids["H0003"]: True},
            AnsweredVia.paper,
            amounts={ids["H0003"]: 5_000},
        )
    assert decided(trade, split) == {"H0001": 100_000, "H0002": offered["H0002"], "H0003": 5_000}
    with unit(trade.actor(Role.manager)) as work:
        service.reallocate(work, split)
    # Who said how much it wants is not asked for more; H0002 has no room beyond its 420 kg.
    assert decided(trade, split)["H0001"] == 100_000
    with unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, split)
    with look(trade.actor()) as view:
        rows = view.session.scalars(select(AllocationRow).where(AllocationRow.split_id == split)).all()
        assert sum(row.confirmed_g for row in rows) == 105_000 + offered["H0002"]
    assert breaches() == []
