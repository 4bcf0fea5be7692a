"""The buyer's advance over both back ends: limits, sides, the books, set-off in the bill, what is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import update

from coop.books import queries as books
from coop.delivery import service as delivery
from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError, ScopeError
from coop.kernel.registries import offers, source_link
from coop.kernel.unit import Unit, look, owner_session, unit
from coop.orders import service as orders
from coop.orders.queries import order
from coop.settlement import service as settlement
from coop.settlement.checks import check_advances
from coop.settlement.models import AdvanceRow, SaleState
from coop.settlement.queries import (
    advance_account,
    advance_page,
    advances,
    graph_of_voucher,
    sale,
    statement,
)
from coop.settlement.rules import NoAdvanceNowError, OverAdvanceError, OverPaymentError
from ledger.balances import balance
from tests.conftest import Village, make_village
from tests.procurement.trade import DAY, breaches
from tests.settlement.flow import BILL_DAY
from tests.settlement.lorry import ENTRY, PAPER, Lorry, collect, make_lorry, open_trade

PAID = date(2025, 3, 5)


@pytest.fixture
def lorry(village: Village, buyer: Actor, clock: ToldClock) -> Lorry:
    made = make_lorry(village, buyer)
    clock.day = PAID
    return made


def advise(lorry: Lorry, fen: int, reference: str = "ADV-1", day: date = PAID) -> int:
    with unit(lorry.buyer) as work:
        return settlement.advise_advance(
            work, lorry.part, amount_fen=fen, day=day, bank_reference=reference
        ).id


def receive(lorry: Lorry, advance: int) -> None:
    with unit(lorry.accountant) as work:
        settlement.receive_advance(work, advance)


def sums(lorry: Lorry, *accounts: str) -> list[int]:
    with look(lorry.accountant) as view:
        book = books.book_of(view.session, lorry.village.coop)
        return [balance(view.session, book.id, account, year=2025) for account in accounts]


def test_the_terms_carry_the_advance_and_its_limit(lorry: Lorry) -> None:
    with look(lorry.buyer) as view:
        found = order(view.session, lorry.part)
    assert (found.advance_bp, found.advance_most_fen) == (2_000, 248_000)
    assert [(line.unit, line.quantity) for line in found.lines] == [("gram", 100_000), ("head", 40)]
    assert breaches() == {}


def test_an_advance_is_owed_to_the_buyer_once_it_is_at_the_bank(lorry: Lorry) -> None:
    first = advise(lorry, 150_000)
    assert advise(lorry, 150_000) == first  # the same bank reference is the same advance
    with pytest.raises(ConflictError):
        advise(lorry, 1)
    assert sums(lorry, "102", "211:QLSZ") == [0, 0]  # advised is not received
    with look(lorry.accountant) as view:
        find = offers.get("settlement.todos")
        assert find is not None
        told = [(todo.text_en, todo.count) for todo in find(view.session, frozenset({Role.accountant}))]
    assert told == [("advances to find on the bank statement", 1)]
    for _ in range(2):
        receive(lorry, first)
    assert sums(lorry, "102", "211:QLSZ") == [150_000, -150_000]
    with look(lorry.accountant) as view:
        page = advance_page(view.session, first)
        assert page.voucher_id is not None
        graph = graph_of_voucher(view.session, page.voucher_id)
    assert (page.advance.number, page.advance.left_fen) == ("YF-2025-0001", 150_000)
    assert [(leaf.kind, leaf.fen) for leaf in graph.leaves()] == [("advance", 150_000)]
    found = source_link(f"advance:{first}")
    assert found is not None
    assert found.endpoint == "SaleView.advance"
    with look(lorry.buyer) as view:
        assert advance_page(view.session, first).voucher_id is None  # the books are the seller's own
    assert breaches() == {}


def test_all_advances_together_stay_within_the_share(lorry: Lorry) -> None:
    with pytest.raises(OverAdvanceError, match=r"2480\.00"):
        advise(lorry, 248_001)
    receive(lorry, advise(lorry, 150_000))
    with pytest.raises(OverAdvanceError, match=r"980\.00"):
        advise(lorry, 98_001, "ADV-2")
    advise(lorry, 98_000, "ADV-2")
    with pytest.raises(InputError) as caught:
        advise(lorry, 0, " ", date(2025, 12, 1))
    assert [fault.place for fault in caught.value.faults] == ["/amount_fen", "/day", "/bank_reference"]
    with look(lorry.buyer) as view:
        account = advance_account(view.session, order(view.session, lorry.part))
    assert (account.received_fen, account.advised_fen, account.room_fen) == (150_000, 98_000, 0)


def test_nothing_is_advanced_before_the_terms_are_accepted(village: Village, buyer: Actor) -> None:
    open_trade(village)
    with unit(buyer) as work:
        part = orders.submit(work, ENTRY).id
    advice = {"amount_fen": 1, "day": date(2025, 1, 1), "bank_reference": "ADV-1"}
    with pytest.raises(NoAdvanceNowError), unit(buyer) as work:
        settlement.advise_advance(work, part, **advice)  # type: ignore[arg-type]
    with unit(village.actor(Role.manager)) as work:
        orders.accept(work, part)
    with unit(buyer) as work:
        settlement.advise_advance(work, part, **advice)  # type: ignore[arg-type]


def test_each_act_belongs_to_one_side(lorry: Lorry) -> None:
    advice = {"amount_fen": 1_000, "day": PAID, "bank_reference": "ADV-9"}
    with pytest.raises(PermissionDeniedError), unit(lorry.accountant) as work:
        settlement.advise_advance(work, lorry.part, **advice)  # type: ignore[arg-type]
    with (
        pytest.raises(orders.OtherSideError),
        unit(lorry.village.actor(Role.enterprise, user=8)) as work,
    ):
        settlement.advise_advance(work, lorry.part, **advice)  # type: ignore[arg-type]
    first = advise(lorry, 1_000)
    for actor in (lorry.buyer, lorry.manager):
        with pytest.raises(PermissionDeniedError), unit(actor) as work:
            settlement.receive_advance(work, first)
    everything = Actor(51, "buyer", lorry.buyer.tenant_id, frozenset(Role))
    with pytest.raises(orders.OtherSideError), unit(everything) as work:
        settlement.receive_advance(work, first)
    stranger = make_village("SBG", households=2).actor(*Role, user=9)
    acts: tuple[Callable[[Unit], object], ...] = (
        lambda work: settlement.advise_advance(work, lorry.part, **advice),  # type: ignore[arg-type]
        lambda work: settlement.receive_advance(work, first),
    )
    for act in acts:
        with pytest.raises((NotFoundError, ScopeError)), unit(stranger) as work:
            act(work)
    with look(stranger) as view:
        assert advances(view.session) == ()
        with pytest.raises(NotFoundError):
            advance_page(view.session, first)


def test_the_bill_sets_off_what_is_left_in_its_own_voucher(lorry: Lorry, clock: ToldClock) -> None:
    receive(lorry, advise(lorry, 150_000))
    receive(lorry, advise(lorry, 98_000, "ADV-2"))
    clock.day = DAY
    collect(lorry)
    # The birds leave first: 2,400.00 of which the first advance pays 1,500.00 and the second 900.00.
    with unit(lorry.manager) as work:
        birds = delivery.ship(
            work,
            lorry.part,
            day=DAY,
            vehicle="陕F00001",
            grams={(lorry.chickens, "A"): 20},
            quarantine=PAPER,
        ).id
    acceptance = lorry.take(birds)
    with unit(lorry.accountant) as work:
        covered = settlement.bill(work, acceptance)
        assert (covered.amount_fen, covered.set_off_fen, covered.state) == (240_000, 240_000, SaleState.paid)
        assert covered.open_fen == 0
        first = covered.id
    assert sums(lorry, "113:QLSZ", "211:QLSZ", "102") == [0, -8_000, 248_000]
    with unit(lorry.manager) as work:
        rest = delivery.ship(work, lorry.part, day=DAY, vehicle="陕F00001").id
    acceptance = lorry.take(rest)
    clock.day = BILL_DAY
    with unit(lorry.accountant) as work:
        second = settlement.bill(work, acceptance).id
    # 3,040.00 + 560.00, of which 80.00 were left of the second advance.
    assert sums(lorry, "113:QLSZ", "211:QLSZ", "128") == [352_000, 0, 0]
    with look(lorry.buyer) as view:
        page = sale(view.session, second, BILL_DAY)
        account = statement(view.session, lorry.part, BILL_DAY)
    assert (page.amount_fen, page.set_off_fen, page.open_fen) == (360_000, 8_000, 352_000)
    assert [(use.advance, use.amount_fen) for use in page.set_offs] == [("YF-2025-0002", 8_000)]
    assert (account.advance.received_fen, account.advance.set_off_fen, account.advance.left_fen) == (
        248_000,
        248_000,
        0,
    )
    assert (account.billed_fen, account.paid_fen, account.open_fen) == (600_000, 248_000, 352_000)
    uses = {row.number: [use.sale_id for use in row.uses] for row in account.advance.advances}
    assert uses == {"YF-2025-0001": [first], "YF-2025-0002": [first, second]}
    assert breaches() == {}
    paying = {"day": BILL_DAY, "bank_reference": "BR-1"}
    with pytest.raises(OverPaymentError, match=r"3520\.00"), unit(lorry.buyer) as work:
        settlement.advise_payment(work, second, amount_fen=352_001, **paying)  # type: ignore[arg-type]
    with unit(lorry.buyer) as work:
        paid = settlement.advise_payment(work, second, amount_fen=352_000, **paying).id  # type: ignore[arg-type]
    with unit(lorry.accountant) as work:
        settlement.receive_payment(work, paid)
    with look(lorry.buyer) as view:
        assert order(view.session, lorry.part).state == "paid"
    with pytest.raises(NoAdvanceNowError):
        advise(lorry, 1, "ADV-3")
    assert sums(lorry, "113:QLSZ", "211:QLSZ", "102") == [0, 0, 600_000]
    assert breaches() == {}


def test_a_price_below_the_agreed_value_is_a_loss(lorry: Lorry, clock: ToldClock) -> None:
    clock.day = DAY
    lorry.weigh(lorry.mushrooms, "H0001", (("B", 10_000),), 10_000)
    with unit(lorry.manager) as work:
        shipment = delivery.ship(work, lorry.part, day=DAY, vehicle="陕F00001").id
    acceptance = lorry.take(shipment)
    with unit(lorry.accountant) as work:
        settlement.bill(work, acceptance)
    # Sold at 560.00, bought for 600.00.
    assert sums(lorry, "113:QLSZ", "128", "501", "521:01") == [56_000, 0, 0, 4_000]
    assert breaches() == {}


def test_the_check_finds_an_advance_used_twice(lorry: Lorry) -> None:
    first = advise(lorry, 150_000)
    receive(lorry, first)
    with owner_session(write=True) as session:
        session.execute(update(AdvanceRow).where(AdvanceRow.id == first).values(set_off_fen=50_000))
        found = check_advances(session)
    assert len(found) == 2
    assert "difference 50000" in found[1]
