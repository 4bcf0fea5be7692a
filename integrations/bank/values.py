"""What a bank statement says, once read: lines in the order of time, and what connects them. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.errors import Fault

SHEET = "对账单"
"""How places of a file without sheets are written."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of the bank. `amount_fen` is the account holder's: in positive, out negative, never 0.

    `row` is its row in the file, `balance_fen` the balance after it as printed, None where none is. Of the other
    side's account only the end is kept.
    """

    row: int
    day: date
    amount_fen: int
    balance_fen: int | None = None
    reference: str = ""
    text: str = ""
    party: str = ""
    party_tail: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole file without fault: at least one line. `notices` are worth a look and no fault.

    `opening_fen` and `closing_fen` are what the printed running balance says, None where the file prints none.
    """

    digest: str
    layout: str
    lines: tuple[StatementLine, ...]
    opening_fen: int | None
    closing_fen: int | None
    notices: tuple[Fault, ...] = ()

    @property
    def first_day(self) -> date:
        return self.lines[0].day

    @property
    def last_day(self) -> date:
        return self.lines[-1].day

    @property
    def total_fen(self) -> int:
        """In less out."""
        return sum(line.amount_fen for line in self.lines)
