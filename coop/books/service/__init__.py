"""Use cases of the books: open them, post, take back, owe and be owed, pay."""

from coop.books.service.batches import (
    approve_batch,
    batch_digest,
    pay_batch,
    propose_batch,
    return_line,
    withdraw_batch,
)
from coop.books.service.dues import (
    DueEntry,
    Settlement,
    add_dues,
    lock_dues,
    settle_all,
    settle_dues,
    unsettle_dues,
)
from coop.books.service.posting import (
    PayableEntry,
    add_payable,
    add_payables,
    open_book,
    open_year,
    post,
    post_all,
)
from coop.books.service.reversing import reverse, take_back

__all__ = [
    "DueEntry",
    "PayableEntry",
    "Settlement",
    "add_dues",
    "add_payable",
    "add_payables",
    "approve_batch",
    "batch_digest",
    "lock_dues",
    "open_book",
    "open_year",
    "pay_batch",
    "post",
    "post_all",
    "propose_batch",
    "return_line",
    "reverse",
    "settle_all",
    "settle_dues",
    "take_back",
    "unsettle_dues",
    "withdraw_batch",
]
