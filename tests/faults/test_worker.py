"""A job row is run by a real Celery worker on the filesystem broker; what was queued while none ran is run later."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coop import migrations
from coop.accounting import service as accounting
from coop.kernel import crypt, results
from coop.kernel.actor import Role
from coop.kernel.config import load_settings
from coop.kernel.db import connect
from coop.kernel.jobs import JobRow
from coop.kernel.unit import bind, look, unit
from coop.subjects import load_subjects
from coop.worker import celery_app, waker
from tests.conftest import YEAR, Village, make_village

PATIENCE = 60.0


@contextmanager
def worker(folder: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "coop.worker"],
        env={**os.environ, "COOP_DATA_DIR": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, Village]]:
    settings = load_settings({"COOP_DATA_DIR": str(tmp_path)})
    migrations.upgrade(settings)
    crypt.set_secret(settings.secret_key)
    load_subjects()
    results.keep_in(tmp_path / "exports")
    database = connect(settings)
    bind(database, wake=waker(celery_app(settings)))
    yield tmp_path, make_village(households=2)
    bind(None)
    database.dispose()


def finished(village: Village, job_id: int) -> JobRow:
    """The job once the worker is done with it."""
    waiting = threading.Event()
    for _ in range(int(PATIENCE / 0.1)):
        with look(village.actor(Role.accountant)) as view:
            row = view.session.get_one(JobRow, job_id)
            if row.finished_at is not None:
                return row
        waiting.wait(0.1)
    raise AssertionError(f"job {job_id} is still {row.state}")


def ask(village: Village) -> int:
    with unit(village.actor(Role.accountant)) as work:
        return accounting.ask_export(work, "TYP-RCEO", YEAR).id


def test_a_job_asked_for_before_and_after_the_worker_starts_is_done(place: tuple[Path, Village]) -> None:
    folder, village = place
    early = ask(village)
    with worker(folder):
        for job_id in (early, ask(village)):
            row = finished(village, job_id)
            assert row.state == "done", row.message_en
            assert row.result is not None
            assert (row.done, row.total) == (2, 2)
            assert results.path_of(village.tenant, row.result).stat().st_size == row.result["bytes"]
