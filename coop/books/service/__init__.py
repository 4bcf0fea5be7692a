"""Use cases of the books: open them, post, owe, pay."""

from coop.books.service.batches import (
    approve_batch,
    batch_digest,
    pay_batch,
    propose_batch,
    return_line,
    withdraw_batch,
)
from coop.books.service.posting import (
    PayableEntry,
    add_payable,
    add_payables,
    open_book,
    open_year,
    post,
    post_all,
    reverse,
)

__all__ = [
    "PayableEntry",
    "add_payable",
    "add_payables",
    "approve_batch",
    "batch_digest",
    "open_book",
    "open_year",
    "pay_batch",
    "post",
    "post_all",
    "propose_batch",
    "return_line",
    "reverse",
    "withdraw_batch",
]
