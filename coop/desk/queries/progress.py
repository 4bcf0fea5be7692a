"""An order from the buyer's file to the last payment, on one page for either side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from coop.orders.queries import Order, OrderPage, order_page, orders
from coop.procurement.queries import Receipt, StockLine, receipts, stock
from coop.settlement.queries import Statement, statement
from coop.splitting.queries import SplitTable, splits_of_part

LATEST = 20  # tickets on the page; a big village's order has a thousand, on pages of their own


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """The order, its splits, tickets, stock and account; a buyer's session sees no row of the village."""

    page: OrderPage
    splits: tuple[SplitTable, ...]
    receipts: tuple[Receipt, ...]
    tickets: int
    stock: tuple[StockLine, ...]
    statement: Statement


def orders_in_sight(session: Session, tenants: Iterable[int], *, village: int = 0) -> tuple[Order, ...]:
    """The orders any of these tenants has a side in, newest first; of one selling village where told."""
    found = {row.part_id: row for tenant in sorted(tenants) for row in orders(session, tenant)}
    if village:
        found = {part: row for part, row in found.items() if row.seller_id == village}
    return tuple(sorted(found.values(), key=lambda row: (row.day, row.part_id), reverse=True))


def order_progress(session: Session, part_id: int, today: date) -> OrderProgress:
    """Everything that happened to an order. Raises NotFoundError, also to third parties."""
    page = order_page(session, part_id)
    tickets = receipts(session, part_id=part_id)
    return OrderProgress(
        page=page,
        splits=splits_of_part(session, part_id),
        receipts=tickets[:LATEST],
        tickets=len(tickets),
        stock=stock(session, [line.line_id for line in page.order.lines]),
        statement=statement(session, part_id, today),
    )
