"""Use cases of the points: the charter, claims through review to final, and the shop."""

from coop.points.service.claims import adopt_items, check, check_all, propose, reject
from coop.points.service.review import finalise, publish, revoke, score
from coop.points.service.shared import (
    NotAllowedPointsError,
    NotEnoughPointsError,
    OwnHouseholdError,
    SameHandsError,
    StockError,
)
from coop.points.service.shop import buy_goods, expire, redeem

__all__ = [
    "NotAllowedPointsError",
    "NotEnoughPointsError",
    "OwnHouseholdError",
    "SameHandsError",
    "StockError",
    "adopt_items",
    "buy_goods",
    "check",
    "check_all",
    "expire",
    "finalise",
    "propose",
    "publish",
    "redeem",
    "reject",
    "revoke",
    "score",
]
