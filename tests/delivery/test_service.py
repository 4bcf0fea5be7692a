"""Shipment, trace and acceptance over both back ends; each act belongs to one side."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from coop.delivery import service as delivery
from coop.delivery.models import ShipmentLineRow, ShipmentState, TraceRow
from coop.delivery.queries import certificate_of, shipment, shipment_of_acceptance, shipments, trace
from coop.delivery.rules import NothingToShipError, NotInStockError
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError, ScopeError
from coop.kernel.registries import source_link
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, unit
from coop.orders.queries import order
from coop.parties.models import HouseholdRow
from coop.procurement.models import LotRow, ReceiptRow
from coop.procurement.queries import stock
from coop.procurement.rules import ShortStockError
from tests.conftest import make_village
from tests.procurement.trade import DAY, KG, Trade, breaches


def send(trade: Trade, grams: dict[tuple[int, str], int] | None = None) -> int:
    with unit(trade.manager) as work:
        return delivery.ship(work, trade.part, day=DAY, vehicle="陕F00001", grams=grams).id


def lines_of(trade: Trade, shipment_id: int) -> list[ShipmentLineRow]:
    with look(trade.buyer) as view:
        query = select(ShipmentLineRow).where(ShipmentLineRow.shipment_id == shipment_id)
        return list(view.session.scalars(query.order_by(ShipmentLineRow.id)))


@pytest.fixture
def collected(trade: Trade) -> Trade:
    """40 kg of grade A and 10 kg of B from H0001, 40 kg of A from H0002, all dry."""
    trade.weigh("H0001", ("A", 40 * KG), ("B", 10 * KG))
    trade.weigh("H0002", ("A", 40 * KG))
    return trade


def test_all_that_was_collected_leaves_and_is_traced(collected: Trade) -> None:
    shipment_id = send(collected)
    with look(collected.buyer) as view:
        page = shipment(view.session, shipment_id)
        paper = certificate_of(view.session, shipment_id)
        progress = order(view.session, collected.part)
        sources = trace(view.session, page.lines[0].lot_code)
    assert [(line.grade, line.grams, line.households) for line in page.lines] == [
        ("A", 80_000, 2),
        ("B", 10_000, 1),
    ]
    assert [(line.household_code, line.grams) for line in sources] == [("H0001", 40_000), ("H0002", 40_000)]
    assert (page.number, page.certificate_no, page.grams) == ("FH-2025-0001", "HGZ-2025-0001", 90_000)
    assert [(item.name_en, item.unit, item.quantity) for item in paper.goods] == [
        ("dried shiitake", "gram", 90_000)
    ]
    assert (progress.state, progress.lines[0].shipped) == ("shipped", 90_000)
    with look(collected.manager) as view:
        assert stock(view.session, [collected.line]) == ()
    assert breaches() == {}


def test_less_than_all_may_leave_the_oldest_first(collected: Trade) -> None:
    first = send(collected, {(collected.line, "A"): 50 * KG})
    with look(collected.buyer) as view:
        assert [
            (line.household_code, line.grams) for line in shipment(view.session, first).lines[0].trace
        ] == [
            ("H0001", 40_000),
            ("H0002", 10_000),
        ]
    with pytest.raises(ShortStockError), unit(collected.manager) as work:
        delivery.ship(work, collected.part, day=DAY, vehicle="V", grams={(collected.line, "A"): 31 * KG})
    with pytest.raises(NotInStockError), unit(collected.manager) as work:
        delivery.ship(work, collected.part, day=DAY, vehicle="V", grams={(collected.line, "C"): 1})
    with pytest.raises(InputError) as caught, unit(collected.manager) as work:
        delivery.ship(
            work, collected.part, day=date(2025, 4, 11), vehicle=" ", grams={(collected.line, "A"): 0}
        )
    assert [fault.place for fault in caught.value.faults] == [
        f"/grams/{collected.line}/A",
        "/vehicle",
        "/day",
    ]
    send(collected)
    with pytest.raises(NothingToShipError):
        send(collected)
    assert breaches() == {}


def test_the_buyer_sees_codes_and_nothing_else_of_a_household(collected: Trade) -> None:
    send(collected)
    with look(collected.buyer) as view:
        assert {row.household_code for row in view.session.scalars(select(TraceRow))} == {"H0001", "H0002"}
        for kind in (HouseholdRow, ReceiptRow, LotRow):
            assert view.session.scalars(select(kind)).all() == []


def test_short_weight_is_a_claim_with_a_reason(collected: Trade, clock: ToldClock) -> None:
    shipment_id = send(collected)
    clock.day = date(2025, 4, 12)
    a, b = lines_of(collected, shipment_id)
    with pytest.raises(InputError, match=r"500 g short"), unit(collected.buyer) as work:
        delivery.take(work, shipment_id, {a.id: 79_500, b.id: 10_000}, day=clock.day)
    grams, reasons = {a.id: 79_500, b.id: 10_000}, {a.id: "运输短重"}
    with unit(collected.buyer) as work:
        first = delivery.take(work, shipment_id, grams, reasons=reasons, day=clock.day)
    with unit(collected.buyer) as work:
        assert delivery.take(work, shipment_id, grams, reasons=reasons, day=clock.day).id == first.id
    with pytest.raises(ForbiddenMoveError), unit(collected.buyer) as work:
        delivery.take(work, shipment_id, {a.id: 80_000, b.id: 10_000}, day=clock.day)
    with look(collected.manager) as view:
        assert order(view.session, collected.part).lines[0].taken == 0  # until the seller agrees
        assert [row.shipment_id for row in shipments(view.session, states=[ShipmentState.taken])] == [
            shipment_id
        ]
    with unit(collected.manager) as work:
        delivery.agree(work, first.id)
    with unit(collected.manager) as work:
        delivery.agree(work, first.id)
    with look(collected.buyer) as view:
        page = shipment_of_acceptance(view.session, first.id)
        line = order(view.session, collected.part).lines[0]
    assert page.acceptance is not None
    assert (page.acceptance.agreed, page.acceptance.grams, page.acceptance.claim_g) == (True, 89_500, 500)
    assert (page.lines[0].claim_g, page.lines[0].reason, page.state) == (500, "运输短重", "closed")
    assert (line.taken, line.missing) == (89_500, 500)
    assert breaches() == {}


def test_each_act_belongs_to_one_side(collected: Trade) -> None:
    with pytest.raises(PermissionDeniedError), unit(collected.buyer) as work:
        delivery.ship(work, collected.part, day=DAY, vehicle="V")
    shipment_id = send(collected)
    everything = {line.id: line.grams for line in lines_of(collected, shipment_id)}
    with pytest.raises(PermissionDeniedError), unit(collected.manager) as work:
        delivery.take(work, shipment_id, everything, day=DAY)
    # Even with the role of the other side: the act is the other tenant's.
    with (
        pytest.raises(Exception, match="belongs to the buyer"),
        unit(collected.village.actor(Role.enterprise, user=2)) as work,
    ):
        delivery.take(work, shipment_id, everything, day=DAY)
    with unit(collected.buyer) as work:
        acceptance = delivery.take(work, shipment_id, everything, day=DAY).id
    with pytest.raises(PermissionDeniedError), unit(collected.buyer) as work:
        delivery.agree(work, acceptance)
    stranger = make_village("SBG", households=2).actor(Role.manager, Role.clerk, Role.enterprise, user=9)
    for act in (
        lambda work: delivery.ship(work, collected.part, day=DAY, vehicle="V"),
        lambda work: delivery.take(work, shipment_id, everything, day=DAY),
        lambda work: delivery.agree(work, acceptance),
    ):
        with pytest.raises((NotFoundError, ScopeError)), unit(stranger) as work:
            act(work)
    with look(stranger) as view:
        assert shipments(view.session) == ()


def test_the_way_back_is_registered() -> None:
    for source, endpoint in (
        ("shipment:3", "ShipmentView.show"),
        ("acceptance:4", "ShipmentView.acceptance"),
    ):
        found = source_link(source)
        assert found is not None
        assert found.endpoint == endpoint
