"""Use cases of the growing: agreements, inputs on credit, the field log, inspections."""

from coop.production.rules import FieldEntry, FieldKind, Finding, IssueEntry
from coop.production.service.agreements import sign_agreement
from coop.production.service.errors import (
    BannedInputError,
    NoReasonError,
    NoSignerError,
    NotOwnHouseholdError,
    NotPositiveError,
    NotThatDayError,
    OtherTextError,
    OwnIssueError,
    SignedAlreadyError,
    WrongViaError,
)
from coop.production.service.field import inspect, log_field
from coop.production.service.inputs import buy_inputs, issue_inputs, reverse_issue

__all__ = [
    "BannedInputError",
    "FieldEntry",
    "FieldKind",
    "Finding",
    "IssueEntry",
    "NoReasonError",
    "NoSignerError",
    "NotOwnHouseholdError",
    "NotPositiveError",
    "NotThatDayError",
    "OtherTextError",
    "OwnIssueError",
    "SignedAlreadyError",
    "WrongViaError",
    "buy_inputs",
    "inspect",
    "issue_inputs",
    "log_field",
    "reverse_issue",
    "sign_agreement",
]
