"""An app on a temporary SQLite: the toolkit, the sample pages, and three accounts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import Model
from sqlalchemy.orm import Session

from coop.kernel.actor import Role
from coop.kernel.config import Settings
from coop.kernel.db import Base, Database, connect, make_engine
from coop.kernel.unit import bind
from coop.web import i18n
from coop.web.accounts import new_account
from coop.web.app import create_web
from coop.web.permissions import PERMISSIONS, permit
from tests.web.sample import PASSWORD, Sample, SamplePhone, Watch, actor_for


@pytest.fixture(autouse=True)
def _rows() -> Iterator[None]:
    """The sample's rows are in the table for these tests only."""
    before = dict(PERMISSIONS)
    for method in ("index", "create", "file", "fail"):
        permit(f"Sample.{method}", Role.household, Role.manager)
    permit("Sample.manager", Role.manager)
    permit("SamplePhone.index", Role.household)
    yield
    PERMISSIONS.clear()
    PERMISSIONS.update(before)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'web.sqlite'}"
    return Settings(
        "development", tmp_path, url, url, "memory://", "a secret for tests, long enough to be one"
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with tables and accounts, made once (hashing passwords is slow on purpose) and
    copied.
    """
    path = tmp_path_factory.mktemp("web") / "template.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    Model.metadata.create_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        new_account(session, username="13800000001", name="王秀英", roles=[Role.household], password=PASSWORD)
        new_account(session, username="13800000002", name="李支书", roles=[Role.manager], password=PASSWORD)
        new_account(
            session, username="admin1", name="管理员", roles=[Role.admin, Role.manager], password=PASSWORD
        )
        session.commit()
    engine.dispose()
    return path


@pytest.fixture
def database(settings: Settings, watch: Watch, template: Path) -> Iterator[Database]:
    shutil.copy(template, settings.data_dir / "web.sqlite")
    found = connect(settings)
    bind(found, clock=watch)
    yield found
    bind(None)
    found.dispose()


@pytest.fixture
def app(settings: Settings, database: Database, watch: Watch) -> Flask:
    i18n.compile_all()
    return create_web(
        settings,
        [Sample, SamplePhone],
        actor_for,
        clock=watch,
        config={"RATELIMIT_ENABLED": False, "TESTING": True},
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
