"""Vouchers by which assets leave the books. Two persons make each, so they are manual by kind. Pure.

A fixed asset goes through 154 固定资产清理; animals and plants sold are income and cost of operations; what else goes, goes
against a gain or a loss (财会〔2021〕37号 141, 142, 154, 161, 181; 14号 alike). Missing ones wait in 181 for a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coop.accounting.rules.assets import BIOLOGICAL, CONTRA_ROLES, AssetClass, contra_path
from ledger.chart import Chart
from ledger.voucher import Posting, Voucher, VoucherKind, credit, debit


@dataclass(frozen=True, slots=True)
class Leaving:
    """An asset that goes, fen. `how` is sold, scrapped or missing; `money` the account of proceeds and costs."""

    disposal_id: int
    number: str
    kind: AssetClass
    account: str
    how: str
    day: date
    cost_fen: int
    accumulated_fen: int
    proceeds_fen: int = 0
    costs_fen: int = 0
    money: str = ""

    @property
    def value_fen(self) -> int:
        """What it is worth in the books."""
        return self.cost_fen - self.accumulated_fen


WORDS = {"sold": "出售", "scrapped": "报废", "missing": "盘亏"}


def dispose(chart: Chart, gone: Leaving) -> Voucher:
    """The asset, its depreciation, proceeds and costs, and the gain or loss, in one voucher.

    A dryer of 36,000.00, depreciated by 2,565.00, sold for 34,000.00 at a cost of 100.00: 465.00 gained.

    >>> from ledger.chart import Standard, chart_of
    >>> dryer = Leaving(7, "GD-0001", AssetClass.fixed, "151", "sold", date(2025, 12, 20), 3_600_000, 256_500,
    ...                 3_400_000, 10_000, "102")
    >>> told = dispose(chart_of(Standard.coop_2021), dryer)
    >>> for line in told.postings: print(line.account, line.amount)
    154 3343500
    152 256500
    151 -3600000
    102 3400000
    154 -3400000
    154 10000
    102 -10000
    154 46500
    502:01 -46500

    A tea garden of 5,000.00 (depreciated by 1,000.00) sold for 4,500.00 is income and cost:

    >>> garden = Leaving(8, "SC-0001", AssetClass.bearer, "132", "sold", date(2025, 12, 20), 500_000, 100_000,
    ...                  450_000, 0, "102")
    >>> [(line.account, line.amount) for line in dispose(chart_of(Standard.rceo_2023), garden).postings]
    [('102', 450000), ('501:01', -450000), ('511:01', 400000), ('133', 100000), ('132', -500000)]
    """
    if gone.how == "missing":
        lines = _out(chart, gone, chart.path("pending_loss"))
    elif gone.kind is AssetClass.fixed:
        lines = _cleared(chart, gone)
    elif gone.kind in BIOLOGICAL and gone.how == "sold":
        cost = chart.path("bio_cost")
        lines = [
            *_pair(gone.money, chart.path("bio_sale"), gone.proceeds_fen),
            *_out(chart, gone, cost),
            *_pair(cost, gone.money, gone.costs_fen),
        ]
    else:
        lines = _plain(chart, gone)
    summary = f"{WORDS[gone.how]}资产 {gone.number}"
    source = f"disposal:{gone.disposal_id}"
    return Voucher(gone.day, summary, tuple(lines), source, attachments=1, kind=VoucherKind.manual)


def write_off(
    chart: Chart, *, loss_id: int, number: str, day: date, value_fen: int, party: str, liable_fen: int
) -> Voucher:
    """A missing asset's value leaves 181: to whoever bears it, the rest as a loss (J30).

    >>> from ledger.chart import Standard, chart_of
    >>> told = write_off(chart_of(Standard.rceo_2023), loss_id=1, number="GD-0002", day=date(2025, 12, 31),
    ...                  value_fen=50_000, party="BGY", liable_fen=20_000)
    >>> [(line.account, line.amount) for line in told.postings]
    [('112:BGY', 20000), ('515:02', 30000), ('181', -50000)]
    """
    lines = []
    if liable_fen:
        lines.append(debit(chart.path("receivable", party), liable_fen, number))
    if value_fen > liable_fen:
        lines.append(debit(chart.path("asset_loss"), value_fen - liable_fen, number))
    lines.append(credit(chart.path("pending_loss"), value_fen, number))
    summary = f"处理盘亏资产 {number}"
    return Voucher(
        day, summary, tuple(lines), f"asset_loss:{loss_id}", attachments=1, kind=VoucherKind.manual
    )


def _pair(on_debit: str, on_credit: str, fen: int) -> list[Posting]:
    return [debit(on_debit, fen), credit(on_credit, fen)] if fen else []


def _out(chart: Chart, gone: Leaving, value_to: str) -> list[Posting]:
    """Cost and depreciation leave, the value goes to `value_to`. 171 holds its value alone."""
    contra = contra_path(chart, gone.kind, gone.account) if gone.kind in CONTRA_ROLES else ""
    own = gone.accumulated_fen and contra != gone.account
    lines = [debit(value_to, gone.value_fen, gone.number)] if gone.value_fen else []
    if own:
        lines.append(debit(contra, gone.accumulated_fen, gone.number))
    out = gone.cost_fen if own or not gone.accumulated_fen else gone.value_fen
    return [*lines, credit(gone.account, out, gone.number)] if out else lines


def _cleared(chart: Chart, gone: Leaving) -> list[Posting]:
    clearing = chart.path("asset_disposal")
    lines = [
        *_out(chart, gone, clearing),
        *_pair(gone.money, clearing, gone.proceeds_fen),
        *_pair(clearing, gone.money, gone.costs_fen),
    ]
    gain = gone.proceeds_fen - gone.costs_fen - gone.value_fen
    if gain > 0:
        return lines + _pair(clearing, chart.path("asset_gain"), gain)
    return lines + _pair(chart.path("asset_loss"), clearing, -gain)


def _plain(chart: Chart, gone: Leaving) -> list[Posting]:
    """No account of its own for clearing: proceeds, costs, and the gain or loss directly."""
    loss = chart.path("asset_loss")
    gain = gone.proceeds_fen - gone.costs_fen - gone.value_fen
    lines = [debit(gone.money, gone.proceeds_fen)] if gone.proceeds_fen else []
    lines += [line for line in _out(chart, gone, loss) if line.account != loss]
    if gone.costs_fen:
        lines.append(credit(gone.money, gone.costs_fen))
    if gain > 0:
        lines.append(credit(chart.path("asset_gain"), gain))
    elif gain < 0:
        lines.append(debit(loss, -gain, gone.number))
    return lines
