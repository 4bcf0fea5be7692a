"""Use cases on the parties: who there is (`register`), and how people get in and act."""

from coop.parties.service.acting import (
    EndedMandateError,
    MandateOverlapError,
    begin_acting,
    grant_acting,
    revoke_acting,
)
from coop.parties.service.holdings import NotHeldError, change_holding
from coop.parties.service.leaving import GoneError, HeirError, SameHomeError, move_member, record_death
from coop.parties.service.register import (
    AlreadyThereError,
    MemberEntry,
    add_area,
    add_entity,
    add_tenant,
    enter_register,
    grant_access,
    grant_mandate,
)

__all__ = [
    "AlreadyThereError",
    "EndedMandateError",
    "GoneError",
    "HeirError",
    "MandateOverlapError",
    "MemberEntry",
    "NotHeldError",
    "SameHomeError",
    "add_area",
    "add_entity",
    "add_tenant",
    "begin_acting",
    "change_holding",
    "enter_register",
    "grant_access",
    "grant_acting",
    "grant_mandate",
    "move_member",
    "record_death",
    "revoke_acting",
]
