"""A county in miniature for the walls: two villages, two enterprises, two offices, and documents of the first village.

The first village's season is told through the services by `tests.desk.chain`; here are only the neighbours and what that
story has no need of. Everything of the first village is asked for by everybody else.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coop.accounting import service as accounting
from coop.accounting.rules.voucher_import import FileLine, vouchers_of
from coop.accounting.service import DraftLine, claims, petty
from coop.accounting.service.attachments import attach_claim
from coop.accounting.service.voucher_imports import file_vouchers
from coop.accounting.service.voucher_templates import keep_template
from coop.app import create_app
from coop.governance import service as governance
from coop.governance.rules import Body
from coop.kernel.actor import Actor, Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.unit import owner_session, unit
from coop.parties import service as parties
from coop.parties.models import Ground, TenantKind
from coop.points import service as points
from coop.web import i18n
from coop.web.accounts import new_account
from ledger.chart import Standard, chart_of
from tests.conftest import YEAR, make_village
from tests.desk import chain as story
from tests.desk.chain import PASSWORD, Chain

# login -> the one role it has; all but the last two belong to the first village or its buyer.
OWN = {
    "manager": Role.manager,
    "clerk": Role.clerk,
    "accountant": Role.accountant,
    "checker": Role.checker,
    "supervisor": Role.supervisor,
    "H0001": Role.household,
    "buyer": Role.enterprise,
    "county": Role.county,
    "admin": Role.admin,
}
# These act for other tenants, in every role a tenant can give.
FOREIGN = ("neighbour", "rival", "far-office")


@dataclass(slots=True)
class World:
    """The app over that county, a browser for each login, and the database file to look into."""

    app: Flask
    chain: Chain
    file: Path
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def ask(self, login: str, method: str, path: str) -> TestResponse:
        """One request; "" is somebody who is not logged in."""
        if login not in self.browsers:
            client = self.app.test_client()
            if login:
                answer = client.post("/login/", data={"username": login, "password": PASSWORD})
                assert answer.status_code == 302, (login, answer.status_code)
            self.browsers[login] = client
        return self.browsers[login].open(path, method=method, buffered=True)

    def enter(self) -> None:
        """Log everybody in, so that later requests write nothing for it."""
        for login in ("", *OWN, *FOREIGN):
            self.ask(login, "GET", "/healthz")

    def rows(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True))

    def contents(self) -> dict[str, tuple[int, int]]:
        """Table -> (rows, a digest of all of them): what must not have changed."""
        with self.rows() as rows:
            tables = [name for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = {}
            for table in tables:
                held = rows.execute(f'SELECT * FROM "{table}"').fetchall()
                found[table] = len(held), hash(tuple(sorted(map(repr, held))))
            return found


def build(settings: Settings, clock: ToldClock, file: Path) -> World:
    """Tell the story and log nobody in yet."""
    village, other = make_village(households=4), make_village("XYZ", households=2)
    buyer = _firm("QLSZ")
    chain = Chain(village, buyer, clock, story.accounts(village, buyer, other))
    _neighbours(chain, other.tenant)
    _season(chain)
    _papers(chain)
    i18n.compile_all()
    config = {"TESTING": False, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
    return World(create_app(settings, clock=clock, config=config), chain, file)


def _firm(code: str) -> Actor:
    with unit(system()) as work:
        tenant = parties.add_tenant(
            work, TenantKind.enterprise, code, f"{code}公司（虚构）", f"{code} (fictional)"
        ).id
    with unit(system(tenant, *Role)) as work:
        parties.add_entity(work, code, f"{code}公司（虚构）", f"{code} (fictional)")
    return Actor(50, "buyer", tenant, frozenset({Role.enterprise}))


def _office(code: str) -> int:
    with unit(system()) as work:
        return parties.add_tenant(
            work, TenantKind.county, code, f"{code}局（虚构）", f"{code} office (fictional)"
        ).id


def _neighbours(chain: Chain, other: int) -> None:
    """The county with the first village's mandate, and three strangers with every role of their own tenants."""
    county, far, rival = _office("LBX"), _office("FAR"), _firm("BJSH").tenant_id
    homes = {"county": county, "neighbour": other, "rival": rival, "far-office": far}
    roles = {"county": [Role.county], "admin": [Role.admin], "far-office": [Role.county]}
    with owner_session(write=True) as session:
        for login in (*homes, "admin"):
            held = roles.get(login, [role for role in Role if role is not Role.admin])
            chain.users[login] = new_account(
                session, username=login, name=f"账号{login}", roles=held, password=PASSWORD
            ).id
    with unit(system(0, Role.admin)) as work:
        for login, tenant in homes.items():
            home = "H0001" if login == "neighbour" else ""
            parties.grant_access(work, chain.users[login], tenant, chain.clock.day, household=home)
    with unit(system(chain.village.tenant, Role.manager)) as work:
        parties.grant_mandate(work, county, chain.clock.day)


def _season(chain: Chain) -> None:
    with unit(chain.actor(Role.accountant)) as work:
        accounting.opening(work, chain.village.rceo, YEAR, {"102": 100_000, "301": -100_000})
    story.catalogue(chain)
    story.hand_in(chain)
    story.split_up(chain)
    story.confirm(chain)
    story.weigh(chain)
    story.ship(chain)
    story.settle(chain)


def _papers(chain: Chain) -> None:
    """A meeting, a claim, goods of the shop, a mandate to act, a draft voucher, an export that waits."""
    today, village = chain.clock.day, chain.village
    with unit(chain.actor(Role.manager)) as work:
        points.adopt_items(work)
        governance.call_meeting(
            work,
            body=Body.rceo_assembly,
            day=today.replace(month=today.month + 2),
            agenda="审议",
            agenda_en="plans",
            entity_id=village.rceo,
        )
        parties.grant_acting(
            work,
            household="H0002",
            deputy="H0001",
            since=today,
            last=None,
            ground=Ground.signed,
            document="委托书 2025-1 号",
        )
    with unit(chain.actor(Role.accountant)) as work:
        holder = petty.add_holder(work, village.rceo, "BZ01", "报账员", limit_fen=50_000).id
    with unit(chain.actor(Role.clerk)) as work:
        claim = claims.open_claim(work, holder, "四月报账").id
        attach_claim(work, claim, "收据.pdf", b"%PDF-1.7 paper")
        points.propose(work, household="H0001", item="X01", day=today, evidence="走访")
        points.buy_goods(work, goods="SOAP", count=2, cost_fen=640, day=today)
    with unit(chain.actor(Role.accountant)) as work:
        lines = (DraftLine("513:01", debit_fen=100), DraftLine("102", credit_fen=100))
        kept = accounting.draft(work, village.rceo, day=today, summary="办公费", lines=lines)
        keep_template(work, kept.id, "办公费")
        rows = [
            FileLine(2, today, "记", "1", "办公费", "513:01", 100, 0, "", "", 1),
            FileLine(3, today, "记", "1", "办公费", "102", 0, 100, "", "", 1),
        ]
        read, _faults = vouchers_of(chart_of(Standard.rceo_2023), rows)
        file_vouchers(work, village.rceo, read, digest="0" * 64)
        accounting.ask_export(work, "TYP-RCEO", YEAR)
