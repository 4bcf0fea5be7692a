"""Sheets over both back ends: one summary voucher, all or nothing; fee and set-off; heads; what production blocks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from coop.books import queries as books
from coop.kernel.audit import AuditRow
from coop.kernel.errors import InputError
from coop.kernel.unit import look, owner_session, unit
from coop.orders.queries import order
from coop.procurement.models import ReceiptRow, SheetRow
from coop.procurement.queries import receipts, sheet_page, stock, weigh_slip
from coop.procurement.queries.weighing import weigh_page
from coop.procurement.rules import WeighEntry, WeighLine
from coop.procurement.service import BlockedError, TicketKeyError, reverse_receipt, weigh, weigh_sheet
from coop.production import service as production
from coop.standards.controls import standard_on
from ledger import journal
from ledger.balances import balance
from ledger.tables import VoucherRow
from tests.procurement.trade import DAY, KG, Trade, breaches, owe, set_terms


def three(trade: Trade) -> list[WeighEntry]:
    """Three tickets, two of one household."""
    return [
        trade.entry("H0001", ("A", 30 * KG), ("B", 10 * KG), key="row-1"),
        trade.entry("H0002", ("A", 20 * KG), key="row-2"),
        trade.entry("H0001", ("A", 5 * KG), key="row-3"),
    ]


def bought(trade: Trade, entries: list[WeighEntry], day: date = DAY) -> int:
    with unit(trade.clerk) as work:
        return weigh_sheet(work, entries, scale="S1", day=day).id


def count_of(trade: Trade, kind: type[ReceiptRow | SheetRow | VoucherRow]) -> int:
    with look(trade.clerk) as view:
        return view.session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_sheet_is_one_voucher_and_each_ticket_has_its_own_line_of_it(trade: Trade) -> None:
    sheet_id = bought(trade, three(trade))
    with look(trade.clerk) as view:
        page = sheet_page(view.session, sheet_id)
        voucher = journal.read(view.session, page.sheet.voucher_id or 0)
        rows = view.session.scalars(select(ReceiptRow).order_by(ReceiptRow.id)).all()
        owed = books.open_payables(view.session, trade.village.coop)
        held = {line.grade: (line.lots, line.grams) for line in stock(view.session, [trade.line])}
        audited = view.session.scalars(select(AuditRow.action).where(AuditRow.action == "sheet.post")).all()
        assert order(view.session, trade.part).lines[0].collected == 65 * KG
    # 30 + 20 + 5 kg of A at 73.7, 10 kg of B at the floor of 58.
    assert [(p.account, p.amount, p.quantity) for p in voucher.postings] == [
        ("128:XG", 405_350, 55 * KG),
        ("128:XG", 58_000, 10 * KG),
        ("114:H0001", -279_100, None),
        ("114:H0002", -147_400, None),
        ("114:H0001", -36_850, None),
    ]
    assert (voucher.source, voucher.attachments) == (f"sheet:{sheet_id}", 3)
    assert [(row.number, row.voucher_line, row.fee_line) for row in rows] == [
        ("SG-2025-0001", 3, 0),
        ("SG-2025-0002", 4, 0),
        ("SG-2025-0003", 5, 0),
    ]
    assert [(item.source, item.open_fen) for item in owed] == [
        (f"receipt:{rows[0].id}", 279_100),
        (f"receipt:{rows[2].id}", 36_850),
        (f"receipt:{rows[1].id}", 147_400),
    ]
    assert (page.sheet.slips, page.sheet.total_fen, page.sheet.payable_fen) == (3, 463_350, 463_350)
    assert [ticket.number for ticket in page.receipts] == [row.number for row in rows]
    assert (held, len(audited)) == ({"A": (3, 55 * KG), "B": (1, 10 * KG)}, 1)
    assert trade.weigh("H0002", ("B", KG)) == rows[2].id + 1  # numbers go on without a gap
    with look(trade.clerk) as view:
        assert receipts(view.session)[0].number == "SG-2025-0004"
    assert breaches() == {}


def test_the_same_sheet_again_changes_nothing(trade: Trade) -> None:
    first = bought(trade, three(trade))
    assert bought(trade, three(trade)) == first
    assert [count_of(trade, kind) for kind in (SheetRow, ReceiptRow, VoucherRow)] == [1, 3, 1]
    # The single scale knows the sheet's tickets, and a sheet knows those of the scale.
    with unit(trade.clerk) as work:
        assert weigh(work, three(trade)[1]).number == "SG-2025-0002"
    with pytest.raises(TicketKeyError), unit(trade.clerk) as work:
        weigh(work, trade.entry("H0002", ("A", KG), key="row-2"))
    with pytest.raises(InputError) as refused:
        bought(trade, [trade.entry("H0002", ("A", KG), key="new"), three(trade)[2]])
    assert [fault.place for fault in refused.value.faults] == ["/entries/1/client_key"]
    assert breaches() == {}


def test_a_sheet_is_bought_whole_or_not_at_all_and_says_every_rows_faults(trade: Trade) -> None:
    right = three(trade)
    wrong = [
        right[0],
        replace(right[1], lines=(WeighLine("Z", 20 * KG), WeighLine("A", 0))),
        replace(right[2], moisture_bp=1_801),
        trade.entry("H0001", ("A", 13 * KG), key="row-4"),  # 40 + 13 kg are above 50 kg and 5 %
    ]
    with pytest.raises(InputError) as refused:
        bought(trade, wrong)
    assert [fault.place for fault in refused.value.faults] == [
        "/entries/1/lines/0/grade",
        "/entries/1/lines/1/net_g",
        "/entries/2",
        "/entries/3",
    ]
    shape = [
        replace(right[0], scale="S9"),
        replace(right[1], day=date(2025, 4, 9)),
        replace(right[2], client_key="row-1"),
    ]
    with pytest.raises(InputError) as refused:
        bought(trade, shape)
    assert [fault.place for fault in refused.value.faults] == [
        "/entries/0/scale",
        "/entries/1/day",
        "/entries/2/client_key",
    ]
    with pytest.raises(InputError, match="/entries/1/allocation_id"):
        bought(trade, [right[0], replace(right[1], allocation_id=999)])
    with pytest.raises(InputError, match="/entries"):
        bought(trade, [])
    assert [count_of(trade, kind) for kind in (SheetRow, ReceiptRow, VoucherRow)] == [0, 0, 0]
    assert bought(trade, right)
    assert breaches() == {}


def test_fee_and_set_off_come_off_the_slip_with_the_worked_figures(trade: Trade) -> None:
    """48.85 kg at 73.7 are 3,600.25; 3 % fee 108.01; half of 3,492.24 is 1,746.12, of the 2,000 that are owed."""
    set_terms(trade, "XG", fee_bp=300, set_off_bp=5_000)
    owe(trade, "H0001", 200_000)
    with unit(trade.clerk) as work:
        row = weigh(work, trade.entry("H0001", ("A", 50 * KG), moisture_bp=1500))
    with look(trade.clerk) as view:
        slip = weigh_slip(view.session, row.id)
        voucher = journal.read(view.session, slip.voucher_id or 0)
        [payable] = books.open_payables(view.session, trade.village.coop)
        [due] = books.dues(view.session, slip.household_id)
        book = books.book_of(view.session, trade.village.coop)
        member = balance(view.session, book.id, "114:H0001", year=2025)
    assert [(p.account, p.amount) for p in voucher.postings] == [
        ("128:XG", 360_025),
        ("114:H0001", -360_025),
        ("114:H0001", 10_801),
        ("501:03", -10_801),
    ]
    assert (slip.total_fen, slip.cut.fee_fen, slip.cut.set_off_fen, slip.payable_fen) == (
        360_025,
        10_801,
        174_612,
        174_612,
    )
    assert (slip.cut.due_before_fen, slip.cut.due_after_fen, due.open_fen) == (200_000, 25_388, 25_388)
    assert "抵扣 1746.12 元，抵扣后尚欠 253.88 元" in slip.set_off_working[0]
    assert slip.payable_working[0] == "3600.25 − 代办费 108.01 − 抵扣 1746.12 = 应付 1746.12 元"
    assert slip.amount_upper == "壹仟柒佰肆拾陆元壹角贰分"
    assert (payable.open_fen, payable.source) == (174_612, f"receipt:{row.id}")
    assert member == due.open_fen - payable.open_fen
    assert breaches() == {}
    with unit(trade.checker) as work:
        reverse_receipt(work, row.id, "错称")
    with look(trade.clerk) as view:
        assert books.dues(view.session)[0].open_fen == 200_000
        assert books.open_payables(view.session, trade.village.coop) == []
    assert breaches() == {}


def test_on_a_sheet_what_one_ticket_sets_off_the_next_no_longer_owes(trade: Trade) -> None:
    set_terms(trade, "XG", fee_bp=200, set_off_bp=10_000)
    owe(trade, "H0001", 280_000)
    sheet_id = bought(trade, three(trade))
    with look(trade.clerk) as view:
        page = sheet_page(view.session, sheet_id)
        [due] = books.dues(view.session)
        rows = view.session.scalars(select(ReceiptRow).order_by(ReceiptRow.id)).all()
    # 2,791.00 less 55.82 = 2,735.18, all of it set off: no payable. 368.50 less 7.37: the last 64.82 of the dues.
    assert [(t.fee_fen, t.set_off_fen, t.payable_fen) for t in page.receipts] == [
        (5_582, 273_518, 0),
        (2_948, 0, 144_452),
        (737, 6_482, 29_631),
    ]
    assert (rows[0].payable_id, due.open_fen) == (None, 0)
    assert (page.sheet.fee_fen, page.sheet.set_off_fen, page.sheet.payable_fen) == (9_267, 280_000, 174_083)
    assert breaches() == {}


def test_one_ticket_of_a_sheet_is_reversed_and_the_others_stand(trade: Trade) -> None:
    set_terms(trade, "XG", fee_bp=300, set_off_bp=5_000)
    owe(trade, "H0001", 50_000)
    sheet_id = bought(trade, three(trade))
    with look(trade.clerk) as view:
        first, second, _third = sheet_page(view.session, sheet_id).receipts
    with unit(trade.checker) as work:
        row = reverse_receipt(work, first.receipt_id, "多录 1 公斤")
        assert (row.state, row.reversed_by) == ("reversed", 5)
    with look(trade.clerk) as view:
        page = sheet_page(view.session, sheet_id)
        back = journal.read(view.session, row.reversal_id or 0)
        open_items = {item.source for item in books.open_payables(view.session, trade.village.coop)}
        assert order(view.session, trade.part).lines[0].collected == 25 * KG
        assert books.dues(view.session)[0].open_fen == 50_000
    assert (page.reversed, page.sheet.total_fen) == (1, 463_350)
    assert back.source == f"takeback:{first.receipt_id}"
    assert [(p.account, p.amount) for p in back.postings] == [
        ("128:XG", -221_100),
        ("128:XG", -58_000),
        ("114:H0001", 279_100),
        ("114:H0001", -8_373),
        ("501:03", 8_373),
    ]
    assert f"receipt:{second.receipt_id}" in open_items
    assert f"receipt:{first.receipt_id}" not in open_items
    with pytest.raises(Exception, match="reversed"), unit(trade.checker) as work:
        reverse_receipt(work, first.receipt_id, "again")
    assert bought(trade, three(trade)) == sheet_id  # the sheet handed in again is still that sheet
    assert breaches() == {}


def test_a_line_changed_by_hand_is_found(trade: Trade) -> None:
    bought(trade, three(trade))
    with owner_session(write=True) as session:
        session.execute(text("UPDATE receipt SET voucher_line = 9 WHERE number = 'SG-2025-0001'"))
        session.execute(text("UPDATE weigh_sheet SET slips = 2"))
    found = breaches()["O6"]
    assert any("SG-2025-0001" in breach and "line 9" in breach for breach in found)
    assert any("sheet HZ-2025-0001" in breach for breach in found)


def test_what_production_blocks_is_not_bought_until_it_is_mended(trade: Trade) -> None:
    with look(trade.clerk) as view:
        standard = standard_on(view.session, "XG", DAY)
        assert standard is not None
        point = next(point.code for point in standard.points if point.blocks)

    def inspected(*, passed: bool) -> None:
        share = trade.shares["H0002"]
        finding = production.Finding(share, point, passed=passed, note="" if passed else "不合格", day=DAY)
        with unit(trade.clerk) as work:
            production.inspect(work, [finding])

    inspected(passed=False)
    with pytest.raises(BlockedError, match="H0002"), unit(trade.clerk) as work:
        weigh(work, three(trade)[1])
    with pytest.raises(InputError) as refused:
        bought(trade, three(trade))
    assert [fault.place for fault in refused.value.faults] == ["/entries/1"]
    with look(trade.clerk) as view:
        assert weigh_page(view.session, trade.shares["H0002"], DAY).blocked[1]
    inspected(passed=True)
    bought(trade, three(trade))
    assert breaches() == {}


def test_a_sheet_that_was_rolled_back_leaves_no_gap(trade: Trade) -> None:
    with pytest.raises(ZeroDivisionError), unit(trade.clerk) as work:
        weigh_sheet(work, three(trade), scale="S1", day=DAY)
        raise ZeroDivisionError
    sheet_id = bought(trade, three(trade))
    with look(trade.clerk) as view:
        page = sheet_page(view.session, sheet_id)
    assert (page.sheet.number, page.receipts[0].number) == ("HZ-2025-0001", "SG-2025-0001")


def test_two_sheets_at_once_wait_for_each_other(trade: Trade) -> None:
    entries, start = three(trade), Barrier(4)

    def send(number: int) -> int:
        start.wait()
        with unit(trade.clerk) as work:
            own = entries if number % 2 else [trade.entry("H0002", ("B", KG), key="other")]
            return weigh_sheet(work, own, scale="S1", day=DAY).id

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(send, range(4)))
    assert (found[0], found[1]) == (found[2], found[3])
    assert [count_of(trade, kind) for kind in (SheetRow, ReceiptRow, VoucherRow)] == [2, 4, 2]
    assert breaches() == {}
