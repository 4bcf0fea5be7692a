"""The accountant's pages, opened by every role; the wrong role and the village next door stay outside."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from coop.accounting import service as accounting
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import unit
from tests.accounting.desk import BALANCES, OFFICE, sale, stamp
from tests.conftest import Village, make_village, settings_for
from tests.office import Office, open_office

READERS = ("manager", "accountant", "checker", "supervisor", "county")
OUTSIDE = ("clerk", "household", "enterprise")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    village, next_door = make_village(households=5), make_village("XYZ", households=1)
    return open_office(settings, clock, village, next_door)


def opened(office: Office) -> int:
    """The cooperative's book with opening balances and one sale of May; the sale's voucher."""
    with unit(office.actor(Role.accountant)) as work:
        accounting.opening(work, office.village.coop, 2025, BALANCES)
    return sale(office.village)


def pages(village: Village, voucher: int) -> list[str]:
    book = "/books/TYP-COOP/2025"
    return [
        "/books/",
        "/vouchers/",
        "/vouchers/?entity=TYP-COOP&year=2025&period=5&account=102&source=sale&kind=automatic&unstamped=1",
        f"/vouchers/{voucher}",
        f"{book}/trial-balance",
        f"{book}/trial-balance?upto=3&level=1",
        f"{book}/statements",
        f"{book}/statements/balance_sheet/1",
        f"{book}/accounts/102",
        f"{book}/accounts/114",
        f"{book}.beancount",
        "/drafts/",
        "/drafts/?settled=1",
        "/periods/",
        f"/periods/?entity_id={village.rceo}&year=2025",
        "/stamps/",
    ]


def test_who_opens_which_page(office: Office) -> None:
    voucher = opened(office)
    for url in pages(office.village, voucher):
        for login in READERS:
            if url.endswith(".beancount"):
                assert office.status(login, url) == 200
            else:
                office.text(login, url)
        for login in OUTSIDE:
            assert office.status(login, url) == 403, (login, url)
    for url in pages(office.village, voucher):
        if "TYP-COOP" in url or url == f"/vouchers/{voucher}" or "entity_id" in url:
            assert office.status("stranger", url) == 404, url
    assert office.app.test_client().get("/books/").status_code == 302


def test_a_voucher_leads_to_its_source_and_its_stamp(office: Office) -> None:
    voucher = opened(office)
    text = office.text("accountant", f"/vouchers/{voucher}")
    assert "900.00" in text
    assert "结算单 1" in text, "the document behind it"
    assert "awaiting stamp" in office.text("county", f"/vouchers/{voucher}") or "待盖" in text
    listed = office.text("accountant", "/vouchers/?entity=TYP-COOP&year=2025&household=H0003")
    assert "2025-01 记-1" in listed
    assert "2025-05 记-1" not in listed
    trial = office.text("checker", "/books/TYP-COOP/2025/trial-balance")
    assert "10,900.00" in trial, "the bank after the sale"
    statements = office.text("manager", "/books/TYP-COOP/2025/statements")
    assert "11,400.00" in statements, "cash and bank"
    assert "/books/TYP-COOP/2025/statements/balance_sheet/1" in statements
    row = office.text("manager", "/books/TYP-COOP/2025/statements/balance_sheet/1")
    assert "/books/TYP-COOP/2025/accounts/102" in row
    book = office.text("manager", "/books/TYP-COOP/2025/accounts/102")
    assert f"/vouchers/{voucher}" in book
    file = office.get("supervisor", "/books/TYP-COOP/2025.beancount")
    assert "sale:1" in file.text
    assert office.status("manager", "/books/TYP-COOP/2031/statements") == 404


def grid(
    *lines: tuple[str, str, str], day: str = "2025-04-08", summary: str = "四月办公费"
) -> dict[str, object]:
    typed: dict[str, object] = {"day": day, "summary": summary, "rows": 8, "attachments": "2"}
    for row, (account, debit, credit) in enumerate(lines, start=1):  # the first row stays empty
        typed |= {
            f"account-{row}": account,
            f"debit-{row}": debit,
            f"credit-{row}": credit,
            f"note-{row}": "",
        }
    return typed


def test_a_manual_voucher_from_grid_to_reversal(office: Office) -> None:
    opened(office)
    url = f"/drafts/new/{office.village.coop}"
    form = office.text("accountant", url)
    assert all(f'name="account-{row}"' in form for row in range(8))
    wrong = office.post("accountant", url, **grid(("999", "120", ""), ("101", "", "100")))
    assert wrong.status_code == 422
    assert 'id="account-1-fault"' in wrong.text, "the fault stands beside its field"
    assert 'value="999"' in wrong.text, "what was typed is kept"
    assert "20.00" in wrong.text, "the difference"
    known = office.get("accountant", f"/drafts/accounts/{office.village.coop}")
    assert ["102", "银行存款", "Cash at bank", "yhck"] in known.get_json()["accounts"]
    assert office.status("checker", f"/drafts/accounts/{office.village.coop}") == 403
    sent = grid(("523", "120", ""), ("101", "", "120")) | {"request_key": "once"}
    made = office.post("accountant", url, **sent)
    again = office.post("accountant", url, **sent)
    assert made.status_code == again.status_code == 303
    assert made.location == again.location, "a double click makes one draft"
    draft = made.location
    for login in READERS:
        assert "120.00" in office.text(login, draft)
    assert office.status("stranger", draft) == 404
    assert office.post("accountant", f"{draft}/approve").status_code == 403
    assert office.post("stranger", f"{draft}/approve").status_code == 404
    posted = office.post("checker", f"{draft}/approve")
    assert posted.status_code == 303
    voucher = posted.location
    assert "某accountant" in office.text("county", voucher)
    asked = office.post("accountant", f"{voucher}/reverse", day="2025-04-09", reason="记错")
    assert asked.status_code == 303
    office.text("checker", asked.location)
    red = office.post("checker", f"{asked.location}/approve").location
    assert "-120.00" in office.text("manager", red)
    assert "red-letter" in office.text("manager", red)
    assert red in office.text("manager", voucher), "the voucher names its reversal"
    refused = office.post("accountant", url, **grid(("523", "1", ""), ("101", "", "1")))
    assert office.post("checker", f"{refused.location}/refuse", reason="").status_code == 422
    assert office.post("checker", f"{refused.location}/refuse", reason="缺票").status_code == 303
    assert "缺票" in office.text("accountant", refused.location)
    edit = f"{refused.location}/edit"
    grown = office.text("accountant", edit)
    assert "缺票" in grown
    assert 'value="523"' in grown, "what was typed is in the grid again"
    assert office.post("accountant", edit, **grid(("523", "2", ""), ("101", "", "1"))).status_code == 422
    assert office.post("accountant", edit, **grid(("523", "2", ""), ("101", "", "2"))).status_code == 303
    stale = office.post("checker", f"{refused.location}/approve?seen=0000")
    assert stale.status_code == 422, "changed since it was read"
    assert office.post("checker", f"{refused.location}/approve").status_code == 303


def test_the_close_names_what_blocks_it(office: Office) -> None:
    voucher = opened(office)
    with unit(office.actor(Role.accountant)) as work:
        draft = accounting.draft(
            work, office.village.coop, day=date(2025, 1, 5), summary="一月办公费", lines=OFFICE
        ).id
    coop = office.village.coop
    board = f"/periods/?entity_id={coop}&year=2025"
    assert f"/drafts/{draft}" in office.text("accountant", board)
    assert office.post("accountant", f"/periods/{coop}/2025/1/close").status_code == 422
    assert office.post("checker", f"/drafts/{draft}/refuse", reason="重做").status_code == 303
    for month in range(1, 5):
        assert office.post("accountant", f"/periods/{coop}/2025/{month}/close").status_code == 303
    assert f"/vouchers/{voucher}" in office.text("accountant", board), "unstamped, by name"
    assert office.post("accountant", f"/periods/{coop}/2025/5/close").status_code == 422
    stamp(office.village, date(2025, 5, 6))
    assert office.post("accountant", f"/periods/{coop}/2025/5/close").status_code == 303
    assert office.post("manager", f"/periods/{coop}/2025/6/close").status_code == 403
    assert office.post("stranger", f"/periods/{coop}/2025/6/close").status_code == 404
    asked = office.post("accountant", f"/periods/{coop}/2025/5/ask", reason="漏记一张票")
    assert asked.status_code == 303
    assert "漏记一张票" in office.text("checker", board)
    assert office.post("checker", "/periods/requests/1/reopen").status_code == 303
    assert office.post("accountant", f"/periods/{coop}/2025/5/ask", reason="再开").status_code == 404
