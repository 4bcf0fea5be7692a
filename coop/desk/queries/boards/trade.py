"""Boards of orders and produce: by product, by village, by day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books.models import PayableKind, PayableRow
from coop.desk.queries.boards.values import UNIT, Board, BoardRow, Measure
from coop.kernel.actor import Actor
from coop.orders.models import LineRow, PartRow
from coop.orders.rules import PartState
from coop.parties.models import TenantRow
from coop.procurement.models import ReceiptRow, ReceiptState
from coop.standards.queries import products

DAYS = 14
PROGRESS = (("订购", "ordered"), ("承诺", "promised"), ("收购", "collected"))


def _lines(session: Session, mine: Any) -> list[Any]:
    """The order lines of the latest year somebody ordered in, with their parts; refused orders left out."""
    latest = session.scalar(select(func.max(PartRow.day)).where(mine))
    if latest is None:
        return []
    query = (
        select(PartRow, LineRow)
        .join(LineRow, LineRow.part_id == PartRow.id)
        .where(mine, PartRow.state != PartState.refused.value, PartRow.day >= latest.replace(month=1, day=1))
    )
    return [(part, line) for part, line in session.execute(query)]


def _by_unit(
    found: Iterable[tuple[Measure, tuple[str, str, int], tuple[int, ...]]],
) -> list[tuple[Measure, list[BoardRow]]]:
    """Figures summed by label, apart for kilograms and heads, for one axis cannot hold both."""
    sums: dict[Measure, dict[tuple[str, str, int], tuple[int, ...]]] = {}
    for measure, label, values in found:
        held = sums.setdefault(measure, {})
        before = held.get(label, (0,) * len(values))
        held[label] = tuple(a + b for a, b in zip(before, values, strict=True))
    return [
        (
            measure,
            [
                BoardRow(
                    label, english, values, "ProgressView.index", {"village": village} if village else {}
                )
                for (label, english, village), values in sorted(held.items())
            ],
        )
        for measure, held in sorted(sums.items())
    ]


def by_product(session: Session, actor: Actor) -> list[Board]:
    """The manager's: what was promised and collected of each product."""
    made = products(session)
    found = [
        (
            Measure(made[line.product].unit),
            (made[line.product].name, made[line.product].name_en, 0),
            (line.quantity, line.promised or 0, line.collected),
        )
        for _part, line in _lines(session, PartRow.seller_id == actor.tenant_id)
    ]
    return [
        Board(
            f"products-{measure}",
            f"各产品承诺与收购（{UNIT[measure][0]}）",
            f"Promised and collected by product ({UNIT[measure][1]})",
            "产品",
            "Product",
            measure,
            PROGRESS,
            tuple(rows),
        )
        for measure, rows in _by_unit(found)
    ]


def by_village(session: Session, actor: Actor) -> list[Board]:
    """The enterprise's: how far each village is with what was ordered from it."""
    found = [
        (
            Measure(products(session)[line.product].unit),
            (part.seller_name, part.seller_entity, part.seller_id),
            (line.quantity, line.collected, line.taken),
        )
        for part, line in _lines(session, PartRow.buyer_id == actor.tenant_id)
    ]
    return [
        _village_board(
            f"orders-{measure}", "各村订单进度", "Progress of the orders by village", measure, rows
        )
        for measure, rows in _by_unit(found)
    ]


def _village_board(key: str, title: str, title_en: str, measure: Measure, rows: list[BoardRow]) -> Board:
    return Board(
        key,
        f"{title}（{UNIT[measure][0]}）",
        f"{title_en} ({UNIT[measure][1]})",
        "村",
        "Village",
        measure,
        (("订购", "ordered"), ("收购", "collected"), ("验收", "taken")),
        tuple(rows),
        flat=True,
    )


def of_villages(session: Session, actor: Actor) -> list[Board]:
    """The county's: each village's orders and output, and what its households were paid for produce."""
    villages = sorted(actor.readable - {actor.tenant_id})
    names = {row.id: row for row in session.scalars(select(TenantRow).where(TenantRow.id.in_(villages)))}
    made = products(session)
    found = [
        (
            Measure(made[line.product].unit),
            (names[part.seller_id].name, names[part.seller_id].name_en, part.seller_id),
            (line.quantity, line.collected, line.taken),
        )
        for part, line in _lines(session, PartRow.seller_id.in_(villages))
    ]
    shown = [
        _village_board(f"villages-{measure}", "各村订单与产出", "Orders and output by village", measure, rows)
        for measure, rows in _by_unit(found)
    ]
    owed = session.execute(
        select(PayableRow.tenant_id, func.sum(PayableRow.amount_fen), func.sum(PayableRow.paid_fen))
        .where(
            PayableRow.tenant_id.in_(villages),
            PayableRow.kind == PayableKind.produce.value,
            PayableRow.void_id.is_(None),
        )
        .group_by(PayableRow.tenant_id)
    )
    rows = [
        BoardRow(names[tenant].name, names[tenant].name_en, (int(earned), int(paid)), "BookView.list")
        for tenant, earned, paid in owed
    ]
    paid = Board(
        "villages-paid",
        "各村农户货款（元）",
        "Paid for produce by village (yuan)",
        "村",
        "Village",
        Measure.yuan,
        (("应付", "earned"), ("已付", "paid")),
        tuple(sorted(rows, key=lambda row: row.label)),
        flat=True,
    )
    return [*shown, paid]


def bought_by_day(session: Session, actor: Actor) -> list[Board]:
    """The clerk's: what was bought on each of the last weighing days, product by product."""
    days = session.scalars(
        select(ReceiptRow.day)
        .where(ReceiptRow.tenant_id == actor.tenant_id, ReceiptRow.state == ReceiptState.posted.value)
        .group_by(ReceiptRow.day)
        .order_by(ReceiptRow.day.desc())
        .limit(DAYS)
    ).all()
    sums = session.execute(
        select(ReceiptRow.day, ReceiptRow.product, func.sum(ReceiptRow.total_g))
        .where(
            ReceiptRow.tenant_id == actor.tenant_id,
            ReceiptRow.state == ReceiptState.posted.value,
            ReceiptRow.day.in_(days),
        )
        .group_by(ReceiptRow.day, ReceiptRow.product)
    ).all()
    made, found = products(session), []
    for measure in (Measure.gram, Measure.head):
        codes = sorted({code for _day, code, _sum in sums if made[code].unit == measure.value})
        grams = {(day, code): int(total) for day, code, total in sums}
        rows = [
            BoardRow(
                day.isoformat(),
                day.isoformat(),
                tuple(grams.get((day, code), 0) for code in codes),
                "ReceiptView.index",
                {"day": day.isoformat()},
            )
            for day in sorted(days)
            if any((day, code) in grams for code in codes)
        ]
        found.append(
            Board(
                f"bought-{measure}",
                f"每日收购（{UNIT[measure][0]}）",
                f"Bought by day ({UNIT[measure][1]})",
                "日期",
                "Day",
                measure,
                tuple((made[code].name, made[code].name_en) for code in codes),
                tuple(rows),
                stacked=True,
            )
        )
    return found
