"""The pages of bank and cash by who may open them, and one statement walked from file to reconciliation."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from tests.accounting.desk import open_book, sale
from tests.conftest import make_village, settings_for
from tests.office import Office, open_office

READERS = ("manager", "accountant", "checker", "supervisor")
OUTSIDE = ("clerk", "household", "enterprise", "county")
FILE = (
    "交易日期,收入,支出,余额,流水号,摘要\n"
    "2025-05-07,900.00,,10900.00,B1,货款\n2025-05-31,,2.00,10898.00,B2,手续费\n"
).encode("gbk")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    village, next_door = make_village(households=5), make_village("XYZ", households=1)
    found = open_office(settings, clock, village, next_door)
    open_book(village)
    sale(village)
    return found


def register(office: Office) -> str:
    typed = {"account": f"{office.village.coop}/102", "name": "农信社", "tail": "0016", "since": "2025-01-01"}
    assert office.post("accountant", "/bank/new", **typed).status_code == 422, (
        "the opening balance is missing"
    )
    answer = office.post("accountant", "/bank/new", **typed, opening="10,000.00")
    assert answer.status_code == 303, answer.text[-400:]
    return str(answer.location)


def send(office: Office, url: str, data: bytes, **more: str) -> tuple[int, str]:
    answer = office.browser("accountant").post(
        f"{url}/statement", data={"statement": (BytesIO(data), "五月.csv"), **more}
    )
    return answer.status_code, answer.text


def test_from_file_to_reconciliation(office: Office) -> None:
    url = register(office)
    status, text = send(office, url, FILE, dry="1")
    assert status == 200
    assert "10,898.00" in text
    assert "B2" not in office.text("accountant", url), "a dry run stores nothing"
    status, text = send(office, url, FILE.replace(b"10898", b"10899"))
    assert status == 422
    assert "对账单!D3 余额" in text
    assert send(office, url, FILE)[0] == 303
    assert office.post("accountant", f"{url}/rules", days=5).status_code == 303
    desk = office.text("accountant", url)
    line = re.search(r'name="line" value="(\d+)"', desk)
    assert line is not None
    bad = office.post("accountant", f"{url}/draft", line=line[1], counter="999", summary="手续费")
    assert bad.status_code == 422
    made = office.post("accountant", f"{url}/draft", line=line[1], counter="524:03", summary="手续费")
    assert office.post("checker", f"{made.location}/approve").status_code == 303
    assert office.post("accountant", f"{url}/rules", days=5).status_code == 303
    form = office.text("supervisor", f"{url}/reconciliation?day=2025-05-31")
    assert form.count("10,898.00") == 4, "both balances and both adjusted ones"
    matches = office.text("supervisor", f"{url}/matches")
    assert "/vouchers/" in matches
    assert "/undo" not in matches
    undo = re.search(r"/bank/matches/\d+/undo", office.text("checker", f"{url}/matches"))
    assert undo is not None
    assert office.post("checker", undo[0], why="点错").status_code == 303
    assert "点错" in office.text("manager", f"{url}/matches")
    file = re.search(r"/bank/files/\d+", desk)
    assert file is not None
    assert office.get("checker", file[0]).data == FILE


def test_who_opens_what(office: Office) -> None:
    url = register(office)
    office.clock.day = date(2025, 5, 31)
    new = f"/cash/new/{office.village.coop}"
    assert office.post("accountant", new, day="2025-05-31", **{"pieces-100": "x"}).status_code == 422
    made = office.post("accountant", new, day="2025-05-31", reason="试", **{"pieces-100": "7"})
    assert made.status_code == 303, made.text[-400:]
    for page in ("/bank/", url, f"{url}/matches", f"{url}/reconciliation", "/cash/", made.location):
        for login in READERS:
            office.text(login, page)
        for login in OUTSIDE:
            assert office.status(login, page) == 403, (login, page)
        if page not in ("/bank/", "/cash/"):
            assert office.status("stranger", page) == 404, page
    for login in ("manager", "supervisor"):
        assert office.status(login, new) == 403
        assert office.post(login, f"{made.location}/witness").status_code == 403
        assert office.post(login, f"{url}/rules", days=5).status_code == 403
    assert office.post("checker", f"{made.location}/witness").status_code == 303
    assert office.post("checker", f"{made.location}/draft").status_code == 403
    assert office.post("accountant", f"{made.location}/draft").status_code == 303
