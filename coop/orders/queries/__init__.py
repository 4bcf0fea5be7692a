"""Reads of the orders, ready to render: lists, the order's page and status bar, the directory of sellers."""

from coop.orders.queries.reads import order, order_line, order_page, orders, sellers, terms_of
from coop.orders.queries.values import (
    STATE_TEXTS,
    GradePrice,
    Order,
    OrderLine,
    OrderPage,
    Seller,
    Side,
    Step,
)

__all__ = [
    "STATE_TEXTS",
    "GradePrice",
    "Order",
    "OrderLine",
    "OrderPage",
    "Seller",
    "Side",
    "Step",
    "order",
    "order_line",
    "order_page",
    "orders",
    "sellers",
    "terms_of",
]
