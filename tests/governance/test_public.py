"""What the internet reads of notices: reduced by rule, written with the notice, shown to anybody without a cookie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from coop.governance import queries
from coop.governance import service as governance
from coop.governance.models import NoticeScope, PublicNoticeRow
from coop.governance.rules import SMALLEST_GROUP, internet_body
from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.errors import InputError, NotFoundError
from coop.kernel.unit import database, look, unit
from coop.web.app import db as accounts
from tests.conftest import Village, make_village
from tests.office import Office, faults, open_office

NOBODY = Actor(0, "", 0)
VIRTUES = ("孝", "善", "诚", "勤", "俭", "美")


def publish(village: Village, kind: str, body: dict[str, Any], **more: Any) -> int:
    told: dict[str, Any] = {
        "title": "公示",
        "title_en": "notice",
        "days": 7,
        "scope": NoticeScope.village,
    } | more
    with unit(village.actor(Role.manager)) as work:
        return governance.publish(work, kind=kind, ref=f"{kind}:1", digest="d" * 64, body=body, **told).id


def line(household: int, heading: str, points: int) -> dict[str, object]:
    return {"household": f"H{household:04d}", "heading": heading, "heading_en": heading, "points": points}


POINTS = {"lines": [*(line(n, "孝", 10) for n in range(1, 7)), line(1, "诚", -8), line(2, "美", 3)]}
DIVIDEND = {
    "steps": [["净收益", "net income", 1_000_000, "财农〔2021〕121号 第26条"]],
    "lines": [
        *(["dividend", f"H{n:04d}", "3股", 300 + n] for n in range(1, 7)),
        *(["bonus", f"H{n:04d}", f"{n}分", n] for n in range(1, 7)),
        ["residual", "H0006", "contribution", 777],
    ],
}


@given(
    st.lists(st.builds(line, st.integers(1, 12), st.sampled_from(VIRTUES), st.integers(-20, 20)), max_size=40)
)
def test_no_sum_tells_of_a_few_households_or_of_a_deduction(lines: list[dict[str, Any]]) -> None:
    body = internet_body("points", {"lines": lines})
    assert body is not None
    good = [one for one in lines if one["points"] > 0]
    homes: defaultdict[str, set[str]] = defaultdict(set)
    for one in good:
        homes[one["heading"]].add(one["household"])
    assert all(count >= SMALLEST_GROUP for *_, count, _ in body["virtues"])
    told = sum(points for *_, points in body["virtues"])
    hidden = sum(one["points"] for one in good) - told
    assert (hidden > 0) == body["few"]
    assert {h for h, _, _, _ in body["virtues"]} - {"其他"} == {
        h for h in homes if len(homes[h]) >= SMALLEST_GROUP
    }
    assert "H0" not in str(body)


def test_a_dividend_list_by_code_and_what_would_be_a_points_list_as_a_sum() -> None:
    body = internet_body("dividend", DIVIDEND)
    assert body is not None
    assert body["lines"] == [["dividend", f"H{n:04d}", 300 + n] for n in range(1, 7)]
    assert body["sums"] == [["bonus", 6, 21], ["residual", 0, 777]]
    assert internet_body("grant", {"rows": []}) is None


def test_publishing_writes_the_snapshot(village: Village, clock: ToldClock) -> None:
    points = publish(village, "points", POINTS)
    inside = publish(village, "affairs", {"text": "修路"})
    outside = publish(village, "affairs", {"text": "修路"}, scope=NoticeScope.internet)
    with look(NOBODY) as seen:
        assert [v.count for v in queries.public_villages(seen.session, clock.day)] == [2]
        rows = queries.public_notices(seen.session, village.tenant, clock.day)
        assert [row.notice_id for row in rows] == [outside, points]
        assert rows[1].body == {"virtues": [["孝", "孝", 6, 60]], "few": True}
        with pytest.raises(NotFoundError):
            queries.public_notice(seen.session, village.tenant, inside, clock.day)
        assert queries.notices(seen.session) == [], "nobody reads the village's own table"
    clock.day += timedelta(days=7)
    with look(NOBODY) as seen:
        assert queries.public_villages(seen.session, clock.day) == []
        assert not queries.is_public(seen.session, outside, village.tenant, clock.day)


@pytest.mark.parametrize(
    "text", ["户主1 领取补助", "请致电 13800001234", "证件 61072920000101001X", "卡号 6217000012345678901"]
)
def test_no_personal_data_leaves_the_village(village: Village, clock: ToldClock, text: str) -> None:
    with pytest.raises(InputError) as caught:
        publish(village, "affairs", {"rows": [["H0001", text]]}, scope=NoticeScope.internet)
    assert [fault.place for fault in caught.value.faults] == ["/body/rows/0/1"]
    assert text not in str(caught.value)
    publish(village, "affairs", {"rows": [["H0001", text]]})
    publish(village, "points", POINTS, title=text)
    with look(NOBODY) as seen:
        assert queries.public_notices(seen.session, village.tenant, clock.day) == []


def test_only_the_village_writes_its_snapshots(village: Village) -> None:
    publish(village, "points", POINTS)
    other = make_village("SHB", 2)
    if database().app.dialect.name != "postgresql":
        return
    with unit(other.actor(*Role)) as work:
        work.session.execute(update(PublicNoticeRow).values(title="x"))
    with look(NOBODY) as seen:
        assert seen.session.scalars(select(PublicNoticeRow.title)).all() == ["公示"]
    with pytest.raises(DBAPIError), unit(NOBODY) as work, work.session.no_autoflush:
        row = work.session.scalars(select(PublicNoticeRow)).one()
        values = {c.key: getattr(row, c.key) for c in PublicNoticeRow.__table__.c if c.key != "id"}
        work.session.add(PublicNoticeRow(**values | {"village_id": other.tenant}))


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Iterator[Office]:
    village, next_door = make_village(households=6), make_village("XYZ", households=1)
    opened = open_office(settings, clock, village, next_door)
    yield opened
    with opened.app.app_context():
        accounts.engine.dispose()  # the web toolkit's own connections to PostgreSQL


def test_the_public_pages(office: Office) -> None:
    points = publish(office.village, "points", POINTS, title="三月积分公示", title_en="Points of March")
    plan = publish(office.village, "dividend", DIVIDEND, title="2025 年度分配方案", title_en="Plan for 2025")
    plain = {"columns": ["项目", "金额"], "rows": [["冷库", "150,000.00"]]}
    grant = publish(office.village, "grant", plain, scope=NoticeScope.internet)
    inside = publish(office.village, "affairs", {"text": "院坝会"})
    browser = office.app.test_client()

    def page(url: str) -> str:
        answer = browser.get(url)
        assert answer.status_code == 200, (url, answer.text[-500:])
        assert "Set-Cookie" not in answer.headers, url
        assert list(faults(answer.text)) == []
        for private in ("户主1", "成员1", "1380000", "csrf", "<form"):
            assert private not in answer.text, (url, private)
        return answer.text

    for tail, words in (("", ("公示", "孝", "冷库")), ("?lang=en", ("Public notices", "Households", "冷库"))):
        assert "/public/TYP" in page(f"/public/{tail}")
        board = page(f"/public/TYP{tail}")
        assert [f"/public/TYP/{n}" in board for n in (points, plan, grant, inside)] == [
            True,
            True,
            True,
            False,
        ]
        assert words[0] in board
        assert words[1] in page(f"/public/TYP/{points}{tail}")
        assert words[2] in page(f"/public/TYP/{grant}{tail}")
        assert f'lang="{"en" if tail else "zh-CN"}"' in page(f"/public/TYP/{plan}{tail}")
    shown = page(f"/public/TYP/{points}")
    assert "H0001" not in shown, "the list of who did well stays in the village"
    assert "诚" not in shown, "deductions show nowhere"
    shown = page(f"/public/TYP/{plan}")
    assert "H0001" in shown, "codes may be read"
    assert "3股" not in shown
    assert "分</td>" not in shown
    page("/public/XYZ")
    nowhere = (
        "NOWHERE",
        "LIUBA",
        f"TYP/{inside}",
        f"XYZ/{plan}",
        "TYP/x",
        "TYP/99999999999999999999",
        "TYP/²",
    )
    for url in nowhere:
        answer = browser.get(f"/public/{url}")
        assert answer.status_code == 404, url
        assert "Set-Cookie" not in answer.headers
    assert browser.post("/public/TYP").status_code == 405
    for login in ("household", "enterprise", "stranger"):
        assert "三月积分公示" in office.text(login, "/public/TYP"), "who is logged in reads the same"
    office.clock.day += timedelta(days=7)
    assert browser.get(f"/public/TYP/{plan}").status_code == 404, "taken down"
    assert "/public/TYP" not in page("/public/")
