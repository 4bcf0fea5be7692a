"""The chain's app on SQLite: pages show what the services stored, which other tests try on both back ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coop.app import create_app
from coop.kernel.actor import Actor
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.web import i18n
from tests.conftest import Village, make_village, settings_for
from tests.desk import chain as story
from tests.desk.chain import Chain


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'desk.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def village(db: Database) -> Village:
    return make_village(households=6)


@pytest.fixture
def chain(village: Village, buyer: Actor, clock: ToldClock) -> Chain:
    """An order handed in, and nothing more."""
    users = story.accounts(village, buyer, make_village("XYZ", households=1))
    made = Chain(village, buyer, clock, users)
    story.catalogue(made)
    story.hand_in(made)
    return made


@pytest.fixture
def told(chain: Chain) -> Chain:
    """The whole story, to the pay batch that waits for its approval."""
    story.split_up(chain)
    story.confirm(chain)
    story.weigh(chain)
    story.ship(chain)
    story.settle(chain)
    return chain


@pytest.fixture
def app(settings: Settings, db: Database, clock: ToldClock) -> Flask:
    i18n.compile_all()
    return create_app(
        settings, clock=clock, config={"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
    )


@pytest.fixture
def as_user(app: Flask, clock: ToldClock) -> Callable[[str], FlaskClient]:
    """A browser in which that login is logged in today; a login of another day has ended by itself."""
    clients: dict[tuple[str, date], FlaskClient] = {}

    def enter(name: str) -> FlaskClient:
        key = name, clock.day
        if key not in clients:
            clients[key] = app.test_client()
            assert story.log_in(clients[key], name).status_code == 302
        return clients[key]

    return enter
