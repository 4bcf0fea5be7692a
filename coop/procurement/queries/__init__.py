"""Reads of the purchase: slips, tickets and sheets, lots and stock."""

from coop.procurement.queries.lots import LotOrigin, StockLine, lot_costs, lot_origins, lots_of_receipt, stock
from coop.procurement.queries.sheets import Sheet, SheetPage, sheet_page, sheets
from coop.procurement.queries.slips import SlipLine, WeighSlip, weigh_slip
from coop.procurement.queries.tickets import Receipt, receipts

__all__ = [
    "LotOrigin",
    "Receipt",
    "Sheet",
    "SheetPage",
    "SlipLine",
    "StockLine",
    "WeighSlip",
    "lot_costs",
    "lot_origins",
    "lots_of_receipt",
    "receipts",
    "sheet_page",
    "sheets",
    "stock",
    "weigh_slip",
]
