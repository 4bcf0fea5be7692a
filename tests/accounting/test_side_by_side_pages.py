"""The page of books side by side: who sees which village, where a figure leads, the workbook."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from coop.accounting import service as accounting
from coop.kernel.actor import Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import unit
from coop.parties import service as parties
from tests.accounting.test_side_by_side import FIRST, SECOND
from tests.conftest import YEAR, make_village, settings_for
from tests.office import Office, open_office

PAGE = "/books-side-by-side/"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'beside.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    village, other = make_village(households=5), make_village("XYZ", households=1)
    found = open_office(settings, clock, village, other)
    for each, balances in ((village, FIRST), (other, SECOND)):
        with unit(each.actor(Role.accountant, user=2)) as work:
            accounting.opening(work, each.coop, YEAR, balances)
    with unit(system(0, Role.admin)) as work:
        parties.grant_access(work, found.users["accountant"], other.tenant, date(YEAR - 1, 12, 1))
    return found


def test_the_county_sees_what_it_holds_a_mandate_of_and_no_person(office: Office) -> None:
    page = office.text("county", f"{PAGE}?standard=coop_2021")
    assert "TYP-COOP" in page
    assert "XYZ-COOP" not in page, "that village gave no mandate"
    assert "H0003" not in page
    assert "户主" not in page
    assert office.status("county", f"{PAGE}?book=XYZ-COOP") == 404
    assert f"/books/TYP-COOP/{YEAR}/statements/balance_sheet/1" in page
    assert office.status("county", f"/books/TYP-COOP/{YEAR}/statements/balance_sheet/1") == 200


def test_an_accountant_of_two_villages_sees_both_and_goes_into_the_other(office: Office) -> None:
    page = office.text("accountant", f"{PAGE}?standard=coop_2021")
    assert "TYP-COOP" in page
    assert "XYZ-COOP" in page
    assert "/morning/stand/XYZ" in page, "its pages open after going there"
    assert f"/books/XYZ-COOP/{YEAR}/statements/balance_sheet/1" not in page
    assert "113:XYZ-COOP" in page
    assert office.text("accountant", f"{PAGE}?standard=coop_2021&form=income_distribution&when=before")
    assert office.text("accountant", f"{PAGE}?standard=nonsense&year=99999&form=no") != ""


def test_only_office_and_accountant_come_here(office: Office) -> None:
    for login in ("manager", "clerk", "household", "enterprise", "supervisor"):
        assert office.status(login, PAGE) == 403, login


def test_the_workbook_holds_every_statement_and_what_stands_between(office: Office) -> None:
    answer = office.get(
        "accountant", f"{PAGE}side-by-side.xlsx?standard=coop_2021&book=TYP-COOP&book=XYZ-COOP"
    )
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    assert book.sheet_names == [
        "账簿与核对",
        "资产负债表",
        "盈余及盈余分配表",
        "成员权益变动表",
        "往来抵销候选",
    ]
    sheet = book.get_sheet_by_name("资产负债表").to_python()
    [assets] = [row for row in sheet if row[0] == "22"]
    assert assets[3:] == [10_800.0, 5_000.0, 15_800.0]
    [between] = book.get_sheet_by_name("往来抵销候选").to_python()[1:]
    assert (between[3], between[5], between[6]) == (300.0, -280.0, 20.0)
