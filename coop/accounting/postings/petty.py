"""Vouchers of petty cash (备用金): handed to a post, given back by it. Pure."""

from __future__ import annotations

from datetime import date

from ledger.chart import Chart
from ledger.voucher import Voucher, credit, debit


def move(
    chart: Chart, *, holder_id: int, move_id: int, post: str, kind: str, purse: str, day: date, fen: int
) -> Voucher:
    """Dr petty cash of the post / Cr bank or cash; the other way round where it is given back.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = move(chart_of(Standard.coop_2021), holder_id=1, move_id=1, post="BZ01", kind="advance", purse="bank",
    ...                day=date(2025, 1, 5), fen=200_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('113:BYJ:BZ01', 200000), ('102', -200000)]
    """
    held, money = chart.path("petty_cash", post), chart.path(purse)
    word = {"advance": "拨付备用金", "top_up": "补足备用金", "give_back": "交回备用金"}[kind]
    back = kind == "give_back"
    lines = (debit(money, fen), credit(held, fen)) if back else (debit(held, fen), credit(money, fen))
    return Voucher(day, f"{word} {post}", lines, f"petty:{holder_id}:{move_id}", attachments=1)
