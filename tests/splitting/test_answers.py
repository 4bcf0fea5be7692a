"""Offers, answers, further rounds, settlement and deliveries on both back ends."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import NotFoundError, PermissionDeniedError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, owner_session, unit
from coop.orders import queries as orders
from coop.orders.rules import LineEntry
from coop.splitting import queries, service
from coop.splitting.models import AllocationRow, AnsweredVia, AnswerState
from coop.splitting.offers import todos
from coop.splitting.rules import Policy
from tests.orders.trade import GRADES, accepted, file_capacities, open_trade
from tests.splitting.steps import (
    THREE,
    answer,
    breaches,
    decided,
    deliver,
    propose,
    publish,
    ready,
    settled,
    share_of,
    table_of,
)

if TYPE_CHECKING:
    from tests.conftest import Village


@pytest.fixture
def trade(village: Village) -> Village:
    open_trade(village)
    return village


def test_households_answer_for_themselves_or_through_the_clerk(trade: Village, buyer: Actor) -> None:
    _, _, split = ready(trade, buyer)
    mine = share_of(trade, split, "H0001").allocation_id
    own = trade.actor(Role.household, household="H0001")
    with pytest.raises(service.SplitFixedError), unit(own) as work:
        service.answer(work, mine, yes=True)
    publish(trade, split)
    with (
        pytest.raises(service.NotYourShareError),
        unit(trade.actor(Role.household, household="H0002")) as work,
    ):
        service.answer(work, mine, yes=True)
    with pytest.raises(PermissionDeniedError), unit(own) as work:
        service.answer(work, mine, yes=True, via=AnsweredVia.paper)
    for _ in range(2):  # the same answer again changes nothing
        with unit(own) as work:
            service.answer(work, mine, yes=True)
    with look(own) as view:
        share = queries.household_shares(view.session, "H0001")[0]
    assert (share.line.state, share.line.confirmed, share.may_answer) == (
        AnswerState.confirmed,
        570_000,
        True,
    )
    with unit(own) as work:
        service.answer(work, mine, yes=False)
    assert share_of(trade, split, "H0001").decided == 0
    with unit(own) as work:
        service.answer(work, mine, yes=True)
    assert share_of(trade, split, "H0001").confirmed == 570_000


def test_declined_shares_go_to_those_with_room_on_top_of_what_they_confirmed(
    trade: Village, buyer: Actor
) -> None:
    _, line, split = ready(trade, buyer)
    publish(trade, split)
    answer(trade, split, "H0001", yes=True)
    answer(trade, split, "H0002", yes=False)
    answer(trade, split, "H0003", yes=True)
    with unit(trade.actor(Role.manager)) as work:
        service.reallocate(work, split)
    first = share_of(trade, split, "H0001")
    assert (first.state, first.confirmed, first.decided) == (AnswerState.offered, 570_000, 840_000)
    assert first.text.startswith("在已确认之外追加")
    assert table_of(trade, split).shortfall == 150_000
    answer(trade, split, "H0001", yes=False)  # a no to more keeps what was confirmed
    kept = share_of(trade, split, "H0001")
    assert (kept.state, kept.confirmed, kept.decided) == (AnswerState.confirmed, 570_000, 570_000)
    with pytest.raises(service.SplitFixedError):
        propose(trade, line)
    with unit(trade.actor(Role.manager)) as work:
        row = service.confirm_split(work, split)
    assert row.shortfall_g == 420_000
    assert breaches() == []


def test_silence_is_no_but_only_after_the_last_day(trade: Village, buyer: Actor, clock: ToldClock) -> None:
    _, _, split = ready(trade, buyer)
    clock.day = date(2025, 3, 1)
    publish(trade, split, date(2025, 3, 4))
    answer(trade, split, "H0001", yes=True)
    answer(trade, split, "H0003", yes=True)
    clock.day = date(2025, 3, 4)
    with pytest.raises(service.OffersOpenError), unit(trade.actor(Role.manager)) as work:
        service.reallocate(work, split)
    with pytest.raises(service.OffersOpenError), unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, split)
    clock.day = date(2025, 3, 5)
    with unit(trade.actor(Role.manager)) as work:
        service.reallocate(work, split)
    assert share_of(trade, split, "H0002").state is AnswerState.silent
    assert share_of(trade, split, "H0001").decided == 840_000
    answer(trade, split, "H0001", yes=True)
    with unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, split)
    assert table_of(trade, split).shortfall == 150_000
    assert breaches() == []


def test_a_no_that_becomes_a_yes_too_late_is_refused(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, {"H0001": 12_000, "H0002": 12_000})
    _, line = accepted(trade, buyer)
    split = propose(trade, line)
    publish(trade, split)
    answer(trade, split, "H0001", yes=True)
    answer(trade, split, "H0002", yes=False)
    with unit(trade.actor(Role.manager)) as work:
        service.reallocate(work, split)
    with pytest.raises(service.OverOrderError):
        answer(trade, split, "H0002", yes=True)


def test_nothing_promised_cannot_be_settled(trade: Village, buyer: Actor) -> None:
    _, _, split = ready(trade, buyer)
    publish(trade, split)
    for household in THREE:
        answer(trade, split, household, yes=False)
    with pytest.raises(service.NothingPromisedError), unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, split)


def test_a_fair_season_remembers_what_was_confirmed_before(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, {"H0001": 12_000, "H0002": 30_000})
    _, line = accepted(trade, buyer)
    first = propose(trade, line, Policy.equal)
    publish(trade, first)
    for household in ("H0001", "H0002"):
        answer(trade, first, household, yes=True)
    with unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, first)
    given = decided(trade, first)
    _, line = accepted(trade, buyer, contract="QL-2025-02")
    more = decided(trade, propose(trade, line, Policy.season_fair))
    # Together 2,400 kg in proportion to 1,260 and 3,150 kg of capacity: 685.7 and 1,714.3, in sacks of 10 kg.
    assert given == {"H0001": 600_000, "H0002": 600_000}
    assert more == {"H0001": 90_000, "H0002": 1_110_000}
    assert breaches() == []


def test_deliveries_stay_within_share_and_tolerance(trade: Village, buyer: Actor) -> None:
    split = settled(trade, buyer)
    deliver(trade, split, "H0003", 200_000)
    with pytest.raises(service.OverDeliveryError, match="220500"):
        deliver(trade, split, "H0003", 20_501)
    deliver(trade, split, "H0003", 20_500)
    with look(trade.actor()) as view:
        left = queries.deliverable(view.session, "XG")
    assert [share.line.household for share in left] == ["H0001", "H0002"]
    deliver(trade, split, "H0003", -220_500)
    with pytest.raises(service.OverDeliveryError):
        deliver(trade, split, "H0003", -1)
    assert breaches() == []


def test_nothing_is_delivered_on_an_open_split(trade: Village, buyer: Actor) -> None:
    _, _, split = ready(trade, buyer)
    with pytest.raises(service.SplitFixedError):
        deliver(trade, split, "H0001", 1)


def test_a_settled_split_stays(trade: Village, buyer: Actor) -> None:
    split = settled(trade, buyer)
    manager = trade.actor(Role.manager)
    share = share_of(trade, split, "H0001").allocation_id
    with pytest.raises(service.SplitFixedError):
        answer(trade, split, "H0001", yes=False)
    with pytest.raises(service.SplitFixedError), unit(manager) as work:
        service.reallocate(work, split)
    with pytest.raises(service.SplitFixedError), unit(manager) as work:
        service.change_allocation(work, share, 1, "试")
    with pytest.raises(ForbiddenMoveError), unit(manager) as work:
        service.publish_split(work, split)
    with pytest.raises(ForbiddenMoveError), unit(manager) as work:
        service.confirm_split(work, split)


def test_forged_shares_are_found(trade: Village, buyer: Actor) -> None:
    split = settled(trade, buyer)
    with owner_session(write=True) as session:
        session.execute(
            update(AllocationRow)
            .where(AllocationRow.split_id == split, AllocationRow.decided_g == 210_000)
            .values(decided_g=220_000, confirmed_g=220_000, delivered_g=240_000)
        )
    found = " ".join(breaches())
    assert "confirmed shares and shortfall 1200000 expected, 1210000 found, off by 10000" in found
    assert "at most 231000 may be delivered, 240000 found, 9000 too much" in found
    assert "fairness ledger" in found


def test_managers_and_clerks_are_told_what_waits(trade: Village, buyer: Actor) -> None:
    _, _, split = ready(trade, buyer)
    with look(trade.actor()) as view:
        assert [t.count for t in todos(view.session, frozenset({Role.manager}))] == [1]
    publish(trade, split)
    with look(trade.actor()) as view:
        assert [t.text_en for t in todos(view.session, frozenset({Role.manager, Role.clerk}))] == [
            "splits to settle",
            "households to answer",
        ]


def test_a_two_line_order_is_split_line_by_line(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, THREE)
    file_capacities(trade, {"H0004": 2_000}, "ME")
    lines = (LineEntry("XG", 600_000, GRADES), LineEntry("ME", 80_000, GRADES[:1]))
    part, _ = accepted(trade, buyer, lines=lines)
    with look(buyer) as view:
        ids = [line.line_id for line in orders.order(view.session, part).lines]
    for line in ids:
        split = propose(trade, line)
        publish(trade, split)
        for share in table_of(trade, split).lines:
            answer(trade, split, share.household, yes=True)
        with unit(trade.actor(Role.manager)) as work:
            service.confirm_split(work, split)
    with look(trade.actor()) as view:
        assert orders.order(view.session, part).state == "split"
        assert [table.product for table in queries.splits_of_part(view.session, part)] == ["XG", "ME"]
    assert breaches() == []


def test_another_village_sees_nothing(trade: Village, buyer: Actor) -> None:
    _, _, split = ready(trade, buyer)
    share = share_of(trade, split, "H0001").allocation_id
    stranger = Actor(9, "stranger", 10_000, frozenset(Role), household="H0001")
    with look(stranger) as view:
        with pytest.raises(NotFoundError):
            queries.split_table(view.session, split)
        with pytest.raises(NotFoundError):
            queries.allocation(view.session, share)
        assert queries.household_shares(view.session, "H0001") == ()
    with pytest.raises(NotFoundError), unit(stranger) as work:
        service.answer(work, share, yes=True)


def test_a_keyed_list_is_taken_whole_or_not_at_all(trade: Village, buyer: Actor) -> None:
    _, _, split = ready(trade, buyer)
    publish(trade, split)
    first, second = (share_of(trade, split, number).allocation_id for number in ("H0001", "H0002"))
    clerk = trade.actor(Role.clerk)
    with pytest.raises(NotFoundError), unit(clerk) as work:
        service.answer_all(work, split, {first: True, 10**9: True})
    assert share_of(trade, split, "H0001").state is AnswerState.offered
    with unit(clerk) as work:
        service.answer_all(work, split, {first: True, second: False})
    assert share_of(trade, split, "H0001").state is AnswerState.confirmed
    assert share_of(trade, split, "H0002").state is AnswerState.declined
    own = trade.actor(Role.household, household="H0001")
    with pytest.raises(PermissionDeniedError), unit(own) as work:
        service.answer_all(work, split, {first: False})
