"""One line of a trial balance: what an account did in a year, and what further vouchers would make of it.

Written by `ledger.balances`, read by `ledger.closing` and `ledger.statements`; holds no rows and no chart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger.voucher import Voucher, VoucherKind, sides


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """The balances and turnover of one account in one commodity, within one year.

    Lines are not rolled up: each posting is counted in exactly one line, that of the path it was posted to.
    Balances are signed (debit positive, credit negative), turnovers are the sums of their side; fen for CNY.
    Vouchers of kind `opening` belong to `opening`, not to the turnover.

    `transferred` is the signed net (debits less credits) of the vouchers of kind `closing` (C1-C3, C8) and of
    reversals of such vouchers, all of it contained in `debit` and `credit`. A statement of income needs it:
    after the close every income account is at zero, and only turnover without transfers tells the income.

    >>> sales = BalanceLine("501:01", "CNY", opening=0, debit=900, credit=900, closing=0, transferred=900)
    >>> sales.movement
    -900
    """

    account: str
    commodity: str
    opening: int
    debit: int
    credit: int
    closing: int
    transferred: int = 0

    @property
    def movement(self) -> int:
        """Signed change over the year without closing transfers."""
        return self.closing - self.opening - self.transferred


def after(lines: Iterable[BalanceLine], vouchers: Iterable[Voucher]) -> tuple[BalanceLine, ...]:
    """The lines as they stand once `vouchers` of the same year are posted too, sorted; for drafts.

    A reversal is counted as turnover of its own, never as a transfer: a value does not know what it reverses.

    >>> from datetime import date
    >>> from ledger.voucher import credit, debit
    >>> sale = Voucher(date(2025, 3, 5), "售菇", (debit("102", 500), credit("501", 500)), "sale:1")
    >>> [(line.account, line.closing) for line in after((), [sale])]
    [('102', 500), ('501', -500)]
    """
    found = {(line.account, line.commodity): line for line in lines}
    for voucher in vouchers:
        closing = voucher.kind is VoucherKind.closing
        for posting in voucher.postings:
            key = (posting.account, posting.commodity)
            line = found.get(key) or BalanceLine(*key, opening=0, debit=0, credit=0, closing=0)
            on_debit, on_credit = sides(posting.amount, red=voucher.red)
            found[key] = replace(
                line,
                debit=line.debit + on_debit,
                credit=line.credit + on_credit,
                closing=line.closing + posting.amount,
                transferred=line.transferred + (posting.amount if closing else 0),
            )
    return tuple(found[key] for key in sorted(found))
