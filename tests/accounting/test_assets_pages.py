"""The pages of assets, depreciation and leases: from a card to its posted month, and who may open and do what."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from coop.accounting import service as accounting
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import unit
from tests.conftest import make_village, settings_for
from tests.office import Office, open_office

READERS = ("manager", "accountant", "checker", "supervisor", "county")
OUTSIDE = ("clerk", "household", "enterprise")
CARD = {
    "kind": "fixed", "name": "烘干机", "day": "2025-03-20", "cost": "36000", "residual": "1800", "method": "straight",
    "life": "120", "use": "cost", "location": "烘干房", "custodian": "保管岗", "counter": "102",
}  # fmt: skip
LEASE = {
    "kind": "contract", "subject": "鱼塘", "party": "H0003", "party_kind": "member", "since": "2025-01-01",
    "until": "2025-12-31", "year_rent": "3000", "pay_months": "12", "deposit": "500",
}  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    clock.day = date(2025, 12, 31)
    village, next_door = make_village(households=5), make_village("XYZ", households=1)
    found = open_office(settings, clock, village, next_door)
    with unit(found.actor(Role.accountant)) as work:
        accounting.opening(work, village.coop, 2025, {"102": 9_000_000, "301": -9_000_000})
    return found


def made(office: Office, login: str, url: str, **typed: object) -> str:
    answer = office.post(login, url, **typed)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def key(before: str, text: str) -> str:
    """The first id behind an address on a page."""
    hit = re.search(re.escape(before) + r"(\d+)", text)
    assert hit is not None, before
    return hit[1]


def card(office: Office) -> str:
    """A dryer whose purchase is posted; the address of its card."""
    where = made(office, "accountant", "/assets/books/TYP-COOP/new", **CARD)
    page = office.text("accountant", where)
    assert "未入账" in page or "not booked yet" in page
    draft = key("/drafts/", page)
    made(office, "checker", f"/drafts/{draft}/approve")
    return where


def test_from_a_card_to_its_posted_month_and_its_sale(office: Office) -> None:
    wrong = office.post(
        "accountant", "/assets/books/TYP-COOP/new", **(CARD | {"residual": "40000", "life": "0"})
    )
    assert wrong.status_code == 422
    assert 'id="residual-fault"' in wrong.text
    assert 'id="life-fault"' in wrong.text
    where = card(office)
    month = "/depreciation/TYP-COOP/2025/4"
    preview = office.text("accountant", month)
    assert "285.00" in preview
    assert office.post("checker", month).status_code == 403
    made(office, "accountant", month, request_key="once")
    made(office, "accountant", month, request_key="once")
    assert "285.00" in office.text("manager", where)
    run = key("/depreciation/runs/", office.text("checker", month))
    assert office.post("accountant", f"/depreciation/runs/{run}/approve").status_code == 403
    made(office, "checker", f"/depreciation/runs/{run}/approve")
    page = office.text("supervisor", where)
    voucher = key("/vouchers/", page.partition("2025-04")[2])
    text = office.text("manager", f"/vouchers/{voucher}")
    assert month in text, "the voucher leads back to the run"
    late = office.post(
        "accountant", where.replace("/assets/", "/asset-disposals/cards/"), **sale("2025-06-20")
    )
    assert late.status_code in {409, 422}
    gone = sale("2025-04-25")
    made(office, "accountant", where.replace("/assets/", "/asset-disposals/cards/"), **gone)
    waiting = key("/asset-disposals/", office.text("checker", where))
    made(office, "checker", f"/asset-disposals/{waiting}/approve")
    board = office.text("county", "/assets/books/TYP-COOP")
    assert "GD-0001" in board
    for reader in READERS:
        office.text(reader, f"/asset-disposals/{waiting}")


def sale(day: str) -> dict[str, str]:
    return {"gone_kind": "sold", "gone_day": day, "proceeds": "35000", "costs": "", "purse": "bank"}


def test_a_stock_take_and_what_becomes_of_the_missing(office: Office) -> None:
    where = card(office)
    made(office, "accountant", "/asset-disposals/takes/TYP-COOP", day="2025-03-31", note="监委会主任、会计岗")
    waiting = key("/asset-disposals/", office.text("checker", where))
    made(office, "checker", f"/asset-disposals/{waiting}/approve")
    url = f"/asset-disposals/{waiting}/write-off"
    assert office.post("accountant", url, loss_day="2025-04-01", finding="").status_code == 422
    made(
        office, "accountant", url, loss_day="2025-04-01", finding="失窃，保险赔付", party="BX", liable="20000"
    )
    loss = key("/asset-disposals/losses/", office.text("checker", where))
    assert office.status("supervisor", f"/asset-disposals/losses/{loss}") == 200
    made(office, "checker", f"/asset-disposals/losses/{loss}/approve")


def test_a_lease_from_contract_to_rent(office: Office) -> None:
    made(office, "manager", "/leases/books/TYP-COOP/limit", since="2025-01-01", year_rent="2000", months="60")
    refused = office.post("accountant", "/leases/books/TYP-COOP/new", **LEASE)
    assert refused.status_code == 422
    assert 'id="resolution-fault"' in refused.text
    where = made(office, "accountant", "/leases/books/TYP-COOP/new", **(LEASE | {"year_rent": "2000"}))
    made(
        office,
        "accountant",
        f"{where}/money",
        move_kind="receipt",
        day="2025-01-10",
        amount="2000",
        purse="bank",
    )
    move = key("/leases/moves/", office.text("checker", where))
    made(office, "checker", f"/leases/moves/{move}/approve")
    month = "/rent/TYP-COOP/2025/1"
    assert "166.67" in office.text("accountant", month)
    made(office, "accountant", month)
    run = key("/rent/runs/", office.text("checker", month))
    made(office, "checker", f"/rent/runs/{run}/approve")
    assert "1,833.33" in office.text("county", where), "left in advance"
    for reader in READERS:
        office.text(reader, f"/leases/moves/{move}")


def test_who_opens_which_page(office: Office) -> None:
    where = card(office)
    lease = made(office, "accountant", "/leases/books/TYP-COOP/new", **LEASE)
    pages = [
        "/assets/", "/assets/books/TYP-COOP", "/assets/books/TYP-COOP?class=fixed", where,
        "/asset-disposals/takes/TYP-COOP", "/depreciation/", "/depreciation/TYP-COOP/2025", "/depreciation/TYP-COOP/2025/5",
        "/leases/", "/leases/books/TYP-COOP", lease, "/rent/TYP-COOP/2025", "/rent/TYP-COOP/2025/2",
    ]  # fmt: skip
    for url in pages:
        for login in READERS:
            office.text(login, url)
        for login in OUTSIDE:
            assert office.status(login, url) == 403, (login, url)
        if "TYP-COOP" in url or url in {where, lease}:
            assert office.status("stranger", url) == 404, url
    file = office.get("manager", "/assets/books/TYP-COOP/ledger.xlsx")
    assert file.status_code == 200
    assert file.data[:2] == b"PK"
    assert office.status("manager", "/assets/books/TYP-COOP/ledger.pdf") == 200
    assert office.status("manager", "/assets/books/TYP-COOP/ledger.exe") == 404
    for url in ("/assets/books/TYP-COOP/new", "/leases/books/TYP-COOP/new"):
        office.text("accountant", url)
        assert office.status("supervisor", url) == 403
    assert office.status("manager", "/depreciation/TYP-COOP/2025/13") == 404
