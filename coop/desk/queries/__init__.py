"""Reads that join subjects: what the start page shows, an order's whole progress, a household's own page."""

from coop.desk.queries.home import Figure, figures, waiting
from coop.desk.queries.households import HomeLine, HouseholdPage, households, page_of_household, slip_of
from coop.desk.queries.progress import OrderProgress, order_progress, orders_in_sight

__all__ = [
    "Figure",
    "HomeLine",
    "HouseholdPage",
    "OrderProgress",
    "figures",
    "households",
    "order_progress",
    "orders_in_sight",
    "page_of_household",
    "slip_of",
    "waiting",
]
