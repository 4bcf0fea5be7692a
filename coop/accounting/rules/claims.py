"""Which accounts a receipt may be coded to. Pure."""

from __future__ import annotations

from coop.accounting.rules.drafts import account_faults, is_under
from coop.kernel.errors import Fault
from ledger.chart import Chart, Kind

# An expense, work in progress, construction, goods or an asset: never money, equity or what is owed.
CODED_TO = frozenset({Kind.expense, Kind.cost})
ASSET_ROLES = ("inventory", "construction", "fixed_asset", "bearer_asset", "grant")


def coding_faults(chart: Chart, place: str, account: str) -> list[Fault]:
    """Everything wrong with the account a receipt is coded to.

    >>> from ledger.chart import Standard, chart_of
    >>> chart = chart_of(Standard.coop_2021)
    >>> coding_faults(chart, "account-1", "523:02"), [fault.place for fault in coding_faults(chart, "account-1", "102")]
    ([], ['account-1'])
    """
    if not account:
        return [Fault(place, "须选定科目", "an account is needed")]
    found = account_faults(chart, place, account)
    if found:
        return found
    roots = tuple(chart.path(role) for role in ASSET_ROLES if chart.has(role))
    if chart.kind_of(account) in CODED_TO or account in roots or is_under(account, roots):
        return []
    return [
        Fault(
            place,
            f"{account} 不是支出、成本或资产科目",
            f"{account} is no account of an expense, a cost or an asset",
        )
    ]


def suggested(chart: Chart, kind: str) -> str:
    """The account a kind of receipt is usually coded to; the accountant decides.

    >>> from ledger.chart import Standard, chart_of
    >>> suggested(chart_of(Standard.rceo_2023), "office"), suggested(chart_of(Standard.coop_2021), "welfare")
    ('513', '529:01')
    """
    role = {"welfare": "public_welfare", "materials": "work_in_progress"}.get(kind, "admin")
    return chart.path(role)
