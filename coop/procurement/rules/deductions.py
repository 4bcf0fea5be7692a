"""What is kept of a ticket: the fee, and what the household owes for inputs. Pure; fen and basis points."""

from __future__ import annotations

from dataclasses import dataclass

from coop.standards.rules import WHOLE_BP
from ledger.money import round_half_up


@dataclass(frozen=True, slots=True)
class Deductions:
    """How a ticket's amount becomes what is paid: amount - fee - set-off = payable.

    `due_before_fen` is what the household owed before this ticket, `due_after_fen` what it owes after.
    """

    amount_fen: int
    fee_bp: int
    fee_fen: int
    set_off_bp: int
    due_before_fen: int
    set_off_fen: int

    @property
    def payable_fen(self) -> int:
        return self.amount_fen - self.fee_fen - self.set_off_fen

    @property
    def due_after_fen(self) -> int:
        return self.due_before_fen - self.set_off_fen


def deduct(amount_fen: int, *, fee_bp: int, set_off_bp: int, due_fen: int) -> Deductions:
    """The fee is a share of the amount; up to a share of what it leaves is set off against what is due.

    Never below 0: the rest of the dues is carried. 3,600.25 yuan at a fee of 3 %, half of the rest at most, and
    2,000 yuan due for substrate bags: fee 108.01, set-off min(2,000, 3,492.24 x 50 % = 1,746.12), payable 1,746.12:

    >>> found = deduct(360_025, fee_bp=300, set_off_bp=5_000, due_fen=200_000)
    >>> found.fee_fen, found.set_off_fen, found.payable_fen, found.due_after_fen
    (10801, 174612, 174612, 25388)
    >>> deduct(360_025, fee_bp=0, set_off_bp=5_000, due_fen=100).payable_fen
    359925
    """
    fee = round_half_up(amount_fen * fee_bp, WHOLE_BP)
    most = round_half_up((amount_fen - fee) * set_off_bp, WHOLE_BP)
    return Deductions(amount_fen, fee_bp, fee, set_off_bp, due_fen, min(due_fen, most))
