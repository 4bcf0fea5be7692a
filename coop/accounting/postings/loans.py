"""Vouchers of loans. They are manual by kind: two persons, and no open item of the household's current account. Pure.

Source: 财会〔2021〕37号 201, 215, 231, 524; domain.md J31 for 14号 (515, paid when due). Loans to members: role
`member_loan`, of low certainty.
"""

from __future__ import annotations

from datetime import date

from ledger.chart import Chart
from ledger.voucher import Posting, Voucher, VoucherKind, credit, debit

ROLES = {"lent": "member_loan", "short": "short_loan", "long": "long_loan"}


def principal_account(chart: Chart, kind: str, party: str) -> str:
    """Where the principal stands.

    >>> from ledger.chart import Standard, chart_of
    >>> principal_account(chart_of(Standard.rceo_2023), "long", "XYS")
    '221:XYS'
    """
    return chart.path(ROLES[kind], party)


def _voucher(day: date, summary: str, lines: tuple[Posting, ...], source: str) -> Voucher:
    return Voucher(day, summary, lines, source, attachments=1, kind=VoucherKind.manual)


def pay_out(
    chart: Chart, *, loan_id: int, number: str, kind: str, party: str, day: date, fen: int
) -> Voucher:
    """Lent: Dr loans to members / Cr bank. Received: Dr bank / Cr short- or long-term borrowings.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = pay_out(chart_of(Standard.coop_2021), loan_id=1, number="JK-2025-0001", kind="lent", party="H0003",
    ...                   day=date(2025, 3, 1), fen=1_000_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('114:JK:H0003', 1000000), ('102', -1000000)]
    """
    account, bank = principal_account(chart, kind, party), chart.path("bank")
    lent = kind == "lent"
    lines = (
        (debit(account, fen, number), credit(bank, fen, number))
        if lent
        else (debit(bank, fen, number), credit(account, fen, number))
    )
    return _voucher(day, f"{'发放' if lent else '借入'}借款 {number}", lines, f"loan:{loan_id}")


def repay(
    chart: Chart,
    *,
    loan_id: int,
    move_id: int,
    number: str,
    kind: str,
    party: str,
    day: date,
    interest_fen: int,
    accrued_fen: int,
    principal_fen: int,
) -> Voucher:
    """Lent: Dr bank / Cr interest income and principal. Received: Dr interest and principal / Cr bank.

    >>> from ledger.chart import Standard, chart_of
    >>> known = {"loan_id": 1, "move_id": 4, "number": "JK-2025-0001", "day": date(2025, 6, 1), "interest_fen": 8_700,
    ...          "principal_fen": 40_000}
    >>> told = repay(chart_of(Standard.coop_2021), kind="long", party="XYS", accrued_fen=5_000, **known)
    >>> [(line.account, line.amount) for line in told.postings]
    [('215:XYS', 5000), ('524:01', 3700), ('231:XYS', 40000), ('102', -48700)]
    >>> told = repay(chart_of(Standard.rceo_2023), kind="lent", party="H0003", accrued_fen=0, **known)
    >>> [(line.account, line.amount) for line in told.postings]
    [('102', 48700), ('504:03', -8700), ('113:JK:H0003', -40000)]
    """
    bank, total = chart.path("bank"), interest_fen + principal_fen
    principal = principal_account(chart, kind, party)
    if kind == "lent":
        parts = ((chart.path("loan_interest_income"), interest_fen), (principal, principal_fen))
        lines = (debit(bank, total, number), *(credit(account, fen, number) for account, fen in parts if fen))
        return _voucher(day, f"收回借款本息 {number}", lines, f"loan_move:{loan_id}:{move_id}")
    owed = [(chart.path("interest_payable", party), accrued_fen)] if accrued_fen else []
    paid = (*owed, (chart.path("loan_interest"), interest_fen - accrued_fen), (principal, principal_fen))
    lines = (*(debit(account, fen, number) for account, fen in paid if fen), credit(bank, total, number))
    return _voucher(day, f"归还借款本息 {number}", lines, f"loan_move:{loan_id}:{move_id}")


def accrue(
    chart: Chart, *, loan_id: int, move_id: int, number: str, party: str, day: date, fen: int
) -> Voucher:
    """Dr interest expense / Cr interest payable, where the chart has one (37号 215).

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = accrue(chart_of(Standard.coop_2021), loan_id=1, move_id=3, number="JR-2025-0001", party="XYS",
    ...                  day=date(2025, 6, 30), fen=5_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('524:01', 5000), ('215:XYS', -5000)]
    """
    lines = (
        debit(chart.path("loan_interest"), fen, number),
        credit(chart.path("interest_payable", party), fen, number),
    )
    return _voucher(day, f"计提借款利息 {number}", lines, f"loan_move:{loan_id}:{move_id}")
