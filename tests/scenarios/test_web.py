"""Login and a page of the subjects on either back end: FAB's session and ours share one database and its app role."""

from __future__ import annotations

from coop.app import create_app
from coop.kernel.actor import Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.unit import unit
from coop.parties import service as parties
from coop.web.accounts import new_account
from coop.web.app import db as fab
from tests.conftest import Village

PASSWORD = "a long enough sentence"


def test_a_manager_logs_in_and_sees_the_village(
    village: Village, settings: Settings, clock: ToldClock
) -> None:
    with unit(system(0, *Role)) as work:
        account = new_account(
            work.session, username="manager", name="经理", roles=(Role.manager,), password=PASSWORD
        )
        parties.grant_access(work, account.id, village.tenant, clock.day)
    app = create_app(settings, clock=clock, config={"WTF_CSRF_ENABLED": False})
    client = app.test_client()
    assert client.get("/homes/").status_code == 302
    wrong = client.post("/login/", data={"username": "manager", "password": "not this one"})
    assert "/homes" not in wrong.headers.get("Location", "")
    client.post("/login/", data={"username": "manager", "password": PASSWORD})
    page = client.get("/homes/")
    assert page.status_code == 200
    assert "H0030" in page.get_data(as_text=True)
    assert client.get("/").status_code == 200
    with app.app_context():
        fab.engine.dispose()
