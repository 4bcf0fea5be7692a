"""Pure decisions on earmarked money: what is left of a grant, and which accounts it may be spent on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.chart import Chart

PROJECT = re.compile(r"[A-Z0-9-]{1,20}")  # it becomes a part of account paths
ASSET_ROLES = ("fixed_asset", "construction", "bearer_asset")
MONEY_ROLES = ("bank", "cash")


@dataclass(frozen=True, slots=True)
class Sums:
    """What came, went and was given back, fen.

    >>> Sums(received_fen=10_000, spent_fen=6_500, returned_fen=500).left_fen
    3000
    """

    received_fen: int = 0
    spent_fen: int = 0
    returned_fen: int = 0

    @property
    def left_fen(self) -> int:
        """What may still be spent or must be given back."""
        return self.received_fen - self.spent_fen - self.returned_fen


def is_asset(chart: Chart, account: str) -> bool:
    """Whether grant money spent on this account stays as an asset: plant, construction, or bearer plants and animals.

    >>> from ledger.chart import Standard, chart_of
    >>> is_asset(chart_of(Standard.rceo_2023), "153:ROAD"), is_asset(chart_of(Standard.rceo_2023), "142:A")
    (True, False)
    """
    return _under(chart, account, ASSET_ROLES)


def is_money(chart: Chart, account: str) -> bool:
    """Whether it can be paid from this account: bank or cash.

    >>> from ledger.chart import Standard, chart_of
    >>> is_money(chart_of(Standard.coop_2021), "102:01"), is_money(chart_of(Standard.coop_2021), "523:02")
    (True, False)
    """
    return _under(chart, account, MONEY_ROLES)


def _under(chart: Chart, account: str, roles: tuple[str, ...]) -> bool:
    return account.partition(":")[0] in {chart.path(role) for role in roles if chart.has(role)}
