"""Reads of the purchase: slips and tickets, lots and stock."""

from coop.procurement.queries.lots import LotOrigin, StockLine, lot_costs, lot_origins, lots_of_receipt, stock
from coop.procurement.queries.slips import Receipt, SlipLine, WeighSlip, receipts, weigh_slip

__all__ = [
    "LotOrigin",
    "Receipt",
    "SlipLine",
    "StockLine",
    "WeighSlip",
    "lot_costs",
    "lot_origins",
    "lots_of_receipt",
    "receipts",
    "stock",
    "weigh_slip",
]
