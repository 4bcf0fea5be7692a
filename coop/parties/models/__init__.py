"""Rows of the parties: who there is (`register`), and how people get in and act (`doors`)."""

from coop.parties.models.doors import (
    ApplicationRow,
    ApplicationState,
    CardRow,
    InvitationRow,
    LoginCodeRow,
)
from coop.parties.models.register import (
    AccessRow,
    AreaRow,
    EntityRow,
    HoldingKind,
    HoldingRow,
    HouseholdRow,
    MandateRow,
    MemberRow,
    StayRow,
    TenantKind,
    TenantRow,
)

__all__ = [
    "AccessRow",
    "ApplicationRow",
    "ApplicationState",
    "AreaRow",
    "CardRow",
    "EntityRow",
    "HoldingKind",
    "HoldingRow",
    "HouseholdRow",
    "InvitationRow",
    "LoginCodeRow",
    "MandateRow",
    "MemberRow",
    "StayRow",
    "TenantKind",
    "TenantRow",
]
