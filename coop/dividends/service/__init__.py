"""Use cases of the year's distribution: draft, review, publish, resolve, post, close, pay; and objections
to a line.
"""

from coop.dividends.queries import plan_ref
from coop.dividends.rules import Parameters, QuantifyBy
from coop.dividends.service.drafting import draft_plan
from coop.dividends.service.errors import (
    AlreadyPostedError,
    MonthsOpenError,
    NoticeTooShortError,
    PlanChangedError,
    PlanNotReadyError,
    SamePersonError,
    WrongBodyError,
    YearError,
)
from coop.dividends.service.gates import hold_line, publish, release_line, resolve, review
from coop.dividends.service.posting import close_books, post_plan, propose_pay

__all__ = [
    "AlreadyPostedError",
    "MonthsOpenError",
    "NoticeTooShortError",
    "Parameters",
    "PlanChangedError",
    "PlanNotReadyError",
    "QuantifyBy",
    "SamePersonError",
    "WrongBodyError",
    "YearError",
    "close_books",
    "draft_plan",
    "hold_line",
    "plan_ref",
    "post_plan",
    "propose_pay",
    "publish",
    "release_line",
    "resolve",
    "review",
]
