"""The stage: the demo's clock, tenants and users, and how somebody acts on a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.unit import Look, Unit, look, unit

PASSWORD = "siwei-demo-2025"  # noqa: S105  (the demo's own, printed by it; production refuses the demo)

# login -> (name, roles). Every name is fictional and says so.
STAFF: dict[str, tuple[str, tuple[Role, ...]]] = {
    "manager": ("合作社经理（虚构）", (Role.manager,)),
    "clerk": ("收购员（虚构）", (Role.clerk,)),
    "accountant": ("代理会计（虚构）", (Role.accountant,)),
    "checker": ("复核员（虚构）", (Role.checker,)),
    "supervisor": ("监委会主任（虚构）", (Role.supervisor,)),
}
OTHERS: dict[str, tuple[str, tuple[Role, ...]]] = {
    "enterprise": ("企业采购员（虚构）", (Role.enterprise,)),
    "county": ("县农业农村局（虚构）", (Role.county,)),
    "admin": ("系统管理员（虚构）", (Role.admin,)),
}


@dataclass(slots=True)
class Stage:
    """Who there is by now. Filled while the story goes on."""

    clock: ToldClock
    year: int
    households: int
    village: int = 0
    buyer: int = 0
    county: int = 0
    rceo: int = 0
    coop: int = 0
    users: dict[str, int] = field(default_factory=dict)

    def on(self, month: int, day: int, *, year: int | None = None) -> date:
        """Let it be that day of the demo's year."""
        self.clock.day = date(year or self.year, month, day)
        return self.clock.day

    @property
    def today(self) -> date:
        return self.clock.day

    def actor(self, login: str) -> Actor:
        """One of the staff, the enterprise's buyer, or a household by its number."""
        name, roles = {**STAFF, **OTHERS}.get(login, (login, (Role.household,)))
        tenant = {"enterprise": self.buyer, "county": self.county}.get(login, self.village)
        home = login if login not in STAFF and login not in OTHERS else ""
        return Actor(self.users[login], name, tenant, frozenset(roles), household=home)

    @contextmanager
    def act(self, login: str) -> Iterator[Unit]:
        """One transaction of one person, on the story's day."""
        with unit(self.actor(login), self.clock) as work:
            yield work

    @contextmanager
    def see(self, login: str) -> Iterator[Look]:
        with look(self.actor(login), self.clock) as view:
            yield view
