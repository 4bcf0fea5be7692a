"""A split's life on both back ends: proposal, change by hand, offers, answers, rounds, deliveries."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.registries import invariants
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, owner_session, unit
from coop.orders import queries as orders
from coop.orders import service as ordering
from coop.orders.rules import LineEntry
from coop.splitting import queries, service
from coop.splitting.models import AllocationRow, AnsweredVia, AnswerState, SplitState
from coop.splitting.offers import todos
from coop.splitting.rules import Policy
from tests.orders.trade import GRADES, accepted, file_capacities, open_trade, submit

if TYPE_CHECKING:
    from tests.conftest import Village

LOT = 10_000
THREE = {"H0001": 8_000, "H0002": 4_000, "H0003": 2_000}  # bags of 105 g: 840, 420, 210 kg


@pytest.fixture
def trade(village: Village) -> Village:
    open_trade(village)
    return village


def _breaches() -> list[str]:
    found: list[str] = []
    with owner_session() as session:
        for key, check in invariants.items():
            if key in {"O1", "O2", "O4", "O5"}:
                found += check(session)
    return found


def _propose(
    village: Village, line: int, policy: Policy = Policy.equal, lot: int = LOT, minimum: int = 0
) -> int:
    with unit(village.actor(Role.manager)) as work:
        return service.propose_split(work, line, policy=policy, lot_g=lot, minimum_g=minimum).id


def _publish(village: Village, split: int, answer_by: date | None = None) -> None:
    with unit(village.actor(Role.manager)) as work:
        service.publish_split(work, split, answer_by=answer_by)


def _table(village: Village, split: int) -> queries.SplitTable:
    with look(village.actor()) as view:
        return queries.split_table(view.session, split)


def _line(village: Village, split: int, household: str) -> queries.ShareLine:
    return next(line for line in _table(village, split).lines if line.household == household)


def _answer(village: Village, split: int, household: str, *, yes: bool) -> None:
    allocation = _line(village, split, household).allocation_id
    with unit(village.actor(Role.clerk)) as work:
        service.answer(work, allocation, yes=yes, via=AnsweredVia.clerk)


def _decided(village: Village, split: int) -> dict[str, int]:
    return {line.household: line.decided for line in _table(village, split).lines}


def _ready(village: Village, buyer: Actor, bags: dict[str, int] | None = None) -> tuple[int, int, int]:
    """An accepted order of 1,200 kg, three households, a proposed equal split: (part, line, split)."""
    file_capacities(village, THREE if bags is None else bags)
    part, line = accepted(village, buyer)
    return part, line, _propose(village, line)


def test_an_order_is_split_over_thirty_households_to_the_gram(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, {f"H{n:04d}": 300 + 10 * n for n in range(1, 31)})
    part, line = accepted(trade, buyer)
    split = _propose(trade, line, Policy.by_capacity)
    table = _table(trade, split)
    assert (len(table.lines), table.decided, table.left, table.shortfall) == (30, 1_200_000, 0, 0)
    assert all(share.decided <= share.capacity and share.text and share.text_en for share in table.lines)
    _publish(trade, split)
    for share in table.lines:
        _answer(trade, split, share.household, yes=True)
    with unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, split)
    assert _table(trade, split).state is SplitState.confirmed
    with look(buyer) as view:
        order = orders.order(view.session, part)
        assert (order.state, order.lines[0].shortfall) == ("split", 0)
        assert queries.split_of(view.session, line) is None  # households are the village's own
    assert _breaches() == []


def test_the_policies_differ_as_they_say(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, {"H0001": 8_000, "H0002": 6_000})
    _, line = accepted(trade, buyer)
    equal = _decided(trade, _propose(trade, line, Policy.equal))
    assert equal == {"H0001": 600_000, "H0002": 600_000}
    by_capacity = _decided(trade, _propose(trade, line, Policy.by_capacity))
    assert by_capacity == {"H0001": 690_000, "H0002": 510_000}
    # Household n has 1 + n % 4 members of one share each: 2 and 3.
    by_shares = _decided(trade, _propose(trade, line, Policy.by_shares))
    assert by_shares == {"H0001": 570_000, "H0002": 630_000}  # H0002 stops at its 630 kg


def test_proposing_needs_an_accepted_order_capacity_and_a_manager(trade: Village, buyer: Actor) -> None:
    part = submit(buyer)
    with look(buyer) as view:
        line = orders.order(view.session, part).lines[0].line_id
    with pytest.raises(service.NotAcceptedError):
        _propose(trade, line)
    with unit(trade.actor(Role.manager)) as work:
        ordering.accept(work, part)
    with pytest.raises(service.NoCapacityError):
        _propose(trade, line)
    with pytest.raises(PermissionDeniedError), unit(trade.actor(Role.clerk)) as work:
        service.propose_split(work, line, policy=Policy.equal, lot_g=LOT)
    with (
        pytest.raises(ordering.OtherSideError),
        unit(Actor(9, "x", buyer.tenant_id, frozenset(Role))) as work,
    ):
        service.propose_split(work, line, policy=Policy.equal, lot_g=LOT)


def test_what_finds_no_room_is_shortfall_shown_to_the_buyer(trade: Village, buyer: Actor) -> None:
    _, line, split = _ready(trade, buyer, {"H0001": 4_000, "H0002": 4_000})
    assert _table(trade, split).shortfall == 360_000  # two times 420 kg
    _publish(trade, split)
    for household in ("H0001", "H0002"):
        _answer(trade, split, household, yes=True)
    with unit(trade.actor(Role.manager)) as work:
        assert service.confirm_split(work, split).shortfall_g == 360_000
    with look(buyer) as view:
        assert orders.order_line(view.session, line).shortfall == 360_000
    assert _breaches() == []


def test_a_change_by_hand_keeps_both_figures_and_survives_a_new_run(trade: Village, buyer: Actor) -> None:
    _, line, split = _ready(trade, buyer)
    before = _decided(trade, split)
    assert before == {"H0001": 570_000, "H0002": 420_000, "H0003": 210_000}
    share = _line(trade, split, "H0001")
    with pytest.raises(service.ReasonMissingError), unit(trade.actor(Role.manager)) as work:
        service.change_allocation(work, share.allocation_id, 500_000, " ")
    with unit(trade.actor(Role.manager)) as work:
        service.change_allocation(work, share.allocation_id, 500_000, "棚屋维修")
    changed = _line(trade, split, "H0001")
    assert (changed.computed, changed.decided, changed.locked) == (570_000, 500_000, True)
    assert _table(trade, split).left == 70_000
    _propose(trade, line)
    assert _line(trade, split, "H0001").decided == 500_000
    assert _line(trade, split, "H0001").computed == 570_000
    assert _table(trade, split).shortfall == 70_000
    with unit(trade.actor(Role.manager)) as work:
        service.unlock_allocation(work, share.allocation_id)
    _propose(trade, line)
    assert _decided(trade, split) == before


def test_a_change_by_hand_stays_within_capacity_and_order(trade: Village, buyer: Actor) -> None:
    _, _, split = _ready(trade, buyer)
    share = _line(trade, split, "H0001")
    for grams, error in (
        (840_001, service.OverCapacityError),
        (-1, service.NegativeShareError),
        (600_000, service.OverOrderError),
    ):
        with pytest.raises(error), unit(trade.actor(Role.manager)) as work:
            service.change_allocation(work, share.allocation_id, grams, "试")
    assert _line(trade, split, "H0001").decided == 570_000


def test_households_answer_for_themselves_or_through_the_clerk(trade: Village, buyer: Actor) -> None:
    _, _, split = _ready(trade, buyer)
    mine = _line(trade, split, "H0001").allocation_id
    own = trade.actor(Role.household, household="H0001")
    with pytest.raises(service.SplitFixedError), unit(own) as work:
        service.answer(work, mine, yes=True)
    _publish(trade, split)
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
    assert _line(trade, split, "H0001").decided == 0
    with unit(own) as work:
        service.answer(work, mine, yes=True)
    assert _line(trade, split, "H0001").confirmed == 570_000


def test_declined_shares_go_to_those_with_room_on_top_of_what_they_confirmed(
    trade: Village, buyer: Actor
) -> None:
    _, line, split = _ready(trade, buyer)
    _publish(trade, split)
    _answer(trade, split, "H0001", yes=True)
    _answer(trade, split, "H0002", yes=False)
    _answer(trade, split, "H0003", yes=True)
    with unit(trade.actor(Role.manager)) as work:
        service.reallocate(work, split)
    first = _line(trade, split, "H0001")
    assert (first.state, first.confirmed, first.decided) == (AnswerState.offered, 570_000, 840_000)
    assert first.text.startswith("在已确认之外追加")
    assert _table(trade, split).shortfall == 150_000
    _answer(trade, split, "H0001", yes=False)  # a no to more keeps what was confirmed
    kept = _line(trade, split, "H0001")
    assert (kept.state, kept.confirmed, kept.decided) == (AnswerState.confirmed, 570_000, 570_000)
    with pytest.raises(service.SplitFixedError):
        _propose(trade, line)
    with unit(trade.actor(Role.manager)) as work:
        row = service.confirm_split(work, split)
    assert row.shortfall_g == 420_000
    assert _breaches() == []


def test_silence_is_no_but_only_after_the_last_day(trade: Village, buyer: Actor, clock: ToldClock) -> None:
    _, _, split = _ready(trade, buyer)
    clock.day = date(2025, 3, 1)
    _publish(trade, split, date(2025, 3, 4))
    _answer(trade, split, "H0001", yes=True)
    _answer(trade, split, "H0003", yes=True)
    clock.day = date(2025, 3, 4)
    with pytest.raises(service.OffersOpenError), unit(trade.actor(Role.manager)) as work:
        service.reallocate(work, split)
    with pytest.raises(service.OffersOpenError), unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, split)
    clock.day = date(2025, 3, 5)
    with unit(trade.actor(Role.manager)) as work:
        service.reallocate(work, split)
    assert _line(trade, split, "H0002").state is AnswerState.silent
    assert _line(trade, split, "H0001").decided == 840_000
    _answer(trade, split, "H0001", yes=True)
    with unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, split)
    assert _table(trade, split).shortfall == 150_000
    assert _breaches() == []


def test_a_no_that_becomes_a_yes_too_late_is_refused(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, {"H0001": 12_000, "H0002": 12_000})
    _, line = accepted(trade, buyer)
    split = _propose(trade, line)
    _publish(trade, split)
    _answer(trade, split, "H0001", yes=True)
    _answer(trade, split, "H0002", yes=False)
    with unit(trade.actor(Role.manager)) as work:
        service.reallocate(work, split)
    with pytest.raises(service.OverOrderError):
        _answer(trade, split, "H0002", yes=True)


def test_nothing_promised_cannot_be_settled(trade: Village, buyer: Actor) -> None:
    _, _, split = _ready(trade, buyer)
    _publish(trade, split)
    for household in THREE:
        _answer(trade, split, household, yes=False)
    with pytest.raises(service.NothingPromisedError), unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, split)


def test_capacity_promised_to_one_order_is_not_promised_again(trade: Village, buyer: Actor) -> None:
    _ready(trade, buyer)
    _, line = accepted(trade, buyer, contract="QL-2025-02")
    split = _propose(trade, line)
    assert _decided(trade, split) == {"H0001": 270_000, "H0002": 0, "H0003": 0}
    with look(trade.actor()) as view:
        held = queries.capacities(view.session, "2025")
    assert [(c.household, c.capacity, c.promised) for c in held] == [
        ("H0001", 840_000, 840_000),
        ("H0002", 420_000, 420_000),
        ("H0003", 210_000, 210_000),
    ]


def test_a_fair_season_remembers_what_was_confirmed_before(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, {"H0001": 12_000, "H0002": 30_000})
    _, line = accepted(trade, buyer)
    first = _propose(trade, line, Policy.equal)
    _publish(trade, first)
    for household in ("H0001", "H0002"):
        _answer(trade, first, household, yes=True)
    with unit(trade.actor(Role.manager)) as work:
        service.confirm_split(work, first)
    given = _decided(trade, first)
    _, line = accepted(trade, buyer, contract="QL-2025-02")
    more = _decided(trade, _propose(trade, line, Policy.season_fair))
    # Together 2,400 kg in proportion to 1,260 and 3,150 kg of capacity: 685.7 and 1,714.3, in sacks of 10 kg.
    assert given == {"H0001": 600_000, "H0002": 600_000}
    assert more == {"H0001": 90_000, "H0002": 1_110_000}
    assert _breaches() == []


def test_a_minimum_leaves_out_who_cannot_reach_it(trade: Village, buyer: Actor) -> None:
    file_capacities(trade, THREE)
    _, line = accepted(trade, buyer)
    split = _propose(trade, line, minimum=250_000)
    share = _line(trade, split, "H0003")
    assert (share.decided, share.reason.value) == (0, "below_minimum")
    _publish(trade, split)
    assert _line(trade, split, "H0003").state is AnswerState.proposed  # no offer of nothing


def _settled(village: Village, buyer: Actor) -> int:
    _, _, split = _ready(village, buyer)
    _publish(village, split)
    for household in THREE:
        _answer(village, split, household, yes=True)
    with unit(village.actor(Role.manager)) as work:
        service.confirm_split(work, split)
    return split


def _deliver(village: Village, split: int, household: str, grams: int) -> None:
    share = _line(village, split, household)
    with unit(village.actor(Role.clerk)) as work:
        service.record_delivery(work, share.allocation_id, grams)
        ordering.record_collected(work, queries.split_table(work.session, split).line_id, grams)


def test_deliveries_stay_within_share_and_tolerance(trade: Village, buyer: Actor) -> None:
    split = _settled(trade, buyer)
    _deliver(trade, split, "H0003", 200_000)
    with pytest.raises(service.OverDeliveryError, match="220500"):
        _deliver(trade, split, "H0003", 20_501)
    _deliver(trade, split, "H0003", 20_500)
    with look(trade.actor()) as view:
        left = queries.deliverable(view.session, "XG")
    assert [share.line.household for share in left] == ["H0001", "H0002"]
    _deliver(trade, split, "H0003", -220_500)
    with pytest.raises(service.OverDeliveryError):
        _deliver(trade, split, "H0003", -1)
    assert _breaches() == []


def test_nothing_is_delivered_on_an_open_split(trade: Village, buyer: Actor) -> None:
    _, _, split = _ready(trade, buyer)
    with pytest.raises(service.SplitFixedError):
        _deliver(trade, split, "H0001", 1)


def test_a_settled_split_stays(trade: Village, buyer: Actor) -> None:
    split = _settled(trade, buyer)
    manager = trade.actor(Role.manager)
    share = _line(trade, split, "H0001").allocation_id
    with pytest.raises(service.SplitFixedError):
        _answer(trade, split, "H0001", yes=False)
    with pytest.raises(service.SplitFixedError), unit(manager) as work:
        service.reallocate(work, split)
    with pytest.raises(service.SplitFixedError), unit(manager) as work:
        service.change_allocation(work, share, 1, "试")
    with pytest.raises(ForbiddenMoveError), unit(manager) as work:
        service.publish_split(work, split)
    with pytest.raises(ForbiddenMoveError), unit(manager) as work:
        service.confirm_split(work, split)


def test_forged_shares_are_found(trade: Village, buyer: Actor) -> None:
    split = _settled(trade, buyer)
    with owner_session(write=True) as session:
        session.execute(
            update(AllocationRow)
            .where(AllocationRow.split_id == split, AllocationRow.decided_g == 210_000)
            .values(decided_g=220_000, confirmed_g=220_000, delivered_g=240_000)
        )
    found = " ".join(_breaches())
    assert "confirmed shares and shortfall 1200000 expected, 1210000 found, off by 10000" in found
    assert "at most 231000 may be delivered, 240000 found, 9000 too much" in found
    assert "fairness ledger" in found


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
    _ready(trade, buyer)
    with pytest.raises(InputError, match="570000"):
        file_capacities(trade, {"H0001": 5_000})


def test_managers_and_clerks_are_told_what_waits(trade: Village, buyer: Actor) -> None:
    _, _, split = _ready(trade, buyer)
    with look(trade.actor()) as view:
        assert [t.count for t in todos(view.session, frozenset({Role.manager}))] == [1]
    _publish(trade, split)
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
        split = _propose(trade, line)
        _publish(trade, split)
        for share in _table(trade, split).lines:
            _answer(trade, split, share.household, yes=True)
        with unit(trade.actor(Role.manager)) as work:
            service.confirm_split(work, split)
    with look(trade.actor()) as view:
        assert orders.order(view.session, part).state == "split"
        assert [table.product for table in queries.splits_of_part(view.session, part)] == ["XG", "ME"]
    assert _breaches() == []


def test_another_village_sees_nothing(trade: Village, buyer: Actor) -> None:
    _, _, split = _ready(trade, buyer)
    share = _line(trade, split, "H0001").allocation_id
    stranger = Actor(9, "stranger", 10_000, frozenset(Role), household="H0001")
    with look(stranger) as view:
        with pytest.raises(NotFoundError):
            queries.split_table(view.session, split)
        with pytest.raises(NotFoundError):
            queries.allocation(view.session, share)
        assert queries.household_shares(view.session, "H0001") == ()
    with pytest.raises(NotFoundError), unit(stranger) as work:
        service.answer(work, share, yes=True)
