"""Pages of the year's distribution: plans for the office, the own line for a household."""

from coop.dividends.views.own import MyDividendView
from coop.dividends.views.plans import DividendView

__all__ = ["DividendView", "MyDividendView"]
