"""The order workbook: it reads back as written, names every fault, and the same file is the same order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.kernel.actor import Actor
from coop.kernel.errors import InputError
from coop.kernel.unit import look, unit
from coop.kernel.units import Unit
from coop.orders import queries, service
from coop.orders.imports import LINES, TERMS, order_template, read_order, write_order
from coop.orders.rules import GradeEntry, LineEntry, OrderEntry, Valued, faults, most_advance
from coop.standards.queries import Grade, Product
from integrations.excel import Value, write_workbook
from tests.orders.trade import ORDER, open_trade

if TYPE_CHECKING:
    from tests.conftest import Village


def _product(code: str, unit_of: Unit) -> Product:
    return Product(
        code=code,
        name=code,
        name_en=code,
        unit=unit_of,
        capacity_unit="袋",
        capacity_unit_en="bag",
        yield_each=105,
        moisture_std_bp=1300,
        moisture_max_bp=1800,
        impurity_std_bp=100,
        source="",
        certainty="illustrative",
        grades=tuple(Grade(grade, grade, grade, rank) for rank, grade in enumerate("ABC", start=1)),
    )


PRODUCTS = {"XG": _product("XG", Unit.gram), "TJ": _product("TJ", Unit.head)}

grades = st.builds(GradeEntry, st.sampled_from("ABC"), st.integers(1, 10**8), st.integers(0, 10**8))
lines = st.builds(
    LineEntry,
    st.sampled_from(sorted(PRODUCTS)),
    st.integers(1, 10**9),
    st.lists(grades, min_size=1, max_size=3, unique_by=lambda g: g.grade).map(tuple),
)
orders = st.builds(
    OrderEntry,
    buyer=st.just("QLSZ"),
    seller_entity=st.just("TYP-COOP"),
    contract=st.just("QL-2025-01"),
    window_from=st.dates(date(2025, 1, 1), date(2025, 6, 30)),
    window_to=st.dates(date(2025, 7, 1), date(2025, 12, 31)),
    tolerance_bp=st.integers(0, 10_000),
    payment_days=st.integers(0, 365),
    place=st.just("留坝县城"),
    lines=st.lists(lines, min_size=1, max_size=2, unique_by=lambda line: line.product).map(tuple),
    advance_bp=st.integers(0, 10_000),
)


@settings(max_examples=40, deadline=None)
@given(orders)
def test_an_order_reads_back_as_written(entry: OrderEntry) -> None:
    for lang in ("zh", "en"):
        found = read_order(write_order(entry, PRODUCTS, lang), PRODUCTS)
        assert replace(found, file_sha=None) == entry
        assert found.file_sha is not None
        assert faults(found, {code: frozenset("ABC") for code in PRODUCTS}) == []


TERM: dict[str, Value] = {
    "buyer": "QLSZ",
    "seller": "TYP-COOP",
    "contract": "QL-2025-01",
    "window_from": date(2025, 9, 1),
    "window_to": date(2025, 11, 30),
    "tolerance": 500,
    "payment_days": 15,
    "place": "留坝县城",
}
LINE: dict[str, Value] = {"product": "XG", "grade": "A", "quantity": Decimal(1200), "price": 880_000}


def _faults(terms: list[dict[str, Value]], rows: list[dict[str, Value]]) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_order(write_workbook([(TERMS, terms), (LINES, rows)]), PRODUCTS)
    return [fault.place for fault in caught.value.faults]


def test_faults_of_both_sheets_come_at_once() -> None:
    assert _faults(
        [{**TERM, "window_to": date(2025, 8, 1)}, TERM],
        [
            LINE,
            {**LINE, "grade": "Z"},
            {**LINE, "product": "NO"},
            {**LINE, "product": "TJ", "quantity": Decimal("1.5"), "price": 0},
        ],
    ) == [
        "订单!A3 采购单位代码",
        "订单!E2 交货止",
        "明细!B3 等级",
        "明细!A4 产品",
        "明细!D5 单价(元/公斤或元/头)",
        "明细!C3 总量(公斤或头)",
        "明细!C5 总量(公斤或头)",
    ]


def test_a_total_must_stand_somewhere() -> None:
    assert _faults([TERM], [{**LINE, "quantity": None}, {**LINE, "grade": "B", "quantity": None}]) == [
        "明细!C2 总量(公斤或头)"
    ]


def test_cell_faults_and_unknown_products_come_together() -> None:
    assert _faults([{**TERM, "place": None}], [{**LINE, "product": "NO"}, {**LINE, "grade": None}]) == [
        "订单!H2 交货地点",
        "明细!B3 等级",
        "明细!A2 产品",
    ]


def test_an_empty_template_is_refused_but_well_formed() -> None:
    with pytest.raises(InputError) as caught:
        read_order(order_template(), PRODUCTS)
    assert len(caught.value.faults) == 2


def test_the_same_order_file_twice_is_one_order(village: Village, buyer: Actor) -> None:
    open_trade(village)
    data = write_order(ORDER, PRODUCTS)
    parts = []
    for _ in range(2):
        with unit(buyer) as work:
            parts.append(service.submit(work, read_order(data, PRODUCTS)).id)
    assert parts[0] == parts[1]
    with look(buyer) as view:
        found = queries.orders(view.session, buyer.tenant_id)
    assert [(order.number, order.lines[0].quantity) for order in found] == [("DD-2025-0001", 1_200_000)]


def test_products_by_weight_and_by_head_with_floors_and_an_advance() -> None:
    rows: list[dict[str, Value]] = [
        {**LINE, "floor": 900_000},
        {"product": "TJ", "grade": "A", "quantity": Decimal(300), "price": 1_100_000, "floor": 1_200_000},
        {"product": "TJ", "grade": "B", "price": 900_000},
    ]
    found = read_order(write_workbook([(TERMS, [{**TERM, "advance": 2_000}]), (LINES, rows)]), PRODUCTS)
    assert found.advance_bp == 2_000
    assert [(line.product, line.quantity) for line in found.lines] == [("XG", 1_200_000), ("TJ", 300)]
    assert [max(g.price, g.floor) for line in found.lines for g in line.grades] == [
        900_000,
        1_200_000,
        900_000,
    ]
    # 1,200 kg at 90 yuan and 300 heads at 120 yuan are 144,000 yuan; a fifth of it may be advanced.
    valued = [
        Valued(line.quantity, max(max(g.price, g.floor) for g in line.grades), PRODUCTS[line.product].unit)
        for line in found.lines
    ]
    assert most_advance(valued, found.advance_bp) == 2_880_000


def test_without_the_column_nothing_is_advanced() -> None:
    older = replace(TERMS, columns=tuple(column for column in TERMS.columns if column.key != "advance"))
    assert read_order(write_workbook([(older, [TERM]), (LINES, [LINE])]), PRODUCTS).advance_bp == 0
    assert read_order(write_workbook([(TERMS, [TERM]), (LINES, [LINE])]), PRODUCTS).advance_bp == 0
