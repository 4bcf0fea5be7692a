"""Files of the books by way of jobs: asked for on a page, made by the worker, fetched by the asker alone."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from coop import cli
from coop.accounting import exports
from coop.accounting import service as accounting
from coop.kernel import work
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import bind, unit
from tests.accounting.desk import BALANCES, sale
from tests.conftest import make_village, settings_for
from tests.office import Office, open_office

ASKERS = ("accountant", "manager", "supervisor", "checker")
OTHERS = ("county", "clerk", "household", "enterprise")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'siwei.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    village, next_door = make_village(households=5), make_village("XYZ", households=1)
    found = open_office(settings, clock, village, next_door)
    with unit(found.actor(Role.accountant)) as u:
        accounting.opening(u, village.coop, 2025, BALANCES)
    sale(village)
    return found


def asked(office: Office, login: str, url: str) -> int:
    answer = office.post(login, url)
    assert answer.status_code == 303, answer.text[-300:]
    found = re.fullmatch(r"/jobs/(\d+)", answer.headers["Location"])
    assert found
    return int(found[1])


def fetched(office: Office, login: str, job: int) -> tuple[bytes, str]:
    """The content of a job's file and the name it is saved under."""
    with office.get(login, f"/jobs/{job}/file") as answer:
        assert answer.status_code == 200
        return answer.data, answer.headers["Content-Disposition"]


def test_a_file_is_asked_for_made_and_fetched(office: Office) -> None:
    books = office.text("accountant", "/books/")
    assert "/books/TYP-COOP/2025/export" in books
    assert "/books/TYP-COOP/2025.beancount" in office.text("county", "/books/")
    job = asked(office, "accountant", "/books/TYP-COOP/2025/export")
    assert "every 1s" in office.text("accountant", f"/jobs/{job}")
    assert "every 1s" in office.text("accountant", "/jobs/")
    assert office.status("accountant", f"/jobs/{job}/file") == 404
    work.run_job(job, office.village.tenant)
    page = office.text("accountant", f"/jobs/{job}")
    assert "every 1s" not in page
    assert f"/jobs/{job}/file" in page
    content, name = fetched(office, "accountant", job)
    assert content.decode() == exports.beancount_text("TYP-COOP", 2025)
    assert "TYP-COOP-2025.beancount" in name
    listed = office.text("accountant", "/jobs/")
    assert f"/jobs/{job}/file" in listed
    assert "every 1s" not in listed


def test_a_job_is_its_askers_alone(office: Office) -> None:
    job = asked(office, "accountant", "/books/TYP-COOP/2025/statements/export")
    for login in ("manager", "checker", "county", "stranger", "household"):
        assert office.status(login, f"/jobs/{job}") == 404, login
        assert office.status(login, f"/jobs/{job}/file") == 404, login
        assert office.post(login, f"/jobs/{job}/cancel").status_code == 404, login
    assert f"/jobs/{job}" not in office.text("manager", "/jobs/")
    assert office.app.test_client().get("/jobs/").status_code == 302
    assert office.post("accountant", f"/jobs/{job}/cancel").status_code == 303
    work.run_job(job, office.village.tenant)
    assert "every 1s" not in office.text("accountant", f"/jobs/{job}")
    assert office.status("accountant", f"/jobs/{job}/file") == 404


def test_who_may_ask(office: Office) -> None:
    for url in ("/books/TYP-COOP/2025/export", "/books/TYP-COOP/2025/statements/export"):
        for login in ASKERS:
            assert asked(office, login, url) > 0
        for login in OTHERS:
            assert office.post(login, url).status_code == 403, login
        assert office.post("stranger", url).status_code == 404
        assert office.post("accountant", url.replace("2025", "2031")).status_code == 404


def test_the_check_of_the_books_is_read_on_its_page(office: Office) -> None:
    with unit(office.actor(Role.checker)) as u:
        job = accounting.ask_verify(u).id
    work.run_job(job, office.village.tenant)
    page = office.text("checker", f"/jobs/{job}")
    assert "所有账簿核对无误" in page or "All books are in order" in page


def test_statements_as_a_workbook_hold_the_same_figures(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(office, "manager", "/books/TYP-COOP/2025/statements/export")
    work.run_job(job, office.village.tenant)
    content, _name = fetched(office, "manager", job)
    assert content == exports.statements_xlsx("TYP-COOP", 2025)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    expected = exports.statements_json("TYP-COOP", 2025)["statements"]
    assert book.sheet_names == ["封面", *(statement["title"] for statement in expected)]
    for statement in expected:
        head, *rows = book.get_sheet_by_name(statement["title"]).to_python()
        assert head == ["行次", "项目", "项目（英文）", *statement["columns"]]
        for row, line in zip(statement["rows"], rows, strict=True):
            assert line[:2] == [row["row"], row["label"]]
            found = [None if cell == "" else round(float(str(cell)) * 100) for cell in line[3:]]
            assert found == row["amounts_fen"]
    bind(None)
    monkeypatch.setenv("COOP_DATA_DIR", str(settings.data_dir))
    said = CliRunner().invoke(
        cli.main, ["books", "statements", "--entity", "TYP-COOP", "--year", "2025", "--format", "xlsx"]
    )
    assert said.exit_code == 0, said.output
    assert said.stdout_bytes == content
