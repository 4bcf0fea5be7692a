"""Long work: its progress is seen while it lasts, its asker alone may cancel it, and it has its effect once or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from coop.kernel import audit, jobs, results, work
from coop.kernel.actor import Actor
from coop.kernel.db import Database
from coop.kernel.errors import NotFoundError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import Look, Unit, look, unit

TENANT = 7
ASKER = Actor(11, "asker", TENANT)
COLLEAGUE = Actor(12, "colleague", TENANT)
STRANGER = Actor(11, "stranger", TENANT + 1)


def ask(kind: str, **payload: Any) -> int:
    with unit(ASKER) as u:
        return u.enqueue(kind, **payload).id


def seen(job_id: int) -> jobs.JobRow:
    with look(ASKER) as view:
        return jobs.own(view, job_id)


def beside(act: Any) -> Any:
    """Do it in another thread, as another process would: units do not nest."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def cancel(job_id: int, actor: Actor = ASKER) -> None:
    with unit(actor) as u:
        jobs.cancel(u, job_id)


@pytest.fixture
def kinds() -> Iterator[list[tuple[int, int, str]]]:
    """A reader of three steps and a writer of two; each notes what its asker sees meanwhile."""
    met: list[tuple[int, int, str]] = []

    def reader(view: Look, payload: dict[str, Any]) -> dict[str, Any]:
        for step in range(3):
            view.report(step, 3, f"第 {step} 步", f"step {step}")
            row = beside(lambda: seen(payload["job"]))
            met.append((row.done, row.total, row.message))
            if step == payload.get("cancel_at"):
                beside(lambda: cancel(payload["job"]))
        return {"steps": 3}

    def writer(u: Unit, payload: dict[str, Any]) -> dict[str, Any]:
        u.audit("test.job", f"n:{payload['n']}")
        if payload.get("cancel"):
            beside(lambda: cancel(payload["job"]))
        u.report(1, 2)
        return {"n": payload["n"]}

    jobs.readers.register("test.read", reader)
    jobs.runners.register("test.write", writer)
    jobs.titles.register("test.read", ("试读", "a try"))
    yield met
    for registry, key in (
        (jobs.readers, "test.read"),
        (jobs.runners, "test.write"),
        (jobs.titles, "test.read"),
    ):
        registry._entries.pop(key)


def acts() -> int:
    with look(ASKER) as view:
        rows = view.session.scalars(select(audit.AuditRow).where(audit.AuditRow.action == "test.job")).all()
        return len(rows)


def next_id() -> int:
    """The id the next job will have: the first of a fresh database, or one more."""
    with look(ASKER) as view:
        held = view.session.scalars(select(jobs.JobRow.id)).all()
        return max(held, default=0) + 1


def test_progress_is_seen_while_the_work_lasts(db: Database, kinds: list[tuple[int, int, str]]) -> None:
    job = ask("test.read", job=next_id())
    assert (seen(job).state, seen(job).words) == ("queued", ("试读", "a try"))
    work.run_job(job, TENANT)
    assert kinds == [(0, 3, "第 0 步"), (1, 3, "第 1 步"), (2, 3, "第 2 步")]
    row = seen(job)
    assert (row.state, row.done, row.total, row.result) == ("done", 3, 3, {"steps": 3})
    work.run_job(job, TENANT)
    assert len(kinds) == 3, "a finished job is not run again"
    with pytest.raises(ForbiddenMoveError):
        cancel(job)


def test_a_running_job_stops_at_its_next_report(db: Database, kinds: list[tuple[int, int, str]]) -> None:
    job = ask("test.read", job=next_id(), cancel_at=1)
    work.run_job(job, TENANT)
    assert len(kinds) == 2
    row = seen(job)
    assert (row.state, row.result, row.done) == ("cancelled", None, 1)
    assert row.finished_at is not None
    work.run_job(job, TENANT)
    assert seen(job).state == "cancelled"


def test_one_cancelled_after_its_last_report_keeps_no_result(
    db: Database, kinds: list[tuple[int, int, str]]
) -> None:
    job = ask("test.read", job=next_id(), cancel_at=2)
    work.run_job(job, TENANT)
    assert (seen(job).state, seen(job).result) == ("cancelled", None)


def test_what_a_cancelled_job_wrote_is_rolled_back(db: Database, kinds: list[tuple[int, int, str]]) -> None:
    """SQLite has one writer: nobody can cancel a unit that runs there, and it ends as if nobody had asked."""
    concurrent = db.app.dialect.name == "postgresql"
    job = ask("test.write", n=1, job=next_id(), cancel=concurrent)
    work.run_job(job, TENANT)
    assert seen(job).state == ("cancelled" if concurrent else "done")
    assert acts() == (0 if concurrent else 1)


def test_nobody_else_sees_or_cancels_a_job(db: Database, kinds: list[tuple[int, int, str]]) -> None:
    job = ask("test.read", job=next_id())
    for actor in (COLLEAGUE, STRANGER):
        with look(actor) as view:
            assert list(jobs.own_all(view)) == []
            with pytest.raises(NotFoundError):
                jobs.own(view, job)
        with pytest.raises(NotFoundError):
            cancel(job, actor)
    with look(ASKER) as view:
        assert [row.id for row in jobs.own_all(view)] == [job]
    assert seen(job).state == "queued"
    cancel(job)
    assert seen(job).state == "cancelled"
    assert seen(job).finished_at is not None


def test_a_worker_that_died_leaves_a_job_to_be_taken_up_or_laid_down(
    db: Database, kinds: list[tuple[int, int, str]]
) -> None:
    first, second = ask("test.write", n=1), ask("test.write", n=2)
    for job in (first, second):
        with unit(ASKER) as u:
            assert jobs.start(u, job) is not None
    cancel(second)
    cancel(second)
    assert seen(second).state == "cancelling"
    for job in (first, second):
        work.run_job(job, TENANT)
    assert (seen(first).state, seen(second).state) == ("done", "cancelled")
    assert acts() == 1


def test_two_workers_at_one_job_have_its_effect_once(db: Database, kinds: list[tuple[int, int, str]]) -> None:
    job = ask("test.write", n=1)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: work.run_job(job, TENANT), range(4)))
    assert (seen(job).state, acts()) == ("done", 1)


def test_a_kind_nobody_knows_fails_in_words(db: Database) -> None:
    job = ask("test.nothing")
    with pytest.raises(jobs.UnknownJobError):
        work.run_job(job, TENANT)
    row = seen(job)
    assert (row.state, row.message_en) == ("failed", "no such kind of job: test.nothing")
    assert row.words == ("test.nothing", "test.nothing")


def test_a_report_outside_a_job_tells_nobody(db: Database) -> None:
    with unit(ASKER) as u:
        u.report(1, 2)
    with look(ASKER) as view:
        view.report(1, 2)


def test_result_files_are_kept_by_tenant_and_content(tmp_path: Path) -> None:
    results.keep_in(tmp_path)
    one = results.store(TENANT, "A-2025.beancount", b"one")
    assert results.store(TENANT, "A-2025.beancount", b"one") == one
    two = results.store(TENANT, "A-2025.beancount", b"two")
    assert results.path_of(TENANT, one).read_bytes() == b"one"
    assert results.path_of(TENANT, two).read_bytes() == b"two"
    for tenant, wrong in (
        (TENANT + 1, one),
        (TENANT, None),
        (TENANT, one | {"file": "../A-2025.beancount"}),
        (TENANT, one | {"sha256": "../x"}),
        (TENANT, one | {"file": "B-2025.beancount"}),
    ):
        with pytest.raises(NotFoundError):
            results.path_of(tenant, wrong)
