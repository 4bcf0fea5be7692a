"""One accountant, several villages: a board over all, one stood in at a time, none without a post."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from coop.accounting import service as accounting
from coop.accounting.models import DraftRow
from coop.kernel.actor import Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import owner_session, unit
from coop.parties import queries as register
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


def test_a_template_runs_over_the_villages_one_keeps(office: Office) -> None:
    with owner_session() as session:
        other = register.entity(session, "XYZ-COOP")
        tenant, there = other.tenant_id, other.id
    with unit(replace(office.actor(Role.accountant), tenant_id=tenant, readable=frozenset({tenant}))) as work:
        accounting.opening(work, there, YEAR, {"101": 50_000, "301": -50_000})
    kept = draft(office.village)
    assert office.post("accountant", f"/voucher-templates/keep/{kept}", name="办公费").status_code == 303
    listed = office.text("accountant", f"/voucher-templates/{office.village.coop}")
    url = re.findall(r"/voucher-templates/\d+/run", listed)[0]
    page = office.text("accountant", url)
    assert "TYP-COOP" in page
    assert "XYZ-COOP" in page
    assert "TYP-RCEO" not in page, "another standard, another chart"
    typed = {"day": f"{YEAR}-04-08", "summary": "四月"}
    assert office.post("accountant", url, **typed).status_code == 422, "no book chosen"
    chosen = {"book-TYP-COOP": "1", "book-XYZ-COOP": "1", "amount-XYZ-COOP": "33.00", "request_key": "k"}
    done = office.post("accountant", url, **typed, **chosen)
    again = office.post("accountant", url, **typed, **chosen)
    assert done.status_code == again.status_code == 200
    assert done.text.count("alert-success") == 2
    with owner_session() as session:
        rows = session.query(DraftRow).order_by(DraftRow.id).all()
        found = [(row.tenant_id == tenant, row.lines[0]["debit_fen"]) for row in rows]
    assert found == [
        (False, 12_000),
        (False, 12_000),
        (True, 3_300),
    ], "each in its own village, once however often it is sent"
    refused = office.post("accountant", url, **typed, **{"book-TYP-RCEO": "1", "request_key": "m"})
    assert refused.status_code == 422, "no book that is on offer"
    assert office.post("stranger", url, **typed, **chosen).status_code == 404


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
