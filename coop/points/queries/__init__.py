"""Reads of the points."""

from coop.points.queries.lists import (
    ClaimLine,
    HonourLine,
    HouseholdPoints,
    RedemptionLine,
    claims,
    goods,
    honour_lists,
    household_points,
    items,
    redemptions,
)
from coop.points.queries.scores import (
    Totals,
    balance,
    totals,
    vetoed,
    year_scores,
)

__all__ = [
    "ClaimLine",
    "HonourLine",
    "HouseholdPoints",
    "RedemptionLine",
    "Totals",
    "balance",
    "claims",
    "goods",
    "honour_lists",
    "household_points",
    "items",
    "redemptions",
    "totals",
    "vetoed",
    "year_scores",
]
