"""What runs after a commit: one job, or whatever waits in the outbox. Called by the worker, the sweep and the demo."""

from __future__ import annotations

from sqlalchemy import select, update

from coop.kernel import jobs, outbox
from coop.kernel.actor import Actor
from coop.kernel.unit import owner_session, unit


def run_job(job_id: int, tenant_id: int, user_id: int = 0) -> None:
    """Run one job row; safe to call twice, and after a worker died half-way."""
    actor = Actor(user_id, "worker", tenant_id)
    with unit(actor) as work:
        if not jobs.start(work, job_id):
            return
    try:
        with unit(actor) as work:
            jobs.run(work, job_id)
    except Exception as error:
        with unit(actor) as work:
            jobs.fail(work, job_id, error)
        raise


def drain() -> int:
    """Deliver all that waits, oldest first, each in its own unit; returns how many were done."""
    with owner_session() as session:
        todo = outbox.waiting(session)
    done = 0
    for outbox_id, tenant_id, user_id in todo:
        try:
            with unit(Actor(user_id, "outbox", tenant_id)) as work:
                done += outbox.deliver(work, outbox_id)
        except Exception as error:  # noqa: BLE001  (one event that fails must not hold up the others; it is counted)
            _count_failure(outbox_id, error)
    return done


def _count_failure(outbox_id: int, error: Exception) -> None:
    with owner_session(write=True) as session:
        session.execute(
            update(outbox.OutboxRow)
            .where(outbox.OutboxRow.id == outbox_id)
            .values(attempts=outbox.OutboxRow.attempts + 1, fault=type(error).__name__)
        )


def queued_jobs() -> list[tuple[int, int]]:
    """(job, tenant) of what the queue may have missed: the sweep of the worker starts them."""
    with owner_session() as session:
        rows = session.execute(
            select(jobs.JobRow.id, jobs.JobRow.tenant_id).where(jobs.JobRow.state == jobs.JobState.queued)
        )
        return [(row.id, row.tenant_id) for row in rows]
