"""Vouchers of leases: the month's rent, money received, deposits. Two persons make each. Pure.

Rent received in advance waits in 211 and becomes income month by month; what was earned before it was paid is due from a
member in 113 or 114, from others in 112 or 113 (J13, users.md §3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from coop.accounting.postings.depreciation import run_source
from coop.accounting.rules.depreciation import Month
from coop.accounting.rules.leases import month_end
from ledger.chart import Chart
from ledger.voucher import Posting, Voucher, VoucherKind, credit, debit

INCOME_ROLES = {"contract": "rent_contract", "rent": "rent_lease"}


@dataclass(frozen=True, slots=True)
class RentCharge:
    """What one lease earned in a month: from what was prepaid, the rest due; fen.

    More prepaid than earned pays what was due before: `due_fen` is then negative.
    """

    number: str
    kind: str
    party: str
    member: bool
    prepaid_fen: int
    due_fen: int


def due_account(chart: Chart, party: str, *, member: bool) -> str:
    """Where unpaid rent stands.

    >>> from ledger.chart import Standard, chart_of
    >>> [due_account(chart_of(standard), "H0003", member=True) for standard in Standard]
    ['113:ZJ:H0003', '114:ZJ:H0003']
    >>> [due_account(chart_of(standard), "QLSZ", member=False) for standard in Standard]
    ['112:QLSZ', '113:QLSZ']
    """
    return chart.path("rent_due_member" if member else "receivable", party)


def rent(
    chart: Chart, entity: str, month: Month, charges: Sequence[RentCharge], *, attempt: int = 1
) -> Voucher:
    """Dr prepaid rent and rent due, a line a lease / Cr income by kind.

    >>> from ledger.chart import Standard, chart_of
    >>> told = rent(chart_of(Standard.rceo_2023), "TYP-RCEO", (2025, 4),
    ...             [RentCharge("HT-2025-0001", "contract", "H0003", True, 20_000, 5_000)])
    >>> [(line.account, line.amount) for line in told.postings]
    [('211:YSZ:H0003', 20000), ('113:ZJ:H0003', 5000), ('501:03', -25000)]
    """
    income, lines = Counter[str](), []
    for each in charges:
        if each.prepaid_fen:
            lines.append(debit(chart.path("prepaid_rent", each.party), each.prepaid_fen, each.number))
        account = due_account(chart, each.party, member=each.member)
        if each.due_fen > 0:
            lines.append(debit(account, each.due_fen, each.number))
        elif each.due_fen:
            lines.append(credit(account, -each.due_fen, each.number))
        income[chart.path(INCOME_ROLES[each.kind])] += each.prepaid_fen + each.due_fen
    lines += [credit(path, fen) for path, fen in sorted(income.items())]
    summary = f"确认{month[0]}年{month[1]}月发包和租赁收入"
    source = run_source("rent", entity, month, attempt)
    return Voucher(month_end(month), summary, tuple(lines), source, kind=VoucherKind.manual)


def receipt(
    chart: Chart,
    *,
    move_id: int,
    number: str,
    day: date,
    money: str,
    fen: int,
    due: str,
    due_fen: int,
    party: str,
) -> Voucher:
    """Dr cash or bank / Cr rent due, then rent in advance.

    >>> from ledger.chart import Standard, chart_of
    >>> told = receipt(chart_of(Standard.coop_2021), move_id=1, number="HT-2025-0001", day=date(2025, 4, 10), money="102",
    ...                fen=300_000, due="113:QLSZ", due_fen=25_000, party="QLSZ")
    >>> [(line.account, line.amount) for line in told.postings]
    [('102', 300000), ('113:QLSZ', -25000), ('211:YSZ:QLSZ', -275000)]
    """
    lines = [debit(money, fen, number)]
    if due_fen:
        lines.append(credit(due, due_fen, number))
    if fen > due_fen:
        lines.append(credit(chart.path("prepaid_rent", party), fen - due_fen, number))
    return _money(day, f"收租金 {number}", lines, move_id)


def deposit(
    chart: Chart, *, move_id: int, number: str, day: date, money: str, fen: int, party: str, back: bool
) -> Voucher:
    """Dr cash or bank / Cr deposits held; given back the other way round."""
    held = chart.path("deposit_held", party)
    lines = [debit(held, fen, number), credit(money, fen, number)] if back else []
    lines = lines or [debit(money, fen, number), credit(held, fen, number)]
    return _money(day, f"{'退还' if back else '收'}押金 {number}", lines, move_id)


def _money(day: date, summary: str, lines: Sequence[Posting], move_id: int) -> Voucher:
    return Voucher(
        day, summary, tuple(lines), f"lease_move:{move_id}", attachments=1, kind=VoucherKind.manual
    )
