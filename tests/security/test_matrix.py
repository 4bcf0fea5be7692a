"""Every route of the app asked by every role, by strangers and by nobody; the permission table says what must come.

A new route needs its row beside it, and where its address names an object, the table of that object below.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from werkzeug.routing import Rule

from coop.kernel import crypt
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.db import Database, connect
from coop.kernel.rls import OPEN_TO_READ
from coop.kernel.unit import bind
from coop.subjects import load_subjects
from coop.web.permissions import ANY, PERMISSIONS, PUBLIC, allowed, idle_rows, unlisted
from tests.conftest import YEAR, settings_for
from tests.desk.chain import WEIGHED
from tests.security import world as county
from tests.security.world import FOREIGN, OWN, World

pytestmark = pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")

# What an argument of an address names: the table of the object (and its column, where that is not `id`).
# `x_id` without a line here means table `x`.
TABLES = {
    "part_id": "order_part",
    "line_id": "order_line",
    "run_id": "split_run",
    "entity_id": "legal_entity",
    "voucher_id": "ledger_voucher",
    "batch_id": "pay_batch",
    "plan_id": "dividend_plan",
    "claim_id": "points_claim",
    "expiry_id": "points_expiry",
    "draft_id": "draft_voucher",
    "request_id": "reopen_request",
    "programme_id": "subsidy_programme",
    "grant_id": "earmarked_grant",
    "use_id": "grant_use",
    "agreement_id": "growing_agreement",
    "issue_id": "input_issue",
    "sheet_id": "weigh_sheet",
    "user_id": "access.user_id",
    "mandate_id": "acting_mandate",
    "price_id": "purchase_price",
    "terms_id": "purchase_terms",
    "opening_id": "opening_file",
    "purchase_id": "input_purchase",
    "PointsView.purchase.purchase_id": "shop_purchase",
    "DividendView.hold.line_id": "dividend_line",
    "DividendView.release.line_id": "dividend_line",
}
# Values that name no object by themselves: a day, a period, a number that every village has.
VALUES = {
    "year": str(YEAR),
    "number": "1",
    "day": WEIGHED.isoformat(),
    "said": "yes",
    "code": "zh",
    "locale": "zh",
    "name": "nothing",
    "pk": "1",
    "filename": "coop.css",
    "form": "nothing",
    "row": "1",
    "path": "102",
    "table": "trial-balance",
    "kind": "pdf",
    "size": "a5",
    "period": str(WEIGHED.month),
    "LedgerView.member.number": "H0001",
    "entity": "TYP-COOP",
    "village": "TYP",
    "inside": "",
    "PointsView.household.number": "H0001",
}
NO_OBJECT = frozenset(VALUES) - {"entity", "village"}
# Addresses that are right and still show nothing here, each with its reason.
NOT_PROVED = {
    "StatementView.row": "the row's key depends on the statutory form",
    "ShipmentView.new": "nothing is left in store",
    "Jobs.file": "the export waits for a worker",
}
# Acts that find nothing of a stranger's own to act on, and say so as a success.
IDLE = {"StampView.stamp_day"}
MISSING = 999_999  # where the story has no such object, this id has none either


@dataclass(frozen=True, slots=True)
class Route:
    """A rule of the app with one method, at the address of the first village's object."""

    endpoint: str
    method: str
    path: str
    tables: tuple[str, ...]
    arguments: tuple[str, ...]
    there: bool

    @property
    def private(self) -> bool:
        """Whether it shows an object that belongs to somebody."""
        open_to_all = {t for t in self.tables if t in OPEN_TO_READ}
        return bool(set(self.arguments) - NO_OBJECT) and not open_to_all and not self.public

    @property
    def public(self) -> bool:
        return any(row.audience is PUBLIC for row in PERMISSIONS.get(self.endpoint, ()))

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.endpoint})"


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[tuple[World, Database, ToldClock]]:
    folder = tmp_path_factory.mktemp("matrix")
    file = folder / "siwei.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    settings = settings_for(folder, f"sqlite:///{file}", f"sqlite:///{file}")
    crypt.set_secret(settings.secret_key)
    load_subjects()
    clock = ToldClock(date(YEAR, 1, 1))
    database = connect(settings)
    bind(database, clock=clock)
    yield county.build(settings, clock, file), database, clock
    bind(None)
    database.dispose()


@pytest.fixture
def world(made: tuple[World, Database, ToldClock]) -> World:
    """The county, bound again: other tests of this process bind databases of their own."""
    found, database, clock = made
    bind(database, clock=clock)
    found.enter()
    return found


def routes(world: World, *methods: str) -> list[Route]:
    """Every rule and method of the app, with the ids of the first village's objects filled in."""
    return [
        _route(world, rule, method)
        for rule in sorted(world.app.url_map.iter_rules(), key=str)
        for method in methods
        if method in (rule.methods or ())
    ]


def _route(world: World, rule: Rule, method: str) -> Route:
    values, tables, there = {}, [], True
    for name in sorted(rule.arguments):
        own = f"{rule.endpoint}.{name}"
        if (table := table_of(own)) is not None:
            tables.append(table)
            found = first(world, table)
            there = there and found is not None
            values[name] = str(found or MISSING)
        else:
            values[name] = VALUES.get(own, VALUES.get(name, "1"))
    path = re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda m: values[m[1]], str(rule))
    return Route(rule.endpoint, method, path, tuple(tables), tuple(sorted(rule.arguments)), there)


def table_of(argument: str) -> str | None:
    """The table an argument (`Endpoint.method.name`) names an object of, None for a plain value."""
    name = argument.rpartition(".")[2]
    if argument in TABLES or name in TABLES:
        return TABLES.get(argument, TABLES.get(name))
    return name.removesuffix("_id") if name.endswith("_id") else None


def first(world: World, table: str) -> int | None:
    """The id of the first row of the first village in that table."""
    table, _, column = table.partition(".")
    with world.rows() as rows:
        columns = {row[1] for row in rows.execute(f'PRAGMA table_info("{table}")')}
        owner = next((c for c in ("tenant_id", "seller_id", "village_id", "issuer_id") if c in columns), None)
        if owner is None:
            return None
        query = f'SELECT min({column or "id"}) FROM "{table}" WHERE {owner} = ?'
        found = rows.execute(query, (world.chain.village.tenant,)).fetchone()[0]
    return None if found is None else int(found)


def changed(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> dict[str, str]:
    """Table -> how many rows it had and has, of those that are not as they were."""
    return {t: f"{before[t][0]} -> {after[t][0]}" for t in before if before[t] != after[t]}


def roles_of(login: str) -> frozenset[Role]:
    return frozenset({OWN[login]}) if login in OWN else frozenset()


def test_every_route_has_its_row(world: World) -> None:
    assert list(unlisted(world.app)) == []
    assert [row for row in idle_rows(world.app) if not row.startswith("Sample")] == []


def test_every_argument_of_an_address_is_known(world: World) -> None:
    with world.rows() as rows:
        tables = {name for (name,) in rows.execute("SELECT name FROM sqlite_master")}
    unknown = []
    for rule in world.app.url_map.iter_rules():
        for name in sorted(rule.arguments):
            table = table_of(f"{rule.endpoint}.{name}")
            if name not in VALUES if table is None else table.partition(".")[0] not in tables:
                unknown.append(f"{rule.endpoint}.{name}: say above what it names")
    assert not unknown, "\n".join(unknown)


def test_nobody_comes_in_without_a_login(world: World) -> None:
    wrong = []
    for route in routes(world, "GET", "POST"):
        if route.public:
            continue
        answer = world.ask("", route.method, route.path)
        if answer.status_code == 401 and route.path.startswith("/api/"):
            continue
        if answer.status_code != 302 or not answer.location.startswith("/login/"):
            wrong.append(f"{route}: {answer.status_code} {answer.location}")
    assert not wrong, "\n".join(wrong)


def test_a_get_opens_to_the_tables_roles_alone_and_changes_nothing(world: World) -> None:
    """Every role of the first village asks for every page and object of it."""
    before = world.contents()
    wrong, opened, should = [], set[str](), set[str]()
    for route in routes(world, "GET"):
        for login in OWN:
            status = world.ask(login, "GET", route.path).status_code
            may = allowed(route.endpoint, roles_of(login), logged_in=True)
            if may and status >= 500:
                wrong.append(f"{login} {route}: {status}")
            if may == (status == 403) and not (may and _any_login(route)):
                wrong.append(f"{login} {route}: {status}, the table says {'yes' if may else 'no'}")
            if may and route.there and route.private:
                should.add(route.endpoint)
            if status < 400:
                opened.add(route.endpoint)
    assert not wrong, "\n".join(wrong)
    assert sorted(should - opened - NOT_PROVED.keys()) == [], "none of its own people can open it"
    assert changed(before, world.contents()) == {}


def _any_login(route: Route) -> bool:
    """Pages for whoever is logged in may still ask for a post, which an administrator need not hold."""
    return any(row.audience is ANY for row in PERMISSIONS.get(route.endpoint, ()))


def test_a_post_is_refused_to_roles_without_a_row(world: World) -> None:
    before, wrong = world.contents(), []
    for route in routes(world, "POST"):
        for login in OWN:
            if allowed(route.endpoint, roles_of(login), logged_in=True, method="POST"):
                continue
            status = world.ask(login, "POST", route.path).status_code
            if status != 403:
                wrong.append(f"{login} {route}: {status}")
    assert not wrong, "\n".join(wrong)
    assert changed(before, world.contents()) == {}


def test_strangers_find_no_object_of_the_village(world: World) -> None:
    """The next village, another firm and an office without a mandate, whatever their roles: 404, or 403 by role."""
    wrong = []
    for route in routes(world, "GET"):
        if not route.private:
            continue
        for login in FOREIGN:
            status = world.ask(login, "GET", route.path).status_code
            if status not in (403, 404):
                wrong.append(f"{login} {route}: {status}")
    assert not wrong, "\n".join(wrong)


def test_strangers_change_no_object_of_the_village(world: World) -> None:
    """A form that is not filled in may be told so first; nothing may come of it."""
    before, wrong = world.contents(), []
    for route in routes(world, "POST"):
        if not route.private:
            continue
        for login in FOREIGN:
            status = world.ask(login, "POST", route.path).status_code
            if status not in (400, 403, 404, 409, 422) and route.endpoint not in IDLE:
                wrong.append(f"{login} {route}: {status}")
    assert not wrong, "\n".join(wrong)
    assert changed(before, world.contents()) == {}
