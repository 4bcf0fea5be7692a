"""Use cases on orders: be a seller, submit, accept, refuse, close; and the progress others record."""

from coop.orders.service.errors import (
    NoReasonError,
    NoSellerError,
    OtherSideError,
    ProgressError,
    WrongBuyerError,
)
from coop.orders.service.intake import list_seller, submit
from coop.orders.service.progress import (
    lock_lines,
    mark_paid,
    mark_split,
    record_all_collected,
    record_collected,
    record_shipped,
    record_taken,
)
from coop.orders.service.state import lock_line, lock_part
from coop.orders.service.terms import accept, close, refuse

__all__ = [
    "NoReasonError",
    "NoSellerError",
    "OtherSideError",
    "ProgressError",
    "WrongBuyerError",
    "accept",
    "close",
    "list_seller",
    "lock_line",
    "lock_lines",
    "lock_part",
    "mark_paid",
    "mark_split",
    "record_all_collected",
    "record_collected",
    "record_shipped",
    "record_taken",
    "refuse",
    "submit",
]
