"""Acting for a household: granted by the manager, begun by the deputy, ended at once, and every act leaves its trace."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from coop.app import create_app
from coop.kernel import audit
from coop.kernel.actor import Actor, Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.unit import look, owner_session, unit
from coop.parties import queries, service
from coop.parties.models import AccessRow, ActingMandateRow, Ground, HouseholdRow, TenantKind
from coop.splitting.models import AllocationRow, AnsweredVia, AnswerState
from coop.splitting.service import answer
from coop.web import i18n
from coop.web.accounts import Account, account_without_password, new_account
from coop.web.app import db as web_db
from tests.conftest import YEAR, Village, make_village
from tests.desk import chain as story
from tests.desk.chain import PASSWORD, Chain
from tests.office import Office, faults

TODAY = date(YEAR, 1, 1)


@dataclass(frozen=True, slots=True)
class Home:
    """A village whose households and staff have logins, and its neighbour."""

    village: Village
    other: Village
    users: dict[str, int]

    def actor(self, login: str, *roles: Role, household: str = "") -> Actor:
        return self.village.actor(*roles, user=self.users[login], household=household)

    @property
    def manager(self) -> Actor:
        return self.actor("manager", Role.manager)

    @property
    def deputy(self) -> Actor:
        return self.actor("H0003", Role.household, household="H0003")

    def grant(self, **fields: Any) -> int:
        asked: dict[str, Any] = {
            "household": "H0002",
            "deputy": "H0003",
            "since": TODAY,
            "last": None,
            "ground": Ground.signed,
            "document": "委托书 1 号",
        }
        with unit(fields.pop("by", self.manager)) as work:
            return service.grant_acting(work, **asked | fields).id


@pytest.fixture
def home(village: Village) -> Home:
    other = make_village("XYZ", households=3)
    homes = {"H0002": "H0002", "H0003": "H0003", "chief": "H0005"}
    roles = {
        "manager": [Role.manager],
        "chief": [Role.manager, Role.household],
        "clerk": [Role.clerk],
        "supervisor": [Role.supervisor],
        "H0002": [Role.household],
        "H0003": [Role.household],
        "abroad": [Role.household],
    }
    with owner_session(write=True) as session:
        users = {
            login: account_without_password(
                session, username=login, name=f"某{login}", roles=held, active=True
            ).id
            for login, held in roles.items()
        }
    for login, user in users.items():
        tenant = other.tenant if login == "abroad" else village.tenant
        with unit(system(tenant, Role.manager)) as work:
            number = "H0003" if login == "abroad" else homes.get(login, "")
            service.grant_access(work, user, tenant, TODAY, household=number)
    return Home(village, other, users)


def _as_deputy(home: Home, mandate: int, day: date, actor: Actor | None = None) -> Actor | None:
    with look(actor or home.deputy) as view:
        return queries.acting_actor(view.session, actor or home.deputy, mandate, day)


def test_a_deputy_is_the_household_and_nothing_else_he_is(home: Home) -> None:
    """Own roles are gone while acting: a manager who acts for an elder is that household alone."""
    mandate = home.grant(deputy="chief")
    chief = home.actor("chief", Role.manager, Role.household, household="H0005")
    found = _as_deputy(home, mandate, TODAY, chief)
    assert found is not None
    assert (found.user_id, found.household, found.roles) == (
        home.users["chief"],
        "H0002",
        frozenset({Role.household}),
    )
    assert (found.acting_for, found.mandate_id) == ("H0002", mandate)
    with pytest.raises(PermissionDeniedError), unit(found) as work:
        service.revoke_acting(work, mandate)
    with pytest.raises(PermissionDeniedError):
        home.grant(by=found, household="H0002", deputy="H0003")


def test_a_clerk_may_be_deputy_as_long_as_he_is_clerk(home: Home) -> None:
    mandate = home.grant(deputy="clerk")
    clerk = home.actor("clerk", Role.clerk)
    assert _as_deputy(home, mandate, TODAY, clerk) is not None
    assert _as_deputy(home, mandate, TODAY, home.deputy) is None, "another login's mandate"
    with owner_session(write=True) as session:
        session.get_one(Account, home.users["clerk"]).roles = []
    assert _as_deputy(home, mandate, TODAY, clerk) is None


def test_it_holds_from_its_first_to_its_last_day(home: Home) -> None:
    mandate = home.grant(since=TODAY + timedelta(days=1), last=TODAY + timedelta(days=3))
    held = [_as_deputy(home, mandate, TODAY + timedelta(days=n)) is not None for n in range(5)]
    assert held == [False, True, True, True, False]


def test_revoking_ends_it_on_the_same_day_and_the_next_may_follow(home: Home) -> None:
    mandate = home.grant()
    with pytest.raises(service.MandateOverlapError):
        home.grant()
    with unit(home.manager) as work:
        row = service.revoke_acting(work, mandate)
        assert (row.revoked_by, row.revoked_on) == (home.users["manager"], TODAY)
    assert _as_deputy(home, mandate, TODAY) is None
    with pytest.raises(service.EndedMandateError), unit(home.manager) as work:
        service.revoke_acting(work, mandate)
    assert _as_deputy(home, home.grant(), TODAY) is not None


def test_days_may_not_meet_but_may_follow(home: Home) -> None:
    home.grant(last=TODAY + timedelta(days=9))
    with pytest.raises(service.MandateOverlapError):
        home.grant(since=TODAY + timedelta(days=9))
    home.grant(since=TODAY + timedelta(days=10))
    with pytest.raises(service.MandateOverlapError):
        home.grant(since=TODAY + timedelta(days=4), last=TODAY + timedelta(days=5))
    home.grant(household="H0004")


def test_a_deputy_who_moved_or_a_household_that_left_ends_it(home: Home) -> None:
    mandate, other = home.grant(), home.grant(household="H0004")
    with owner_session(write=True) as session:
        session.execute(
            update(HouseholdRow)
            .where(HouseholdRow.tenant_id == home.village.tenant, HouseholdRow.number == "H0004")
            .values(left=TODAY)
        )
    assert _as_deputy(home, other, TODAY) is None
    assert _as_deputy(home, mandate, TODAY) is not None
    with owner_session(write=True) as session:
        session.execute(
            update(AccessRow).where(AccessRow.user_id == home.users["H0003"]).values(household="H0007")
        )
    assert _as_deputy(home, mandate, TODAY) is None


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"household": "H9999", "deputy": "nobody", "document": " "}, {"household", "deputy", "document"}),
        ({"since": TODAY - timedelta(days=1)}, {"since"}),
        ({"last": TODAY - timedelta(days=1)}, {"last"}),
        ({"last": date.max}, {"last"}),
        ({"deputy": "manager"}, {"deputy"}),
        ({"deputy": "supervisor"}, {"deputy"}),
        ({"deputy": "abroad"}, {"deputy"}),
        ({"deputy": "H0002"}, {"deputy"}),
        ({"deputy": ""}, {"deputy"}),
    ],
)
def test_what_cannot_be_granted(home: Home, fields: dict[str, Any], places: set[str]) -> None:
    with pytest.raises(InputError) as caught:
        home.grant(**fields)
    assert {fault.place for fault in caught.value.faults} == places


def test_nobody_grants_it_to_himself(home: Home) -> None:
    chief = home.actor("chief", Role.manager, household="H0005")
    with pytest.raises(InputError, match="另一位经理"):
        home.grant(by=chief, deputy="chief")
    with pytest.raises(PermissionDeniedError):
        home.grant(by=home.actor("clerk", Role.clerk), deputy="clerk")


def test_a_household_with_several_logins_is_asked_which(home: Home) -> None:
    with owner_session(write=True) as session:
        for number in ("M00060", "M00061"):
            made = account_without_password(
                session, username=f"TYP-{number}", name=number, roles=[Role.household], active=True
            )
            session.add(
                AccessRow(
                    user_id=made.id,
                    tenant_id=home.village.tenant,
                    household="H0006",
                    member=number,
                    since=TODAY,
                )
            )
    with pytest.raises(InputError, match="TYP-M00060、TYP-M00061"):
        home.grant(deputy="H0006")
    mandate = home.grant(deputy="M00061")
    with look(home.manager) as view:
        row = view.session.get_one(ActingMandateRow, mandate)
        assert (row.deputy_household, row.deputy_member) == ("H0006", "M00061")


def test_another_village_sees_and_ends_nothing(home: Home) -> None:
    mandate = home.grant()
    stranger = home.other.actor(Role.manager, user=home.users["abroad"])
    with pytest.raises(NotFoundError), unit(stranger) as work:
        service.revoke_acting(work, mandate)
    with look(stranger) as view:
        assert queries.acting_mandates(view.session, home.other.tenant, TODAY) == ((), 0)
    twin = home.other.actor(Role.household, user=home.users["H0003"], household="H0003")
    assert _as_deputy(home, mandate, TODAY, twin) is None, "the same login next door"


def test_of_two_grants_at_once_one_is_refused(home: Home) -> None:
    barrier = threading.Barrier(2)

    def ask(_: int) -> bool:
        barrier.wait()
        try:
            home.grant()
        except service.MandateOverlapError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == [False, True]


def test_every_act_under_a_mandate_carries_for_whom(home: Home, db: Database) -> None:
    """Whatever a service notes: the household's number and the mandate stand in it, the maker is the deputy."""
    mandate = home.grant()
    deputy = _as_deputy(home, mandate, TODAY)
    assert deputy is not None
    with unit(home.deputy) as work:
        service.begin_acting(work, mandate)
    with unit(deputy) as work:
        work.audit("thing.do", "x:1", fen=5)
        work.audit("thing.do", "x:2")
    with unit(home.deputy) as work:
        work.audit("thing.do", "x:3")
    with owner_session() as session:
        rows = session.scalars(
            select(audit.AuditRow)
            .where(audit.AuditRow.user_id == deputy.user_id)
            .order_by(audit.AuditRow.number)
        ).all()
        assert [row.facts.get("acting_for") for row in rows] == ["H0002", "H0002", "H0002", None]
        assert all(row.facts["mandate"] == mandate for row in rows[:3])
        assert rows[1].facts["fen"] == 5
        assert audit.check_chain(session) == []
    with look(home.manager) as view:
        elder = queries.household(view.session, "H0002").id
        acts = queries.done_for(view.session, home.village.tenant, elder, "H0002")
        assert [(act.deputy, act.action, act.ref) for act in acts] == [
            ("H0003", "thing.do", "x:2"),
            ("H0003", "thing.do", "x:1"),
            ("H0003", "acting.begin", f"acting_mandate:{mandate}"),
        ]
        own = queries.household(view.session, "H0003").id
        assert queries.done_for(view.session, home.village.tenant, own, "H0003") == ()


# --- through the app, with an order whose shares wait for an answer


@pytest.fixture
def town(settings: Settings, db: Database, clock: ToldClock) -> Iterator[tuple[Office, Chain]]:
    """A village of four households with offered shares; H0001, H0002 and the staff have logins."""
    village, next_door = make_village(households=4), make_village("XYZ", households=2)
    with unit(system()) as work:
        firm = service.add_tenant(work, TenantKind.enterprise, "QLSZ", "某公司（虚构）", "firm").id
    with unit(system(firm, *Role)) as work:
        service.add_entity(work, "QLSZ", "某公司（虚构）", "firm (fictional)")
    buyer = Actor(50, "buyer", firm, frozenset({Role.enterprise}))
    chain = Chain(village, buyer, clock, story.accounts(village, buyer, next_door))
    story.catalogue(chain)
    story.hand_in(chain)
    story.split_up(chain)
    i18n.compile_all()
    config = {"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
    office = Office(create_app(settings, clock=clock, config=config), village, clock, chain.users)
    yield office, chain
    with office.app.app_context():
        web_db.engine.dispose()


def _grant(office: Office, **fields: str) -> int:
    """By the manager's page; the id of the newest mandate."""
    data = {
        "household": "h0002",
        "deputy": "H0001",
        "ground": "signed",
        "document": "委托书 2025-3 号",
        "since": office.clock.day.isoformat(),
        "last": "",
    }
    answer = office.post("manager", "/acting-mandates/", **data | fields)
    assert answer.status_code == 303, answer.text[-900:]
    with owner_session() as session:
        return max(session.scalars(select(ActingMandateRow.id)))


def _share(chain: Chain, number: str) -> AllocationRow:
    with look(chain.village.actor(Role.manager)) as view:
        return view.session.scalars(
            select(AllocationRow)
            .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
            .where(HouseholdRow.number == number)
        ).one()


def test_a_neighbour_answers_for_the_elder_and_the_elder_sees_it(town: tuple[Office, Chain]) -> None:
    office, chain = town
    assert "为别户代办" not in office.text("H0001", "/household/")
    mandate = _grant(office)
    assert "委托书 2025-3 号" in office.text("manager", "/acting-mandates/")
    assert "为别户代办" in office.text("H0001", "/household/")
    assert "H0002" in office.text("H0001", "/acting/")
    elder, own = _share(chain, "H0002"), _share(chain, "H0001")
    with pytest.raises(AssertionError, match="404"):  # not acting yet: nothing of the elder's opens
        office.text("H0001", f"/household/{elder.household_id}")

    assert office.post("H0001", f"/acting/{mandate}/begin").location == "/household/"
    page = office.text("H0001", "/household/")
    assert all(word in page for word in ("您正在代 H0002 办理", "结束代办", "农户 H0002"))
    for path in ("/my-dividend/", "/my-growing/", "/acting/", "/notices/"):
        assert "您正在代 H0002 办理" in office.text("H0001", path)
    # Exactly what the elder's own login could: the own household is another one's now.
    assert office.status("H0001", f"/household/{own.household_id}") == 404
    refused = office.post("H0001", f"/household/shares/{own.id}/yes")
    assert refused.status_code != 303
    assert office.post("H0001", f"/household/shares/{elder.id}/yes").status_code == 303
    done = _share(chain, "H0002")
    assert (done.state, done.answered_by, done.answered_via) == (
        AnswerState.confirmed,
        chain.users["H0001"],
        AnsweredVia.self,
    )
    with owner_session() as session:
        row = session.scalars(select(audit.AuditRow).where(audit.AuditRow.action == "split.answer")).one()
        assert (row.user_id, row.facts["acting_for"]) == (chain.users["H0001"], "H0002")

    page = office.text("H0002", "/household/")
    assert all(word in page for word in ("代办记录", "答复订单份额", "由 H0001 代办", "H0001 可以代您办理"))
    assert "代办记录" in office.text("manager", f"/household/{elder.household_id}")
    assert office.post("H0001", "/acting/end").status_code == 303
    page = office.text("H0001", "/household/")
    assert "您正在代" not in page
    assert "农户 H0001" in page
    assert _share(chain, "H0001").state == AnswerState.offered


def test_a_deputy_touches_no_login_no_card_and_no_mandate(town: tuple[Office, Chain]) -> None:
    """A clerk who acts for an elder is no clerk meanwhile."""
    office, chain = town
    mandate = _grant(office, deputy="clerk")
    assert "为别户代办" in office.text("clerk", "/")
    before = _login_of(chain, "H0002")
    assert office.post("clerk", f"/acting/{mandate}/begin").status_code == 303
    assert "您正在代 H0002 办理" in office.text("clerk", "/household/")
    for path in ("/cards/", "/acting-mandates/", "/users/", "/homes/", "/purchases/"):
        assert office.status("clerk", path) in (403, 404), path
    for path in ("/cards/issue", "/cards/1/pin", "/acting-mandates/", f"/acting-mandates/{mandate}/revoke"):
        assert office.post("clerk", path).status_code == 403, path
    assert _login_of(chain, "H0002") == before
    office.post("clerk", "/acting/end")
    assert office.status("clerk", "/cards/") == 200


def _login_of(chain: Chain, login: str) -> tuple[object, ...]:
    with owner_session() as session:
        account = session.get_one(Account, chain.users[login])
        return account.username, account.password, account.active, account.session_epoch


def test_revoked_in_the_middle_the_next_request_is_not_carried_out(town: tuple[Office, Chain]) -> None:
    office, chain = town
    mandate = _grant(office)
    office.post("H0001", f"/acting/{mandate}/begin")
    assert office.post("manager", f"/acting-mandates/{mandate}/revoke").status_code == 303
    office.browser("H0001").get("/static/coop.css", buffered=True)  # a file does not use the word up
    elder = _share(chain, "H0002")
    told = office.post("H0001", f"/household/shares/{elder.id}/yes")
    assert (told.status_code, told.location) == (303, "/")
    assert _share(chain, "H0002").state == AnswerState.offered
    follow = office.browser("H0001").get("/", follow_redirects=True).text
    assert "农户 H0001" in follow
    assert "您正在代" not in follow
    assert office.post("H0001", f"/acting/{mandate}/begin").status_code == 404


def test_a_part_of_a_page_is_turned_away_as_a_whole(town: tuple[Office, Chain]) -> None:
    office, _ = town
    mandate = _grant(office)
    office.post("H0001", f"/acting/{mandate}/begin")
    office.post("manager", f"/acting-mandates/{mandate}/revoke")
    answer = office.browser("H0001").get("/household/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/")
    said = office.browser("H0001").get("/household/").text
    assert "代办已中止" in said


def test_it_ends_with_its_last_day(town: tuple[Office, Chain]) -> None:
    office, _ = town
    last = office.clock.day + timedelta(days=1)
    mandate = _grant(office, last=last.isoformat())
    office.clock.day = last
    assert office.post("H0001", f"/acting/{mandate}/begin").status_code == 303
    client = office.browser("H0001")
    assert "您正在代" in client.get("/household/").text
    with owner_session(write=True) as session:  # sessions do not outlive a day: the row is moved instead
        session.execute(update(ActingMandateRow).values(since=last - timedelta(days=2), until=last))
    assert client.get("/household/").location == "/"
    assert "没有农户委托您" in client.get("/acting/").text


def test_from_one_elder_to_the_next(town: tuple[Office, Chain]) -> None:
    office, chain = town
    first, second = _grant(office), _grant(office, household="H0004")
    office.post("H0001", f"/acting/{first}/begin")
    assert "正在代办" in office.text("H0001", "/acting/")
    office.post("H0001", f"/acting/{second}/begin")
    assert "您正在代 H0004 办理" in office.text("H0001", "/household/")
    with owner_session() as session:
        rows = session.scalars(
            select(audit.AuditRow)
            .where(audit.AuditRow.action == "acting.begin")
            .order_by(audit.AuditRow.number)
        ).all()
        assert [(row.user_id, row.facts["acting_for"]) for row in rows] == [
            (chain.users["H0001"], "H0002"),
            (chain.users["H0001"], "H0004"),
        ]


def test_strangers_begin_nothing(town: tuple[Office, Chain]) -> None:
    office, _ = town
    mandate = _grant(office)
    assert office.post("H0002", f"/acting/{mandate}/begin").status_code == 404
    assert office.post("clerk", f"/acting/{mandate}/begin").status_code == 404
    assert office.post("stranger", f"/acting-mandates/{mandate}/revoke").status_code == 404
    assert office.status("supervisor", "/acting-mandates/") == 200
    assert office.post("supervisor", "/acting-mandates/").status_code == 403
    assert office.status("H0001", "/acting-mandates/") == 403
    wrong = office.post("manager", "/acting-mandates/", household="H0002", deputy="nobody", since="x")
    assert wrong.status_code == 422
    assert all(word in wrong.text for word in ("必填", "2025-03-09"))


def test_a_new_login_does_not_go_on_acting(town: tuple[Office, Chain]) -> None:
    office, _ = town
    mandate = _grant(office)
    client = office.browser("H0001")
    client.post(f"/acting/{mandate}/begin")
    client.post("/logout/")
    client.post("/login/", data={"username": "H0001", "password": PASSWORD})
    assert "您正在代" not in client.get("/household/").text


def test_the_clerk_writes_down_an_answer_as_clerk_without_a_mandate(town: tuple[Office, Chain]) -> None:
    """What a meeting said stays the clerk's own act: it says nothing of acting for somebody."""
    _, chain = town
    share = _share(chain, "H0002")
    with unit(chain.actor(Role.clerk)) as work:
        answer(work, share.id, yes=False, via=AnsweredVia.paper)
    with owner_session() as session:
        row = session.scalars(select(audit.AuditRow).where(audit.AuditRow.action == "split.answer")).one()
        assert "acting_for" not in row.facts


# --- accounts an administrator closed


def test_a_closed_account_gets_no_new_code(town: tuple[Office, Chain]) -> None:
    from coop.parties.service import invitations

    office, chain = town
    with owner_session(write=True) as session:
        admin = new_account(
            session, username="boss", name="某主任", roles=[Role.manager], password=PASSWORD
        ).id
    with unit(system(chain.village.tenant, Role.admin)) as work:
        service.grant_access(work, admin, chain.village.tenant, office.clock.day, steward=True)
        code = invitations.renew(work, chain.users["clerk"]).code
    with owner_session(write=True) as session:
        session.get_one(Account, chain.users["clerk"]).active = False
    late = office.app.test_client()
    data = {"code": code, "password": "pine and oak", "again": "pine and oak"}
    assert late.post("/invite/", data=data).status_code == 422, "a code handed out before opens it no more"
    page = office.text("boss", "/users/")
    assert f"/users/{chain.users['clerk']}/renew" not in page
    assert f"/users/{chain.users['manager']}/renew" in page
    refused = office.post("boss", f"/users/{chain.users['clerk']}/renew")
    assert refused.status_code != 200
    assert "已被管理员停用" in refused.text
    with pytest.raises(invitations.ShutAccountError), unit(system(chain.village.tenant, Role.admin)) as work:
        invitations.renew(work, chain.users["clerk"])
    made = office.post("boss", "/users/", username="n1", name="某新人", roles="clerk")
    with owner_session() as session:
        new = session.scalars(select(Account.id).where(Account.username == "n1")).one()
    assert made.status_code == 200
    assert office.post("boss", f"/users/{new}/renew").status_code == 200, "invited, not closed"


def test_the_login_page_leads_to_what_is_published_and_to_the_other_ways_in(
    town: tuple[Office, Chain],
) -> None:
    office, _ = town
    page = office.app.test_client().get("/login/").text
    assert list(faults(page)) == []
    for path in ("/public/", "/login/phone/", "/card/", "/apply/"):
        assert f'href="{path}"' in page, path
        assert office.app.test_client().get(path).status_code == 200
