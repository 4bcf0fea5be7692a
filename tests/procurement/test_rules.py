"""The scale's figures and the lots: properties of the pure rules."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.procurement import postings
from coop.procurement.rules import (
    Drawn,
    GradePrice,
    NothingToPayError,
    Quality,
    ShortStockError,
    Stock,
    WeighEntry,
    WeighLine,
    check_character,
    draw,
    lot_code,
    price_working,
    priced_line,
    weight_faults,
)
from coop.standards.rules import TooMoistError
from ledger.chart import Standard, chart_of

DRY = Quality(1200, 1300, 1800, 0, 100)
lots = st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**8)), min_size=1, max_size=20)


@given(lots, st.data())
def test_drawing_loses_no_gram_and_no_fen(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    stock = [Stock(number, grams, fen) for number, (grams, fen) in enumerate(pairs)]
    wanted = data.draw(st.integers(0, sum(lot.left_g for lot in stock)))
    drawn = draw("A", stock, wanted)
    assert sum(part.grams for part in drawn) == wanted
    by_lot = {part.lot_id: part for part in drawn}
    for lot in stock:
        part = by_lot.get(lot.lot_id, Drawn(lot.lot_id, 0, 0))
        assert 0 <= part.grams <= lot.left_g
        assert 0 <= part.fen <= lot.left_fen
        if part.grams == lot.left_g:
            assert part.fen == lot.left_fen


@given(lots, st.lists(st.integers(1, 10**5), max_size=10))
def test_drawing_in_steps_empties_the_lots_of_all_their_fen(
    pairs: list[tuple[int, int]], steps: list[int]
) -> None:
    stock = [Stock(number, grams, fen) for number, (grams, fen) in enumerate(pairs)]
    total, sent = sum(lot.left_fen for lot in stock), 0
    everything = sum(lot.left_g for lot in stock)
    for step in [*steps, None]:
        left = sum(lot.left_g for lot in stock)
        drawn = {part.lot_id: part for part in draw("A", stock, left if step is None else min(step, left))}
        sent += sum(part.fen for part in drawn.values())
        stock = [
            Stock(lot.lot_id, lot.left_g - part.grams, lot.left_fen - part.fen)
            if (part := drawn.get(lot.lot_id))
            else lot
            for lot in stock
        ]
    assert everything > 0
    assert sent == total
    assert all((lot.left_g, lot.left_fen) == (0, 0) for lot in stock)


def test_more_than_the_lots_hold_is_refused() -> None:
    with pytest.raises(ShortStockError, match=r"差 0.5 公斤.*0.5 kg short"):
        draw("A", [Stock(1, 1000, 10)], 1500)


@given(
    st.integers(1, 10**7),
    st.integers(0, 1800),
    st.integers(0, 1000),
    st.integers(0, 10**7),
    st.integers(1, 10**7),
)
def test_printed_figures_multiply(net: int, moisture: int, impurity: int, table: int, floor: int) -> None:
    price = GradePrice(table, floor)
    try:
        line = priced_line(WeighLine("A", net), Quality(moisture, 1300, 1800, impurity, 100), price)
    except NothingToPayError:
        return  # too light for a ticket
    assert line.settle_g % 10 == 0
    assert line.settle_g <= net + 5
    assert price.paid >= floor
    exact = line.settle_g * price.paid  # in 1/100000 fen
    assert 2 * abs(line.amount_fen * 100_000 - exact) <= 100_000


def test_wet_goods_and_dust_are_refused() -> None:
    with pytest.raises(TooMoistError):
        priced_line(WeighLine("A", 50_000), Quality(1801, 1300, 1800, 0, 100), GradePrice(720_000, 720_000))
    with pytest.raises(NothingToPayError):
        priced_line(WeighLine("A", 4), DRY, GradePrice(720_000, 720_000))


def test_all_faults_of_a_ticket_come_at_once() -> None:
    lines = (WeighLine("A", 10), WeighLine("A", 0), WeighLine("Z", 5))
    entry = WeighEntry(" ", 1, "S1", date(2025, 4, 1), 100, 100, 1200, 0, lines)
    places = [fault.place for fault in weight_faults(entry, frozenset("AB"))]
    assert places == [
        "/client_key",
        "/tare_g",
        "/lines/1/grade",
        "/lines/1/net_g",
        "/lines/2/grade",
        "/lines",
    ]


def test_the_digest_knows_the_content_not_the_key_or_the_order() -> None:
    a, b = WeighLine("A", 10), WeighLine("B", 20)

    def entry(key: str, *lines: WeighLine) -> WeighEntry:
        return WeighEntry(key, 1, "S1", date(2025, 4, 1), 31, 1, 1200, 0, lines)

    assert entry("k", a, b).digest() == entry("other", b, a).digest()
    assert entry("k", a, b).digest() != entry("k", a).digest()


@given(st.text("ABCXYZ0123456789", min_size=1, max_size=12), st.data())
def test_the_check_character_finds_a_wrong_one(body: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.sampled_from("ABCXYZ0123456789").filter(lambda c: c != body[place]))
    assert check_character(body) != check_character(body[:place] + other + body[place + 1 :])


def test_a_lot_code_checks_itself() -> None:
    body, _, check = lot_code("TYP", "XG", date(2025, 4, 10), 12).rpartition("-")
    assert body == "TYP-XG-250410-012"
    assert check == check_character(body)


@pytest.mark.parametrize(
    ("table", "floor", "word"), [(720_000, 720_000, "不低于"), (719_999, 720_000, "，低于")]
)
def test_the_slip_says_whether_the_floor_was_paid(table: int, floor: int, word: str) -> None:
    assert word in price_working(GradePrice(table, floor))[0]


@pytest.mark.parametrize(
    ("standard", "account", "service"),
    [(Standard.coop_2021, "114:H0001", "501:03"), (Standard.rceo_2023, "113:H0001", "501:02")],
)
def test_the_ticket_posts_under_either_standard(standard: Standard, account: str, service: str) -> None:
    voucher = postings.receipt(
        chart_of(standard),
        receipt_id=1,
        day=date(2025, 4, 10),
        slip=postings.Slip(
            "SG-2025-0001",
            "H0001",
            "XG",
            [postings.Bought("A", 1000, 7200), postings.Bought("B", 500, 2900)],
            fee_fen=303,
        ),
    )
    assert voucher.source == "receipt:1"
    assert [(line.account, line.amount) for line in voucher.postings[2:]] == [
        (account, -10_100),
        (account, 303),
        (service, -303),
    ]
    assert [line.quantity for line in voucher.postings] == [1000, 500, None, None, None]
