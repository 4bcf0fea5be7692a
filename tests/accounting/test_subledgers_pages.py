"""The pages of sub-ledgers, claims, petty cash, capital, loans and labour, opened by every role."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from tests.accounting.desk import open_book
from tests.accounting.test_subledgers import post
from tests.conftest import make_village, settings_for
from tests.office import Office, open_office


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    return open_office(settings, clock, make_village(households=5), make_village("XYZ", households=1))


def test_the_pages_open_to_readers_alone(office: Office) -> None:
    open_book(office.village)
    post(office.village, date(2025, 1, 10), "sale:1", ("113:QLSZ", 50_000), ("501:01", -50_000))
    base = "/subledgers/TYP-COOP"
    urls = [
        "/subledgers/", base, f"{base}/households", f"{base}/households?of=refund_payable", f"{base}/grants",
        f"{base}/parties?of=receivable&day=2025-06-30", f"{base}/parties?of=nonsense&day=x", f"{base}/stock",
    ]  # fmt: skip
    for url in urls:
        for login in ("accountant", "supervisor", "county"):
            office.text(login, url)
        for login in ("household", "enterprise"):
            assert office.status(login, url) == 403
    assert office.status("stranger", base) == 404
    assert "500.00" in office.text("manager", f"{base}/parties?of=receivable&day=2025-06-30")
    file = office.get("accountant", f"{base}.xlsx")
    sheets = CalamineWorkbook.from_filelike(BytesIO(file.data)).sheet_names
    assert sheets == ["控制账户", "农户往来", "往来未清项", "专项资金", "存货"]


def ok(office: Office, login: str, url: str, **fields: object) -> str:
    """The page an act leads to."""
    answer = office.post(login, url, **fields)
    assert answer.status_code == 303, (url, answer.status_code, answer.text[-900:])
    office.text(login, answer.location)
    return answer.location


def test_a_claim_goes_through_the_hands_of_three(office: Office) -> None:
    open_book(office.village)
    office.clock.day = date(2025, 4, 10)
    post_url = ok(
        office,
        "accountant",
        "/petty/",
        entity=office.village.coop,
        code="BZ01",
        title="一组报账员",
        limit="500",
    )
    ok(
        office,
        "accountant",
        f"{post_url}/moves",
        kind="advance",
        purse="bank",
        day="2025-04-01",
        amount="300",
    )
    ok(office, "checker", "/petty/moves/1/approve")
    assert "300.00" in office.text("clerk", post_url)
    claim = ok(office, "clerk", "/expenses/new", holder=1, title="四月报账")
    typed = {
        "day": "2025-04-02",
        "purpose": "打印纸",
        "kind": "office",
        "amount": "120.00",
        "invoice": "044001",
    }
    ok(office, "clerk", f"{claim}/receipts", **typed)
    again = office.post("clerk", f"{claim}/receipts", **typed, request_key="other")
    assert again.status_code == 422
    assert "BX-2025-0001" in again.text
    ok(office, "clerk", f"{claim}/submit")
    assert office.post("clerk", f"{claim}/code").status_code == 403
    wrong = office.post(
        "accountant", f"{claim}/code", **{"account-1": "102", "paid_from": "petty", "booked_on": "2025-04-08"}
    )
    assert wrong.status_code == 422
    ok(
        office, "accountant", f"{claim}/code",
        **{"account-1": "523:02", "paid_from": "petty", "booked_on": "2025-04-08"},
    )  # fmt: skip
    ok(office, "checker", f"{claim}/book")
    assert "180.00" in office.text("supervisor", post_url)
    assert office.status("stranger", claim) == 404
    assert "BX-2025-0001" in office.text("manager", "/expenses/?state=booked")
    ok(office, "clerk", f"{post_url}/counts", count_day="2025-04-10", counted="180")


def test_capital_loans_and_labour_by_their_pages(office: Office) -> None:
    open_book(office.village)
    office.clock.day = date(2025, 4, 10)
    for url in (
        "/capital/",
        "/capital/TYP-COOP",
        "/capital/TYP-RCEO",
        "/loans/",
        "/loans/books/TYP-COOP",
        "/labour/",
    ):
        office.text("supervisor", url)
        office.text("accountant", url)
        assert office.status("household", url) == 403
    move = ok(
        office, "accountant", "/capital/TYP-COOP/contributions",
        member="M00010", amount="500", day="2025-03-01", purse="bank",
    )  # fmt: skip
    ok(office, "checker", f"{move}/approve")
    leave = ok(office, "manager", "/capital/TYP-COOP/exits", leaver="M00010", applied_on="2025-04-01")
    assert "2025-12-31" in office.text("accountant", leave)
    terms = {"kind": "lent", "party": "H0003", "purpose": "买鸡苗", "principal": "3000", "start": "2025-01-10",
             "periods": "3", "rate": "435", "method": "equal_instalment", "day_count": "act_365"}  # fmt: skip
    loan = ok(office, "accountant", "/loans/books/TYP-COOP", **terms)
    ok(office, "checker", f"{loan}/approve")
    ok(office, "accountant", f"{loan}/repay", day="2025-04-10", amount="1000")
    ok(office, "checker", "/loans/moves/1/approve")
    assert office.post("accountant", f"{loan}/repay", day="x", amount="").status_code == 422
    sheet = ok(office, "clerk", "/labour/", entity=office.village.coop, team="修渠队", day="2025-04-30")
    ok(office, "clerk", f"{sheet}/lines", household="H0001", day="2025-04-05", days="2.5", rate="120")
    assert "300.00" in office.text("clerk", sheet)
    ok(office, "accountant", f"{sheet}/hand-in", account="401")
    ok(office, "checker", f"{sheet}/accrue")
    ok(office, "accountant", f"{sheet}/ask-payment", pay_day="2025-04-30", purse="bank")
    ok(office, "checker", f"{sheet}/pay")
    for url in (move, leave, loan, sheet):
        assert office.status("stranger", url) == 404, url
