"""The households' pay, and from any fen back to the weigh slip, over both back ends."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from coop.books import queries as books
from coop.books.service import return_line
from coop.governance import service as governance
from coop.governance.service.gates import UnstampedError
from coop.kernel.clock import ToldClock
from coop.kernel.errors import PermissionDeniedError
from coop.kernel.unit import look, unit
from coop.parties.queries import household
from coop.procurement.models import ReceiptRow
from coop.settlement import service as settlement
from coop.settlement.models import PaymentRow
from coop.settlement.queries import (
    graph_of_payable,
    graph_of_voucher,
    household_money,
)
from tests.procurement.trade import KG, Trade, breaches
from tests.settlement.flow import PAID_DAY, balances, receive_all, stamp_all


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
    assert (money.delivered_g, money.earned_fen, money.paid_fen, money.open_fen) == (
        50_000,
        352_800,
        352_800,
        0,
    )
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
    assert owed.leaves()[0].label == "H0001 厚菇一级：40 公斤 × 73.7 元/公斤 = 2948.00 元"
    assert [node.kind for node in (arrived, arrived.children[0], arrived.children[0].children[0])] == [
        "voucher",
        "payment",
        "sale",
    ]
    assert {leaf.kind for leaf in arrived.leaves()} == {"cost"}
    assert sum(leaf.fen for leaf in arrived.leaves()) == 647_600
    assert all(
        leaf.link is not None and leaf.link.endpoint == "ReceiptView.show" for leaf in arrived.leaves()
    )


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
