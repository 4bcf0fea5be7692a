"""`coop demo` killed at any chapter: the next run says so, and the books are intact."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HOUSEHOLDS = "3"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "coop.cli", *arguments],
        env={**os.environ, "COOP_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def kill_in(folder: Path, chapter: str) -> None:
    """Start the demo and kill it, by its own process id, as soon as it says that a chapter begins."""
    process = subprocess.Popen(
        [sys.executable, "-m", "coop.cli", "demo", "--households", HOUSEHOLDS, "--year", "2025"],
        env={**os.environ, "COOP_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    with process.stderr:
        for line in process.stderr:
            if chapter in line:
                os.kill(process.pid, signal.SIGKILL)
                break
    process.wait()


@pytest.mark.parametrize("chapter", ["register", "March", "October", "dividend"])
def test_the_next_run_says_so_and_verify_is_green(tmp_path: Path, chapter: str) -> None:
    kill_in(tmp_path, chapter)
    again = run(tmp_path, "demo", "--households", HOUSEHOLDS, "--year", "2025")
    assert again.returncode == 2, again.stderr
    assert "中断" in again.stderr
    assert "stopped at" in again.stderr
    verify = run(tmp_path, "verify", "--json")
    assert verify.returncode == 0, verify.stdout
    assert json.loads(verify.stdout)["ok"] is True
