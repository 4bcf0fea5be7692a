"""Vouchers of member capital (股金): paid in, and paid out to a member who leaves. Pure.

Source: 财会〔2021〕37号 301, 322; 财会〔2023〕14号 301; 合作社法 art. 28 (never the share in granted property).
"""

from __future__ import annotations

from datetime import date

from ledger.chart import Chart
from ledger.voucher import Posting, Voucher, credit, debit


def contribute(chart: Chart, *, move_id: int, household: str, purse: str, day: date, fen: int) -> Voucher:
    """Dr bank or cash / Cr member shares, a sub-account a household.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = contribute(chart_of(Standard.coop_2021), move_id=1, household="H0001", purse="bank",
    ...                      day=date(2025, 3, 1), fen=100_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('102', 100000), ('301:H0001', -100000)]
    """
    return Voucher(
        day,
        f"收到股金 {household}",
        (debit(chart.path(purse), fen), credit(chart.path("capital", household), fen)),
        f"capital:{move_id}",
        attachments=1,
    )


def leave(
    chart: Chart,
    *,
    move_id: int,
    household: str,
    purse: str,
    day: date,
    own_fen: int,
    control_fen: int,
    reserve_fen: int,
) -> Voucher:
    """Dr member shares and the reserve share / Cr bank: in full, whatever the household owes (art. 28, 53).

    `own_fen` stands in the household's sub-account, `control_fen` in the control account from before there was one.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = leave(chart_of(Standard.coop_2021), move_id=2, household="H0001", purse="bank",
    ...                 day=date(2026, 1, 20), own_fen=30_000, control_fen=70_000, reserve_fen=5_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('301:H0001', 30000), ('301', 70000), ('322', 5000), ('102', -105000)]
    """
    parts = (
        (chart.path("capital", household), own_fen),
        (chart.path("capital"), control_fen),
        (chart.path("reserve"), reserve_fen),
    )
    lines: list[Posting] = [debit(account, fen, household) for account, fen in parts if fen]
    lines.append(credit(chart.path(purse), own_fen + control_fen + reserve_fen, household))
    return Voucher(day, f"成员退社 {household}", tuple(lines), f"capital:{move_id}", attachments=1)
