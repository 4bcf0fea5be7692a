"""Fava behind our door: who is let in, what it may do and tell, and that it shows the book as it is now."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from coop.accounting import service as accounting
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import unit
from coop.web.fava import POLICY
from tests.accounting.desk import BALANCES, sale
from tests.browser.chromium import find_chromium
from tests.conftest import make_village, settings_for
from tests.office import PASSWORD, Office, open_office

READERS = ("manager", "accountant", "checker", "supervisor", "county")
OUTSIDE = ("clerk", "household", "enterprise")
HOME = "/books/TYP-COOP/fava/"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'fava.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    village, next_door = make_village(households=5), make_village("XYZ", households=1)
    found = open_office(settings, clock, village, next_door)
    with unit(found.actor(Role.accountant)) as work:
        accounting.opening(work, found.village.coop, 2025, BALANCES)
    return found


def shown(office: Office, login: str, url: str) -> TestResponse:
    """Where the redirects end."""
    answer = office.browser(login).get(url, follow_redirects=True)
    assert answer.status_code == 200, (login, url, answer.status_code, answer.text[-300:])
    return answer


def slug(office: Office) -> str:
    place = office.get("accountant", HOME).headers["Location"]
    found = re.fullmatch(r"(?:http://localhost)?(/books/TYP-COOP/fava/[^/]+/)income_statement/?", place)
    assert found, place
    return found[1]


def test_who_reads_a_book_in_fava(office: Office) -> None:
    home = slug(office)
    paths = (HOME, f"{home}income_statement/", f"{home}api/ledger_data", "/books/TYP-COOP/fava/static/x.js")
    for login in READERS:
        assert "fava" in shown(office, login, HOME).text.lower()
    for path in paths:
        for login in OUTSIDE:
            assert office.status(login, path) == 403, (login, path)
        assert office.status("stranger", path) == 404, path
        away = office.app.test_client().get(path)
        assert (away.status_code, "/login/" in away.headers["Location"]) == (302, True), path
    assert office.status("stranger", "/books/XYZ-COOP/fava/") == 302
    assert office.status("accountant", "/books/XYZ-COOP/fava/") == 404
    assert office.status("accountant", "/books/TYP-COOP/fava") in (301, 302, 308)


def test_it_only_reads_and_tells_no_place_of_the_server(office: Office, settings: Settings) -> None:
    home = slug(office)
    for method in ("post", "put", "delete", "patch"):
        answer = getattr(office.browser("accountant"), method)(f"{home}api/add_entries", json={"entries": []})
        assert answer.status_code in (401, 405), method
    for closed in (
        "editor/",
        "import/",
        "document/?filename=/etc/passwd",
        "statement/",
        "api/source?filename=x",
    ):
        assert office.status("accountant", home + closed) == 404, closed
    for report in (
        "income_statement/",
        "balance_sheet/",
        "journal/",
        "trial_balance/",
        "options/",
        "errors/",
    ):
        answer = shown(office, "county", home + report)
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "no-store" in answer.headers["Cache-Control"]
        assert str(settings.data_dir) not in answer.text, report
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//(?!localhost)""", answer.text), report
    for api in ("api/options", "api/errors", "api/trial_balance", "api/query?query_string=SELECT%20filename"):
        answer = office.get("county", home + api)
        assert str(settings.data_dir) not in answer.text, api
    assert "户主" not in office.get("county", f"{home}download-journal/").text


def test_it_shows_the_book_as_it_is_now(office: Office) -> None:
    home = slug(office)

    def journal() -> str:
        return office.get("checker", f"{home}download-journal/").text

    assert "sale:1" not in journal()
    sale(office.village)
    assert "sale:1" in journal()
    assert "Open in Fava" in office.text("manager", "/books/") or "Fava" in office.text("manager", "/books/")
    assert HOME in office.text("manager", "/books/")


@pytest.mark.browser
def test_it_draws_under_its_policy_and_asks_nobody_else(office: Office) -> None:
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    site = f"http://127.0.0.1:{server.server_port}"
    said: list[str] = []
    left: list[str] = []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(find_chromium()), args=["--no-sandbox"])
            tab = browser.new_page()
            tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
            tab.on("pageerror", lambda error: said.append(str(error)))
            tab.on("request", lambda asked: left.append(asked.url))
            tab.goto(f"{site}/login/?next={HOME}")
            tab.fill("#username", "checker")
            tab.fill("#password", PASSWORD)
            tab.click("main button[type=submit]")
            tab.wait_for_selector("svg, table, .tree-table, ol")
            for report in ("balance_sheet", "trial_balance", "journal", "query", "statistics"):
                tab.click(f'aside a[href*="/{report}/"]')
                tab.wait_for_url(f"**/{report}/**")
                tab.wait_for_load_state("networkidle")
            browser.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert said == []
    assert [url for url in left if not url.startswith((site, "data:", "blob:"))] == []
