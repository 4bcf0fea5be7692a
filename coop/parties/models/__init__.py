"""Rows of the parties: who there is (`register`), how people get in (`doors`), who acts for whom (`acting`)."""

from coop.parties.models.acting import ActingMandateRow, Ground
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
    "ActingMandateRow",
    "ApplicationRow",
    "ApplicationState",
    "AreaRow",
    "CardRow",
    "EntityRow",
    "Ground",
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
