"""Do balances open a book?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from coop.accounting.rules.drafts import account_faults
from coop.kernel.errors import Fault
from ledger.chart import Chart, Kind
from ledger.money import fen_text
from ledger.voucher import Posting, Voucher, VoucherKind


def opening_faults(chart: Chart, balances: Mapping[str, int]) -> list[Fault]:
    """Everything wrong with opening balances (fen; signed: debit positive).

    >>> from ledger.chart import Standard, chart_of
    >>> chart = chart_of(Standard.coop_2021)
    >>> opening_faults(chart, {"102": 1000, "301": -1000})
    []
    >>> [fault.place for fault in opening_faults(chart, {"102": 1000, "501": -900})]
    ['501', 'balances']
    """
    faults = []
    for path in sorted(balances):
        found = account_faults(chart, path, path)
        if not found and chart.kind_of(path) in (Kind.income, Kind.expense):
            found = [
                Fault(path, "损益科目年初没有余额", "an income or expense account has no opening balance")
            ]
        faults += found
    gap = fen_text(sum(balances.values()))
    if sum(balances.values()):
        faults.append(Fault("balances", f"借贷不平，差 {gap} 元", f"debits and credits differ by {gap} yuan"))
    if not any(balances.values()):
        faults.append(Fault("balances", "没有余额", "there are no balances"))
    return faults


def opening_voucher(*, year: int, balances: Mapping[str, int], source: str) -> Voucher:
    """The voucher that opens a book on 1 January, accounts in order."""
    postings = tuple(Posting(path, amount) for path, amount in sorted(balances.items()) if amount)
    return Voucher(date(year, 1, 1), "期初余额 Opening balances", postings, source, kind=VoucherKind.opening)
