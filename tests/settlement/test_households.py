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
from coop.kernel.registries import source_link
from coop.kernel.unit import look, unit
from coop.parties.queries import household
from coop.procurement.models import ReceiptRow
from coop.procurement.service import reverse_receipt, weigh_sheet
from coop.settlement import service as settlement
from coop.settlement.models import PaymentRow
from coop.settlement.queries import (
    FenNode,
    graph_of_payable,
    graph_of_voucher,
    household_money,
)
from tests.procurement.trade import DAY, KG, Trade, breaches, owe, set_terms
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
    assert money.lines[0].why.startswith(
        "2025-04-10 交干香菇 50 公斤（100 斤），收购单 SG-2025-0001，3528.00 元"
    )
    assert money.lines[0].why.endswith("2025-04-30 已付（批次 ZF-2025-0001）。")
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


def add_up(node: FenNode) -> None:
    """Children add up to their parent, all the way down."""
    if node.children:
        assert sum(child.fen for child in node.children) == node.fen, (node.kind, node.key)
        for child in node.children:
            add_up(child)


def sheet_of_two(trade: Trade) -> int:
    """H0001 brings 50 kg at 15 % moisture, owing 2,000; H0002 brings 10 kg of B. Fee 3 %, half is set off."""
    set_terms(trade, "XG", fee_bp=300, set_off_bp=5_000)
    owe(trade, "H0001", 200_000)
    entries = [
        trade.entry("H0001", ("A", 50 * KG), moisture_bp=1500, key="one"),
        trade.entry("H0002", ("B", 10 * KG), key="two"),
    ]
    with unit(trade.clerk) as work:
        return weigh_sheet(work, entries, scale="S1", day=DAY).id


def test_from_a_summary_voucher_to_each_slip_with_its_own_line(trade: Trade) -> None:
    sheet_id = sheet_of_two(trade)
    with look(trade.accountant) as view:
        session = view.session
        [voucher] = books.vouchers_of_source(session, f"sheet:{sheet_id}")
        whole = graph_of_voucher(session, voucher.id)
        first, second = session.scalars(select(ReceiptRow).order_by(ReceiptRow.id))
        assert first.payable_id is not None
        owed = graph_of_payable(session, first.payable_id)
    [sheet] = whole.children
    assert (whole.fen, sheet.kind, sheet.fen) == (418_025 + 12_541, "sheet", 418_025 + 12_541)
    assert [(node.kind, node.key, node.fen) for node in sheet.children] == [
        ("voucher_line", f"{voucher.id}/{first.voucher_line}", 360_025),
        ("fee", f"{voucher.id}/{first.fee_line}", 10_801),
        ("voucher_line", f"{voucher.id}/{second.voucher_line}", 58_000),
        ("fee", f"{voucher.id}/{second.fee_line}", 1_740),
    ]
    assert sheet.children[2].children[0].link == source_link(f"receipt:{second.id}")
    assert sheet.children[0].label == "凭证 2025-04 记1 第 3 行：H0001"
    # The payable leads to its own slip alone, and the set-off to the inputs it paid for.
    assert [(node.kind, node.fen) for node in owed.children] == [
        ("voucher_line", 360_025),
        ("fee", -10_801),
        ("set_off", -174_612),
    ]
    assert [(leaf.kind, leaf.key, leaf.fen) for leaf in owed.leaves()][-1] == (
        "due",
        "issue:1:H0001",
        -174_612,
    )
    add_up(whole)
    add_up(owed)


def test_from_a_slip_taken_back_to_what_it_was(trade: Trade) -> None:
    sheet_of_two(trade)
    with look(trade.accountant) as view:
        receipt = view.session.scalars(select(ReceiptRow.id).order_by(ReceiptRow.id)).first()
    assert receipt is not None
    with unit(trade.checker) as work:
        reversal = reverse_receipt(work, receipt, "错称").reversal_id
    assert reversal is not None
    with look(trade.accountant) as view:
        back = graph_of_voucher(view.session, reversal)
    assert (back.children[0].kind, back.fen) == ("takeback", 370_826)
    assert back.children[0].label == "冲销收购单 SG-2025-0001 H0001"
    add_up(back)


def test_a_household_reads_what_came_off_and_what_it_still_owes(trade: Trade) -> None:
    sheet_of_two(trade)
    with look(trade.accountant) as view:
        money = household_money(view.session, household(view.session, "H0001").id)
    assert (money.gross_fen, money.fee_fen, money.set_off_fen, money.earned_fen) == (
        360_025,
        10_801,
        174_612,
        174_612,
    )
    assert (money.paid_fen, money.open_fen, money.owes_fen) == (0, 174_612, 25_388)
    [line], [due] = money.lines, money.dues
    assert line.why == (
        "2025-04-10 交干香菇 48.85 公斤（97.7 斤），收购单 SG-2025-0001，货款 3600.25 元，减代办费 108.01 元，"
        "减抵扣欠款 1746.12 元，应付 1746.12 元，待付。"
    )
    assert line.why_en.endswith("3600.25 less 108.01 fee less 1746.12 set off is 1746.12 yuan, still owed.")
    assert due.why == "2025-03-01 领用投入品欠款，共 2000.00 元，已抵 1746.12 元，还欠 253.88 元。"
    assert (due.source, due.amount_fen, due.settled_fen) == ("issue:1:H0001", 200_000, 174_612)


def test_a_slip_set_off_whole_is_told_too(trade: Trade) -> None:
    set_terms(trade, "XG", fee_bp=0, set_off_bp=10_000)
    owe(trade, "H0001", 100_000)
    trade.weigh("H0001", ("A", 10 * KG))
    with look(trade.accountant) as view:
        money = household_money(view.session, household(view.session, "H0001").id)
    [line] = money.lines
    assert (line.payable_id, line.gross_fen, line.set_off_fen, line.amount_fen) == (None, 73_700, 73_700, 0)
    assert line.why.endswith("减抵扣欠款 737.00 元，应付 0.00 元，全部抵了欠款，不再付钱。")
    assert (money.earned_fen, money.owes_fen) == (0, 26_300)
