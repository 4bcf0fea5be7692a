"""Bills, the enterprise's money and the households' pay, over both back ends."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from coop.books import queries as books
from coop.books.service import return_line
from coop.delivery import service as delivery
from coop.delivery.models import ShipmentLineRow
from coop.governance import service as governance
from coop.governance.service.gates import UnstampedError
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError, ScopeError
from coop.kernel.registries import offers, source_link
from coop.kernel.unit import look, unit
from coop.orders.queries import order
from coop.parties.queries import household
from coop.procurement.models import ReceiptRow
from coop.settlement import service as settlement
from coop.settlement.models import PaymentRow, SaleCostRow, SaleState
from coop.settlement.queries import (
    graph_of_payable,
    graph_of_voucher,
    household_money,
    payments,
    sale,
    sale_cost,
    sales,
    statement,
)
from coop.settlement.rules import OverPaymentError
from ledger.balances import balance
from tests.conftest import make_village
from tests.procurement.trade import DAY, KG, Trade, breaches

BILL_DAY, PAID_DAY = date(2025, 4, 14), date(2025, 4, 30)


def deliver(trade: Trade, short: dict[str, int] | None = None) -> int:
    """Ship all, accept all but what is short by grade, agree; returns the acceptance."""
    with unit(trade.manager) as work:
        shipment = delivery.ship(work, trade.part, day=DAY, vehicle="陕F00001").id
    with unit(trade.buyer) as work:
        query = select(ShipmentLineRow).where(ShipmentLineRow.shipment_id == shipment)
        missing = {line: (short or {}).get(line.grade, 0) for line in work.session.scalars(query)}
        grams = {line.id: line.grams - gone for line, gone in missing.items()}
        reasons = {line.id: "短重" for line, gone in missing.items() if gone}
        acceptance = delivery.take(work, shipment, grams, reasons=reasons, day=DAY).id
    with unit(trade.manager) as work:
        delivery.agree(work, acceptance)
    return acceptance


def bill(trade: Trade, acceptance: int) -> int:
    with unit(trade.accountant) as work:
        return settlement.bill(work, acceptance).id


def balances(trade: Trade, *accounts: str) -> list[int]:
    with look(trade.accountant) as view:
        book = books.book_of(view.session, trade.village.coop)
        return [balance(view.session, book.id, account, year=2025) for account in accounts]


@pytest.fixture
def collected(trade: Trade, clock: ToldClock) -> Trade:
    """Grade A: 40 kg of H0001, 40 kg of H0002; grade B: 10 kg of H0001. Bought for 5,896 and 580 yuan."""
    trade.weigh("H0001", ("A", 40 * KG), ("B", 10 * KG))
    trade.weigh("H0002", ("A", 40 * KG))
    clock.day = BILL_DAY
    return trade


@pytest.fixture
def billed(collected: Trade) -> tuple[Trade, int]:
    return collected, bill(collected, deliver(collected))


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
    assert (page.billed_fen, page.claim_fen, page.open_fen, page.overdue_fen) == (628_000, 38_000, 628_000, 628_000)
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


def test_the_enterprise_advises_and_the_accountant_finds_it(billed: tuple[Trade, int], clock: ToldClock) -> None:
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


def stamp_all(trade: Trade) -> None:
    with unit(trade.supervisor) as work:
        for day in (DAY, BILL_DAY, PAID_DAY):
            governance.stamp_day(work, trade.village.coop, day)


def receive_all(trade: Trade, sale_id: int) -> None:
    with unit(trade.buyer) as work:
        advised = settlement.advise_payment(work, sale_id, amount_fen=666_000, day=BILL_DAY, bank_reference="BR-1").id
    with unit(trade.accountant) as work:
        settlement.receive_payment(work, advised)


def test_households_are_paid_behind_the_stamps(billed: tuple[Trade, int], clock: ToldClock) -> None:
    trade, sale_id = billed
    receive_all(trade, sale_id)
    clock.day = PAID_DAY
    with unit(trade.accountant) as work:
        batch = settlement.propose_pay(work, trade.village.coop, PAID_DAY)
        assert (batch.total_fen, len(books.payments(work.session, batch.id))) == (647_600, 2)
    with pytest.raises(UnstampedError, match="2 vouchers"), unit(trade.checker) as work:
        settlement.approve_pay(work, batch.id)
    stamp_all(trade)
    with pytest.raises(PermissionDeniedError), unit(trade.accountant) as work:
        settlement.approve_pay(work, batch.id)
    with unit(trade.checker) as work:
        settlement.approve_pay(work, batch.id)
    with unit(trade.supervisor) as work:
        voucher = books.batch_vouchers(work.session, batch.id)[0]
        governance.refuse_stamp(work, voucher, "slip missing")
    with pytest.raises(UnstampedError, match="1 vouchers"), unit(trade.accountant) as work:
        settlement.pay(work, batch.id, PAID_DAY, "BANK-7")
    with unit(trade.supervisor) as work:
        governance.stamp(work, voucher)
    with unit(trade.accountant) as work:
        settlement.pay(work, batch.id, PAID_DAY, "BANK-7")
    assert balances(trade, "102", "114", "128", "501:01") == [18_400, 0, 0, -18_400]
    with look(trade.accountant) as view:
        money = household_money(view.session, household(view.session, "H0001").id)
    assert (money.delivered_g, money.earned_fen, money.paid_fen, money.open_fen) == (50_000, 352_800, 352_800, 0)
    assert money.lines[0].why.startswith("2025-04-10 交干香菇 50 公斤(100 斤),收购单 SG-2025-0001,3528.00 元")
    assert money.lines[0].why.endswith("2025-04-30 已付(批次 ZF-2025-0001)")
    assert breaches() == {}


def test_a_returned_payment_is_owed_again(billed: tuple[Trade, int], clock: ToldClock) -> None:
    trade, sale_id = billed
    receive_all(trade, sale_id)
    clock.day = PAID_DAY
    stamp_all(trade)
    with unit(trade.accountant) as work:
        batch = settlement.propose_pay(work, trade.village.coop, PAID_DAY)
    with unit(trade.checker) as work:
        settlement.approve_pay(work, batch.id)
    with unit(trade.accountant) as work:
        settlement.pay(work, batch.id, PAID_DAY, "BANK-7")
    with unit(trade.accountant) as work:
        payable = work.session.scalars(select(ReceiptRow.payable_id)).first()
        assert payable is not None
        return_line(work, batch.id, payable, "account closed", PAID_DAY)
    with look(trade.accountant) as view:
        money = household_money(view.session, household(view.session, "H0001").id)
    assert (money.open_fen, money.lines[0].paid_on) == (352_800, None)
    with unit(trade.accountant) as work:
        assert settlement.propose_pay(work, trade.village.coop, PAID_DAY).total_fen == 352_800
    assert breaches() == {}


def test_from_any_fen_back_to_the_weigh_slip(billed: tuple[Trade, int], clock: ToldClock) -> None:
    trade, sale_id = billed
    receive_all(trade, sale_id)
    clock.day = PAID_DAY
    stamp_all(trade)
    with unit(trade.accountant) as work:
        batch = settlement.propose_pay(work, trade.village.coop, PAID_DAY)
    with unit(trade.checker) as work:
        settlement.approve_pay(work, batch.id)
    with unit(trade.accountant) as work:
        voucher = settlement.pay(work, batch.id, PAID_DAY, "BANK-7").voucher_id
    assert voucher is not None
    with look(trade.accountant) as view:
        session = view.session
        paid = graph_of_voucher(session, voucher)
        receipt = session.scalars(select(ReceiptRow).order_by(ReceiptRow.id)).first()
        assert receipt is not None
        assert receipt.payable_id is not None
        owed = graph_of_payable(session, receipt.payable_id)
        money_in = session.scalars(select(PaymentRow)).one()
        arrived = graph_of_voucher(session, books.vouchers_of_source(session, f"payment:{money_in.id}")[0].id)
    assert {leaf.kind for leaf in paid.leaves()} == {"receipt_line"}
    assert sum(leaf.fen for leaf in paid.leaves()) == paid.fen == 647_600
    assert [leaf.fen for leaf in owed.leaves()] == [294_800, 58_000]
    assert owed.leaves()[0].label == "H0001 厚菇一级:40 公斤 × 73.7 元/公斤 = 2948.00 元"
    assert [node.kind for node in (arrived, arrived.children[0], arrived.children[0].children[0])] == [
        "voucher",
        "payment",
        "sale",
    ]
    assert {leaf.kind for leaf in arrived.leaves()} == {"cost"}
    assert sum(leaf.fen for leaf in arrived.leaves()) == 647_600
    assert all(leaf.link is not None and leaf.link.endpoint == "ReceiptView.show" for leaf in arrived.leaves())


def test_a_reversed_ticket_counts_nothing(trade: Trade) -> None:
    from coop.procurement.service import reverse_receipt

    receipt = trade.weigh("H0001", ("A", 10 * KG))
    with unit(trade.checker) as work:
        row = reverse_receipt(work, receipt, "wrong household")
    with look(trade.accountant) as view:
        money = household_money(view.session, row.household_id)
        assert row.reversal_id is not None
        back = graph_of_voucher(view.session, row.reversal_id)
    assert (money.delivered_g, money.earned_fen, money.open_fen, len(money.lines)) == (0, 0, 0, 1)
    assert "已冲销" in money.lines[0].why
    assert (back.kind, back.fen, back.children[0].kind) == ("reversed", 73_700, "voucher")


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
