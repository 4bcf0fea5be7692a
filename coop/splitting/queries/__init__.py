"""Reads of the splitting, ready to render: split table, a household's shares, capacities, weigh list."""

from coop.splitting.queries.reads import (
    allocation,
    capacities,
    deliverable,
    household_shares,
    split_of,
    split_table,
    splits_of_part,
)
from coop.splitting.queries.values import (
    ANSWER_TEXTS,
    SPLIT_TEXTS,
    Capacity,
    HouseholdShare,
    ShareLine,
    SplitTable,
)

__all__ = [
    "ANSWER_TEXTS",
    "SPLIT_TEXTS",
    "Capacity",
    "HouseholdShare",
    "ShareLine",
    "SplitTable",
    "allocation",
    "capacities",
    "deliverable",
    "household_shares",
    "split_of",
    "split_table",
    "splits_of_part",
]
