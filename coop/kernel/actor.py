"""Who acts, for which tenant, in which roles, and what they may read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
    `acting_for` is the household somebody acts for under a mandate (代办), `mandate_id` that mandate: such an actor
    may do what that household's own login may, and nothing else the person may do otherwise. The user stays who acts.
    """

    user_id: int
    name: str
    tenant_id: int
    roles: frozenset[Role] = frozenset()
    readable: frozenset[int] = field(default=frozenset())
    household: str = ""
    acting_for: str | None = None
    mandate_id: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "readable", self.readable | {self.tenant_id})
        if self.acting_for is not None:
            object.__setattr__(self, "roles", frozenset({Role.household}))
            object.__setattr__(self, "household", self.acting_for)

    def on_behalf(self, household: str, mandate_id: int) -> Actor:
        """The same person acting for a household under a mandate.

        >>> clerk = Actor(5, "clerk", 1, frozenset({Role.clerk, Role.manager}))
        >>> elder = clerk.on_behalf("H0002", 7)
        >>> elder.user_id, elder.household, sorted(elder.roles), elder.trace
        (5, 'H0002', [<Role.household: 'household'>], {'acting_for': 'H0002', 'mandate': 7})
        """
        return replace(self, acting_for=household, mandate_id=mandate_id)

    @property
    def trace(self) -> dict[str, int | str | None]:
        """What every audit row of this actor carries: for whom it was done, where that is somebody else."""
        return {} if self.acting_for is None else {"acting_for": self.acting_for, "mandate": self.mandate_id}

    def require(self, act: str, *roles: Role) -> None:
        """Raise unless the actor holds one of the roles. `act` is a short Chinese verb phrase for the message."""
        if not self.roles & set(roles):
            raise PermissionDeniedError(act, [str(r) for r in roles], sorted(str(r) for r in self.roles))


SYSTEM_USER = 0


def system(tenant_id: int = 0, *roles: Role) -> Actor:
    """The system acting for a tenant: first day, jobs, the demo's set-up."""
    return Actor(SYSTEM_USER, "system", tenant_id, frozenset(roles))
