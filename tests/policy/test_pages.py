"""Policies, programmes and grants in the browser: who opens what, a season of a grant through its forms."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from coop.kernel.actor import Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import unit
from coop.standards import service as standards
from tests.conftest import make_village, settings_for
from tests.office import Office, open_office

VILLAGE = ("manager", "accountant", "checker", "supervisor", "clerk", "county")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    clock.day = date(2025, 6, 1)
    village, next_door = make_village(households=6), make_village("XYZ", households=1)
    with unit(system(0, Role.admin)) as work:
        standards.load_catalogue(work)
    return open_office(settings, clock, village, next_door)


def issue(office: Office) -> str:
    sent = {
        "number": "留政发〔2025〕3号", "title": "食用菌奖补", "title_en": "mushroom support", "since": "2025-01-01",
        "until": "2025-12-01", "text": "每袋补 2.6 元。\n先到先得。", "text_en": "2.6 yuan a bag.", "request_key": "p1",
    }  # fmt: skip
    assert (
        office.post("county", "/policies/new", **(sent | {"text": "", "request_key": "p0"})).status_code
        == 422
    )
    twice = office.post("county", "/policies/new", **(sent | {"product": "NOPE", "request_key": "p2"}))
    assert twice.status_code == 422
    made = office.post("county", "/policies/new", **sent)
    assert made.status_code == 303
    assert office.post("county", "/policies/new", **sent).location == made.location
    return made.location


def test_policies(office: Office) -> None:
    office.text("county", "/policies/new")
    url = issue(office)
    for login in (*VILLAGE, "household", "enterprise", "stranger"):
        assert "食用菌奖补" in office.text(login, "/policies/")
        assert "先到先得" in office.text(login, url)
    assert office.status("manager", "/policies/new") == 403
    assert office.post("manager", f"{url}/versions", since="2025-07-01", text="x").status_code == 403
    assert office.post("stranger", f"{url}/versions", since="2025-07-01", text="x").status_code == 422
    assert office.post("county", f"{url}/versions", since="2025-07-01", text="").status_code == 422
    assert (
        office.post("county", f"{url}/versions", since="2025-07-01", text="每袋补 3 元。").status_code == 303
    )
    assert "每袋补 3 元" in office.text("household", url)
    assert office.status("county", "/policies/99") == 404
    office.text("county", "/policies/?product=XG")


def test_a_grant_from_the_announcement_to_the_return(office: Office) -> None:
    policy = issue(office).rsplit("/", 1)[1]
    sent = {
        "project": "COLD", "name": "冷库项目", "name_en": "cold stores", "document": "留财农〔2025〕8号",
        "amount": "300000", "purpose": "建冷库", "purpose_en": "cold stores", "policy": policy,
        "contact": "农业农村局", "complaints": "监督热线", "awards": "TYP-RCEO 200000\nTYP-COOP 100,000",
        "request_key": "g1",
    }  # fmt: skip
    office.text("county", "/programmes/new")
    for wrong in ({"project": "cold"}, {"awards": "TYP-RCEO"}, {"amount": ""}, {"amount": "299999.99"}):
        answer = office.post("county", "/programmes/new", **(sent | wrong | {"request_key": str(wrong)}))
        assert answer.status_code == 422, wrong
    made = office.post("county", "/programmes/new", **sent)
    assert made.status_code == 303
    for login in (*VILLAGE, "household", "enterprise"):
        assert "COLD" in office.text(login, "/programmes/")
        assert "TYP-RCEO" in office.text(login, made.location)
    waiting = office.text("accountant", "/grants/")
    assert waiting.count("COLD") >= 2
    assert "200000.00" in waiting, "the form opens filled in"
    form = office.text(
        "accountant", f"/grants/new?entity={office.village.rceo}&project=COLD&amount=200000.00"
    )
    assert 'value="COLD"' in form
    receipt = {
        "entity": office.village.rceo, "project": "COLD", "name": "冷库项目", "document": "留财农〔2025〕8号",
        "amount": "200000", "day": "2025-06-01", "request_key": "r1",
    }  # fmt: skip
    assert (
        office.post(
            "accountant", "/grants/new", **(receipt | {"day": "2025-07-01", "request_key": "r0"})
        ).status_code
        == 422
    )
    assert (
        office.post(
            "accountant", "/grants/new", **(receipt | {"amount": "200001", "request_key": "r2"})
        ).status_code
        == 422
    )
    assert office.post("stranger", "/grants/new", **receipt).status_code == 404
    got = office.post("accountant", "/grants/new", **receipt)
    assert got.status_code == 303
    url = got.location
    assert office.post("accountant", "/grants/new", **receipt).location == url
    use = {
        "kind": "asset", "amount": "150000", "day": "2025-06-01", "account": "151:COLD", "purpose": "冷库一座",
        "purpose_en": "a cold store",
    }  # fmt: skip
    assert office.post("accountant", f"{url}/uses", **(use | {"account": "513:03"})).status_code == 422
    assert office.post("accountant", f"{url}/uses", **(use | {"amount": "200000.01"})).status_code == 422
    assert office.post("manager", f"{url}/uses", **use).status_code == 403
    assert office.post("stranger", f"{url}/uses", **use).status_code == 404
    assert office.post("accountant", f"{url}/uses", **use).status_code == 303
    other = {"kind": "other", "account": "", "purpose": "培训", "amount": "30000", "request_key": "u2"}
    for _ in range(2):
        assert office.post("accountant", f"{url}/uses", **(use | other)).status_code == 303
    assert (
        office.post("accountant", f"{url}/return", back_amount="", back_day="2025-06-01").status_code == 422
    )
    assert (
        office.post("accountant", f"{url}/return", back_amount="5000", back_day="2025-06-01").status_code
        == 303
    )
    for login in VILLAGE:
        listed, text = office.text(login, "/grants/"), office.text(login, url)
        assert "180,000.00" in listed
        for figure in ("200,000.00", "150,000.00", "30,000.00", "5,000.00", "15,000.00", "冷库一座", "培训"):
            assert figure in text
    assert "/vouchers/" in office.text("supervisor", url)
    assert office.get("accountant", "/grants/uses/1").location == f"{url}#use-1"
    assert office.status("stranger", url) == 404
    assert office.status("stranger", "/grants/uses/1") == 404
    for login in ("household", "enterprise"):
        assert office.status(login, url) == 403
    for voucher in re.findall(r'"(/vouchers/\d+)"', office.text("accountant", url)):
        assert 'href="/grants/' in office.text("accountant", voucher), "and back"
