"""Use cases of the purchase: scales, weighing, reversing a ticket, drawing lots into a delivery lot."""

from coop.procurement.service.errors import (
    LotUsedError,
    NoReasonError,
    NotByWeightError,
    NotThatDayError,
    OwnTicketError,
    TicketKeyError,
)
from coop.procurement.service.lots import MergedLot, Source, merge_lots
from coop.procurement.service.reversing import reverse_receipt
from coop.procurement.service.weighing import register_scale, weigh

__all__ = [
    "LotUsedError",
    "MergedLot",
    "NoReasonError",
    "NotByWeightError",
    "NotThatDayError",
    "OwnTicketError",
    "Source",
    "TicketKeyError",
    "merge_lots",
    "register_scale",
    "reverse_receipt",
    "weigh",
]
