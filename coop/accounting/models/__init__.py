"""Rows of the accountant's desk."""

from coop.accounting.models.drafts import DraftRow, DraftState, ReopenRow, RequestState
from coop.accounting.models.opening import OpeningRow, OpeningState

__all__ = ["DraftRow", "DraftState", "OpeningRow", "OpeningState", "ReopenRow", "RequestState"]
