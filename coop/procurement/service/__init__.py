"""Use cases of the purchase: scales, weighing, reversing a ticket, drawing lots into a delivery lot."""

from coop.procurement.service.errors import (
    BlockedError,
    LotUsedError,
    NoReasonError,
    NotThatDayError,
    OwnTicketError,
    TicketKeyError,
)
from coop.procurement.service.lots import MergedLot, Source, merge_lots
from coop.procurement.service.reversing import reverse_receipt
from coop.procurement.service.sheets import weigh_sheet
from coop.procurement.service.weighing import register_scale, weigh

__all__ = [
    "BlockedError",
    "LotUsedError",
    "MergedLot",
    "NoReasonError",
    "NotThatDayError",
    "OwnTicketError",
    "Source",
    "TicketKeyError",
    "merge_lots",
    "register_scale",
    "reverse_receipt",
    "weigh",
    "weigh_sheet",
]
