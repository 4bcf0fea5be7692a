"""The voucher grid by keyboard alone: four lines, a paste from a spreadsheet, three hundred lines."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site, Visit

pytestmark = pytest.mark.browser
BOOK = "SELECT id FROM legal_entity WHERE code = 'TYP-COOP'"
PASTE = """([name, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector(`[name=${name}]`).dispatchEvent(event);
}"""


def opened(visit: Visit, site: Site) -> Page:
    assert visit.open(f"/drafts/new/{site.one(BOOK)}") == 200
    page = visit.page
    day = site.rows.execute("SELECT max(posted_at) FROM ledger_voucher").fetchone()[0][:10]
    page.fill("#day", day)
    page.focus("#summary")
    return page


def keys(page: Page, *pressed: str) -> None:
    """What is in quotes is typed, the rest are keys."""
    for one in pressed:
        if one.startswith("'"):
            page.keyboard.type(one[1:])
        else:
            page.keyboard.press(one)


def test_four_lines_without_a_mouse(site: Site, browser: Browser) -> None:
    with site.entered(browser, "accountant") as visit:
        page = opened(visit, site)
        keys(page, "'支付办公费与电费", "Tab", "'2", "Tab")
        expect(page.locator("[name=account-0]")).to_be_focused()
        # by code; by the initials of 管理费用; the credit by those of 库存现金, then "=" takes the difference
        keys(page, "'523", "Enter", "'120.5", "Enter", "'打印纸", "Enter")
        expect(page.locator("[name=account-1]")).to_be_focused()
        keys(page, "'glfy", "Enter", "'300", "Enter", "'电费", "Enter")
        keys(page, "'101", "Enter", "Enter", "'20.5", "Enter", "Enter")
        keys(page, "'yhck", "Enter", "Enter", "=", "Enter", "'转账")
        assert page.input_value("[name=account-0]") == "523"
        assert page.input_value("[name=account-1]") == "523"
        assert page.input_value("[name=account-3]") == "102"
        assert page.input_value("[name=credit-3]") == "400.00"
        expect(page.locator("[data-sum=gap]")).to_have_text("0.00")
        expect(page.locator("[data-sum=lines]")).to_have_text("4")
        keys(page, "Control+s")
        page.wait_for_url("**/drafts/*")
        assert "420.50" in page.inner_text("main")
        assert visit.complaints == []


def test_a_household_is_found_below_its_account(site: Site, browser: Browser) -> None:
    with site.entered(browser, "accountant") as visit:
        page = opened(visit, site)
        page.wait_for_selector("[data-ready]")
        page.focus("[name=account-0]")
        keys(page, "'114", "Enter", "'h0012", "Enter")
        assert page.input_value("[name=account-0]") == "114:H0012"
        expect(page.locator("[name=debit-0]")).to_be_focused()


def test_three_hundred_lines_are_pasted_and_kept_through_a_fault(site: Site, browser: Browser) -> None:
    lines = ["科目\t借方\t贷方\t摘要", *(f"523\t1.10\t\t第{n}行" for n in range(299)), "101\t\t328.90\t合计"]
    with site.entered(browser, "accountant") as visit:
        page = opened(visit, site)
        keys(page, "'三百行")
        page.focus("[name=account-0]")
        page.evaluate(PASTE, ["account-0", "\n".join(lines)])
        expect(page.locator("[data-sum=lines]")).to_have_text("300")
        expect(page.locator("[data-sum=gap]")).to_have_text("0.00")
        page.fill("[name=debit-7]", "2.10")
        expect(page.locator("[data-sum=gap]")).to_have_text("1.00")
        keys(page, "Control+s")
        page.wait_for_selector("main .alert-danger")
        assert page.input_value("[name=note-298]") == "第298行"
        page.fill("[name=debit-7]", "1.10")
        keys(page, "Control+s")
        page.wait_for_url("**/drafts/*")
        assert "328.90" in page.inner_text("main")
