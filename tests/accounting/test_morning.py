"""One accountant, several villages: a board over all, one stood in at a time, none without a post."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from coop.accounting import service as accounting
from coop.kernel.actor import Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import unit
from coop.parties import service as parties
from tests.accounting.desk import BALANCES, draft, sale
from tests.accounting.test_pages import OUTSIDE
from tests.conftest import YEAR, make_village, settings_for
from tests.office import Office, open_office


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'morning.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    """The accountant also keeps the books next door; the checker does not."""
    village, next_door = make_village(households=5), make_village("XYZ", households=1)
    found = open_office(settings, clock, village, next_door)
    with unit(system(0, Role.admin)) as work:
        parties.grant_access(work, found.users["accountant"], next_door.tenant, date(YEAR - 1, 12, 1))
    with unit(found.actor(Role.accountant)) as work:
        accounting.opening(work, village.coop, YEAR, BALANCES)
    return found


def test_the_board_tells_what_waits_and_leads_there(office: Office) -> None:
    sale(office.village)
    draft(office.village)
    office.clock.day = date(YEAR, 2, 20)
    board = office.text("accountant", "/morning/")
    assert "TYP村(虚构)" in board
    assert "XYZ村(虚构)" in board
    assert "/drafts/" in board
    assert "逾期" in board, "January is still open on 20 February"
    assert "XYZ村" not in office.text("checker", "/morning/"), "no post there"
    for login in OUTSIDE:
        assert office.status(login, "/morning/") == 403


def test_one_stands_in_another_village_without_logging_out(office: Office) -> None:
    assert "TYP-COOP" in office.text("accountant", "/books/")
    assert office.post("accountant", "/morning/stand/XYZ").status_code == 303
    there = office.text("accountant", "/books/")
    assert "XYZ-COOP" in there
    assert "TYP-COOP" not in there, "what is written now goes into the other village alone"
    url = f"/periods/{office.village.coop}/{YEAR}/1/close"
    assert office.post("accountant", url).status_code == 404, "the first village's book is out of reach"
    assert office.post("accountant", "/morning/stand/TYP").status_code == 303
    assert "TYP-COOP" in office.text("accountant", "/books/")


def test_nobody_stands_where_they_hold_no_post(office: Office) -> None:
    assert office.post("checker", "/morning/stand/XYZ").status_code == 404
    assert office.post("clerk", "/morning/stand/XYZ").status_code == 403
    assert "TYP-COOP" in office.text("checker", "/books/")


def test_the_proof_page_shows_each_books_seal(office: Office) -> None:
    for login in ("accountant", "manager", "supervisor", "checker"):
        assert "TYP-COOP #1 " in office.text(login, "/proof/")
    assert office.status("household", "/proof/") == 403
    assert office.post("accountant", "/proof/check").status_code == 303
    assert office.post("clerk", "/proof/check").status_code == 403


def test_a_rehearsal_is_shown_and_a_run_is_asked_for(office: Office) -> None:
    sale(office.village)
    period = f"/periods/{office.village.coop}/{YEAR}"
    assert "没有在系统中对账" in office.text("accountant", f"{period}/1/rehearsal")
    assert "未盖审核章" in office.text("supervisor", f"{period}/5/rehearsal")
    assert office.status("stranger", f"{period}/1/rehearsal") == 404
    assert office.post("accountant", f"{period}/run", upto=3).status_code == 303
    assert office.post("checker", f"{period}/run", upto=3).status_code == 403
    assert office.post("accountant", f"{period}/run", upto=13).status_code == 422
