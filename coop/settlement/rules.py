"""What the enterprise owes for what it accepted, and until when. Pure; grams, fen, 1/10000 yuan per kg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coop.kernel.errors import CoopError
from coop.standards.rules import line_amount
from ledger.money import fen_text


@dataclass(frozen=True, slots=True)
class Accepted:
    """A lot as agreed: accepted and claimed grams, and the order's price of its grade."""

    shipment_line_id: int
    product: str
    grade: str
    grams: int
    claim_g: int
    price: int


@dataclass(frozen=True, slots=True)
class Billed:
    """A lot on the bill: `claim_fen` is what the claim took off; both add up to the lot as it was sent."""

    line: Accepted
    amount_fen: int
    claim_fen: int


class OverPaymentError(CoopError):
    """More is advised than is owed."""

    def __init__(self, number: str, expected: int, found: int) -> None:
        super().__init__(
            zh=f"结算单 {number} 待付 {fen_text(expected)} 元，实报 {fen_text(found)} 元，"
            f"多 {fen_text(found - expected)} 元",
            en=f"bill {number}: {fen_text(expected)} yuan are open, {fen_text(found)} advised, "
            f"{fen_text(found - expected)} too much",
        )


def billed(line: Accepted) -> Billed:
    """Accepted weight x price, rounded half-up once; the claim is the rest of the lot's full amount.

    60 kg sent at 76 yuan, 59.5 kg accepted: 4,522.00 to pay, 38.00 claimed:

    >>> bill = billed(Accepted(1, "XG", "A", 59_500, 500, 760_000))
    >>> bill.amount_fen, bill.claim_fen
    (452200, 3800)
    """
    amount = line_amount(line.grams, line.price)
    return Billed(line, amount, line_amount(line.grams + line.claim_g, line.price) - amount)


def total(lines: Sequence[Billed]) -> tuple[int, int]:
    """(to pay, claimed) of a bill, fen: the sum of its lines."""
    return sum(line.amount_fen for line in lines), sum(line.claim_fen for line in lines)


def due_day(accepted_on: date, payment_days: int) -> date:
    """The last day to pay on time: so many days after acceptance.

    >>> due_day(date(2025, 4, 20), 15)
    datetime.date(2025, 5, 5)
    """
    return accepted_on + timedelta(days=payment_days)


def overdue_days(due: date, today: date, open_fen: int) -> int:
    """Days since the due day while something is open, else 0.

    >>> due, today = date(2025, 5, 5), date(2025, 5, 8)
    >>> overdue_days(due, today, 100), overdue_days(due, today, 0)
    (3, 0)
    """
    return max(0, (today - due).days) if open_fen > 0 else 0
