"""The voucher of an expense claim: what the receipts cost, and who paid them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.chart import Chart
from ledger.voucher import Voucher, credit, debit

KIND_WORDS = {
    "office": "办公",
    "travel": "差旅",
    "utilities": "水电通讯",
    "repair": "维修",
    "transport": "运输",
    "materials": "物料",
    "welfare": "公益",
    "other": "其他",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the voucher says of one receipt: its account, its kind and its fen; the claimant's words stay with it."""

    account: str
    kind: str
    amount_fen: int


def paid_account(chart: Chart, paid_from: str, post: str) -> str:
    """What the claim is paid from: the post's petty cash, the till, the bank, or a debt to the post.

    >>> from ledger.chart import Standard, chart_of
    >>> [paid_account(chart_of(Standard.coop_2021), each, "BZ01") for each in ("petty", "owed", "cash")]
    ['113:BYJ:BZ01', '211:BZ01', '101']
    """
    if paid_from == "petty":
        return chart.path("petty_cash", post)
    if paid_from == "owed":
        return chart.path("other_payable", post)
    return chart.path(paid_from)


def claim(
    chart: Chart,
    *,
    source: str,
    number: str,
    day: date,
    receipts: Sequence[Receipt],
    paid_from: str,
    post: str,
) -> Voucher:
    """Dr a line a receipt / Cr what paid them, one line. The receipts are the attachments.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = claim(
    ...     chart_of(Standard.rceo_2023), source="expense:1:1", number="BX-2025-0001", day=date(2025, 4, 8),
    ...     receipts=[Receipt("513:03", "office", 12_000), Receipt("511:03", "transport", 3_000)],
    ...     paid_from="petty", post="BZ01")
    >>> [(line.account, line.amount) for line in voucher.postings], voucher.attachments
    ([('513:03', 12000), ('511:03', 3000), ('112:BYJ:BZ01', -15000)], 2)
    """
    lines = [debit(each.account, each.amount_fen, KIND_WORDS[each.kind]) for each in receipts]
    total = sum(each.amount_fen for each in receipts)
    return Voucher(
        day,
        f"报账 {number}",
        (*lines, credit(paid_account(chart, paid_from, post), total, number)),
        source,
        attachments=len(receipts),
    )
