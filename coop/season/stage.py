"""The stage: the demo's clock, tenants and users, and how somebody acts on a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from coop.governance import service as governance
from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.unit import Look, Unit, look, unit
from coop.season.cast import FIRMS, Home, VillageCast

PASSWORD = "siwei-demo-2025"  # noqa: S105  (the demo's own, printed by it; production refuses the demo)

# Each village has these; login -> (name, roles). Every name is fictional and says so.
STAFF: dict[str, tuple[str, tuple[Role, ...]]] = {
    "manager": ("合作社经理（虚构）", (Role.manager,)),
    "clerk": ("收购员（虚构）", (Role.clerk,)),
    "accountant": ("代理会计（虚构）", (Role.accountant,)),
    "checker": ("复核员（虚构）", (Role.checker,)),
    "supervisor": ("监委会主任（虚构）", (Role.supervisor,)),
}
OTHERS: dict[str, tuple[str, tuple[Role, ...]]] = {
    "county": ("县农业农村局（虚构）", (Role.county,)),
    "admin": ("系统管理员（虚构）", (Role.admin,)),
}
BUYERS: dict[str, tuple[str, tuple[Role, ...]]] = {
    firm.login: (f"{firm.name[:4]}采购员（虚构）", (Role.enterprise,)) for firm in FIRMS.values()
}


@dataclass(slots=True)
class Stage:
    """The county by now: its day, its offices and firms, its villages. Filled while the story goes on."""

    clock: ToldClock
    year: int
    seed: int
    county: int = 0
    town: int = 0
    firms: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    villages: list[Village] = field(default_factory=list)

    def on(self, month: int, day: int, *, year: int | None = None) -> date:
        """Let it be that day of the demo's year."""
        self.clock.day = date(year or self.year, month, day)
        return self.clock.day

    @property
    def today(self) -> date:
        return self.clock.day

    @contextmanager
    def firm(self, code: str) -> Iterator[Unit]:
        """One transaction of an enterprise's buyer."""
        login = FIRMS[code].login
        name, roles = BUYERS[login]
        with unit(Actor(self.users[login], name, self.firms[code], frozenset(roles)), self.clock) as work:
            yield work

    @contextmanager
    def office(self) -> Iterator[Unit]:
        """One transaction of the county's officer."""
        name, roles = OTHERS["county"]
        with unit(Actor(self.users["county"], name, self.county, frozenset(roles)), self.clock) as work:
            yield work


@dataclass(slots=True)
class Village:
    """One village on the stage."""

    stage: Stage
    cast: VillageCast
    homes: tuple[Home, ...]
    tenant: int = 0
    rceo: int = 0
    coop: int = 0
    acting: dict[str, Actor] = field(default_factory=dict)  # household without a login -> who acts for it

    @property
    def first(self) -> bool:
        """The village whose staff has the plain logins, and some of whose households have their own."""
        return self.stage.villages[0] is self

    @property
    def numbers(self) -> list[str]:
        return [home.number for home in self.homes]

    @property
    def entities(self) -> tuple[int, int]:
        return self.rceo, self.coop

    def login(self, who: str) -> str:
        """The user name of a member of the staff, or of a household."""
        return who if self.first else f"{self.cast.code.lower()}-{who}"

    def logs_in(self, household: str) -> bool:
        return household in self.acting or self.login(household) in self.stage.users

    def user(self, who: str) -> int:
        return self.stage.users[self.login(who)]

    def actor(self, who: str) -> Actor:
        if who in self.acting:
            return self.acting[who]
        name, roles = STAFF.get(who, (who, (Role.household,)))
        home = "" if who in STAFF else who
        return Actor(self.user(who), name, self.tenant, frozenset(roles), household=home)

    @contextmanager
    def act(self, who: str) -> Iterator[Unit]:
        """One transaction of one person of the village, on the story's day."""
        with unit(self.actor(who), self.stage.clock) as work:
            yield work

    @contextmanager
    def see(self, who: str) -> Iterator[Look]:
        with look(self.actor(who), self.stage.clock) as view:
            yield view

    def stamp(self, *days: date) -> None:
        """The supervision committee stamps the days' automatic vouchers of both books."""
        with self.act("supervisor") as work:
            for day in days:
                for entity in self.entities:
                    governance.stamp_day(work, entity, day)
