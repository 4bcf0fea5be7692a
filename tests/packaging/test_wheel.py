"""The wheel alone, in a fresh environment and an empty folder, tells a season and serves it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

from coop.web import i18n
from coop.web.assets import ROOT, VENDOR

PATIENCE = 120.0
SOURCES = ("coop", "ledger", "integrations")
FILES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")


def built(folder: Path) -> Path:
    """A wheel made from a copy: no leftovers of an earlier build, nothing written into the sources."""
    assert (VENDOR / ".stamp").is_file(), "make setup fetches the pages' libraries"
    i18n.compile_all()
    source = folder / "source"
    for name in SOURCES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, source / name)
    said = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder / "dist", source],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr[-2000:]
    (wheel,) = (folder / "dist").glob("siwei-*.whl")
    return wheel


def environment() -> dict[str, str]:
    """Nothing of this checkout and of its settings reaches what is tried."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("COOP_", "PYTHON", "VIRTUAL_ENV"))}


def fetched(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read().decode(errors="replace")


def first_answer(server: subprocess.Popen[bytes], url: str) -> tuple[int, str]:
    """The first answer of a server that is coming up."""
    waiting = threading.Event()
    for _ in range(int(PATIENCE / 0.2)):
        assert server.poll() is None, f"coop serve ended with {server.returncode}"
        try:
            return fetched(url)
        except (urllib.error.URLError, ConnectionError):
            waiting.wait(0.2)
    raise AssertionError(f"no answer from {url}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.long
def test_the_wheel_carries_every_file_of_the_packages(tmp_path: Path) -> None:
    with zipfile.ZipFile(built(tmp_path)) as wheel:
        held = set(wheel.namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for name in SOURCES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert sorted(wanted - held) == []
    kinds = {name.rpartition(".")[2] for name in held}
    assert {"html", "css", "js", "svg", "mo", "po", "toml", "mako", "txt"} <= kinds


@pytest.mark.long
def test_it_tells_a_season_and_serves_it_in_an_empty_folder(tmp_path: Path) -> None:
    wheel = built(tmp_path)
    home, empty = tmp_path / "venv", tmp_path / "empty"
    empty.mkdir()
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    python, coop = home / "bin" / "python", home / "bin" / "coop"
    install: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-c", ROOT / "constraints.txt", wheel], check=True, env=environment())
    told = subprocess.run(
        [coop, "demo", "--households", "6"],
        cwd=empty, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    port = free_port()
    with (empty / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            [coop, "serve", "--port", str(port)], cwd=empty, env=environment(), stdout=log, stderr=log
        )
        try:
            status, page = first_answer(server, f"http://127.0.0.1:{port}/login/")
            assert status == 200
            assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
            assert any("vendor" in asset for asset in assets), page[:2000]
            for asset in assets:
                assert fetched(f"http://127.0.0.1:{port}{asset.replace('&amp;', '&')}")[0] == 200, asset
            assert "登录" in page
        finally:
            server.terminate()
            server.wait(PATIENCE)
