"""What the enterprise owes for what it accepted, until when, and what its advance covers.

Pure; quantities in base units (gram or head), fen, prices in 1/10000 yuan per kg or head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coop.kernel.errors import CoopError
from coop.kernel.units import Unit
from coop.orders.rules import PartState
from coop.standards.rules import line_amount
from ledger.money import fen_text


@dataclass(frozen=True, slots=True)
class Accepted:
    """A lot as agreed: what is accepted and claimed, in base units, and the order's price of its grade."""

    shipment_line_id: int
    product: str
    grade: str
    grams: int
    claim_g: int
    price: int
    unit: Unit = Unit.gram


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


class OverAdvanceError(CoopError):
    """More is paid in advance than the order allows."""

    def __init__(self, number: str, expected: int, found: int) -> None:
        super().__init__(
            zh=f"订单 {number} 还可预付 {fen_text(expected)} 元，实报 {fen_text(found)} 元，"
            f"多 {fen_text(found - expected)} 元",
            en=f"order {number}: {fen_text(expected)} yuan may still be paid in advance, {fen_text(found)} "
            f"advised, {fen_text(found - expected)} too much",
        )


class NoAdvanceNowError(CoopError):
    """An advance before the seller accepted the terms, or after the order is done."""

    def __init__(self, number: str, found: str) -> None:
        super().__init__(
            zh=f"订单 {number} 的状态为 {found}：预付款只能在接受条款之后、付清之前",
            en=f"order {number} is {found}: an advance is paid after the terms are accepted and before all is paid",
        )


def can_advance(state: str) -> bool:
    """Before the terms are accepted nothing is agreed; after all is paid there is nothing to advance on.

    >>> can_advance("received"), can_advance("accepted"), can_advance("collecting"), can_advance("closed")
    (False, True, True, False)
    """
    return PartState(state) not in (PartState.received, PartState.refused, PartState.paid, PartState.closed)


@dataclass(frozen=True, slots=True)
class SetOff:
    """So much of an advance is set off by a bill."""

    advance_id: int
    amount_fen: int


def set_off(amount_fen: int, left: Sequence[tuple[int, int]]) -> tuple[SetOff, ...]:
    """What is left of the advances (id, fen), oldest first, against a bill: as much as there is, never more than it.

    A bill of 6,660.00 on advances of 5,000.00 and 3,000.00 leaves 1,340.00 of the second:

    >>> set_off(666_000, [(1, 500_000), (2, 300_000)])
    (SetOff(advance_id=1, amount_fen=500000), SetOff(advance_id=2, amount_fen=166000))
    >>> set_off(666_000, [])
    ()
    """
    used, rest = [], amount_fen
    for advance_id, fen in left:
        taken = min(fen, rest)
        if taken > 0:
            used.append(SetOff(advance_id, taken))
            rest -= taken
    return tuple(used)


def borne(amount_fen: int, claim_fen: int, cost_fen: int) -> tuple[int, int]:
    """Who bears a claim in agency trade: (less margin, loss), fen; the two add up to the claim.

    The claim lowers the price P. What of it lies above the agreed value A is margin the cooperative does not earn, what
    lies below is its loss; the households keep what their tickets say. P 6,280 after a claim of 380, A 6,476:

    >>> borne(628_000, 38_000, 647_600)
    (18400, 19600)
    """
    margin = max(0, amount_fen + claim_fen - cost_fen) - max(0, amount_fen - cost_fen)
    return margin, claim_fen - margin


def billed(line: Accepted) -> Billed:
    """Accepted weight x price, rounded half-up once; the claim is the rest of the lot's full amount.

    60 kg sent at 76 yuan, 59.5 kg accepted: 4,522.00 to pay, 38.00 claimed:

    >>> bill = billed(Accepted(1, "XG", "A", 59_500, 500, 760_000))
    >>> bill.amount_fen, bill.claim_fen
    (452200, 3800)
    """
    amount = line_amount(line.grams, line.price, line.unit)
    return Billed(line, amount, line_amount(line.grams + line.claim_g, line.price, line.unit) - amount)


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
