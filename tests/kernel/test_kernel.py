"""Numbers without gaps, the audit chain, the outbox, jobs, idempotency: each as a user would miss it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from coop.kernel import audit, jobs, outbox, work
from coop.kernel.actor import Actor, Role, system
from coop.kernel.db import Database
from coop.kernel.errors import CoopError, PermissionDeniedError
from coop.kernel.idempotency import KeyReusedError, once
from coop.kernel.numbering import document_number, next_number
from coop.kernel.unit import Unit, look, owner_session, unit

TENANT = 7


def test_numbers_have_no_gap_after_a_rollback(db: Database) -> None:
    with unit(system(TENANT)) as u:
        assert document_number(u.session, TENANT, "SH", 2025) == "SH-2025-0001"
    with pytest.raises(RuntimeError, match="stop"), unit(system(TENANT)) as u:
        assert next_number(u.session, TENANT, "SH", 2025) == 2
        raise RuntimeError("stop")
    with unit(system(TENANT)) as u:
        assert next_number(u.session, TENANT, "SH", 2025) == 2
        assert next_number(u.session, TENANT, "SH", 2026) == 1


def test_eight_at_once_number_without_gaps(db: Database) -> None:
    barrier = threading.Barrier(8)

    def take(_: int) -> list[int]:
        barrier.wait()
        taken = []
        for _ in range(5):
            with unit(system(TENANT)) as u:
                taken.append(next_number(u.session, TENANT, "RACE", 2025))
                u.audit("number.take", "race:1")
        return taken

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(n for batch in pool.map(take, range(8)) for n in batch)
    assert numbers == list(range(1, 41))
    with owner_session() as session:
        assert audit.check_chain(session) == []


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE audit SET ref = 'x:9' WHERE number = 2",
        "DELETE FROM audit WHERE number = 2",
        "UPDATE audit SET user_id = 99 WHERE number = 3",
        "UPDATE audit SET hash = previous WHERE number = 1",
    ],
)
def test_a_changed_audit_row_is_found(db: Database, tamper: str) -> None:
    for n in range(1, 4):
        with unit(system(TENANT)) as u:
            u.audit("thing.do", f"x:{n}", fen=n * 100)
    with owner_session() as session:
        assert audit.check_chain(session) == []
    with owner_session(write=True) as session:
        session.execute(text(tamper))
    with owner_session() as session:
        assert len(audit.check_chain(session)) == 1


def test_an_act_that_fails_leaves_no_audit_row(db: Database) -> None:
    with pytest.raises(PermissionDeniedError), unit(system(TENANT)) as u:
        u.audit("thing.do", "x:1")
        u.actor.require("动手", Role.manager)
    with look(system(TENANT)) as view:
        assert view.session.scalars(select(audit.AuditRow)).all() == []


@pytest.fixture
def counted() -> Any:
    """An outbox handler that counts, and fails on demand."""
    seen: list[int] = []

    def handle(u: Unit, payload: dict[str, Any]) -> None:
        if payload["n"] < 0:
            raise ValueError("refused")
        u.audit("test.seen", f"n:{payload['n']}")
        seen.append(payload["n"])

    outbox.handlers.register("test.count", handle)
    yield seen
    outbox.handlers._entries.pop("test.count")


def test_an_event_is_told_only_if_committed_and_handled_once(db: Database, counted: list[int]) -> None:
    with unit(system(TENANT)) as u:
        u.emit("test.count", "a", n=1)
    with pytest.raises(RuntimeError), unit(system(TENANT)) as u:
        u.emit("test.count", "b", n=2)
        raise RuntimeError
    assert work.drain() == 1
    assert work.drain() == 0
    assert counted == [1]


def test_an_event_that_fails_waits_and_does_not_hold_up_others(db: Database, counted: list[int]) -> None:
    with unit(system(TENANT)) as u:
        u.emit("test.count", "bad", n=-1)
        u.emit("test.count", "good", n=5)
    assert work.drain() == 1
    assert counted == [5]
    for _ in range(outbox.MAX_ATTEMPTS):
        work.drain()
    with owner_session() as session:
        breaches = outbox.check_outbox(session)
    assert len(breaches) == 1
    assert "ValueError" in breaches[0]


def test_the_same_event_is_not_told_twice(db: Database, counted: list[int]) -> None:
    with unit(system(TENANT)) as u:
        u.emit("test.count", "a", n=1)
    with pytest.raises(Exception, match=r"(?i)unique|same moment"), unit(system(TENANT)) as u:
        u.emit("test.count", "a", n=1)
    assert work.drain() == 1


@pytest.fixture
def runner() -> Any:
    def run(u: Unit, payload: dict[str, Any]) -> dict[str, Any]:
        if payload["n"] < 0:
            raise CoopError(zh="不行", en="no")
        u.audit("test.job", f"n:{payload['n']}")
        return {"twice": payload["n"] * 2}

    jobs.runners.register("test.double", run)
    yield
    jobs.runners._entries.pop("test.double")


def test_a_job_runs_once_and_keeps_its_result(db: Database, runner: None) -> None:
    with unit(system(TENANT)) as u:
        job = u.enqueue("test.double", n=21)
    work.run_job(job.id, TENANT)
    work.run_job(job.id, TENANT)
    with look(system(TENANT)) as view:
        row = jobs.find(view.session, job.id)
        assert (row.state, row.result) == ("done", {"twice": 42})
        assert len(view.session.scalars(select(audit.AuditRow)).all()) == 1


def test_a_failed_job_says_why_and_leaves_nothing_else(db: Database, runner: None) -> None:
    with unit(system(TENANT)) as u:
        job = u.enqueue("test.double", n=-1)
    with pytest.raises(CoopError):
        work.run_job(job.id, TENANT)
    with look(system(TENANT)) as view:
        row = jobs.find(view.session, job.id)
        assert (row.state, row.message, row.message_en) == ("failed", "不行", "no")


def test_a_cancelled_job_is_not_run(db: Database, runner: None) -> None:
    with unit(system(TENANT)) as u:
        job = u.enqueue("test.double", n=1)
    with unit(system(TENANT)) as u:
        jobs.cancel(u, job.id)
    work.run_job(job.id, TENANT)
    with look(system(TENANT)) as view:
        assert jobs.find(view.session, job.id).state == "cancelled"


def act(calls: list[int]) -> dict[str, Any]:
    calls.append(1)
    return {"number": len(calls)}


def test_the_same_key_and_body_have_one_effect_and_one_answer(db: Database) -> None:
    calls: list[int] = []
    user = Actor(5, "buyer", TENANT)
    for _ in range(3):
        with unit(user) as u:
            assert once(u, "k1", "/orders", {"a": 1}, lambda: act(calls)) == {"number": 1}
    assert len(calls) == 1
    with pytest.raises(KeyReusedError), unit(user) as u:
        once(u, "k1", "/orders", {"a": 2}, lambda: act(calls))


def test_a_key_is_the_users_own_and_an_error_frees_it(db: Database) -> None:
    calls: list[int] = []

    def refuse() -> dict[str, Any]:
        raise CoopError(zh="错", en="bad")

    with pytest.raises(CoopError), unit(Actor(5, "a", TENANT)) as u:
        once(u, "k", "/orders", {"a": 1}, refuse)
    with unit(Actor(5, "a", TENANT)) as u:
        assert once(u, "k", "/orders", {"a": 2}, lambda: act(calls)) == {"number": 1}
    with unit(Actor(6, "b", TENANT)) as u:
        assert once(u, "k", "/orders", {"a": 3}, lambda: act(calls)) == {"number": 2}


def test_eight_requests_with_one_key_have_one_effect(db: Database) -> None:
    calls: list[int] = []
    barrier = threading.Barrier(8)

    def send(_: int) -> dict[str, Any]:
        barrier.wait()
        with unit(Actor(5, "a", TENANT)) as u:
            return once(u, "k", "/orders", {"a": 1}, lambda: act(calls))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert answers == [{"number": 1}] * 8
    assert len(calls) == 1


def test_the_clock_tells_the_village_day(db: Database) -> None:
    with look(system(TENANT)) as view:
        assert view.today == date(2025, 1, 1)


def test_whoever_acts_for_a_household_is_that_household_alone(db: Database) -> None:
    """However the actor is built; and each of its audit rows says for whom, with the person as maker."""
    deputy = Actor(9, "clerk", TENANT, frozenset({Role.clerk, Role.manager}), household="H0003")
    acting = deputy.on_behalf("H0002", 4)
    assert (acting.roles, acting.household, acting.user_id) == (frozenset({Role.household}), "H0002", 9)
    assert Actor(9, "", TENANT, frozenset(Role), acting_for="H0002").roles == {Role.household}
    with unit(acting) as u:
        u.audit("thing.do", "x:1", fen=1)
        u.audit("thing.do", "x:2")
    with unit(deputy) as u:
        u.audit("thing.do", "x:3")
    with look(deputy) as view:
        rows = view.session.scalars(select(audit.AuditRow).order_by(audit.AuditRow.number)).all()
        assert [row.facts for row in rows] == [
            {"acting_for": "H0002", "mandate": 4, "fen": 1},
            {"acting_for": "H0002", "mandate": 4},
            {},
        ]
        assert {row.user_id for row in rows} == {9}
