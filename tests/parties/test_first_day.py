"""`coop init`: every fault at once and nothing written; then a county with open books, mandates and invited users."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from coop.books.queries import books
from coop.kernel import audit
from coop.kernel.actor import Actor, Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.errors import InputError
from coop.kernel.unit import look, owner_session, unit
from coop.orders.queries import sellers
from coop.parties import queries
from coop.parties.imports import county_template, read_county, write_county
from coop.parties.models import AccessRow, InvitationRow, TenantRow
from coop.parties.service import invitations
from coop.season import first_day
from coop.standards.queries import products
from coop.web.accounts import Account
from tests.parties.county import Rows, county_rows

PASSWORD = "chestnuts in the autumn"


def _places(rows: Rows) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_county(write_county(rows))
    return [fault.place for fault in caught.value.faults]


def test_every_fault_of_the_workbook_is_named_at_once() -> None:
    rows = county_rows()
    rows["区划"][1]["parent"] = "999"
    rows["单位"][2]["area"] = None
    rows["单位"][4]["code"] = "qiye"
    rows["法人"][0]["standard"] = None
    rows["法人"][3]["sells"] = True
    rows["首批用户"][1]["roles"] = "经理、村长"
    rows["首批用户"][2]["tenant"] = None
    assert _places(rows) == [
        "区划!D3 上级代码",
        "单位!A6 单位代码",
        "单位!A3 单位代码",
        "单位!E4 区划代码",
        "单位!A6 单位代码",
        "法人!E2 会计制度",
        "法人!B5 单位代码",
        "首批用户!D3 角色",
        "首批用户!D3 角色",
        "首批用户!C4 单位代码",
        "首批用户!C8 单位代码",
    ]


def test_areas_that_lead_back_to_themselves_are_refused() -> None:
    rows = county_rows()
    rows["区划"][0]["parent"] = "610729100201"
    assert set(_places(rows)) == {f"区划!D{row} 上级代码" for row in (2, 3, 4, 5)}


def test_a_row_left_out_for_its_own_fault_is_missed_once() -> None:
    rows = county_rows()
    rows["单位"][2]["name"] = None
    assert _places(rows) == ["单位!C4 名称"]


def test_the_template_is_the_form_that_is_read() -> None:
    for lang in ("zh", "en"):
        with pytest.raises(InputError) as caught:
            read_county(county_template(lang))
        assert len(caught.value.faults) == 4
        assert len(read_county(write_county(county_rows(), lang)).users) == 7


def test_a_county_is_founded_whole(db: Database, clock: ToldClock) -> None:
    done = first_day.found(read_county(write_county(county_rows())), clock=clock)
    assert (done.year, done.tenants, done.entities, len(done.invited)) == (2025, 5, 4, 7)
    with look(system()) as view:
        ids = {row.code: row.id for row in view.session.scalars(select(TenantRow))}
        assert [seller.entity for seller in sellers(view.session, view.today)] == ["JIA-C"]
        assert products(view.session)
        for office in ("XIAN", "ZHEN"):
            seen = queries.readable_tenants(view.session, ids[office], view.today)
            assert seen == {ids[office], ids["JIA"], ids["YI"]}
        assert queries.readable_tenants(view.session, ids["QIYE"], view.today) == {ids["QIYE"]}
        stewards = set(view.session.scalars(select(AccessRow.tenant_id).where(AccessRow.steward.is_(True))))
        assert stewards == {ids[code] for code in ("XIAN", "ZHEN", "JIA", "YI", "QIYE")}
        stored = [*view.session.scalars(select(InvitationRow.digest))]
    assert not {user.code.replace("-", "") for user in done.invited} & set(stored)
    with owner_session() as session:
        assert {book.entity: book.first_year for book in books(session)} == {
            "JIA-R": 2025,
            "JIA-C": 2025,
            "YI-R": 2025,
        }
        assert audit.check_chain(session) == []


def test_a_database_that_holds_anything_is_refused(
    db: Database, settings: Settings, clock: ToldClock
) -> None:
    first_day.require_empty(settings)
    county = read_county(write_county(county_rows()))
    first_day.found(county, clock=clock)
    with pytest.raises(first_day.HoldsDataError, match="area 4"):
        first_day.require_empty(settings)
    with pytest.raises(first_day.HoldsDataError):
        first_day.found(county, clock=clock)
    with owner_session() as session:
        assert session.scalar(select(func.count()).select_from(TenantRow)) == 5


def test_looking_for_data_makes_no_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none' / 'siwei.sqlite'}"
    first_day.require_empty(Settings("development", tmp_path, url, url, "memory://", "x" * 40))
    assert list(tmp_path.iterdir()) == []


def test_a_code_opens_an_account_once(db: Database, clock: ToldClock) -> None:
    done = first_day.found(read_county(write_county(county_rows())), clock=clock)
    root, j1 = done.invited[0], done.invited[3]
    with owner_session() as session:
        assert not session.get_one(Account, j1.user_id).active
    with pytest.raises(InputError), unit(system()) as work:
        invitations.accept(work, j1.code, "short")
    for user in (root, j1):
        with unit(system()) as work:
            home = invitations.find_home(work, user.code.lower().replace("-", " "))
        with unit(system(home)) as work:
            assert invitations.accept(work, user.code, PASSWORD) == user.user_id
        with pytest.raises(invitations.DeadInvitationError), unit(system()) as work:
            invitations.accept(work, user.code, "another of mine")
    with owner_session() as session:
        assert session.get_one(Account, j1.user_id).active
    clock.day += timedelta(days=14)
    with pytest.raises(invitations.DeadInvitationError), unit(system()) as work:
        invitations.accept(work, done.invited[4].code, PASSWORD)


def test_a_steward_invites_for_the_own_tenant_alone(db: Database, clock: ToldClock) -> None:
    done = first_day.found(read_county(write_county(county_rows())), clock=clock)
    who = {user.username: user.user_id for user in done.invited}
    with look(system()) as view:
        village = queries.tenant_by_code(view.session, "JIA").id
    steward = Actor(who["j1"], "", village, frozenset({Role.manager}))
    other = Actor(who["j2"], "", village, frozenset({Role.accountant}))
    with unit(steward) as work:
        made = invitations.invite(work, username="j3", name="某监委", roles=[Role.supervisor])
    with pytest.raises(invitations.NotStewardError), unit(other) as work:
        invitations.invite(work, username="j4", name="某人", roles=[Role.clerk])
    with pytest.raises(InputError, match="enterprise"), unit(steward) as work:
        invitations.invite(work, username="j4", name="某人", roles=[Role.enterprise, Role.admin])
    with pytest.raises(InputError, match="登录号"), unit(steward) as work:
        invitations.invite(work, username="j3", name="某人", roles=[Role.clerk])
    with unit(steward) as work:
        again = invitations.renew(work, made.user_id)
    with pytest.raises(invitations.DeadInvitationError), unit(system()) as work:
        invitations.accept(work, made.code, PASSWORD)
    with unit(system(village)) as work:
        assert invitations.accept(work, again.code, PASSWORD) == made.user_id
    with pytest.raises(Exception, match="user"), unit(steward) as work:
        invitations.renew(work, who["q1"])
