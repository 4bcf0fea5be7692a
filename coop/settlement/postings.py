"""Vouchers of the sale, of the enterprise's payment and of its advance, agency trade (代销). Pure.

财会〔2021〕37号: sold consigned goods leave 128 at the agreed value A, the buyer owes the price P; what is
above goes to operating income, what is missing to operating expenses (users.md: a claim lowers P).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ledger.chart import Chart
from ledger.voucher import Voucher, credit, debit

OWN_MEMBERS = "01"  # 成员交易: income from and cost of trade with members


def sale(
    chart: Chart,
    *,
    acceptance_id: int,
    number: str,
    day: date,
    buyer: str,
    amount_fen: int,
    cost_fen: Mapping[str, int],
    set_off_fen: int = 0,
) -> Voucher | None:
    """Dr receivable P / Cr consigned goods A by product; P > A: Cr income, P < A: Dr cost; None if both 0.

    What is left of the advance is set off in the same voucher: Dr other payable / Cr receivable.

    `cost_fen` is the agreed value of all goods shipped, by product, the short grams among them.

    >>> from ledger.chart import Standard, chart_of
    >>> chart = chart_of(Standard.coop_2021)
    >>> known = {"number": "JS-2025-0003", "day": date(2025, 4, 20), "buyer": "QLSZ"}
    >>> voucher = sale(chart, acceptance_id=3, **known, amount_fen=1_000_000, cost_fen={"XG": 970_000})
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('113:QLSZ', 1000000), ('128:XG', -970000), ('501:01', -30000)]
    >>> voucher = sale(chart, acceptance_id=4, **known, amount_fen=960_000, cost_fen={"XG": 970_000})
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('113:QLSZ', 960000), ('128:XG', -970000), ('521:01', 10000)]
    >>> known = {**known, "amount_fen": 970_000, "cost_fen": {"XG": 970_000}, "set_off_fen": 200_000}
    >>> [(line.account, line.amount) for line in sale(chart, acceptance_id=5, **known).postings]
    [('113:QLSZ', 970000), ('128:XG', -970000), ('211:QLSZ', 200000), ('113:QLSZ', -200000)]
    """
    margin = amount_fen - sum(cost_fen.values())
    lines = [debit(chart.path("receivable", buyer), amount_fen, number)] if amount_fen else []
    lines += [
        credit(chart.path("consigned", code), fen, number) for code, fen in sorted(cost_fen.items()) if fen
    ]
    if margin > 0:
        lines.append(credit(chart.path("income_ops", OWN_MEMBERS), margin, number))
    elif margin < 0:
        lines.append(debit(chart.path("cost_ops", OWN_MEMBERS), -margin, number))
    if set_off_fen:
        lines.append(debit(chart.path("other_payable", buyer), set_off_fen, number))
        lines.append(credit(chart.path("receivable", buyer), set_off_fen, number))
    if not lines:
        return None
    return Voucher(day, f"代销结算 {number}", tuple(lines), f"acceptance:{acceptance_id}", attachments=1)


def payment(chart: Chart, *, payment_id: int, number: str, day: date, buyer: str, amount_fen: int) -> Voucher:
    """Dr bank / Cr receivable: the enterprise's money has arrived.

    >>> from ledger.chart import Standard, chart_of
    >>> chart = chart_of(Standard.coop_2021)
    >>> known = {"number": "FK-2025-0005", "day": date(2025, 5, 5), "buyer": "QLSZ"}
    >>> voucher = payment(chart, payment_id=5, **known, amount_fen=1_000_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('102', 1000000), ('113:QLSZ', -1000000)]
    """
    return Voucher(
        day,
        f"收到货款 {number}",
        (
            debit(chart.path("bank"), amount_fen, number),
            credit(chart.path("receivable", buyer), amount_fen, number),
        ),
        f"payment:{payment_id}",
        attachments=1,
    )


def advance(chart: Chart, *, advance_id: int, number: str, day: date, buyer: str, amount_fen: int) -> Voucher:
    """Dr bank / Cr other payable: the buyer's money before any delivery is owed to it until a bill sets it off.

    >>> from ledger.chart import Standard, chart_of
    >>> chart = chart_of(Standard.coop_2021)
    >>> known = {"number": "YF-2025-0001", "day": date(2025, 3, 5), "buyer": "QLSZ"}
    >>> voucher = advance(chart, advance_id=1, **known, amount_fen=150_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('102', 150000), ('211:QLSZ', -150000)]
    """
    return Voucher(
        day,
        f"收到预付款 {number}",
        (
            debit(chart.path("bank"), amount_fen, number),
            credit(chart.path("other_payable", buyer), amount_fen, number),
        ),
        f"advance:{advance_id}",
        attachments=1,
    )
