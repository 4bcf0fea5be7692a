"""Notices, meetings and the stamp desk, opened by every role and by the public."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from coop.books import service as books
from coop.governance import queries
from coop.governance import service as governance
from coop.governance.models import NoticeScope
from coop.governance.rules import Body
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import look, unit
from coop.parties import service as parties
from ledger.voucher import Voucher, credit, debit
from tests.conftest import make_village, settings_for
from tests.office import Office, open_office

VILLAGE = ("manager", "accountant", "checker", "supervisor", "clerk", "county")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    village, next_door = make_village(households=6), make_village("XYZ", households=1)
    return open_office(settings, clock, village, next_door)


def publish(office: Office, scope: NoticeScope) -> int:
    with unit(office.actor(Role.manager)) as work:
        return governance.publish(
            work,
            kind="points",
            ref="points-list:1",
            digest=governance.digest_of([scope.value]),
            title="三月积分公示",
            title_en="Points of March",
            body={"lines": [{"household": "H0001", "heading": "孝", "heading_en": "filial", "points": 17}]},
            days=7,
            scope=scope,
        ).id


def test_notices_in_the_village_and_on_the_internet(office: Office) -> None:
    inside, outside = publish(office, NoticeScope.village), publish(office, NoticeScope.internet)
    for login in (*VILLAGE, "household"):
        assert "三月积分公示" in office.text(login, "/notices/")
        assert "H0001" in office.text(login, f"/notices/{inside}")
        office.text(login, "/notices/?over=1")
    assert office.status("enterprise", f"/notices/{inside}") == 403
    assert office.status("stranger", f"/notices/{inside}") == 404
    assert f"/public/TYP/{outside}" in office.text("clerk", f"/notices/{outside}")
    public = office.app.test_client()
    assert public.get(f"/notices/{outside}").status_code == 302
    office.clock.day += timedelta(days=7)
    assert "三月积分公示" in office.text("household", "/notices/?over=1")


def test_a_meeting_with_both_denominators(office: Office) -> None:
    day = office.clock.day + timedelta(days=10)
    child = parties.MemberEntry(
        "H0001", "户主1", "一组", False, "M00019", "小孩", date(2015, 1, 1), "", "", 1, 0
    )
    with unit(office.actor(Role.manager)) as work:
        entities = {"share_entity": office.village.rceo, "contribution_entity": office.village.coop}
        parties.enter_register(work, [child], day=date(2025, 1, 1), **entities)
    sent = {
        "body": "rceo_assembly",
        "entity": office.village.rceo,
        "day": day.isoformat(),
        "agenda": "年度事项",
        "agenda_en": "matters of the year",
        "request_key": "meeting-1",
    }
    office.text("manager", "/meetings/new")
    assert office.get("accountant", "/meetings/new").status_code == 403
    short = sent | {"day": office.clock.day.isoformat(), "request_key": "meeting-0"}
    assert office.post("manager", "/meetings/new", **short).status_code == 422
    assert office.post("manager", "/meetings/new", **(sent | {"agenda": ""})).status_code == 422
    made = office.post("manager", "/meetings/new", **sent)
    assert made.status_code == 303
    url = made.location
    assert office.post("manager", "/meetings/new", **sent).location == url
    for login in VILLAGE:
        office.text(login, "/meetings/")
        office.text(login, url)
    assert office.status("household", url) == 403
    assert office.status("stranger", url) == 404
    meeting = int(url.rsplit("/", 1)[1])
    with look(office.actor(Role.manager)) as seen:
        roll = queries.roll(seen.session, Body.rceo_assembly, office.village.rceo, day)
    adults = [member.id for member in roll if member.capable]
    assert len(roll) > len(adults), "the two denominators differ"
    assert office.post("clerk", f"{url}/attend", member=adults).status_code == 422, "not before the day"
    office.clock.day = day
    page = office.text("clerk", url)
    assert roll[0].name in page
    assert roll[0].name not in office.text("county", url), "names stay in the village"
    assert office.post("clerk", f"{url}/attend", member=adults).status_code == 303
    with look(office.actor(Role.manager)) as seen:
        shown = queries.meeting_page(seen.session, meeting, tenant_id=office.village.tenant)
    assert (shown.attend_base, shown.approve_base) == (len(adults), len(roll))
    assert shown.decision.quorate
    vote = {"text": "同意修路", "text_en": "agree to the road", "kind": "ordinary"}
    votes = {"votes_for": shown.decision.approve_needed, "votes_against": 1}
    assert office.post("manager", f"{url}/resolve", **vote).status_code == 303
    assert office.post("manager", f"{url}/resolve", **vote, **votes).status_code == 303
    assert office.post("manager", f"{url}/resolve", **(vote | {"text": ""})).status_code == 422
    text = office.text("county", url)
    assert text.count("同意修路") == 2
    assert office.post("manager", f"{url}/cancel").status_code == 409
    assert office.post("supervisor", f"{url}/cancel").status_code == 403


def sale(office: Office, number: int) -> int:
    lines = (debit("102", 90_000), credit("501:01", 90_000))
    with unit(office.village.actor(Role.manager, user=95)) as work:
        voucher = Voucher(date(2025, 3, 6), f"售菇{number}", lines, f"sale:{number}")
        return books.post(work, office.village.coop, voucher).id


def test_the_stamp_desk(office: Office) -> None:
    bad, good = sale(office, 1), sale(office, 2)
    url = f"/stamps/{office.village.coop}/2025-03-06"
    for login in ("manager", "accountant", "checker", "supervisor", "county"):
        assert "2025-03-06" in office.text(login, "/stamps/")
        assert "900.00" in office.text(login, url)
    for login in ("clerk", "household", "enterprise"):
        assert office.status(login, url) == 403
    assert office.status("stranger", url) == 404
    assert office.status("supervisor", f"/stamps/{office.village.coop}/yesterday") == 404
    assert office.post("accountant", url).status_code == 403
    assert office.post("supervisor", f"{url}/{bad}/refuse").status_code == 422, "a reason is needed"
    late = {f"reason-{bad}": "无过磅单", f"due-{bad}": "2024-12-31"}
    assert office.post("supervisor", f"{url}/{bad}/refuse", **late).status_code == 422
    refused = office.post("supervisor", f"{url}/{bad}/refuse", **(late | {f"due-{bad}": "2025-03-20"}))
    assert refused.status_code == 303
    assert "无过磅单" in office.text("accountant", url)
    assert "2025-03-20" in office.text("accountant", url)
    assert office.post("stranger", f"{url}/{good}/stamp").status_code == 404
    assert office.post("supervisor", url).status_code == 303
    text = office.text("supervisor", url)
    assert f"/vouchers/{bad}" in text
    assert f"/vouchers/{good}" not in text
    assert office.post("supervisor", f"{url}/{bad}/stamp").status_code == 303
    assert "2025-03-06" not in office.text("supervisor", "/stamps/")
