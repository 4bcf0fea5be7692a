"""The buyer's Friday as a workbook: a sheet a table of the page."""

from __future__ import annotations

from coop.desk.queries.friday import Friday
from coop.kernel.units import Unit, kg_text
from integrations.excel import Column, Kind, Sheet, Value, write_workbook

Rows = list[dict[str, Value]]

_WHERE = (Column("seller", "售方", "seller"), Column("order", "订单号", "order", Kind.code))
LINES = Sheet(
    "订单进度",
    (
        *_WHERE,
        Column("product", "产品", "product"),
        Column("unit", "单位", "unit"),
        Column("until", "交货止", "window ends"),
        Column("ordered", "订购", "ordered"),
        Column("promised", "已承诺", "promised"),
        Column("collected", "已收购", "collected"),
        Column("percent", "收购率(%)", "collected (%)", Kind.integer),
        Column("shipped", "已发货", "shipped"),
        Column("taken", "已验收", "accepted"),
        Column("late", "落后", "behind"),
        Column("short", "无人承诺", "promised by nobody"),
        Column("due", "本周到期", "due this week"),
    ),
    name_en="Orders",
)
TRUCKS = Sheet(
    "在途车辆",
    (
        *_WHERE,
        Column("number", "发货单号", "shipment", Kind.code),
        Column("day", "发货日", "sent on"),
        Column("vehicle", "车号", "vehicle"),
        Column("goods", "货物", "goods"),
    ),
    name_en="Trucks",
)
CLAIMS = Sheet(
    "未了结索赔",
    (
        *_WHERE,
        Column("number", "发货单号", "shipment", Kind.code),
        Column("day", "验收日", "accepted on"),
        Column("claim", "索赔金额(元)", "claim (yuan)", Kind.fen),
    ),
    name_en="Open claims",
)
GRADES = Sheet(
    "验收按等级",
    (
        Column("seller", "售方", "seller"),
        Column("product", "产品", "product"),
        Column("grade", "等级", "grade"),
        Column("unit", "单位", "unit"),
        Column("accepted", "已验收", "accepted"),
        Column("missing", "短少", "missing"),
        Column("amount", "金额(元)", "amount (yuan)", Kind.fen),
    ),
    name_en="By grade",
)
OWED = Sheet(
    "应付货款",
    (
        *_WHERE,
        Column("number", "结算单号", "bill", Kind.code),
        Column("due", "应付日", "due on"),
        Column("overdue", "逾期天数", "days overdue", Kind.integer),
        Column("amount", "金额(元)", "amount (yuan)", Kind.fen),
        Column("open", "未付(元)", "open (yuan)", Kind.fen),
    ),
    name_en="Owed",
)


def workbook(page: Friday, lang: str) -> bytes:
    """All tables of the page; Chinese titles unless `lang` is `en`. Quantities as text in their own unit."""
    english = lang == "en"
    return write_workbook(
        [
            (LINES, _lines(page, english=english)),
            (TRUCKS, _trucks(page, english=english)),
            (CLAIMS, _claims(page)),
            (GRADES, _grades(page, english=english)),
            (OWED, _owed(page)),
        ],
        lang=lang,
    )


def _amount(quantity: int, unit: Unit) -> str:
    return str(quantity) if unit is Unit.head else kg_text(quantity)


def _unit(unit: Unit, *, english: bool) -> str:
    if unit is Unit.head:
        return "head" if english else "头（只）"
    return "kg" if english else "公斤"


def _lines(page: Friday, *, english: bool) -> Rows:
    return [
        {
            "seller": row.order.seller_name,
            "order": row.order.number,
            "product": row.line.product_name_en if english else row.line.product_name,
            "unit": _unit(row.line.unit, english=english),
            "until": row.order.window_to.isoformat(),
            "ordered": _amount(row.line.quantity, row.line.unit),
            "promised": _amount(row.promised, row.line.unit),
            "collected": _amount(row.line.collected, row.line.unit),
            "percent": row.percent,
            "shipped": _amount(row.line.shipped, row.line.unit),
            "taken": _amount(row.line.taken, row.line.unit),
            "late": _amount(row.late, row.line.unit),
            "short": _amount(row.short, row.line.unit),
            "due": ("yes" if row.due else "no") if english else ("是" if row.due else "否"),
        }
        for row in page.lines
    ]


def _trucks(page: Friday, *, english: bool) -> Rows:
    return [
        {
            "seller": sent.seller_name,
            "order": sent.order,
            "number": sent.number,
            "day": sent.day.isoformat(),
            "vehicle": sent.vehicle,
            "goods": "; ".join(
                f"{line.product_name_en if english else line.product_name} {line.grade} "
                f"{_amount(line.grams, line.unit)} {_unit(line.unit, english=english)}"
                for line in sent.lines
            ),
        }
        for sent in page.trucks
    ]


def _claims(page: Friday) -> Rows:
    return [
        {
            "seller": sent.seller_name,
            "order": sent.order,
            "number": sent.number,
            "day": sent.acceptance.day.isoformat(),
            "claim": sent.acceptance.claim_fen,
        }
        for sent in page.claims
        if sent.acceptance
    ]


def _grades(page: Friday, *, english: bool) -> Rows:
    return [
        {
            "seller": row.seller,
            "product": row.product_en if english else row.product,
            "grade": row.grade_en if english else row.grade,
            "unit": _unit(row.unit, english=english),
            "accepted": _amount(row.grams, row.unit),
            "missing": _amount(row.claim_g, row.unit),
            "amount": row.amount_fen,
        }
        for row in page.grades
    ]


def _owed(page: Friday) -> Rows:
    return [
        {
            "seller": bill.seller_name,
            "order": bill.order,
            "number": bill.number,
            "due": bill.due_day.isoformat(),
            "overdue": bill.overdue,
            "amount": bill.amount_fen,
            "open": bill.open_fen,
        }
        for bill in page.owed
    ]
