"""Reads that join subjects: what the start page shows, an order's whole progress, a household's own page."""

from coop.desk.queries.accounts import account_boards, account_figures
from coop.desk.queries.boards import Board, boards
from coop.desk.queries.county import VillageLine, villages
from coop.desk.queries.home import Figure, figures, waiting
from coop.desk.queries.households import HomeLine, HouseholdPage, households, page_of_household, slip_of
from coop.desk.queries.progress import OrderProgress, order_progress, orders_in_sight

__all__ = [
    "Board",
    "Figure",
    "HomeLine",
    "HouseholdPage",
    "OrderProgress",
    "VillageLine",
    "account_boards",
    "account_figures",
    "boards",
    "figures",
    "households",
    "order_progress",
    "orders_in_sight",
    "page_of_household",
    "slip_of",
    "villages",
    "waiting",
]
