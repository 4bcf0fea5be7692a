"""The walks this house is for: from any fen to its document and back, and nobody's figures to anybody else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.site import NARROW, Site, Visit

pytestmark = pytest.mark.browser
FEN = re.compile(r"\d[\d,]*\.\d\d")
VILLAGE = "(SELECT id FROM tenant WHERE code = 'TYP')"
PART = "SELECT min(id) FROM order_part WHERE seller_entity = 'TYP-COOP'"


def source_of(visit: Visit) -> str:
    """On a voucher: the selector of the link to its source document."""
    return "main dl a >> nth=0"


def test_from_the_dividend_to_a_voucher_and_back(site: Site, browser: Browser) -> None:
    """A household's dividend line names its voucher, which holds that very amount and leads back to the plan."""
    plan = site.one("SELECT id FROM dividend_plan ORDER BY id")
    with site.entered(browser, "accountant") as visit:
        assert visit.open(f"/dividends/{plan}") == 200
        line = visit.page.locator("main tr", has=visit.page.locator("th", has_text="H0001")).filter(
            has=visit.page.locator('a[href^="/vouchers/"]')
        )
        amounts = FEN.findall(line.first.locator("td.num").inner_text())
        assert len(amounts) == 1, amounts
        line.first.locator('a[href^="/vouchers/"]').click()
        visit.page.wait_for_load_state()
        household = visit.page.locator("main tr", has_text="H0001")
        assert amounts[0] in household.first.inner_text()
        assert visit.follow(source_of(visit)) == f"/dividends/{plan}"


def test_from_a_weigh_slip_to_its_voucher_and_back(site: Site, browser: Browser) -> None:
    voucher = site.one(
        f"SELECT min(id) FROM ledger_voucher WHERE source LIKE 'receipt:%' AND tenant_id = {VILLAGE}"
    )
    slip = site.one(
        "SELECT CAST(substr(source, 9) AS INTEGER) FROM ledger_voucher WHERE id = ?",
        voucher,
    )
    with site.entered(browser, "accountant") as visit:
        assert visit.open(f"/vouchers/{voucher}") == 200
        assert visit.follow(source_of(visit)) == f"/receipts/{slip}"
        assert visit.follow('main a[href^="/vouchers/"]') == f"/vouchers/{voucher}"


def test_from_a_days_summary_to_each_slip_and_back(site: Site, browser: Browser) -> None:
    """A summary voucher leads to its sheet, the sheet to every slip, and a slip to that voucher."""
    voucher = site.one(
        f"SELECT min(id) FROM ledger_voucher WHERE source LIKE 'sheet:%' AND tenant_id = {VILLAGE}"
    )
    slips = site.one(
        "SELECT count(*) FROM receipt WHERE sheet_id ="
        " (SELECT CAST(substr(source, 7) AS INTEGER) FROM ledger_voucher WHERE id = ?)",
        voucher,
    )
    with site.entered(browser, "accountant") as visit:
        assert visit.open(f"/vouchers/{voucher}") == 200
        assert visit.follow(source_of(visit)).startswith("/weigh-sheets/")
        assert visit.page.locator('main tbody a[href^="/receipts/"]').count() == slips > 1
        visit.follow('main tbody a[href^="/receipts/"]')
        assert visit.follow('main a[href^="/vouchers/"]') == f"/vouchers/{voucher}"


def test_the_order_shows_each_households_share_and_why(site: Site, browser: Browser) -> None:
    part = site.one(PART)
    numbers = [
        row[0]
        for row in site.rows.execute(
            "SELECT h.number FROM allocation a JOIN split s ON s.id = a.split_id"
            " JOIN household h ON h.id = a.household_id WHERE s.part_id = ? ORDER BY h.number",
            (part,),
        )
    ]
    with site.entered(browser, "manager") as visit:
        visit.open(f"/orders/{part}")
        rows = visit.page.locator("[hx-get] table tbody tr")
        rows.first.wait_for()
        texts = rows.all_inner_texts()
        assert len(texts) == len(numbers) > 1
        for number, text in zip(numbers, texts, strict=True):
            assert number in text
            assert "公斤" in text, text
        reasons = visit.page.locator("[hx-get] table tbody td:nth-child(3)").all_inner_texts()
        assert [number for number, reason in enumerate(reasons, 1) if "公斤" not in reason] == []


def test_a_statements_figure_leads_to_accounts_and_vouchers(site: Site, browser: Browser) -> None:
    with site.entered(browser, "checker") as visit:
        visit.open("/books/")
        visit.follow('main a[href$="/2025/statements"]')
        figure = visit.page.locator("main td.num a").first.inner_text()
        assert FEN.fullmatch(figure.removeprefix("-")), figure
        row = visit.follow("main td.num a")
        assert figure in visit.text()
        account = visit.follow('main a[href*="/accounts/"]')
        assert re.fullmatch(r"/books/TYP-\w+/\d{4}/accounts/.+", account)
        assert re.fullmatch(r"/vouchers/\d+", visit.follow('main td a[href^="/vouchers/"]'))
        visit.open(row)
        assert "/vouchers/" in visit.follow('main table a[href^="/vouchers/?"]')
        assert re.fullmatch(r"/vouchers/\d+", visit.follow('main table a[href^="/vouchers/"]'))


def test_a_household_sees_all_that_is_its_own(site: Site, browser: Browser) -> None:
    """Share, deliveries, money, points and the working of its dividend, on a phone."""
    share = site.one(
        "SELECT a.confirmed_g FROM allocation a JOIN household h ON h.id = a.household_id"
        " JOIN split s ON s.id = a.split_id"
        f" WHERE h.number = 'H0001' AND s.product = 'XG' AND h.tenant_id = {VILLAGE}"
    )
    slips = site.one(
        "SELECT count(*) FROM receipt r JOIN household h ON h.id = r.household_id WHERE h.number = 'H0001'"
        f" AND h.tenant_id = {VILLAGE}"
    )
    with site.entered(browser, "H0001", width=NARROW) as visit:
        assert visit.page.url == f"{site.url}/household/"
        assert "H0001" in visit.text()
        for part in ("shares", "slips", "money", "dividends", "points"):
            section = visit.page.locator(f"section[aria-labelledby={part}]")
            assert len(section.locator(".card").all()) > 0, part
        assert f"{share / 1000:g} 公斤" in visit.page.locator("section[aria-labelledby=shares]").inner_text()
        assert visit.page.locator("section[aria-labelledby=slips] a.card").count() == slips
        for line in visit.page.locator("section[aria-labelledby=dividends] .card").all_inner_texts():
            assert FEN.search(line), line
            assert "×" in line or "÷" in line or "0.00" in line, f"no working: {line}"
        visit.follow("section[aria-labelledby=slips] a.card")
        assert "公斤" in visit.text()
        other = site.one(f"SELECT id FROM household WHERE number = 'H0002' AND tenant_id = {VILLAGE}")
        assert visit.status(f"/household/{other}") in (403, 404)
        foreign = site.one(
            "SELECT r.id FROM receipt r JOIN household h ON h.id = r.household_id WHERE h.number = 'H0002'"
            f" AND h.tenant_id = {VILLAGE}"
        )
        assert visit.status(f"/household/slips/{foreign}") in (403, 404)


def test_strangers_find_nothing_and_wrong_roles_are_refused(site: Site, browser: Browser) -> None:
    """Another firm's accountant meets 404 where a colleague of the wrong role meets 403."""
    part = site.one(PART)
    paths = {
        f"/orders/{part}": "H0001",
        f"/progress/{part}": "H0001",
        f"/vouchers/{site.one(f'SELECT max(id) FROM ledger_voucher WHERE tenant_id = {VILLAGE}')}": "enterprise",
        f"/batches/{site.one(f'SELECT max(id) FROM pay_batch WHERE tenant_id = {VILLAGE}')}": "clerk",
        f"/dividends/{site.one(f'SELECT max(id) FROM dividend_plan WHERE tenant_id = {VILLAGE}')}": "enterprise",
        f"/receipts/{site.one(f'SELECT max(id) FROM receipt WHERE tenant_id = {VILLAGE}')}": "enterprise",
        "/books/TYP-COOP/2025/statements": "enterprise",
        "/books/TYP-COOP/2025.beancount": "enterprise",
    }
    with site.entered(browser, "stranger") as visit:
        found = {path: visit.status(path) for path in paths}
        assert found == dict.fromkeys(paths, 404)
        visit.open("/orders/")
        assert "DD-2025" not in visit.text()
    for login in sorted(set(paths.values())):
        with site.entered(browser, login) as visit:
            mine = [path for path, wrong in paths.items() if wrong == login]
            assert {path: visit.status(path) for path in mine} == dict.fromkeys(mine, 403), login
