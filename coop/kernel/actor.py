"""Who acts, for which tenant, in which roles, and what they may read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from coop.kernel.errors import PermissionDeniedError


class Role(StrEnum):
    """The roles of design §1; a FAB role of the same name carries each."""

    admin = "admin"
    manager = "manager"
    enterprise = "enterprise"
    accountant = "accountant"
    checker = "checker"
    clerk = "clerk"
    household = "household"
    supervisor = "supervisor"
    county = "county"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system, user 0) acting for one tenant.

    `readable` always contains the own tenant; mandates and areas held on the day add to it.
    """

    user_id: int
    name: str
    tenant_id: int
    roles: frozenset[Role] = frozenset()
    readable: frozenset[int] = field(default=frozenset())
    household: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "readable", self.readable | {self.tenant_id})

    def require(self, act: str, *roles: Role) -> None:
        """Raise unless the actor holds one of the roles. `act` is a short Chinese verb phrase for the message."""
        if not self.roles & set(roles):
            raise PermissionDeniedError(act, [str(r) for r in roles], sorted(str(r) for r in self.roles))


SYSTEM_USER = 0


def system(tenant_id: int = 0, *roles: Role) -> Actor:
    """The system acting for a tenant: first day, jobs, the demo's set-up."""
    return Actor(SYSTEM_USER, "system", tenant_id, frozenset(roles))
