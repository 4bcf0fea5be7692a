"""Every ledger invariant of a book, recomputed from its rows, and beancount's reading of the same books.

Only reads. Each finding carries the id of the invariant it breaks (L1..L10) and names book, voucher,
expected, found and difference. Control accounts (L8) and documents (L11) are checked by their subjects.
"""

from sqlalchemy.orm import Session

from ledger.periods import book_of
from ledger.verify import books, chain, vouchers
from ledger.verify.finding import Finding

__all__ = ["Finding", "check_book"]


def check_book(session: Session, book_id: int, *, beancount: bool = True) -> list[Finding]:
    """All findings of a book, by invariant; an empty list is a clean book. Raises BookMissingError.

    `beancount=False` leaves out L9, the slow one (month closes check in SQL alone).
    """
    book = book_of(session, book_id)
    checks = [
        vouchers.balanced, vouchers.owned, vouchers.reversals, chain.sealed, vouchers.numbers,
        books.periods, books.trial, books.stored, books.never_negative,
    ]  # fmt: skip
    if beancount:
        checks.append(books.beancount)
    return [finding for check in checks for finding in check(session, book)]
