"""Use cases of the accountant's desk: open, draft and check, close and reopen, export and verify."""

from coop.accounting.rules import DraftLine
from coop.accounting.service.closing import (
    ask_reopen,
    close_month,
    close_year,
    refuse_reopen,
    reopen,
    transfer_result,
)
from coop.accounting.service.drafts import approve, draft, draft_reversal, refuse
from coop.accounting.service.jobs import ask_export, ask_verify
from coop.accounting.service.opening import opening

__all__ = [
    "DraftLine",
    "approve",
    "ask_export",
    "ask_reopen",
    "ask_verify",
    "close_month",
    "close_year",
    "draft",
    "draft_reversal",
    "opening",
    "refuse",
    "refuse_reopen",
    "reopen",
    "transfer_result",
]
