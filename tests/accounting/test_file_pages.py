"""Pages that take files: vouchers from a workbook, papers behind a draft."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from coop.accounting import service as accounting
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.files import FileRow
from coop.kernel.unit import owner_session, unit
from tests.accounting.test_attachments import PDF
from tests.accounting.test_pages import OUTSIDE, opened
from tests.accounting.test_voucher_imports import TWO, sheet
from tests.conftest import make_village, settings_for
from tests.office import Office, open_office


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'files.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    return open_office(settings, clock, make_village(households=5), make_village("XYZ", households=1))


def test_the_page_from_upload_to_vouchers(office: Office) -> None:
    opened(office)
    url = "/voucher-imports/"
    bad = sheet(("2025-04-08", "1", "999", 100, 0, ""), ("2025-04-08", "1", "101", 0, 90, ""))

    def send(data: bytes) -> TestResponse:
        return office.post("accountant", url, entity=office.village.coop, file=(BytesIO(data), "凭证.xlsx"))

    refused = send(bad)
    assert refused.status_code == 422
    assert "999" in refused.text
    made = send(sheet(*TWO))
    assert made.status_code == 303
    page = made.location
    assert send(sheet(*TWO)).location == page
    assert "2025-04-记-7" in office.text("checker", page)
    assert office.status("stranger", page) == 404
    for login in OUTSIDE:
        assert office.status(login, url) == 403
    assert office.post("accountant", f"{page}/approve").status_code == 403
    assert office.post("checker", f"{page}/refuse", reason="").status_code == 422
    assert office.post("checker", f"{page}/approve").status_code == 303
    assert "/vouchers/" in office.text("accountant", page)


def test_the_page_of_papers(office: Office) -> None:
    opened(office)
    with unit(office.actor(Role.accountant)) as work:
        lines = (accounting.DraftLine("523", debit_fen=100), accounting.DraftLine("101", credit_fen=100))
        number = accounting.draft(
            work, office.village.coop, day=date(2025, 4, 8), summary="办公费", lines=lines
        ).id

    def send(data: bytes, name: str) -> TestResponse:
        return office.post("accountant", f"/attachments/draft/{number}", file=(BytesIO(data), name))

    assert send(b"<html>", "x.pdf").status_code == 422
    assert send(PDF, "../发票<b>.pdf").status_code == 303
    page = office.text("checker", f"/drafts/{number}")
    assert "发票&lt;b&gt;.pdf" in page
    with owner_session() as session:
        paper = session.scalars(select(FileRow.id)).one()
    answer = office.get("checker", f"/attachments/{paper}")
    assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for login in (*OUTSIDE, "clerk"):
        assert office.status(login, f"/attachments/{paper}") == 403
    assert office.status("stranger", f"/attachments/{paper}") == 404
    assert office.post("stranger", f"/attachments/{paper}/drop").status_code == 404
    assert office.post("accountant", f"/attachments/{paper}/drop").status_code == 303
    assert office.status("accountant", f"/attachments/{paper}") == 404
