"""Bills and the enterprise's money, over both back ends; what waits; what the checks find."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from coop.delivery import service as delivery
from coop.delivery.models import ShipmentLineRow
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError, ScopeError
from coop.kernel.registries import offers, source_link
from coop.kernel.unit import look, unit
from coop.orders.queries import order
from coop.procurement.models import ReceiptRow
from coop.settlement import service as settlement
from coop.settlement.models import SaleCostRow, SaleState
from coop.settlement.queries import (
    payments,
    sale,
    sale_cost,
    sales,
    statement,
)
from coop.settlement.rules import OverPaymentError
from tests.conftest import make_village
from tests.procurement.trade import DAY, KG, Trade, breaches
from tests.settlement.flow import BILL_DAY, PAID_DAY, balances, bill, deliver


def test_a_full_delivery_leaves_the_margin_as_income(collected: Trade) -> None:
    acceptance = deliver(collected)
    sale_id = bill(collected, acceptance)
    # P: 80 kg x 76 + 10 kg x 58 (the order's floor) = 6,660.00; A: 80 x 73.7 + 10 x 58 = 6,476.00.
    assert balances(collected, "113:QLSZ", "128", "501:01", "521") == [666_000, 0, -18_400, 0]
    with look(collected.buyer) as view:
        page = sale(view.session, sale_id, BILL_DAY)
        assert sale_cost(view.session, sale_id) is None
        assert view.session.scalars(select(SaleCostRow)).all() == []
    assert [(line.grade, line.grams, line.price, line.amount_fen) for line in page.lines] == [
        ("A", 80_000, 760_000, 608_000),
        ("B", 10_000, 580_000, 58_000),
    ]
    assert (page.number, page.due_day, page.open_fen) == ("JS-2025-0001", date(2025, 4, 25), 666_000)
    assert page.amount_upper == "陆仟陆佰陆拾元整"
    with look(collected.accountant) as view:
        cost = sale_cost(view.session, sale_id)
        assert cost is not None
        assert (cost.cost_fen, cost.margin_fen) == (647_600, 18_400)
    assert bill(collected, acceptance) == sale_id  # billing twice is billing once
    assert balances(collected, "113:QLSZ") == [666_000]
    assert breaches() == {}


def test_a_short_weight_claim_lowers_the_price_below_the_value(collected: Trade) -> None:
    sale_id = bill(collected, deliver(collected, {"A": 5 * KG}))
    # 5 kg x 76 = 380 yuan off: P 6,280 is 196 below A 6,476; the households' claim stays whole.
    assert balances(collected, "113:QLSZ", "128", "501", "521:01", "114") == [628_000, 0, 0, 19_600, -647_600]
    with look(collected.manager) as view:
        page = statement(view.session, collected.part, date(2025, 4, 28))
    assert (page.billed_fen, page.claim_fen, page.open_fen, page.overdue_fen) == (
        628_000,
        38_000,
        628_000,
        628_000,
    )
    assert [(row.sale_id, row.overdue) for row in page.sales] == [(sale_id, 3)]
    assert page.unbilled == ()
    assert breaches() == {}


def test_all_refused_is_a_loss_and_an_order_without_a_debt(collected: Trade) -> None:
    sale_id = bill(collected, deliver(collected, {"A": 80 * KG, "B": 10 * KG}))
    assert balances(collected, "113", "128", "521:01") == [0, 0, 647_600]
    with look(collected.manager) as view:
        assert sale(view.session, sale_id, BILL_DAY).state == SaleState.paid
        assert order(view.session, collected.part).state == "paid"
    assert breaches() == {}


def test_bills_need_agreement_and_the_right_hands(collected: Trade) -> None:
    with unit(collected.manager) as work:
        shipment = delivery.ship(work, collected.part, day=DAY, vehicle="陕F00001").id
    with unit(collected.buyer) as work:
        query = select(ShipmentLineRow).where(ShipmentLineRow.shipment_id == shipment)
        grams = {line.id: line.grams for line in work.session.scalars(query)}
        acceptance = delivery.take(work, shipment, grams, day=DAY).id
    with pytest.raises(settlement.NotAgreedError), unit(collected.accountant) as work:
        settlement.bill(work, acceptance)
    with unit(collected.manager) as work:
        delivery.agree(work, acceptance)
    for actor in (collected.clerk, collected.buyer):
        with pytest.raises(PermissionDeniedError), unit(actor) as work:
            settlement.bill(work, acceptance)
    stranger = make_village("SBG", households=2).actor(*Role, user=9)
    with pytest.raises((NotFoundError, ScopeError)), unit(stranger) as work:
        settlement.bill(work, acceptance)
    sale_id = bill(collected, acceptance)
    with look(stranger) as view:
        assert sales(view.session, BILL_DAY) == ()
        with pytest.raises(NotFoundError):
            sale(view.session, sale_id, BILL_DAY)


def test_the_enterprise_advises_and_the_accountant_finds_it(
    billed: tuple[Trade, int], clock: ToldClock
) -> None:
    trade, sale_id = billed
    clock.day = PAID_DAY
    advice = {"amount_fen": 400_000, "day": PAID_DAY, "bank_reference": "BR-1"}
    with unit(trade.buyer) as work:
        first = settlement.advise_payment(work, sale_id, **advice).id  # type: ignore[arg-type]
    with unit(trade.buyer) as work:
        assert settlement.advise_payment(work, sale_id, **advice).id == first  # type: ignore[arg-type]
    with pytest.raises(ConflictError), unit(trade.buyer) as work:
        settlement.advise_payment(work, sale_id, amount_fen=1, day=PAID_DAY, bank_reference="BR-1")
    with pytest.raises(OverPaymentError, match=r"2660\.00"), unit(trade.buyer) as work:
        settlement.advise_payment(work, sale_id, amount_fen=266_001, day=PAID_DAY, bank_reference="BR-2")
    with pytest.raises(InputError), unit(trade.buyer) as work:
        settlement.advise_payment(work, sale_id, amount_fen=0, day=date(2025, 5, 1), bank_reference=" ")
    assert balances(trade, "102") == [0]  # advised is not received
    with pytest.raises(PermissionDeniedError), unit(trade.buyer) as work:
        settlement.receive_payment(work, first)
    for _ in range(2):
        with unit(trade.accountant) as work:
            settlement.receive_payment(work, first)
    assert balances(trade, "102", "113:QLSZ") == [400_000, 266_000]
    with look(trade.buyer) as view:
        assert order(view.session, trade.part).state == "taken"
    with unit(trade.buyer) as work:
        rest = settlement.advise_payment(
            work, sale_id, amount_fen=266_000, day=PAID_DAY, bank_reference="BR-2"
        ).id
    with unit(trade.accountant) as work:
        settlement.receive_payment(work, rest)
    with look(trade.buyer) as view:
        assert order(view.session, trade.part).state == "paid"
        assert statement(view.session, trade.part, PAID_DAY).open_fen == 0
        assert [row.state for row in payments(view.session)] == ["received", "received"]
    assert breaches() == {}


def test_what_waits_for_whom(collected: Trade) -> None:
    def waiting(name: str, trade: Trade, *, buyer: bool = False) -> list[tuple[str, int]]:
        find = offers.get(name)
        assert find is not None
        actor = trade.buyer if buyer else trade.village.actor(*Role)
        with look(actor) as view:
            return [(todo.text_en, todo.count) for todo in find(view.session, actor.roles)]

    assert waiting("procurement.todos", collected) == [("households still to deliver", 1)]
    assert waiting("delivery.todos", collected) == [("lots to ship", 3)]
    acceptance = deliver(collected)
    assert waiting("settlement.todos", collected) == [("acceptances to bill", 1)]
    sale_id = bill(collected, acceptance)
    assert waiting("settlement.todos", collected, buyer=True) == [("bills to pay", 1)]
    with unit(collected.buyer) as work:
        settlement.advise_payment(work, sale_id, amount_fen=1, day=BILL_DAY, bank_reference="BR-1")
    assert waiting("settlement.todos", collected) == [("payments to find on the bank statement", 1)]
    for source in ("payment:1", "sale:1", "batch:1", "receipt:1"):
        assert source_link(source) is not None


def test_the_checks_find_what_was_tampered_with(billed: tuple[Trade, int]) -> None:
    from sqlalchemy import update

    from coop.delivery.models import TraceRow
    from coop.kernel.unit import owner_session
    from coop.procurement.models import LotRow, ReceiptLineRow
    from coop.settlement.models import SaleLineRow

    with owner_session(write=True) as session:
        session.execute(update(TraceRow).where(TraceRow.grams > 30_000).values(grams=TraceRow.grams - 1))
        session.execute(update(SaleLineRow).where(SaleLineRow.grade == "B").values(amount_fen=1))
        session.execute(update(ReceiptLineRow).where(ReceiptLineRow.grade == "B").values(amount_fen=1))
        session.execute(update(ReceiptRow).values(total_fen=ReceiptRow.total_fen + 1))
        session.execute(update(LotRow).where(LotRow.kind == "delivery").values(cost_fen=LotRow.cost_fen + 1))
        assert session.scalar(select(func.count()).select_from(TraceRow))
    assert {"L11", "O3", "O6", "O8"} <= set(breaches())
