"""Vouchers of the inputs: bought for the stock, handed to households on credit. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.chart import Chart
from ledger.voucher import Voucher, credit, debit


@dataclass(frozen=True, slots=True)
class Used:
    """What an issue takes from the stock of one input: units, and fen at moving average."""

    code: str
    count: int
    cost_fen: int


def stock_account(chart: Chart, code: str) -> str:
    """The stock of an input.

    >>> from ledger.chart import Standard, chart_of
    >>> stock_account(chart_of(Standard.coop_2021), "XG-BAG")
    '121:XG-BAG'
    """
    return chart.path("inventory", code)


def purchase(
    chart: Chart, *, purchase_id: int, number: str, code: str, count: int, cost_fen: int, day: date
) -> Voucher:
    """Dr stock / Cr bank.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = purchase(chart_of(Standard.rceo_2023), purchase_id=3, number="TR-2025-0001", code="CHICK",
    ...                    count=100, cost_fen=120000, day=date(2025, 3, 1))
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('121:CHICK', 120000), ('102', -120000)]
    """
    return Voucher(
        day,
        f"采购投入品 {code} {number}",
        (
            debit(stock_account(chart, code), cost_fen, number, quantity=count),
            credit(chart.path("bank"), cost_fen, number),
        ),
        f"input_purchase:{purchase_id}",
        attachments=1,
    )


def issue(
    chart: Chart,
    *,
    issue_id: int,
    number: str,
    day: date,
    product: str,
    owed: Sequence[tuple[str, int]],
    used: Sequence[Used],
) -> Voucher:
    """J08, gross, one summary voucher: Dr each member / Cr income, and Dr cost / Cr stock of each input.

    The households' lines come first, in the order given: line n is due from the n-th household.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = issue(
    ...     chart_of(Standard.coop_2021), issue_id=5, number="FF-2025-0001", day=date(2025, 3, 2), product="XG",
    ...     owed=[("H0001", 300000), ("H0002", 150000)], used=[Used("XG-BAG", 1500, 400000)])
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('114:H0001', 300000), ('114:H0002', 150000), ('501', -450000), ('521', 400000), ('121:XG-BAG', -400000)]
    """
    cost = sum(each.cost_fen for each in used)
    members = [debit(chart.path("member_current", household), fen, number) for household, fen in owed]
    goods = [
        credit(stock_account(chart, each.code), each.cost_fen, number, quantity=each.count)
        for each in used
        if each.cost_fen
    ]
    income = credit(chart.path("income_ops"), sum(fen for _, fen in owed), number)
    costs = [debit(chart.path("cost_ops"), cost, number)] if cost else []
    return Voucher(
        day,
        f"赊销投入品 {product} {number}，{len(owed)} 户",
        (*members, income, *costs, *goods),
        f"input_issue:{issue_id}",
        attachments=len(owed),
    )
