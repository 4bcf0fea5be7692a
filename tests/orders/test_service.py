"""An order's life on both back ends: who may do what, frozen terms, progress, and what each side sees."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text, update

from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.registries import invariants
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import Unit, look, owner_session, unit
from coop.orders import queries, service
from coop.orders.models import OrderGradeRow, PartRow
from coop.orders.offers import todos
from coop.orders.rules import LineEntry, PartState
from tests.orders.trade import GRADES, ORDER, accepted, open_trade, submit

if TYPE_CHECKING:
    from tests.conftest import Village


@pytest.fixture
def trade(village: Village) -> Village:
    open_trade(village)
    return village


def _breaches(key: str) -> list[str]:
    check = invariants.get(key)
    assert check is not None
    with owner_session() as session:
        return check(session)


def _split(village: Village, line: int, promised: int) -> None:
    with unit(village.actor(Role.manager)) as work:
        service.mark_split(work, line, promised)


def _state(actor: Actor, part: int) -> str:
    with look(actor) as view:
        return queries.order(view.session, part).state


def test_an_order_is_received_and_both_sides_see_it(trade: Village, buyer: Actor) -> None:
    part = submit(buyer)
    for actor in (buyer, trade.actor()):
        with look(actor) as view:
            page = queries.order_page(view.session, part)
        assert (page.order.number, page.order.state) == ("DD-2025-0001", "received")
        assert page.order.buyer_name.startswith("秦岭山珍")
        assert page.order.seller_name.startswith("扶贫互助")
        assert [step.current for step in page.steps[:2]] == [True, False]
        assert page.steps[0].at is not None
        line = page.order.lines[0]
        assert [(g.grade, g.paid) for g in line.grades] == [("A", 880_000), ("B", 640_000), ("C", 400_000)]
        assert line.price("C") == 400_000
        assert line.shortfall is None


def test_a_third_tenant_sees_nothing(trade: Village, buyer: Actor) -> None:
    part = submit(buyer)
    stranger = Actor(9, "stranger", 10_000, frozenset(Role))
    with look(stranger) as view:
        with pytest.raises(NotFoundError):
            queries.order_page(view.session, part)
        assert queries.orders(view.session, stranger.tenant_id) == ()
    with pytest.raises(NotFoundError), unit(stranger) as work:
        service.accept(work, part)


def test_the_same_file_twice_is_one_order(trade: Village, buyer: Actor) -> None:
    first = submit(buyer, file_sha="ab" * 16)
    assert submit(buyer, file_sha="ab" * 16) == first
    assert submit(buyer, file_sha="cd" * 16) != first


def test_every_fault_of_an_order_is_named_at_once(trade: Village, buyer: Actor) -> None:
    line = LineEntry("XG", 0, (*GRADES, replace(GRADES[0], grade="Z", price=-1)))
    with pytest.raises(InputError) as caught:
        submit(buyer, window_to=ORDER.window_from.replace(year=2024), tolerance_bp=10_001, lines=(line, line))
    places = [fault.place for fault in caught.value.faults]
    assert {"/window_to", "/tolerance_bp", "/lines/0/quantity", "/lines/0/grades/3/grade"} <= set(places)
    assert {"/lines/0/grades/3/price", "/lines/1/product"} <= set(places)
    with look(buyer) as view:
        assert queries.orders(view.session, buyer.tenant_id) == ()


def test_wrong_buyers_and_unlisted_sellers_are_refused(trade: Village, buyer: Actor) -> None:
    with pytest.raises(service.WrongBuyerError):
        submit(buyer, buyer="OTHER")
    with pytest.raises(service.NoSellerError):
        submit(buyer, seller_entity="TYP-RCEO")
    with pytest.raises(PermissionDeniedError):
        submit(replace(buyer, roles=frozenset({Role.clerk})))


def test_the_directory_shows_sellers_and_nothing_else(trade: Village, buyer: Actor, clock: ToldClock) -> None:
    with look(buyer) as view:
        assert [seller.entity for seller in queries.sellers(view.session, clock.day)] == ["TYP-COOP"]
        assert queries.sellers(view.session, clock.day.replace(year=2024)) == ()
    with unit(trade.actor(Role.manager)) as work:
        assert service.list_seller(work, trade.coop).entity == "TYP-COOP"


def test_acceptance_freezes_the_terms(trade: Village, buyer: Actor) -> None:
    part, _ = accepted(trade, buyer)
    assert _breaches("O5") == []
    with owner_session(write=True) as session:
        session.execute(update(OrderGradeRow).where(OrderGradeRow.grade == "A").values(price=870_000))
    assert len(_breaches("O5")) == 1
    with look(buyer) as view:
        assert len(queries.order(view.session, part).terms_digest) == 64


def test_the_advance_is_a_frozen_term(trade: Village, buyer: Actor) -> None:
    with pytest.raises(InputError) as caught:
        submit(buyer, advance_bp=10_001)
    assert [fault.place for fault in caught.value.faults] == ["/advance_bp"]
    part, _ = accepted(trade, buyer, advance_bp=2_000)
    with look(buyer) as view:
        found = queries.order(view.session, part)
    assert (found.advance_bp, found.advance_most_fen) == (2_000, 2_112_000)  # a fifth of 1,200 kg x 88 yuan
    with owner_session(write=True) as session:
        session.execute(update(PartRow).where(PartRow.id == part).values(advance_bp=5_000))
    assert len(_breaches("O5")) == 1


def test_only_the_seller_answers(trade: Village, buyer: Actor) -> None:
    part = submit(buyer)
    with pytest.raises(service.OtherSideError), unit(replace(buyer, roles=frozenset(Role))) as work:
        service.accept(work, part)
    with pytest.raises(PermissionDeniedError), unit(buyer) as work:
        service.accept(work, part)


def test_a_refusal_has_a_reason_and_is_final(trade: Village, buyer: Actor) -> None:
    part = submit(buyer)
    with pytest.raises(service.NoReasonError), unit(trade.actor(Role.manager)) as work:
        service.refuse(work, part, " ")
    with unit(trade.actor(Role.manager)) as work:
        service.refuse(work, part, "产能不足")
    with pytest.raises(ForbiddenMoveError), unit(trade.actor(Role.manager)) as work:
        service.accept(work, part)
    with look(buyer) as view:
        page = queries.order_page(view.session, part)
    assert page.order.reason == "产能不足"
    assert [step.state for step in page.steps] == ["received", "refused"]


def _do(village: Village, act: str, line: int, grams: int, **more: int) -> None:
    with unit(village.actor(Role.clerk)) as work:
        getattr(service, act)(work, line, grams, **more)


def test_an_order_goes_its_whole_way_with_partial_shipments(trade: Village, buyer: Actor) -> None:
    part, line = accepted(trade, buyer)
    _split(trade, line, 1_190_000)
    seen = [_state(buyer, part)]
    for act, grams, more in (
        ("record_collected", 700_000, {}),
        ("record_shipped", 700_000, {}),
        ("record_collected", 480_000, {}),
        ("record_taken", 690_000, {"missing": 10_000}),
        ("record_shipped", 480_000, {}),
        ("record_taken", 480_000, {}),
    ):
        _do(trade, act, line, grams, **more)
        seen.append(_state(buyer, part))
    assert seen == ["split", "collecting", "shipped", "collecting", "collecting", "shipped", "taken"]
    with unit(trade.actor(Role.accountant)) as work:
        service.mark_paid(work, part)
    with unit(trade.actor(Role.manager)) as work:
        service.close(work, part)
    with look(buyer) as view:
        page = queries.order_page(view.session, part)
    assert page.order.state == "closed"
    assert (page.order.lines[0].shortfall, page.order.lines[0].missing) == (10_000, 10_000)
    assert all(step.reached for step in page.steps)
    assert [step.state for step in page.trail][:4] == ["received", "accepted", "split", "collecting"]
    assert _breaches("O4") == []
    assert _breaches("O5") == []


def test_paid_waits_for_goods_under_way(trade: Village, buyer: Actor) -> None:
    part, line = accepted(trade, buyer)
    _split(trade, line, 1_200_000)
    _do(trade, "record_collected", line, 100_000)
    with unit(trade.actor(Role.accountant)) as work:
        assert service.mark_paid(work, part).state == PartState.collecting


def test_reversing_all_that_was_collected_goes_back_to_split(trade: Village, buyer: Actor) -> None:
    part, line = accepted(trade, buyer)
    _split(trade, line, 1_200_000)
    _do(trade, "record_collected", line, 100_000)
    _do(trade, "record_collected", line, -100_000)
    assert _state(buyer, part) == "split"
    assert _breaches("O4") == []


def test_each_step_stays_within_the_one_before(trade: Village, buyer: Actor) -> None:
    part, line = accepted(trade, buyer)
    with pytest.raises(ForbiddenMoveError):
        _do(trade, "record_collected", line, 1)
    _split(trade, line, 1_200_000)
    with pytest.raises(service.ProgressError, match="1260000"):
        _do(trade, "record_collected", line, 1_260_001)  # 1,200 kg and 5 % tolerance
    _do(trade, "record_collected", line, 1_260_000)
    with pytest.raises(service.ProgressError):
        _do(trade, "record_shipped", line, 1_260_001)
    _do(trade, "record_shipped", line, 1_000_000)
    with pytest.raises(service.ProgressError):
        _do(trade, "record_collected", line, -300_000)
    with pytest.raises(service.ProgressError):
        _do(trade, "record_taken", line, 900_000, missing=100_001)
    assert _state(buyer, part) == "collecting"


def test_a_part_is_split_when_its_last_line_is(trade: Village, buyer: Actor) -> None:
    lines = (*ORDER.lines, LineEntry("ME", 50_000, (replace(GRADES[0], price=700_000),)))
    part, _ = accepted(trade, buyer, lines=lines)
    with look(buyer) as view:
        ids = [line.line_id for line in queries.order(view.session, part).lines]
    _split(trade, ids[0], 1_200_000)
    assert _state(buyer, part) == "accepted"
    _split(trade, ids[1], 50_000)
    assert _state(buyer, part) == "split"


def test_a_forged_state_is_found(trade: Village, buyer: Actor) -> None:
    part, _ = accepted(trade, buyer)
    with owner_session(write=True) as session:
        session.execute(update(PartRow).where(PartRow.id == part).values(state="paid"))
    found = _breaches("O4")
    assert any("the trail ends at 'accepted'" in sentence for sentence in found)
    assert any("not split" in sentence for sentence in found)


def test_managers_are_told_what_waits(trade: Village, buyer: Actor) -> None:
    submit(buyer)
    with look(trade.actor()) as view:
        assert [(todo.count, todo.text_en) for todo in todos(view.session, frozenset({Role.manager}))] == [
            (1, "orders to accept or refuse")
        ]
        assert todos(view.session, frozenset({Role.clerk})) == []


def test_the_buyer_cannot_write_for_the_seller(trade: Village, buyer: Actor) -> None:
    """The database's own wall: the buyer's session inserts no seller's row and reads no household."""
    submit(buyer)
    with look(buyer) as view:
        if view.session.get_bind().dialect.name == "postgresql":  # SQLite is given no SQL as text
            assert view.session.execute(text("SELECT count(*) FROM order_part")).scalar_one() == 1
            assert view.session.execute(text("SELECT count(*) FROM household")).scalar_one() == 0


def test_lists_are_filtered_by_side_and_state(trade: Village, buyer: Actor) -> None:
    part = submit(buyer)
    accepted(trade, buyer)
    with look(trade.actor()) as view:
        assert len(queries.orders(view.session, trade.tenant, side="seller")) == 2
        assert queries.orders(view.session, trade.tenant, side="buyer") == ()
        received = queries.orders(view.session, trade.tenant, states=[PartState.received])
    assert [order.part_id for order in received] == [part]


def test_locks_begin_with_the_part(trade: Village, buyer: Actor) -> None:
    part, line = accepted(trade, buyer)

    def both(work: Unit) -> tuple[int, int]:
        found, row = service.lock_line(work, line)
        return found.id, row.id

    with unit(trade.actor(Role.manager)) as work:
        assert both(work) == (part, line)
    with pytest.raises(NotFoundError), unit(trade.actor(Role.manager)) as work:
        service.lock_line(work, line + 1)
