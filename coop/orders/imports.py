"""An enterprise's order as a workbook: a sheet with the terms, a sheet with products, grades and prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from coop.kernel.errors import Fault
from coop.kernel.units import GRAMS_PER_KG, Unit, kg_text
from coop.orders.rules import MOST_PAYMENT_DAYS, MOST_PRICE, MOST_QUANTITY, GradeEntry, LineEntry, OrderEntry
from coop.parties.imports import refuse
from coop.standards.queries import Product
from integrations.excel import Column, Kind, Row, Sheet, Value, Workbook, examine, template, write_workbook

TERMS = Sheet(
    "订单",
    (
        Column("buyer", "采购单位代码", "buyer code", Kind.code, longest=40),
        Column("seller", "卖方主体代码", "seller code", Kind.code, longest=40),
        Column("contract", "合同号", "contract number", Kind.code, longest=40),
        Column("window_from", "交货起", "delivery from", Kind.date),
        Column("window_to", "交货止", "delivery until", Kind.date),
        Column("tolerance", "允差%", "tolerance %", Kind.percent, maximum=10_000),
        Column("payment_days", "付款天数", "payment days", Kind.integer, maximum=MOST_PAYMENT_DAYS),
        Column("place", "交货地点", "place of delivery", longest=200),
        Column(
            "advance",
            "预付%",
            "advance %",
            Kind.percent,
            required=False,
            maximum=10_000,
            note_zh="可空：没有预付款",
            note_en="empty: nothing is paid in advance",
        ),
    ),
    name_en="Order",
    max_rows=20,
    note_zh="只填一行",
    note_en="one row only",
)
LINES = Sheet(
    "明细",
    (
        Column(
            "product",
            "产品",
            "product",
            Kind.code,
            longest=20,
            note_zh="产品代码，如 XG",
            note_en="code, such as XG",
        ),
        Column(
            "grade",
            "等级",
            "grade",
            Kind.code,
            longest=20,
            note_zh="等级代码，如 A",
            note_en="code, such as A",
        ),
        Column(
            "quantity",
            "总量(公斤或头)",
            "total (kg or head)",
            Kind.decimal,
            required=False,
            maximum=MOST_QUANTITY // GRAMS_PER_KG,
            aliases=("数量", "数量(公斤)", "quantity", "quantity (kg)"),
            note_zh="各等级合计，只写在该产品的一行里",
            note_en="of all grades together, in one row of the product only",
        ),
        Column(
            "price",
            "单价(元/公斤或元/头)",
            "price (yuan/kg or yuan/head)",
            Kind.price,
            maximum=MOST_PRICE,
            aliases=("单价", "单价(元/公斤)", "price", "price (yuan/kg)"),
        ),
        Column(
            "floor",
            "保底价(元/公斤或元/头)",
            "floor price (yuan/kg or yuan/head)",
            Kind.price,
            required=False,
            maximum=MOST_PRICE,
            aliases=("保底价", "保底价(元/公斤)", "floor price", "floor price (yuan/kg)"),
        ),
    ),
    key=("product", "grade"),
    name_en="Lines",
    max_rows=500,
    note_zh="一行一个产品的一个等级；结算价取单价与保底价中较高者",
    note_en="one row for a grade of a product; the higher of price and floor is paid",
)
SHEETS = (TERMS, LINES)


def read_order(data: bytes, products: Mapping[str, Product]) -> OrderEntry:
    """An order from its workbook; `file_sha` is the file's hash, by which it is known again.

    Raises InputError with every fault, by sheet, row and column.
    """
    workbook, found = examine(data, SHEETS)
    rows = workbook.rows.get(LINES.name, ())
    own = [*_terms_faults(workbook), *_line_faults(workbook, rows, products)]
    # Whether a product's total is there is only known where no row was dropped for a fault.
    own += _total_faults(workbook, rows, products, whole=not found)
    refuse([*found, *own])
    terms = workbook[TERMS.name][0]
    return OrderEntry(
        buyer=terms.text("buyer"),
        seller_entity=terms.text("seller"),
        contract=terms.text("contract"),
        window_from=terms.day("window_from"),
        window_to=terms.day("window_to"),
        tolerance_bp=terms.whole("tolerance"),
        payment_days=terms.whole("payment_days"),
        place=terms.text("place"),
        lines=tuple(_line(code, group, products[code].unit) for code, group in _grouped(rows).items()),
        file_sha=workbook.digest,
        advance_bp=terms.whole_or("advance", 0),
    )


def _grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.text("product"), []).append(row)
    return groups


def _line(code: str, rows: list[Row], unit: Unit) -> LineEntry:
    total = next(row.exact("quantity") for row in rows if row["quantity"] is not None)
    grades = tuple(
        GradeEntry(row.text("grade"), row.whole("price"), row.whole_or("floor", 0)) for row in rows
    )
    return LineEntry(code, int(_base_units(total, unit)), grades)


def _base_units(written: Decimal, unit: Unit) -> Decimal:
    """Grams for what is written in kilograms; heads are written as they are."""
    return written * GRAMS_PER_KG if unit is Unit.gram else written


def _terms_faults(workbook: Workbook) -> list[Fault]:
    found = []
    rows = workbook.rows.get(TERMS.name, ())
    for row in rows[1:]:
        zh, en = "订单只能填一行", "an order has one row of terms"
        found.append(workbook.fault(TERMS.name, row, "buyer", zh=zh, en=en))
    for row in rows:
        begins, ends = row.day("window_from"), row.day("window_to")
        if begins > ends:
            zh, en = f"早于交货起 {begins}：{ends}", f"before the window begins on {begins}: {ends}"
            found.append(workbook.fault(TERMS.name, row, "window_to", zh=zh, en=en))
    return found


def _line_faults(workbook: Workbook, rows: Sequence[Row], products: Mapping[str, Product]) -> list[Fault]:
    found = []
    for row in rows:
        code, grade = row.text("product"), row.text("grade")
        made = products.get(code)
        if made is None:
            codes = "、".join(sorted(products))
            zh, en = f"没有产品 {code}，应为：{codes}", f"no product {code}, expected one of: {codes}"
            found.append(workbook.fault(LINES.name, row, "product", zh=zh, en=en))
        elif grade not in {known.code for known in made.grades}:
            grades = "、".join(known.code for known in made.grades)
            zh = f"{made.name} 没有等级 {grade}，应为：{grades}"
            en = f"{made.name_en} has no grade {grade}, expected one of: {grades}"
            found.append(workbook.fault(LINES.name, row, "grade", zh=zh, en=en))
        if row.whole("price") == 0 and row.whole_or("floor", 0) == 0:
            zh, en = "单价与保底价不得同时为零", "price and floor must not both be zero"
            found.append(workbook.fault(LINES.name, row, "price", zh=zh, en=en))
    return found


def _total_faults(
    workbook: Workbook, rows: Sequence[Row], products: Mapping[str, Product], *, whole: bool
) -> list[Fault]:
    """A product's total stands once, above 0, in whole grams or heads."""
    found = []
    for code, group in _grouped(rows).items():
        written = [row for row in group if row["quantity"] is not None]
        if not written and whole:
            zh, en = f"{code} 没有写总量", f"{code} has no total"
            found.append(workbook.fault(LINES.name, group[0], "quantity", zh=zh, en=en))
        for row in written[1:]:
            zh = f"{code} 的总量已写在第 {written[0].number} 行，应只写一次"
            en = f"the total of {code} stands in row {written[0].number} already; write it once"
            found.append(workbook.fault(LINES.name, row, "quantity", zh=zh, en=en))
        unit = products[code].unit if code in products else Unit.gram
        for row in written:
            total = _base_units(row.exact("quantity"), unit)
            if total <= 0 or total != total.to_integral_value():
                form, form_en = (
                    ("最多 3 位小数", "up to 3 decimals") if unit is Unit.gram else ("整数", "whole")
                )
                zh = f"应大于 0，{form}，实为 {row.exact('quantity')}"
                en = f"above 0, {form_en}, found {row.exact('quantity')}"
                found.append(workbook.fault(LINES.name, row, "quantity", zh=zh, en=en))
    return found


def order_template(lang: str = "zh") -> bytes:
    """An empty order to fill in."""
    return template(SHEETS, lang=lang)


def write_order(entry: OrderEntry, products: Mapping[str, Product], lang: str = "zh") -> bytes:
    """An order as a workbook that reads back the same."""
    terms: dict[str, Value] = {
        "buyer": entry.buyer,
        "seller": entry.seller_entity,
        "contract": entry.contract,
        "window_from": entry.window_from,
        "window_to": entry.window_to,
        "tolerance": entry.tolerance_bp,
        "payment_days": entry.payment_days,
        "place": entry.place,
        "advance": entry.advance_bp,
    }
    lines: list[dict[str, Value]] = []
    for line in entry.lines:
        written = (
            Decimal(kg_text(line.quantity)) if products[line.product].unit is Unit.gram else line.quantity
        )
        lines += [
            {
                "product": line.product,
                "grade": grade.grade,
                "quantity": written if place == 0 else None,
                "price": grade.price,
                "floor": grade.floor,
            }
            for place, grade in enumerate(line.grades)
        ]
    return write_workbook([(TERMS, [terms]), (LINES, lines)], lang=lang)
