from __future__ import annotations
import threading
from pathlib import Path
import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server
from coop.web.assets import ROOT
from coop.accounting import service as accounting
from coop.kernel.actor import Role
from coop.kernel.unit import unit
from tests.browser.chromium import find_chromium
from tests.dividends.conftest import year  # noqa
from tests.dividends.year import *
from tests.dividends import test_pages as dp
from tests.dividends.test_pages import settings, office
from tests.conftest import village, db, clock  # noqa
from tests.office import PASSWORD
AXE = """async () => (await axe.run()).violations
  .filter(v => ["serious", "critical"].includes(v.impact)).map(v => [v.id, v.nodes.map(n => n.html.slice(0,200)).slice(0,3)])"""

def test_all(office, year):
    assert office.post("manager", "/points/items/adopt").status_code == 303
    for i in range(3):
        office.post("clerk", "/points/claims/new", household=f"H000{i+1}", item="S03", day="2026-01-05", evidence="院坝会见证")
    office.clock.day = __import__("datetime").date(2026,1,10)
    made = office.post("manager", "/meetings/new", body="rceo_assembly", entity=office.village.rceo, day="2026-01-30", agenda="年度事项", agenda_en="x").location
    url = dp.resolved(office, year)
    office.post("accountant", f"{url}/post")
    office.post("checker", "/points/claims/1/check")
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever); thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    out = []
    def run(login, pages):
        with sync_playwright() as p:
            b = p.chromium.launch(executable_path=str(find_chromium()), args=["--no-sandbox"])
            tab = b.new_page(viewport={"width": 1366, "height": 768})
            errs = []
            tab.on("console", lambda m: errs.append(m.text) if m.type == "error" else None)
            tab.goto(base + "/login/"); tab.fill("#username", login); tab.fill("#password", PASSWORD); tab.click("main button[type=submit]")
            for n, path in pages.items():
                for w in (1366, 390):
                    tab.set_viewport_size({"width": w, "height": 900})
                    tab.goto(base + path)
                    sw = tab.evaluate("document.documentElement.scrollWidth")
                    if sw > w: out.append((login, path, w, "wide", sw))
                    tab.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text())
                    for v in tab.evaluate(AXE): out.append((login, path, w, v))
                    tab.screenshot(path=f"/tmp/shots/{n}-{w}.png", full_page=False if n in ("plan","trial") else True)
            out.extend((login, e) for e in errs)
            b.close()
    v = office.village
    try:
        run("accountant", {"books": "/books/", "vouchers": "/vouchers/?entity=TYP-RCEO", "voucher": "/vouchers/3", "trial": "/books/TYP-RCEO/2025/trial-balance", "statements": "/books/TYP-RCEO/2025/statements", "srow": "/books/TYP-RCEO/2025/statements/balance_sheet/1", "account": "/books/TYP-RCEO/2025/accounts/102", "draft_new": f"/drafts/new/{v.coop}", "drafts": "/drafts/", "periods": f"/periods/?entity_id={v.coop}", "plans": "/dividends/", "plan": url, "plan_new": "/dividends/new", "stamps": "/stamps/", "notices": "/notices/", "notice": "/notices/1"})
        run("manager", {"meeting": made, "meetings": "/meetings/", "meeting_new": "/meetings/new", "claims": "/points/claims?state=checked", "claim": "/points/claims/1", "claim_new": "/points/claims/new", "shop": "/points/shop", "items": "/points/items", "lists": "/points/lists", "households": "/points/households", "household": "/points/households/H0001", "plan_m": url})
        run("supervisor", {"stamp_day": f"/stamps/{v.coop}/2025-06-01"})
        run("household", {"own": "/my-dividend/", "notices_h": "/notices/"})
    finally:
        server.shutdown(); thread.join(); server.server_close()
    for o in out: print(o)
    assert not out
