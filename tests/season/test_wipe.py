"""`coop demo --wipe`: only what the demo made, and nothing but it, may go."""

from __future__ import annotations

import pytest

from coop.kernel.actor import system
from coop.kernel.db import Database
from coop.kernel.unit import owner_session, unit
from coop.parties import service as parties
from coop.parties.models import TenantKind
from coop.season import wipe
from coop.season.models import DemoRunRow
from coop.web.accounts import Account, new_account
from tests.conftest import make_village


def _run(*, finished: bool) -> None:
    left = wipe.taken_now()
    with unit(system()) as work:
        done = work.now if finished else None
        work.session.add(
            DemoRunRow(year=2025, seed=1, households=1, started_at=work.now, finished_at=done, census=left)
        )


def test_a_database_without_a_demo_is_left_alone(db: Database) -> None:
    with pytest.raises(wipe.NoDemoError):
        wipe.require_only_demo()


def test_a_finished_demo_may_go_until_anything_is_added(db: Database) -> None:
    make_village("DEMO", households=1)
    _run(finished=True)
    wipe.require_only_demo()
    with unit(system()) as work:
        parties.add_tenant(work, TenantKind.enterprise, "REAL", "真企业", "real")
        new_account(work.session, username="real", name="真人", roles=[], password="a long sentence")
    with pytest.raises(wipe.NotOnlyDemoError) as caught:
        wipe.require_only_demo()
    assert caught.value.found == {"tenant": (1, 2), "ab_user": (0, 1)}


def test_a_stopped_demo_may_go_until_somebody_has_logged_in(db: Database) -> None:
    with unit(system()) as work:
        user = new_account(work.session, username="d", name="演示", roles=[], password="a long sentence").id
    _run(finished=False)
    wipe.require_only_demo()
    with owner_session(write=True) as session:
        session.get_one(Account, user).login_count = 1
    with pytest.raises(wipe.UsedDemoError):
        wipe.require_only_demo()
