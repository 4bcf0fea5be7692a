"""The purchase's pages on SQLite: a sheet, its slips with fee and set-off, the form for birds, the ways there and back."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coop.app import create_app
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import look, unit
from coop.orders.rules import GradeEntry, LineEntry
from coop.procurement.queries import sheet_page
from coop.procurement.service import weigh_sheet
from coop.splitting import service as splitting
from coop.web import i18n
from tests.conftest import make_village, settings_for
from tests.desk import chain as story
from tests.procurement.trade import DAY, KG, Trade, owe, place_order, set_prices, set_terms


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def app(settings: Settings, db: Database, trade: Trade, clock: ToldClock) -> Flask:
    story.accounts(trade.village, trade.buyer, make_village("XYZ", households=1))
    i18n.compile_all()
    return create_app(
        settings, clock=clock, config={"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
    )


def enter(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    assert story.log_in(client, name).status_code == 302
    return client


def text_of(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", answer.text)))


def test_from_the_sheet_to_its_slips_and_its_voucher_and_back(trade: Trade, app: Flask) -> None:
    set_terms(trade, "XG", fee_bp=300, set_off_bp=5_000)
    owe(trade, "H0001", 200_000)
    entries = [
        trade.entry("H0001", ("A", 50 * KG), moisture_bp=1500, key="one"),
        trade.entry("H0002", ("B", 10 * KG), key="two"),
    ]
    with unit(trade.clerk) as work:
        sheet_id = weigh_sheet(work, entries, scale="S1", day=DAY).id
    with look(trade.clerk) as view:
        page = sheet_page(view.session, sheet_id)
    manager, first = enter(app, "manager"), page.receipts[0]
    assert "HZ-2025-0001" in text_of(manager, "/weigh-sheets/")
    text = text_of(manager, f"/weigh-sheets/{sheet_id}")
    for figure in ("SG-2025-0001", "SG-2025-0002", "4,180.25", "125.41", "1,746.12", "2,308.72"):
        assert figure in text, figure
    html = manager.get(f"/weigh-sheets/{sheet_id}").text
    assert f'href="/receipts/{first.receipt_id}"' in html
    assert f'href="/vouchers/{page.sheet.voucher_id}"' in html
    voucher = manager.get(f"/vouchers/{page.sheet.voucher_id}").text
    assert f'href="/weigh-sheets/{sheet_id}"' in voucher
    slip = text_of(manager, f"/receipts/{first.receipt_id}")
    for figure in ("代办费 3600.25 元 × 3 % = 108.01 元", "抵扣后尚欠 253.88 元", "壹仟柒佰肆拾陆元壹角贰分"):
        assert figure in slip, figure
    assert f'href="/weigh-sheets/{sheet_id}"' in manager.get(f"/receipts/{first.receipt_id}").text
    manager.get("/locale/en?next=/")
    english = manager.get(f"/receipts/{first.receipt_id}")
    assert "1746.12 set off = 1746.12 yuan to be paid" in english.text
    assert enter(app, "buyer").get(f"/weigh-sheets/{sheet_id}").status_code in {302, 403, 404}


def test_birds_are_weighed_on_the_clerks_phone(trade: Trade, app: Flask) -> None:
    with unit(trade.manager) as work:
        splitting.file_capacity(work, [splitting.CapacityEntry("H0001", "TJ", "2025", 60)])
    set_prices(trade, "TJ", (("A", 660_000, 600_000),))
    birds = place_order(
        trade, LineEntry("TJ", 40, (GradeEntry("A", 720_000, 600_000),)), lot=1, contract="QL-TJ"
    )
    clerk, url = enter(app, "clerk"), f"/weigh/{birds.shares['H0001']}"
    text = text_of(clerk, url)
    assert "66" in text
    assert "公斤 今日" not in text
    assert 'name="moisture"' not in clerk.get(url).text
    form = {
        "request_key": "flock-1",
        "scale": "S1",
        "day": DAY.isoformat(),
        "gross": "58",
        "tare": "4",
        "net_A": "30",
    }
    refused = clerk.post(url, data=form)
    assert "平均活重每只 1.8 公斤" in refused.text
    posted = clerk.post(url, data={**form, "gross": "67"})
    assert posted.status_code == 303, posted.text[:500]
    slip = text_of(clerk, posted.location)
    for figure in ("活重 63 公斤 ÷ 30 只 = 平均每只 2.1 公斤", "30 只 × 66 元/只 = 1980.00 元", "约定 40 只"):
        assert figure in slip, figure
