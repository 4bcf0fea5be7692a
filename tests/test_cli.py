"""The command line as a program meets it: exit codes, one line a fault, nothing on standard output, nothing changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coop.cli import main

TWO = (
    '{"order_g": -1, "lot_g": true, "candidates": [{"id": "A", "capacity_g": 1, "weight": "1e3"}], "a/b": 0}'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own and a data folder that is not there yet."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "COOP_DATABASE_URL",
        "COOP_OWNER_DATABASE_URL",
        "COOP_ENV",
        "COOP_SECRET_KEY",
        "COOP_BROKER_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COOP_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def coop(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=given)


def refused(result: Result, *places: str) -> None:
    """Exit code 2, one line for each place, in this order, and nothing on standard output."""
    assert result.exit_code == 2, (result.exit_code, result.stderr, result.exception)
    assert result.stdout == ""
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == list(places), result.stderr


@pytest.mark.parametrize("command", ["split", "apportion"])
@pytest.mark.parametrize(
    ("text", "place"),
    [("", ""), ("{", ""), ("[]", ""), ("null", ""), ("[" * 100_000, ""), (b"\xff\xfe", "-")],
)
def test_no_problem_at_all(folder: Path, command: str, text: str | bytes, place: str) -> None:
    refused(coop(command, "-", given=text), place)


def test_every_fault_of_a_problem_has_its_line(folder: Path) -> None:
    refused(coop("split", "-", given=TWO), "/a~1b", "/lot_g", "/candidates/0/weight", "/order_g")
    members = '[{"id": "A", "keys": {"k": "1e3"}}, {"id": "A", "keys": {}}]'
    problem = f'{{"tranches": [{{"name": "s", "pool_fen": -1, "key": "k"}}], "members": {members}}}'
    refused(
        coop("apportion", "-", given=problem),
        "/tranches/0/pool_fen",
        "/members/0/keys/k",
        "/members/1/id",
    )


def test_a_problem_from_a_file_and_from_standard_input_is_the_same(folder: Path) -> None:
    problem = '{"order_g": 5, "lot_g": 1, "candidates": [{"id": "甲", "capacity_g": 3}]}'
    (folder / "p.json").write_text("\ufeff" + problem, encoding="utf-8")
    from_file, from_input = coop("split", "p.json"), coop("split", "-", given=problem)
    assert from_file.stdout == from_input.stdout
    assert from_file.stderr == ""
    assert json.loads(from_file.stdout)["allocations"] == [
        {"id": "甲", "quantity_g": 3, "reason": "capacity"}
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify",),
        ("books", "list", "--json"),
        ("books", "statements", "--entity", "X", "--year", "2025"),
        ("books", "export", "--entity", "X", "--year", "2025", "out"),
    ],
)
def test_reading_a_database_that_is_not_there_makes_none(folder: Path, arguments: tuple[str, ...]) -> None:
    result = coop(*arguments)
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    assert "coop migrate" in result.stderr
    assert list(folder.iterdir()) == []


def test_what_is_no_database_is_a_fault_of_the_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "notes.txt").write_text(
        "no database, but long enough to be read as one" * 100, encoding="utf-8"
    )
    monkeypatch.setenv("COOP_DATABASE_URL", f"sqlite:///{folder / 'notes.txt'}")
    refused(coop("verify"), "COOP_DATABASE_URL")
    monkeypatch.setenv("COOP_DATABASE_URL", "postgresql+psycopg://nobody@/none?host=/nowhere")
    refused(coop("verify"), "COOP_DATABASE_URL")


def test_settings_are_refused_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOP_DATABSE_URL", "sqlite:///x")
    monkeypatch.setenv("COOP_ENV", "prod")
    refused(coop("verify"), "COOP_DATABSE_URL", "COOP_ENV")


def test_production_refuses_the_demo_before_it_touches_the_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COOP_ENV", "production")
    monkeypatch.setenv("COOP_SECRET_KEY", "x" * 40)
    monkeypatch.setenv("COOP_DATABASE_URL", "postgresql+psycopg://nobody@/none?host=/nowhere")
    result = coop("demo")
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    assert "production" in result.stderr


def test_books_that_are_not_there(folder: Path) -> None:
    assert coop("migrate").exit_code == 0
    assert json.loads(coop("books", "list", "--json").stdout) == []
    for arguments in (("statements",), ("export", "out")):
        result = coop("books", arguments[0], "--entity", "X", "--year", "2025", *arguments[1:])
        assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    assert not (folder / "out").exists()
    report = json.loads(coop("verify", "--json").stdout)
    assert report["ok"]
    assert set(report) == {"ok", "invariants", "beancount_errors", "balance_differences"}
    assert len(report["invariants"]) == 27
    assert set(report["invariants"].values()) == {"ok"}


def test_a_first_day_from_template_to_codes(folder: Path) -> None:
    from coop.parties.imports import write_county
    from tests.parties.county import county_rows

    assert coop("init").exit_code == 2
    assert coop("init", "--template", "t.xlsx").exit_code == 0
    refused(coop("init", "t.xlsx"), *(f"{sheet}!2" for sheet in ("区划", "单位", "法人", "首批用户")))
    refused(coop("init", "none.xlsx"), "none.xlsx")
    assert [path.name for path in folder.iterdir()] == ["t.xlsx"], "nothing was made"
    (folder / "county.xlsx").write_bytes(write_county(county_rows()))
    done = coop("init", "county.xlsx", "--year", "2025")
    assert done.exit_code == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == ["root1", "x1", "z1", "j1", "j2", "y1", "q1"]
    assert {len(line[2]) for line in lines} == {19}
    assert [book["years"] for book in json.loads(coop("books", "list", "--json").stdout)] == [[2025]] * 3
    again = coop("init", "county.xlsx")
    assert (again.exit_code, again.stdout, len(again.stderr.splitlines())) == (2, "", 1)
    assert "tenant" in again.stderr or "area" in again.stderr
    wiped = coop("demo", "--wipe")
    assert (wiped.exit_code, len(wiped.stderr.splitlines())) == (2, 1)
    assert "no demo" in wiped.stderr
    assert len(json.loads(coop("books", "list", "--json").stdout)) == 3
