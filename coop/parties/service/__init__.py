"""Use cases on the parties: who there is (`register`), and how people get in and act."""

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
    "GoneError",
    "HeirError",
    "MemberEntry",
    "SameHomeError",
    "add_area",
    "add_entity",
    "add_tenant",
    "enter_register",
    "grant_access",
    "grant_mandate",
    "move_member",
    "record_death",
]
