"""The demo's year served on loopback, a browser, and one login a role."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from coop.web.assets import ROOT
from tests.browser.chromium import find_chromium
from tests.browser.site import Site

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STOP_SECONDS = 20


def run(step: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "tests.browser.serve", step, str(folder)]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the told year; parallel test processes tell it once and share it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    folder, done = shared / "siwei-demo", shared / "siwei-demo.done"
    with (shared / "siwei-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir()
            subprocess.run(run("tell", folder), cwd=ROOT, check=True)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def site(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app over a copy of that database, in a process of its own, stopped by its own id."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(told, folder, dirs_exist_ok=True)
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            run("serve", folder), cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        assert port, (folder / "server.log").read_text()
        with sqlite3.connect(f"file:{folder / 'siwei.sqlite'}?mode=ro", uri=True) as rows:
            yield Site(f"http://127.0.0.1:{port}", rows, folder / "server.log")
        rows.close()
        server.terminate()
        server.wait(STOP_SECONDS)
        server.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A module's own, since two sets of tests that drive a browser may not overlap in one process."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(find_chromium()), args=FLAGS)
        yield found
        found.close()
