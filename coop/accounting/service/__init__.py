"""Use cases of the accountant's desk: open, draft and check, close and reopen, export and verify."""

from coop.accounting.rules import DraftLine
from coop.accounting.service.close_run import ask_close, close_run
from coop.accounting.service.closing import (
    ask_reopen,
    close_month,
    close_year,
    refuse_reopen,
    reopen,
    transfer_result,
)
from coop.accounting.service.drafts import approve, draft, draft_reversal, refuse, revise
from coop.accounting.service.jobs import ASKERS, ask_export, ask_statements, ask_verify
from coop.accounting.service.opening import (
    approve_opening,
    file_opening,
    opening,
    opening_faults,
    refuse_opening,
)

__all__ = [
    "ASKERS",
    "DraftLine",
    "approve",
    "approve_opening",
    "ask_close",
    "ask_export",
    "ask_reopen",
    "ask_statements",
    "ask_verify",
    "close_month",
    "close_run",
    "close_year",
    "draft",
    "draft_reversal",
    "file_opening",
    "opening",
    "opening_faults",
    "refuse",
    "refuse_opening",
    "refuse_reopen",
    "reopen",
    "revise",
    "transfer_result",
]
