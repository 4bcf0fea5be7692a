"""The voucher of a weigh ticket: produce taken on consignment, owed to the household. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.chart import Chart
from ledger.voucher import Voucher, credit, debit


@dataclass(frozen=True, slots=True)
class Bought:
    """What the voucher says of one grade: grams and fen, both as printed on the ticket."""

    grade: str
    settle_g: int
    amount_fen: int


def receipt(
    chart: Chart,
    *,
    receipt_id: int,
    number: str,
    day: date,
    household: str,
    product: str,
    lines: Sequence[Bought],
) -> Voucher:
    """Dr consigned goods (128), a line a grade / Cr the member's current account, one line: what is owed.

    Agency (代销) at the agreed price, 财会〔2021〕37号: the goods stay the member's until they are sold.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = receipt(
    ...     chart_of(Standard.coop_2021), receipt_id=7, number="SG-2025-0007", day=date(2025, 4, 10),
    ...     household="H0012", product="XG", lines=[Bought("A", 48_850, 360025), Bought("B", 5_000, 28750)])
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('128:XG', 360025), ('128:XG', 28750), ('114:H0012', -388775)]
    """
    goods, owed = chart.path("consigned", product), chart.path("member_current", household)
    return Voucher(
        day,
        f"收购 {product} {number}",
        (
            *(debit(goods, line.amount_fen, f"等级 {line.grade}", quantity=line.settle_g) for line in lines),
            credit(owed, sum(line.amount_fen for line in lines), number),
        ),
        f"receipt:{receipt_id}",
        attachments=1,
    )
