"""A distribution plan through its pages, from the draft to the pay batch, by every role."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from coop.books import service as books
from coop.governance.service import Body
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.unit import unit
from tests.conftest import Village, make_village, settings_for
from tests.dividends.year import Year
from tests.office import Office, open_office

READERS = ("manager", "accountant", "checker", "supervisor", "county")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, village: Village, clock: ToldClock) -> Office:
    return open_office(settings, clock, village, make_village("XYZ", households=1))


RCEO = {"year": 2025, "reserve_rate": "35", "to_members": "90000", "request_key": "plan"}


def drafted(office: Office) -> str:
    made = office.post("accountant", "/dividends/new", entity=office.village.rceo, **RCEO)
    assert made.status_code == 303, made.text[-400:]
    return made.location


def resolved(office: Office, year: Year) -> str:
    """Drafted, reviewed, published and voted on through the pages."""
    url = drafted(office)
    assert office.post("supervisor", f"{url}/review").status_code == 303
    assert office.post("manager", f"{url}/publish").status_code == 303
    meeting = year.meet(office.village.rceo, body=Body.rceo_assembly, days=10)
    assert str(meeting) in office.text("manager", url)
    vote = {"meeting": meeting, "votes_for": 60, "votes_against": 2}
    assert office.post("manager", f"{url}/resolve", meeting=meeting).status_code == 422
    assert office.post("manager", f"{url}/resolve", **vote).status_code == 303
    return url


def test_the_waterfall_and_every_line(office: Office, year: Year) -> None:
    office.text("accountant", "/dividends/new")
    wrong = RCEO | {"reserve_rate": "350", "request_key": "wrong"}
    assert office.post("accountant", "/dividends/new", entity=office.village.rceo, **wrong).status_code == 422
    assert office.post("manager", "/dividends/new", entity=office.village.rceo, **RCEO).status_code == 403
    url = drafted(office)
    for login in READERS:
        assert url in office.text(login, "/dividends/")
        text = office.text(login, url)
        for figure in ("180,000.00", "-63,000.00", "-90,000.00", "39,400.00"):
            assert figure in text, figure
        assert "你家 1 股 ÷ 全村 75 股 × 可分 90,000.00 元 = 1,200.00 元" in text
        assert "农村集体经济组织法 第42条" in text
    for login in ("clerk", "household", "enterprise"):
        assert office.status(login, url) == 403
    assert office.status("stranger", url) == 404
    assert url not in office.text("stranger", "/dividends/")
    assert office.post("stranger", f"{url}/review").status_code == 404
    assert office.post("accountant", f"{url}/review").status_code == 403
    assert office.post("accountant", f"{url}/publish").status_code == 422, "not reviewed yet"


def test_a_plan_from_draft_to_pay_batch(office: Office, year: Year) -> None:
    own = office.text("household", "/my-dividend/")
    assert "1,200.00" not in own, "nothing is published"
    url = resolved(office, year)
    own = office.text("household", "/my-dividend/")
    assert "你家 1 股 ÷ 全村 75 股 × 可分 90,000.00 元 = 1,200.00 元" in own
    assert "2,400.00" not in own, "no other household's line"
    assert office.post("manager", f"{url}/post").status_code == 403
    assert office.post("accountant", f"{url}/post").status_code == 303
    text = office.text("county", url)
    assert "/vouchers/" in text, "each line leads to the voucher that owes it"
    line = "/dividends/lines/1"
    assert office.post("supervisor", f"{line}/hold").status_code == 422
    assert office.post("supervisor", f"{line}/hold", reason="股数有异议").status_code == 303
    assert "股数有异议" in office.text("manager", url)
    assert office.post("stranger", f"{line}/release", reason="x").status_code == 404
    assert office.post("manager", f"{line}/release", reason="已核对股权证").status_code == 303
    assert office.post("accountant", f"{url}/close").status_code == 303
    with unit(year.village.actor(Role.accountant, user=11)) as work:
        books.open_year(work, office.village.rceo, 2026)
    assert office.post("accountant", f"{url}/pay").status_code == 303
    assert "90,000.00" in office.text("manager", url)
    office.clock.day += timedelta(days=1)
    for login in READERS:
        office.text(login, url)
    english = office.browser("county")
    english.get("/locale/en")
    assert "your 1 share ÷ the village&#39;s 75 shares" in english.get(url).text
