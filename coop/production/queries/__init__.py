"""Reads of the growing: what blocks a purchase, agreements, inputs, the page of a share."""

from coop.production.queries.agreements import (
    Agreement,
    Draft,
    NoOneSellerError,
    agreement,
    agreements,
    draft_agreement,
    seller_of,
)
from coop.production.queries.blocking import blocks
from coop.production.queries.inputs import (
    Issue,
    Issued,
    Purchase,
    StockLine,
    input_stock,
    issue,
    issued,
    issues,
    purchase,
    purchases,
)
from coop.production.queries.shares import (
    Share,
    SharePage,
    open_inspections,
    own_shares,
    share_page,
    shares,
)

__all__ = [
    "Agreement",
    "Draft",
    "Issue",
    "Issued",
    "NoOneSellerError",
    "Purchase",
    "Share",
    "SharePage",
    "StockLine",
    "agreement",
    "agreements",
    "blocks",
    "draft_agreement",
    "input_stock",
    "issue",
    "issued",
    "issues",
    "open_inspections",
    "own_shares",
    "purchase",
    "purchases",
    "seller_of",
    "share_page",
    "shares",
]
