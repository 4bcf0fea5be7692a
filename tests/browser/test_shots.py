"""The pages of the guides as pictures. `SIWEI_SHOTS=1 pytest tests/browser/test_shots.py` renews `docs/images/`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from coop.web.assets import ROOT
from tests.browser.site import NARROW, WIDE, Site

pytestmark = pytest.mark.browser
LARGEST = 400 * 1024
# file -> who looks, at what (ids are looked up in the demo), how wide and high, which element is at the top
SHOTS = {
    "manager": ("manager", "/", WIDE, 768, ""),
    "accountant": ("accountant", "/", WIDE, 768, ""),
    "enterprise": ("enterprise", "/progress/{part}", WIDE, 768, ""),
    "order": ("manager", "/orders/{part}", WIDE, 860, "[hx-get] h2"),
    "voucher": ("accountant", "/vouchers/{voucher}", WIDE, 860, ""),
    "statement": ("accountant", "/books/TYP-COOP/2025/statements", WIDE, 860, ""),
    "dividend": ("accountant", "/dividends/{plan}", WIDE, 768, ""),
    "household": ("H0001", "/household/", NARROW, 1400, "section[aria-labelledby=shares]"),
    "weigh": ("clerk", "/weigh/{allocation}", NARROW, 1400, ""),
}
OWN = "tenant_id = (SELECT id FROM tenant WHERE code = 'TYP')"
IDS = {
    "part": "SELECT min(id) FROM order_part WHERE seller_entity = 'TYP-COOP'",
    "voucher": f"SELECT min(id) FROM ledger_voucher WHERE source LIKE 'sheet:%' AND {OWN}",
    "plan": f"SELECT max(id) FROM dividend_plan WHERE {OWN}",
    "allocation": f"SELECT min(id) FROM allocation WHERE {OWN}",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ROOT / "docs" / "images" if os.environ.get("SIWEI_SHOTS") else tmp_path_factory.mktemp("shots")


@pytest.mark.parametrize("name", SHOTS)
def test_a_picture_of_the_guides(site: Site, browser: Browser, folder: Path, name: str) -> None:
    login, path, width, height, top = SHOTS[name]
    with site.entered(browser, login, width=width) as visit:
        found = path.format(**{key: site.one(sql) for key, sql in IDS.items()})
        assert visit.open(found) == 200
        visit.page.wait_for_load_state("networkidle")
        visit.page.set_viewport_size({"width": width, "height": height})
        if top:
            visit.page.locator(top).first.evaluate(
                "e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 80)"
            )
        picture = visit.page.screenshot(path=folder / f"{name}.png")
    assert len(picture) <= LARGEST, len(picture)
