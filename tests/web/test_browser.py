"""The toolkit in a real browser: the policy holds, charts draw, nothing leaves the host, axe passes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page as Tab
from playwright.sync_api import Request, sync_playwright
from werkzeug.serving import make_server

from coop.web.assets import ROOT
from tests.browser.chromium import find_chromium
from tests.web.sample import PASSWORD

pytestmark = pytest.mark.browser
AXE = """async () => (await axe.run()).violations
  .filter(v => ["serious", "critical"].includes(v.impact)).map(v => [v.id, v.nodes.map(n => n.html)])"""
SMALL_TARGETS = """() => [...document.querySelectorAll("a:not(.skip), button, input:not([type=hidden])")]
  .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height])
  .filter(([, height]) => height > 0 && height < 60)"""


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["any", "npm"])
def tab(request: pytest.FixtureRequest) -> Iterator[Tab]:
    """A tab of whatever Chromium there is, and of the one from npm."""
    program = find_chromium(installed=request.param == "any")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1366, "height": 768})
        browser.close()


def test_pages_in_a_browser(served: str, tab: Tab) -> None:
    said: list[str] = []
    left: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((served, "data:", "blob:")):
            left.append(request.url)

    tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    tab.on("request", note)
    tab.goto(f"{served}/login/")
    tab.fill("#username", "13800000001")
    tab.fill("#password", PASSWORD)
    tab.click("main button[type=submit]")
    for path in ("/", "/sample/", "/account/", "/sample-phone/"):
        for width in (1366, 390, 320):
            tab.set_viewport_size({"width": width, "height": 800})
            tab.goto(served + path)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            tab.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text())
            assert tab.evaluate(AXE) == [], (path, width)
    assert tab.evaluate(SMALL_TARGETS) == [], "villagers' targets are 60 px"
    tab.goto(f"{served}/sample/")
    tab.locator(".coop-canvas").scroll_into_view_if_needed()
    tab.wait_for_selector(".coop-canvas svg")
    tab.fill("#quantity", "1.2345")
    tab.fill("#amount", "5")
    tab.click(".coop-form button")
    tab.wait_for_selector("#content .coop-fault")
    assert tab.input_value("#quantity") == "1.2345"
    assert tab.evaluate("document.activeElement.id") == "quantity"
    assert [text for text in said if "422" not in text] == [], "above all no breach of the content policy"
    assert left == []
