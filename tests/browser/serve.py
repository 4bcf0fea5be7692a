"""The demo's year in a database of its own, and the app served over it: what the browser walks through.

`python -m tests.browser.serve tell FOLDER` tells the year; `... serve FOLDER` prints the port it found and serves until
it is stopped. Both run as processes of their own, because a database is bound to a whole process.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from waitress.server import create_server

from coop import migrations
from coop.app import create_app
from coop.kernel import crypt
from coop.kernel.actor import Role, system
from coop.kernel.config import Settings, load_settings
from coop.kernel.db import connect
from coop.kernel.unit import bind, owner_session, unit
from coop.parties import service as parties
from coop.parties.models import TenantKind
from coop.season import story
from coop.season.stage import PASSWORD
from coop.subjects import load_subjects
from coop.web import i18n
from coop.web.accounts import new_account

HOUSEHOLDS, YEAR, SEED = 30, 2025, 1
STRANGER = "stranger"


def open_database(folder: Path) -> Settings:
    settings = load_settings({"COOP_DATA_DIR": str(folder)})
    crypt.set_secret(settings.secret_key)
    load_subjects()
    migrations.upgrade(settings)
    bind(connect(settings))
    return settings


def tell(folder: Path) -> None:
    """The season, and a stranger: another firm's buyer, who keeps another firm's books as well."""
    i18n.compile_all()
    settings = open_database(folder)
    report = story.tell(settings, households=HOUSEHOLDS, year=YEAR, seed=SEED, progress=lambda *_: None)
    assert report["verify"]["ok"], report["verify"]
    with unit(system()) as work:
        name, english = "别家山货有限公司（虚构）", "Another mountain firm (fictional)"
        firm = parties.add_tenant(work, TenantKind.enterprise, "BJSH", name, english).id
    with owner_session(write=True) as session:
        roles = (Role.enterprise, Role.accountant, Role.manager)
        stranger = new_account(
            session, username=STRANGER, name="别家采购员（虚构）", roles=roles, password=PASSWORD
        ).id
    with unit(system(0, Role.admin)) as work:
        parties.grant_access(work, stranger, firm, date(YEAR, 1, 1))


def serve(folder: Path) -> None:
    """On the system's clock: the demo's year is over, and its pages still open."""
    settings = open_database(folder)
    app = create_app(settings, config={"RATELIMIT_ENABLED": False})
    server = create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    print(server.effective_port, flush=True)  # noqa: T201  (the tests read it)
    server.run()


if __name__ == "__main__":
    {"tell": tell, "serve": serve}[sys.argv[1]](Path(sys.argv[2]))
