"""An office for page tests: an app on SQLite, a login for every role of one village, and a village next door.

A browser test is not meant here: requests go through the whole app, guard and templates included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coop.app import create_app
from coop.kernel.actor import Actor, Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.unit import owner_session, unit
from coop.parties import service as parties
from coop.parties.models import TenantKind
from coop.web import i18n
from coop.web.accounts import new_account
from tests.conftest import YEAR, Village

PASSWORD = "mushrooms of the forest"
HOUSEHOLD = "H0004"
# login -> its role; "stranger" acts for the village next door in every role.
STAFF = (
    Role.manager,
    Role.accountant,
    Role.checker,
    Role.supervisor,
    Role.clerk,
    Role.household,
    Role.enterprise,
    Role.county,
)


@dataclass(slots=True)
class Office:
    """The app, its logins, and one browser for each."""

    app: Flask
    village: Village
    clock: ToldClock
    users: dict[str, int]
    browsers: dict[tuple[str, date], FlaskClient] = field(default_factory=dict)

    def actor(self, role: Role) -> Actor:
        """The same person acting without a browser."""
        return self.village.actor(role, user=self.users[role.value])

    def browser(self, login: str) -> FlaskClient:
        # Sessions end when the clock is moved, so a new day begins with a new login.
        key = login, self.clock.day
        if key not in self.browsers:
            client = self.app.test_client()
            answer = client.post("/login/", data={"username": login, "password": PASSWORD})
            assert answer.status_code == 302, answer.text[:300]
            self.browsers[key] = client
        return self.browsers[key]

    def get(self, login: str, url: str) -> TestResponse:
        return self.browser(login).get(url)

    def post(self, login: str, url: str, **fields: object) -> TestResponse:
        return self.browser(login).post(url, data=fields)

    def text(self, login: str, url: str) -> str:
        """The page, which opens and is sound."""
        answer = self.get(login, url)
        assert answer.status_code == 200, (login, url, answer.status_code, answer.text[-600:])
        assert list(faults(answer.text)) == [], (login, url)
        return answer.text

    def status(self, login: str, url: str) -> int:
        return self.get(login, url).status_code


def open_office(settings: Settings, clock: ToldClock, village: Village, next_door: Village) -> Office:
    """Accounts of every role; the county reads the first village under its mandate."""
    with unit(system()) as work:
        county = parties.add_tenant(
            work, TenantKind.county, "LIUBA", "留坝县(虚构)", "Liuba county (fictional)"
        ).id
        trade = parties.add_tenant(
            work, TenantKind.enterprise, "MARKET", "某企业(虚构)", "some buyer (fictional)"
        ).id
    homes = {Role.county: county, Role.enterprise: trade}
    with owner_session(write=True) as session:
        users = {
            role.value: new_account(
                session, username=role.value, name=f"某{role.value}", roles=[role], password=PASSWORD
            ).id
            for role in STAFF
        }
        users["stranger"] = new_account(
            session, username="stranger", name="邻村会计", roles=list(Role), password=PASSWORD
        ).id
    since = date(YEAR, 1, 1)
    # (login, tenant, household): the county reads the village by its mandate, the stranger acts next door.
    posts = [
        (role.value, homes.get(role, village.tenant), "") for role in STAFF if role is not Role.household
    ]
    posts += [("household", village.tenant, HOUSEHOLD), ("stranger", next_door.tenant, "")]
    with unit(system(0, Role.admin)) as work:
        for login, tenant, home in posts:
            parties.grant_access(work, users[login], tenant, since, household=home)
    with unit(system(village.tenant, Role.manager)) as work:
        parties.grant_mandate(work, county, since)
    i18n.compile_all()
    config = {"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
    return Office(create_app(settings, clock=clock, config=config), village, clock, users)


class _Marks(HTMLParser):
    """Counts headings, and finds inputs without a name for the reader and header cells without a scope."""

    def __init__(self) -> None:
        super().__init__()
        self.headings = 0
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[tuple[str, str]] = []
        self.broken: list[str] = []
        self.depth_label = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "h1":
            self.headings += 1
        if tag == "th" and "scope" not in given:
            self.broken.append(f"th without scope: {given}")
        if tag == "label":
            self.depth_label += 1
            self.labelled.add(given.get("for", ""))
        named = "aria-label" in given or self.depth_label
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden" and not named:
            self.inputs.append((given.get("id", ""), given.get("name", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.depth_label -= 1


def faults(html: str) -> Iterator[str]:
    """What a reader with a screen reader would stumble over."""
    marks = _Marks()
    marks.feed(html)
    if marks.headings != 1:
        yield f"{marks.headings} h1"
    yield from marks.broken
    yield from (f"no label: {key}" for key in marks.inputs if key[0] not in marks.labelled)
    yield from sorted({f"id twice: {key}" for key in marks.ids if marks.ids.count(key) > 1})
