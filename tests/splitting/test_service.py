"""Capacity and proposals on both back ends: policies, shortfall, changes by hand, promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coop.kernel.actor import Actor, Role
from coop.kernel.errors import InputError, PermissionDeniedError
from coop.kernel.unit import look, unit
from coop.orders import queries as orders
from coop.orders import service as ordering
from coop.splitting import queries, service
from coop.splitting.models import AnswerState, SplitState
from coop.splitting.rules import Policy
from tests.orders.trade import accepted, file_capacities, open_trade, submit
from tests.splitting.steps import (
    LOT,
    THREE,
    answer,
    breaches,
    decided,
    propose,
    publish,
    ready,
    share_of,
    table_of,
)

if TYPE_CHECKING:
    from tests.conftest import Village


@pytest.fixture
def trade(village: Village) -> Village:
    open_trade(village)
    return village


def test_an_order_is_split_over_thirty_households_to_the_gram(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, {f"H{n:04d}": 300 + 10 * n for n in range(1, 31)})
    part, line = accepted(trade, buyer)
    split = propose(trade, line, Policy.by_capacity)
    table = table_of(trade, split)
    assert (len(table.lines), table.decided, table.left, table.shortfall) == (30, 1_200_000, 0, 0)
    assert all(share.decided <= share.capacity and share.text and share.text_en for share in table.lines)
    publish(trade, split)
    for share in table.lines:
        answer(trade, split, share.household, yes=True)
    with unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, split)
    assert table_of(trade, split).state is SplitState.confirmed
    with look(buyer) as view:
        order = orders.order(view.session, part)
        assert (order.state, order.lines[0].shortfall) == ("split", 0)
        assert queries.split_of(view.session, line) is None  # households are the village's own
    assert breaches() == []


def test_the_policies_differ_as_they_say(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, {"H0001": 8_000, "H0002": 6_000})
    _, line = accepted(trade, buyer)
    equal = decided(trade, propose(trade, line, Policy.equal))
    assert equal == {"H0001": 600_000, "H0002": 600_000}
    by_capacity = decided(trade, propose(trade, line, Policy.by_capacity))
    assert by_capacity == {"H0001": 690_000, "H0002": 510_000}
    # Household n has 1 + n % 4 members of one share each: 2 and 3.
    by_shares = decided(trade, propose(trade, line, Policy.by_shares))
    assert by_shares == {"H0001": 570_000, "H0002": 630_000}  # H0002 stops at its 630 kg


def test_proposing_needs_an_accepted_order_capacity_and_a_manager(trade: Village, buyer: Actor) -> None:
    part = submit(buyer)
    with look(buyer) as view:
        line = orders.order(view.session, part).lines[0].line_id
    with pytest.raises(service.NotAcceptedError):
        propose(trade, line)
    with unit(trade.actor(Role.manager)) as work:
        ordering.accept(work, part)
    with pytest.raises(service.NoCapacityError):
        propose(trade, line)
    with pytest.raises(PermissionDeniedError), unit(trade.actor(Role.clerk)) as work:
        service.propose_split(work, line, policy=Policy.equal, lot_g=LOT)
    with (
        pytest.raises(ordering.OtherSideError),
        unit(Actor(9, "x", buyer.tenant_id, frozenset(Role))) as work,
    ):
        service.propose_split(work, line, policy=Policy.equal, lot_g=LOT)


def test_what_finds_no_room_is_shortfall_shown_to_the_buyer(trade: Village, buyer: Actor) -> None:
    _, line, split = ready(trade, buyer, {"H0001": 4_000, "H0002": 4_000})
    assert table_of(trade, split).shortfall == 360_000  # two times 420 kg
    publish(trade, split)
    for household in ("H0001", "H0002"):
        answer(trade, split, household, yes=True)
    with unit(trade.actor(Role.manager)) as work:
        assert service.confirm_split(work, split).shortfall_g == 360_000
    with look(buyer) as view:
        assert orders.order_line(view.session, line).shortfall == 360_000
    assert breaches() == []


def test_a_change_by_hand_keeps_both_figures_and_survives_a_new_run(trade: Village, buyer: Actor) -> None:
    _, line, split = ready(trade, buyer)
    before = decided(trade, split)
    assert before == {"H0001": 570_000, "H0002": 420_000, "H0003": 210_000}
    share = share_of(trade, split, "H0001")
    with pytest.raises(service.ReasonMissingError), unit(trade.actor(Role.manager)) as work:
        service.change_allocation(work, share.allocation_id, 500_000, " ")
    with unit(trade.actor(Role.manager)) as work:
        service.change_allocation(work, share.allocation_id, 500_000, "棚屋维修")
    changed = share_of(trade, split, "H0001")
    assert (changed.computed, changed.decided, changed.locked) == (570_000, 500_000, True)
    assert table_of(trade, split).left == 70_000
    propose(trade, line)
    assert share_of(trade, split, "H0001").decided == 500_000
    assert share_of(trade, split, "H0001").computed == 570_000
    assert table_of(trade, split).shortfall == 70_000
    with unit(trade.actor(Role.manager)) as work:
        service.unlock_allocation(work, share.allocation_id)
    propose(trade, line)
    assert decided(trade, split) == before


def test_a_change_by_hand_stays_within_capacity_and_order(trade: Village, buyer: Actor) -> None:
    _, _, split = ready(trade, buyer)
    share = share_of(trade, split, "H0001")
    for grams, error in (
        (840_001, service.OverCapacityError),
        (-1, service.NegativeShareError),
        (600_000, service.OverOrderError),
    ):
        with pytest.raises(error), unit(trade.actor(Role.manager)) as work:
            service.change_allocation(work, share.allocation_id, grams, "试")
    assert share_of(trade, split, "H0001").decided == 570_000


def test_capacity_promised_to_one_order_is_not_promised_again(trade: Village, buyer: Actor) -> None:
    ready(trade, buyer)
    _, line = accepted(trade, buyer, contract="QL-2025-02")
    split = propose(trade, line)
    assert decided(trade, split) == {"H0001": 270_000, "H0002": 0, "H0003": 0}
    with look(trade.actor()) as view:
        held = queries.capacities(view.session, "2025")
    assert [(c.household, c.capacity, c.promised) for c in held] == [
        ("H0001", 840_000, 840_000),
        ("H0002", 420_000, 420_000),
        ("H0003", 210_000, 210_000),
    ]


def test_a_minimum_leaves_out_who_cannot_reach_it(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, THREE)
    _, line = accepted(trade, buyer)
    split = propose(trade, line, minimum=250_000)
    share = share_of(trade, split, "H0003")
    assert (share.decided, share.reason.value) == (0, "below_minimum")
    publish(trade, split)
    assert share_of(trade, split, "H0003").state is AnswerState.proposed  # no offer of nothing


def test_capacity_filed_again_is_an_update_and_a_file_counts_once(trade: Village) -> None:
    clerk = trade.actor(Role.clerk)
    entry = service.CapacityEntry("H0001", "XG", "2025", 1_000)
    with unit(clerk) as work:
        assert service.file_capacity(work, [entry], file_sha="aa") == (1, 0)
    with unit(clerk) as work:
        assert service.file_capacity(work, [entry]) == (0, 0)
    more = service.CapacityEntry("H0001", "XG", "2025", 1_200, 110)
    with unit(clerk) as work:
        assert service.file_capacity(work, [more], file_sha="aa") == (0, 0)
    with unit(clerk) as work:
        assert service.file_capacity(work, [more], file_sha="bb") == (0, 1)
    with look(clerk) as view:
        assert queries.capacities(view.session, "2025", "XG")[0].capacity == 132_000


def test_every_fault_of_capacities_is_named_and_nothing_is_filed(trade: Village) -> None:
    entries = [
        service.CapacityEntry("H9999", "ZZ", "25", -1, 0),
        service.CapacityEntry("H0001", "XG", "2025", 5),
        service.CapacityEntry("H0001", "XG", "2025", 6, place="产能!A4 户号"),
    ]
    with pytest.raises(InputError) as caught, unit(trade.actor(Role.clerk)) as work:
        service.file_capacity(work, entries)
    assert [fault.place for fault in caught.value.faults] == ["/0"] * 5 + ["产能!A4 户号"]
    with look(trade.actor()) as view:
        assert queries.capacities(view.session, "2025") == ()


def test_capacity_cannot_fall_below_what_is_promised(trade: Village, buyer: Actor) -> None:
    ready(trade, buyer)
    with pytest.raises(InputError, match="570000"):
        file_capacities(trade, {"H0001": 5_000})
