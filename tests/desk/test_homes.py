"""Each role's start page: three figures that lead somewhere, and boards whose charts say what their tables say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from coop.desk import queries
from coop.desk.charts import option
from coop.desk.queries.boards import Board, BoardRow, Measure
from coop.kernel.actor import Actor, Role, system
from coop.kernel.unit import look, unit
from coop.parties import service as parties
from coop.parties.models import TenantKind
from tests.desk import chain as story
from tests.desk.chain import SHIPPED, WEIGHED, Chain

Enter = Callable[[str], FlaskClient]
OPTION = re.compile(r'<script type="application/json" id="[^"]+-option">(.*?)</script>', re.DOTALL)


def boards_of(chain: Chain, actor: Actor) -> dict[str, Board]:
    with look(actor) as view:
        return {board.key: board for board in queries.boards(view.session, actor)}


@pytest.mark.parametrize("name", ["manager", "buyer", "accountant", "checker", "clerk", "supervisor"])
def test_every_figure_leads_to_its_source_and_every_chart_has_its_table(
    told: Chain, as_user: Enter, name: str
) -> None:
    html = as_user(name).get("/").text
    links = re.findall(r'class="coop-figure-value"><a class="figure-link" href="([^"]+)"', html)
    assert len(links) == 3
    assert {as_user(name).get(unescape(link)).status_code for link in links} == {200}
    charts = OPTION.findall(html)
    assert html.count('<details class="coop-chart-table" open>') == len(charts)
    if name not in ("accountant", "checker"):
        assert charts, "the story has something to draw"
    for found in charts:
        drawn = json.loads(found)
        axis = drawn["xAxis"] if drawn["xAxis"]["type"] == "category" else drawn["yAxis"]
        assert {len(series["data"]) for series in drawn["series"]} == {len(axis["data"])}
        for label in axis["data"]:
            assert label in html


def test_boards_say_what_the_services_stored(told: Chain) -> None:
    """200 kg ordered and promised, 50 brought, 49.5 taken; five automatic vouchers at most wait for the stamp."""
    product = boards_of(told, told.actor(Role.manager))["products-gram"].rows
    assert [row.values for row in product] == [(200_000, 200_000, 50_000)]
    buyer = Actor(told.users["buyer"], "buyer", told.buyer.tenant_id, frozenset({Role.enterprise}))
    villages = boards_of(told, buyer)["orders-gram"].rows
    assert [row.values for row in villages] == [(200_000, 50_000, 49_500)]
    days = boards_of(told, told.actor(Role.clerk))["bought-gram"].rows
    assert [(row.label, row.values) for row in days] == [(WEIGHED.isoformat(), (50_000,))]
    stamps = boards_of(told, told.actor(Role.supervisor))["stamps"].rows
    assert [(row.label, row.values) for row in stamps] == [("2025-04", (2, 0))]
    income = [b for k, b in boards_of(told, told.actor(Role.accountant)).items() if k.startswith("income")]
    # 3,996 yuan billed for goods of 3,700.
    assert [row.values for board in income for row in board.rows] == [(29_600, 0)]


def test_the_county_sees_each_village_beside_the_other(told: Chain) -> None:
    with unit(system()) as work:
        county = parties.add_tenant(work, TenantKind.county, "LBX", "县局（虚构）", "county (fictional)").id
    with unit(system(told.village.tenant, Role.manager)) as work:
        parties.grant_mandate(work, county, SHIPPED)
    office = Actor(99, "county", county, frozenset({Role.county}), frozenset({county, told.village.tenant}))
    with look(office) as view:
        (row,) = queries.villages(view.session, office)
        figures = queries.figures(view.session, office, view.today)
    assert (row.code, row.households, row.orders) == ("TYP", 6, 1)
    assert (row.ordered, row.collected) == ((200_000, 0), (50_000, 0))
    assert (row.billed_fen, row.earned_fen, row.paid_fen) == (399_600, 370_000, 0)
    assert [figure.value for figure in figures] == [1, 200_000, 0]
    assert boards_of(told, office)["villages-paid"].rows[0].values == (370_000, 0)


def test_a_household_reads_its_months_in_words(told: Chain, as_user: Enter) -> None:
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", as_user("H0001").get("/household/").text)))
    assert "2025 年 4 月" in text
    assert "您交了干香菇 50 公斤 (100 斤)" in text
    assert "应得 3,700.00 元。 还没有付。" in text


def test_the_list_of_households_is_searched_and_paged(chain: Chain, as_user: Enter) -> None:
    html = as_user("manager").get("/homes/?find=0003").text
    assert "H0003" in html
    assert "H0004" not in html
    assert as_user("manager").get("/homes/?find=%25").text.count("H000") == 0, (
        "a percent sign is no wild card"
    )
    with look(chain.actor(Role.manager)) as view:
        lines, total = queries.households(view.session, chain.village.tenant, view.today, offset=4, size=4)
    assert ([line.number for line in lines], total) == (["H0005", "H0006"], 6)


def test_progress_of_one_village(told: Chain, as_user: Enter) -> None:
    assert "DD-2025-0001" in as_user("buyer").get(f"/progress/?village={told.village.tenant}").text
    assert "DD-2025-0001" not in as_user("buyer").get("/progress/?village=999").text
    story.weigh(told, share=1, key="second")
    html = as_user("manager").get(f"/progress/{told.part}").text
    assert html.count('href="/receipts/') >= 2


def test_an_option_is_plain_data() -> None:
    rows = (BoardRow("甲村", "A", (1_500, 0)), BoardRow("乙村", "B", (0, 2_000)))
    columns = (("订购", "ordered"), ("收购", "collected"))
    board = Board("k", "题", "title", "村", "Village", Measure.gram, columns, rows, flat=True, stacked=True)
    made = option(board, english=True)
    assert made["yAxis"]["data"] == ["A", "B"]
    assert [(s["name"], s["data"], s["stack"]) for s in made["series"]] == [
        ("ordered", [1.5, 0], "all"),
        ("collected", [0, 2], "all"),
    ]
    assert json.loads(json.dumps(made)) == made
