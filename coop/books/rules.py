"""Pure decisions of the books: what identifies the content of a pay batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

# The accounts on which a household is owed money, each kept by household.
PAYABLE_ROLES = ("member_current", "outside_seller", "refund_payable", "residual_payable")


@dataclass(frozen=True, slots=True)
class PayItem:
    """One payment: the open item, its account (`114:H0001`), fen, and the household's number."""

    payable_id: int
    account: str
    household: str
    amount_fen: int


def digest(entity_id: int, day: date, items: Iterable[PayItem]) -> str:
    """SHA-256 of who is paid what, on which day; independent of the order of the items.

    A stamp or an approval names this digest, so a changed batch has lost it.

    >>> a, b = PayItem(1, "114:H0001", "H0001", 500), PayItem(2, "114:H0002", "H0002", 700)
    >>> digest(1, date(2025, 6, 1), [a, b]) == digest(1, date(2025, 6, 1), [b, a])
    True
    >>> digest(1, date(2025, 6, 1), [a]) == digest(1, date(2025, 6, 2), [a])
    False
    """
    lines = sorted((item.payable_id, item.account, item.household, item.amount_fen) for item in items)
    body = json.dumps([entity_id, day.isoformat(), lines], separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()
