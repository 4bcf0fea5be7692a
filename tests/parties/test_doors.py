"""The ways in, through the app: an invitation, a code to the telephone, the card, an enterprise's application."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from queue import Queue

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.unit import look, owner_session, unit
from coop.parties.models import AccessRow, ApplicationRow, CardRow, LoginCodeRow, MemberRow
from coop.parties.service import logins
from coop.web import codes
from coop.web.app import db as web_db
from tests.conftest import Village, make_village
from tests.office import Office, faults, open_office

UNKNOWN = "13911112222"
HOME2, HOME4 = "13800000002", "13800000004"  # households of three and one members, who share a telephone


class Recorder:
    """A provider that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: Queue[tuple[str, str]] = Queue()

    def send(self, phone: str, code: str) -> None:
        self.sent.put((phone, code))


class Later:
    """The told clock with minutes: codes live shorter than a day."""

    def __init__(self, clock: ToldClock) -> None:
        self.clock = clock
        self.span = timedelta()

    @property
    def day(self) -> object:
        return self.clock.day

    def now(self) -> datetime:
        return self.clock.now() + self.span


@pytest.fixture
def later(clock: ToldClock) -> Later:
    return Later(clock)


@pytest.fixture
def office(settings: Settings, later: Later, village: Village) -> Iterator[Office]:
    found = open_office(settings, later, village, make_village("NEXT", households=1))  # type: ignore[arg-type]
    yield found
    with found.app.app_context():
        web_db.engine.dispose()


@pytest.fixture
def post(office: Office) -> Recorder:
    office.app.extensions[codes.KEY] = recorder = Recorder()
    return recorder


def _ask(client: FlaskClient, phone: str) -> str:
    answer = client.post("/login/phone/", data={"phone": phone})
    assert answer.status_code == 200
    assert list(faults(answer.text)) == []
    return _words(answer.text)


def test_a_code_opens_the_villagers_own_page(office: Office, post: Recorder, later: Later) -> None:
    client = office.app.test_client()
    page = client.get("/login/phone/").text
    assert list(faults(page)) == []
    _ask(client, "138-0000 0004")
    phone, code = post.sent.get(timeout=5)
    assert phone == HOME4
    assert client.post("/login/phone/code", data={"phone": phone, "code": code}).location == "/"
    assert client.get("/household/").status_code == 200
    other = office.app.test_client()
    again = other.post("/login/phone/code", data={"phone": phone, "code": code})
    assert again.status_code == 422, "a code works once"
    later.span += timedelta(minutes=2)
    _ask(other, HOME4)
    _, code = post.sent.get(timeout=5)
    assert other.post("/login/phone/code", data={"phone": phone, "code": code}).status_code == 303
    with owner_session() as session:
        rows = session.scalars(select(AccessRow).where(AccessRow.member != "")).all()
        assert [(row.member, row.household) for row in rows] == [("M00040", "H0004")]


def test_several_people_with_one_telephone_say_who_they_are(office: Office, post: Recorder) -> None:
    client = office.app.test_client()
    _ask(client, HOME2)
    _, code = post.sent.get(timeout=5)
    page = client.post("/login/phone/code", data={"phone": HOME2, "code": code}).text
    members = re.findall(r'name="member" value="(\d+)"', page)
    assert len(members) == 3
    stranger = client.post("/login/phone/who", data={"member": "1"})
    assert stranger.location == "/login/phone/", "only one of those with the telephone"
    assert client.get("/household/").status_code == 302


def test_known_and_unknown_telephones_look_the_same(office: Office, post: Recorder, later: Later) -> None:
    answers = {_ask(office.app.test_client(), phone) for phone in (HOME4, UNKNOWN)}
    assert len(answers) == 1
    post.sent.get(timeout=5)
    wrong = {
        _words(answer.text)
        for phone in (HOME4, UNKNOWN)
        for answer in [office.app.test_client().post("/login/phone/code", data={"phone": phone, "code": "x"})]
    }
    assert len(wrong) == 1
    hasty = {
        (answer.status_code, answer.text.count("太勤"))
        for phone in (HOME4, UNKNOWN)
        for answer in [office.app.test_client().post("/login/phone/", data={"phone": phone})]
    }
    assert hasty == {(422, 1)}
    assert post.sent.empty()
    for _ in range(4):
        later.span += timedelta(minutes=2)
        _ask(office.app.test_client(), UNKNOWN)
    later.span += timedelta(minutes=2)
    assert office.app.test_client().post("/login/phone/", data={"phone": UNKNOWN}).status_code == 422


def test_five_tries_and_five_minutes(office: Office, post: Recorder, later: Later) -> None:
    client = office.app.test_client()
    _ask(client, HOME4)
    _, code = post.sent.get(timeout=5)
    other = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        assert client.post("/login/phone/code", data={"phone": HOME4, "code": other}).status_code == 422
    assert client.post("/login/phone/code", data={"phone": HOME4, "code": code}).status_code == 422
    later.span += timedelta(minutes=2)
    _ask(client, HOME4)
    _, code = post.sent.get(timeout=5)
    later.span += timedelta(minutes=5)
    assert client.post("/login/phone/code", data={"phone": HOME4, "code": code}).status_code == 422


def test_neither_telephone_nor_code_is_stored_or_logged(
    office: Office, post: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = office.app.test_client()
    _ask(client, HOME4)
    _, code = post.sent.get(timeout=5)
    client.post("/login/phone/code", data={"phone": HOME4, "code": code})
    assert HOME4 not in caplog.text
    assert code not in caplog.text
    with owner_session() as session:
        row = session.scalars(select(LoginCodeRow)).one()
        assert HOME4 not in row.phone_index
        assert code not in row.digest
        index = session.scalars(select(MemberRow.phone_index).where(MemberRow.number == "M00040")).one()
        assert index == row.phone_index


def test_production_has_no_console(office: Office, settings: Settings) -> None:
    office.app.extensions[codes.KEY] = codes.Refusing()
    client = office.app.test_client()
    said = {
        client.post("/login/phone/", data={"phone": phone}).text.count("接通短信")
        for phone in (HOME4, UNKNOWN)
    }
    assert said == {1}


def test_a_card_asks_for_four_digits_and_an_old_print_opens_nothing(office: Office, later: Later) -> None:
    village = office.village
    page = office.text("clerk", "/cards/")
    assert "M00040" in page
    assert office.post("clerk", "/cards/issue").status_code == 303
    printed = office.text("clerk", "/cards/print?household=H0004")
    assert printed.count("<svg") >= 1
    assert HOME4 not in printed
    with look(village.actor()) as view:
        row = view.session.scalars(
            select(CardRow)
            .join(MemberRow, MemberRow.id == CardRow.member_id)
            .where(MemberRow.number == "M00040")
        ).one()
        card = logins.Card(village.tenant, row.member_id, row.version)
    client = office.app.test_client()
    assert list(faults(client.get("/card/").text)) == []
    assert client.post("/card/", data={"token": card.token, "secret": "0000"}).status_code == 422
    assert client.post("/card/", data={"token": card.token[:-1] + "0", "secret": "0004"}).status_code == 422
    assert client.post("/card/", data={"token": card.token, "secret": "0004"}).location == "/"
    assert client.get("/household/").status_code == 200
    with unit(village.actor(Role.manager)) as work:
        pin = logins.new_pin(work, card.member_id)
    other = office.app.test_client()
    assert other.post("/card/", data={"token": card.token, "secret": "0004"}).status_code == 422
    assert other.post("/card/", data={"token": card.token, "secret": pin}).status_code == 303
    office.post("manager", f"/cards/{card.member_id}/replace")
    third = office.app.test_client()
    assert third.post("/card/", data={"token": card.token, "secret": pin}).status_code == 422
    new = logins.Card(card.tenant_id, card.member_id, card.version + 1)
    for _ in range(5):
        third.post("/card/", data={"token": new.token, "secret": "1"})
    assert third.post("/card/", data={"token": new.token, "secret": pin}).status_code == 422, "it rests"
    later.span += timedelta(minutes=16)
    assert third.post("/card/", data={"token": new.token, "secret": pin}).status_code == 303


FORM = {
    "name": "某山货公司（虚构）",
    "code": "shan",
    "credit_code": "91610700MA6YAAAA0X",
    "contact": "某经理",
    "phone": "13700000009",
}


def test_an_enterprise_applies_is_let_in_and_invites_its_own(office: Office) -> None:
    client = office.app.test_client()
    bad = client.post("/apply/", data={"name": "x", "credit_code": "1", "phone": "2"})
    assert bad.status_code == 422
    assert all(text in bad.text for text in ("18 位", "11 位", "必填"))
    assert client.post("/apply/", data=FORM).status_code == 200
    with owner_session() as session:
        row = session.scalars(select(ApplicationRow)).one()
        assert (row.state, row.granted_id) == ("filed", None)
        asked = row.id
    page = office.text("county", "/applications/")
    assert "13700000009" in page
    assert office.status("manager", "/applications/") == 403
    let_in = office.post("county", f"/applications/{asked}/approve")
    first = _code(let_in.text)
    renewed = _code(office.post("county", f"/applications/{asked}/open").text)
    for code, status in ((first, 422), (renewed, 303)):
        answer = client.post(
            "/invite/", data={"code": code, "password": "pine and oak", "again": "pine and oak"}
        )
        assert answer.status_code == status
    assert client.get("/orders/").status_code == 200
    assert office.post("county", f"/applications/{asked}/open").status_code == 404
    made = client.post("/users/", data={"username": "buyer2", "name": "某采购", "roles": "enterprise"})
    colleague = office.app.test_client()
    data = {"code": _code(made.text), "password": "oak and pine", "again": "oak and pine"}
    assert colleague.post("/invite/", data=data).status_code == 303
    refused = colleague.post("/users/", data={"username": "b3", "name": "某人", "roles": "enterprise"})
    assert refused.status_code == 422, "no steward"
    strange = client.post("/users/", data={"username": "b3", "name": "某人", "roles": "county"})
    assert strange.status_code == 422


def test_the_county_refuses_with_a_reason_and_one_place_cannot_flood_it(office: Office) -> None:
    client = office.app.test_client()
    codes_seen = [client.post("/apply/", data={**FORM, "code": f"S{n}"}).status_code for n in range(6)]
    assert codes_seen == [200] * 5 + [422]
    with owner_session() as session:
        first = session.scalars(select(ApplicationRow.id).order_by(ApplicationRow.id)).first()
    assert office.post("county", f"/applications/{first}/refuse", reason="").status_code == 422
    assert office.post("county", f"/applications/{first}/refuse", reason="执照过期").status_code == 303
    assert "执照过期" in office.text("county", "/applications/")
    assert office.post("county", f"/applications/{first}/approve").status_code == 409


def _words(page: str) -> str:
    """What the page says, without tokens and what was typed."""
    return re.sub(r'value="[^"]*"', "", page.partition("<main")[2])


def _code(page: str) -> str:
    found = re.search(r"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b", page)
    assert found, page[-800:]
    return found[0]
