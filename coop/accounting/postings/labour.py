"""Vouchers of casual labour (J28): accrued a line a household, paid in one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ledger.chart import Chart
from ledger.voucher import Voucher, credit, debit


def accrue(
    chart: Chart, *, sheet_id: int, number: str, day: date, account: str, owed: Mapping[str, int]
) -> Voucher:
    """Dr cost, administration or construction / Cr casual-labour fees payable, a line a household.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = accrue(chart_of(Standard.rceo_2023), sheet_id=1, number="YG-2025-0001", day=date(2025, 5, 31),
    ...                  account="401:XG", owed={"H0001": 30_000, "H0002": 12_000})
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('401:XG', 42000), ('213:H0001', -30000), ('213:H0002', -12000)]
    """
    lines = [
        credit(chart.path("labour_payable", household), fen, number)
        for household, fen in sorted(owed.items())
    ]
    return Voucher(
        day,
        f"计提劳务费 {number}",
        (debit(account, sum(owed.values()), number), *lines),
        f"labour:{sheet_id}",
        attachments=1,
    )


def pay(
    chart: Chart, *, sheet_id: int, number: str, day: date, purse: str, owed: Mapping[str, int]
) -> Voucher:
    """Dr casual-labour fees payable, a line a household / Cr bank or cash.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = pay(chart_of(Standard.coop_2021), sheet_id=1, number="YG-2025-0001", day=date(2025, 6, 5),
    ...               purse="cash", owed={"H0001": 30_000})
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('213:H0001', 30000), ('101', -30000)]
    """
    lines = [
        debit(chart.path("labour_payable", household), fen, number) for household, fen in sorted(owed.items())
    ]
    return Voucher(
        day,
        f"支付劳务费 {number}",
        (*lines, credit(chart.path(purse), sum(owed.values()), number)),
        f"labour_pay:{sheet_id}",
        attachments=1,
    )
