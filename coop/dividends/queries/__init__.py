"""Reads of the distribution."""

from coop.dividends.queries.inputs import (
    gather,
    household_ids,
    member_sales,
    plan_ref,
)
from coop.dividends.queries.plans import (
    Gates,
    PlanHead,
    PlanPage,
    household_lines,
    plan_of,
    plan_page,
    plans,
    preview,
)
from coop.dividends.queries.promises import (
    Check,
    HouseholdLine,
    YearTotals,
    checks_of,
    year_totals,
)

__all__ = [
    "Check",
    "Gates",
    "HouseholdLine",
    "PlanHead",
    "PlanPage",
    "YearTotals",
    "checks_of",
    "gather",
    "household_ids",
    "household_lines",
    "member_sales",
    "plan_of",
    "plan_page",
    "plan_ref",
    "plans",
    "preview",
    "year_totals",
]
