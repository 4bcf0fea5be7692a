"""Products by head over both back ends: paid by head, weighed for their average."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coop.kernel.errors import InputError
from coop.kernel.unit import look, unit
from coop.orders.queries import order
from coop.orders.rules import GradeEntry, LineEntry
from coop.procurement.models import ReceiptRow
from coop.procurement.queries import sheet_page, stock, weigh_slip
from coop.procurement.rules import WeighEntry
from coop.procurement.service import weigh
from coop.procurement.service.lots import merge_lots
from coop.splitting import service as splitting
from ledger import journal
from tests.procurement.test_sheets import bought, count_of, three
from tests.procurement.trade import DAY, KG, Trade, breaches, place_order, set_prices


@pytest.fixture
def birds(trade: Trade) -> Trade:
    """An order for 80 chickens, 40 each of H0001 and H0002; 66 and 54 yuan a head."""
    with unit(trade.manager) as work:
        flocks = [splitting.CapacityEntry(household, "TJ", "2025", 60) for household in ("H0001", "H0002")]
        splitting.file_capacity(work, flocks)
    set_prices(trade, "TJ", (("A", 660_000, 600_000), ("B", 540_000, 500_000)))
    grades = (GradeEntry("A", 720_000, 600_000), GradeEntry("B", 600_000, 500_000))
    return place_order(trade, LineEntry("TJ", 80, grades), lot=1, contract="QL-2025-TJ")


def flock(birds: Trade, live_g: int, *lines: tuple[str, int], key: str = "flock") -> WeighEntry:
    entry = birds.entry("H0001", *lines, key=key, moisture_bp=0)
    return replace(entry, gross_g=live_g + 4_000, tare_g=4_000)


def test_a_product_by_head_is_paid_by_head_and_weighed_for_its_average(birds: Trade) -> None:
    with unit(birds.clerk) as work:
        row = weigh(work, flock(birds, 73_000, ("A", 30), ("B", 6)))
    with look(birds.clerk) as view:
        slip = weigh_slip(view.session, row.id)
        held = {line.grade: line.grams for line in stock(view.session, [birds.line])}
        assert order(view.session, birds.part).lines[0].collected == 36
    assert (slip.unit, slip.total_g, slip.total_fen, slip.left_g) == ("head", 36, 230_400, 4)
    assert slip.live_working[0] == "活重 73 公斤 ÷ 36 只 = 平均每只 2.028 公斤"
    assert slip.lines[0].weight_working == "30 只，平均活重须在 2 到 2.6 公斤之间"
    assert slip.lines[0].amount_working == "30 只 × 66 元/只 = 1980.00 元"
    assert held == {"A": 30, "B": 6}
    with unit(birds.manager) as work, pytest.raises(Exception, match=r"30 head in stock, 31 head wanted"):
        merge_lots(work, line_id=birds.line, grade="A", grams=31, day=DAY)
    assert breaches() == {}


def test_birds_too_light_or_measured_for_moisture_are_refused(birds: Trade) -> None:
    for entry, place in (
        (flock(birds, 54_000, ("A", 30)), "/lines"),
        (flock(birds, 90_000, ("A", 30)), "/lines"),
        (replace(flock(birds, 63_000, ("A", 30)), moisture_bp=10), "/moisture_bp"),
        (flock(birds, 63_000, ("A", 0)), "/lines/0/net_g"),
        (flock(birds, 63_000), "/lines"),
    ):
        with pytest.raises(InputError) as refused, unit(birds.clerk) as work:
            weigh(work, entry)
        assert [fault.place for fault in refused.value.faults] == [place]
    with pytest.raises(InputError, match=r"1\.8 kg a head, expected 2 to 2\.6 kg"), unit(birds.clerk) as work:
        weigh(work, flock(birds, 54_000, ("A", 30)))
    with pytest.raises(splitting.OverDeliveryError), unit(birds.clerk) as work:
        weigh(work, flock(birds, 90_300, ("A", 43)))
    assert count_of(birds, ReceiptRow) == 0


def test_birds_and_mushrooms_share_a_sheet(birds: Trade, trade: Trade) -> None:
    sheet_id = bought(birds, [flock(birds, 63_000, ("A", 30)), *three(trade)])
    with look(birds.clerk) as view:
        page = sheet_page(view.session, sheet_id)
        voucher = journal.read(view.session, page.sheet.voucher_id or 0)
    assert [(p.account, p.quantity) for p in voucher.postings[:3]] == [
        ("128:TJ", 30),
        ("128:XG", 55 * KG),
        ("128:XG", 10 * KG),
    ]
    assert breaches() == {}
