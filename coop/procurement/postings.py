"""The vouchers of weigh tickets: produce taken on consignment, owed to the household, less the fee. Pure.

Agency (代销) at the agreed price, 财会〔2021〕37号: the goods stay the member's until they are sold. What is set off
against inputs on credit needs no line: the inputs were debited to the same account when they were issued, so set-off
is between open items alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.chart import Chart
from ledger.voucher import Posting, Voucher, credit, debit


@dataclass(frozen=True, slots=True)
class Bought:
    """What the voucher says of one grade: grams (or heads) and fen, both as printed on the ticket."""

    grade: str
    settle_g: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Slip:
    """What a voucher says of one ticket."""

    number: str
    household: str
    product: str
    lines: Sequence[Bought]
    fee_fen: int = 0
    # Members' current accounts are for members; anybody else is owed in 211.
    member: bool = True

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    def account(self, chart: Chart) -> str:
        """Where the household is owed, and what its fee comes off."""
        return chart.path("member_current" if self.member else "outside_seller", self.household)


@dataclass(frozen=True, slots=True)
class Place:
    """Which lines of its voucher are a ticket's alone: the credit to the household, and the fee (0: none)."""

    line: int
    fee_line: int


def place(slip: Slip) -> Place:
    """Where `receipt` puts the ticket's own lines."""
    line = len(slip.lines) + 1
    return Place(line, line + 1 if slip.fee_fen else 0)


def receipt(chart: Chart, *, receipt_id: int, day: date, slip: Slip) -> Voucher:
    """Dr consigned goods (128), a line a grade / Cr the member's current account; Dr that account / Cr fee income.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher = receipt(
    ...     chart_of(Standard.coop_2021), receipt_id=7, day=date(2025, 4, 10),
    ...     slip=Slip("SG-2025-0007", "H0012", "XG", [Bought("A", 48_850, 360025), Bought("B", 5_000, 28750)], 11663))
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('128:XG', 360025), ('128:XG', 28750), ('114:H0012', -388775), ('114:H0012', 11663), ('501:03', -11663)]

    A household that is no member of the cooperative is owed in 211:

    >>> outside = receipt(
    ...     chart_of(Standard.coop_2021), receipt_id=8, day=date(2025, 4, 10),
    ...     slip=Slip("SG-2025-0008", "H0099", "XG", [Bought("A", 1_000, 7200)], member=False))
    >>> [(line.account, line.amount) for line in outside.postings]
    [('128:XG', 7200), ('211:FCY:H0099', -7200)]
    """
    goods, member = chart.path("consigned", slip.product), slip.account(chart)
    lines = [
        debit(goods, line.amount_fen, f"等级 {line.grade}", quantity=line.settle_g) for line in slip.lines
    ]
    lines.append(credit(member, slip.total_fen, slip.number))
    if slip.fee_fen:
        lines.append(debit(member, slip.fee_fen, f"代办费 {slip.number}"))
        lines.append(credit(chart.path("service_fee"), slip.fee_fen, "代办费"))
    return Voucher(
        day, f"收购 {slip.product} {slip.number}", tuple(lines), f"receipt:{receipt_id}", attachments=1
    )


def sheet(
    chart: Chart, *, sheet_id: int, number: str, day: date, slips: Sequence[Slip]
) -> tuple[Voucher, list[Place]]:
    """The summary voucher of many tickets, and where on it each ticket's own lines are.

    Dr consigned goods, a line a product and grade / Cr a line a ticket; Dr a line a fee / Cr fee income, one line.

    >>> from ledger.chart import Standard, chart_of
    >>> voucher, places = sheet(
    ...     chart_of(Standard.coop_2021), sheet_id=3, number="HZ-2025-0003", day=date(2025, 4, 10),
    ...     slips=[Slip("SG-2025-0008", "H0001", "XG", [Bought("A", 1_000, 7_200)], 216),
    ...            Slip("SG-2025-0009", "H0002", "XG", [Bought("A", 500, 3_600), Bought("B", 500, 2_900)])])
    >>> [(line.account, line.amount, line.quantity) for line in voucher.postings[:2]]
    [('128:XG', 10800, 1500), ('128:XG', 2900, 500)]
    >>> [(line.account, line.amount) for line in voucher.postings[2:]]
    [('114:H0001', -7200), ('114:H0002', -6500), ('114:H0001', 216), ('501:03', -216)]
    >>> places, voucher.attachments
    ([Place(line=3, fee_line=5), Place(line=4, fee_line=0)], 2)
    """
    goods: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for slip in slips:
        for line in slip.lines:
            sums = goods[slip.product, line.grade]
            sums[0] += line.amount_fen
            sums[1] += line.settle_g
    lines: list[Posting] = [
        debit(chart.path("consigned", product), fen, f"{product} 等级 {grade}", quantity=quantity)
        for (product, grade), (fen, quantity) in sorted(goods.items())
    ]
    first = len(lines) + 1
    lines += [credit(slip.account(chart), slip.total_fen, slip.number) for slip in slips]
    places = []
    for own, slip in enumerate(slips, start=first):
        if slip.fee_fen:
            lines.append(debit(slip.account(chart), slip.fee_fen, f"代办费 {slip.number}"))
        places.append(Place(own, len(lines) if slip.fee_fen else 0))
    if fees := sum(slip.fee_fen for slip in slips):
        lines.append(credit(chart.path("service_fee"), fees, f"代办费 {number}"))
    summary = f"收购汇总 {number} 共 {len(slips)} 张"
    return Voucher(day, summary, tuple(lines), f"sheet:{sheet_id}", attachments=len(slips)), places


def take_back(chart: Chart, *, receipt_id: int, day: date, slip: Slip, reason: str) -> Voucher:
    """One ticket of a summary voucher taken back: its own lines with the sides swapped. The rest stands.

    >>> from ledger.chart import Standard, chart_of
    >>> slip = Slip("SG-2025-0008", "H0001", "XG", [Bought("A", 1_000, 7_200)], 216)
    >>> voucher = take_back(
    ...     chart_of(Standard.coop_2021), receipt_id=8, day=date(2025, 4, 12), slip=slip, reason="错称")
    >>> [(line.account, line.amount, line.quantity) for line in voucher.postings]
    [('128:XG', -7200, -1000), ('114:H0001', 7200, None), ('114:H0001', -216, None), ('501:03', 216, None)]
    """
    twin = receipt(chart, receipt_id=receipt_id, day=day, slip=slip)
    return Voucher(
        day,
        f"冲销 收购单 {slip.number} {reason}"[:200],
        tuple(
            Posting(
                line.account,
                -line.amount,
                note=line.note,
                quantity=None if line.quantity is None else -line.quantity,
            )
            for line in twin.postings
        ),
        f"takeback:{receipt_id}",
        attachments=1,
    )
