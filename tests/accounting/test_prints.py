"""The books as pages and files: months and sums, every figure down to its slip, both standards, who may open what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from coop import cli
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import bind
from tests.accounting.test_reports_books import told
from tests.conftest import Village, make_village, settings_for
from tests.office import Office, open_office

READERS = ("manager", "accountant", "checker", "supervisor", "county")
OUTSIDE = ("clerk", "household", "enterprise")
BOOK = "TYP-COOP"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'siwei.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    village, next_door = make_village(households=5), make_village("XYZ", households=1)
    found = open_office(settings, clock, village, next_door)
    told(village)
    return found


def test_a_figure_leads_to_its_slip_in_three_clicks(office: Office) -> None:
    page = office.text("accountant", f"/books/{BOOK}/2025/statements")
    first = re.search(rf'href="(/books/{BOOK}/2025/statements/income_distribution/1)"', page)
    assert first, "1: the figure"
    row = office.text("accountant", first[1])
    voucher = re.search(r'href="(/vouchers/\d+)"', row)
    assert voucher, "2: a voucher of it"
    assert "结算单 1" in row, "the source stands beside the voucher"
    assert "结算单" in office.text("accountant", voucher[1]), "3: its document"
    equity = office.text("county", f"/books/{BOOK}/2025/statements/equity_changes/5")
    assert "810.00" in equity or "815.00" in equity


TABLES = (
    "trial-balance", "general-ledger", "account", "journal-cash", "journal-bank", "income-detail",
    "member-accounts", "member-account",
)  # fmt: skip
PAGES = (
    "general-ledger", "cash-journal", "bank-journal", "income-detail", "member-accounts", "member-accounts/H0003",
    "notes", "accounts/102?since=5&upto=5", "trial-balance?since=2&upto=5", "statements",
    "statements/equity_changes/1", "general-ledger?since=13&upto=2&path=102", "bank-journal?since=x&upto=99",
)  # fmt: skip


def files(village: Village) -> list[str]:
    of = {"account": "&path=102", "member-account": "&path=H0003"}
    found = [
        f"/print/{BOOK}/2025/{name}.{kind}?since=1&upto=12{of.get(name, '')}"
        for name in TABLES
        for kind in ("pdf", "xlsx")
    ]
    return [
        *found, f"/print/{BOOK}/2025/statements.pdf", f"/print/{BOOK}/2025/vouchers/1/a4.pdf",
        "/print/voucher/1/slip.pdf",
    ]  # fmt: skip


def test_who_opens_which_page_and_file(office: Office) -> None:
    for url in (f"/books/{BOOK}/2025/{page}" for page in PAGES):
        for login in READERS:
            office.text(login, url)
        for login in OUTSIDE:
            assert office.status(login, url) == 403, (login, url)
        assert office.status("stranger", url) == 404, url
    for url in files(office.village):
        answer = office.get("county", url)
        assert answer.status_code == 200, url
        assert answer.data[:4] in {b"%PDF", b"PK\x03\x04"}, url
        assert office.status("clerk", url) == 403, url
        assert office.status("stranger", url) == 404, url
        assert office.get("county", url).data == answer.data, "twice the same is the same bytes"
    for wrong in (
        "trial-balance.doc",
        "nothing.pdf",
        "vouchers/1/a3.pdf",
        "vouchers/9/a4.pdf",
        "account.pdf?path=999",
    ):
        assert office.status("accountant", f"/print/{BOOK}/2025/{wrong}") in {404, 422}, wrong
    assert office.status("accountant", f"/print/{BOOK}/2031/statements.pdf") == 404


def test_the_command_gives_the_same_pdf(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = office.get("accountant", f"/print/{BOOK}/2025/statements.pdf").data
    bind(None)
    monkeypatch.setenv("COOP_DATA_DIR", str(settings.data_dir))
    said = CliRunner().invoke(
        cli.main, ["books", "statements", "--entity", BOOK, "--year", "2025", "--format", "pdf"]
    )
    assert said.exit_code == 0, said.output
    assert said.stdout_bytes == page
