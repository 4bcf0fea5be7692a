"""Long work as a row with state, progress and a result: the page polls it, the worker runs it, a second run is harmless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop.kernel.db import Base, Code, Instant, Pk, Tenanted, Words
from coop.kernel.errors import CoopError, LedgerError, NotFoundError
from coop.kernel.registries import Registry
from coop.kernel.states import Transitions

if TYPE_CHECKING:
    from coop.kernel.unit import Unit


class JobState(StrEnum):
    queued = "queued"
    running = "running"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"


MOVES = Transitions(
    "job",
    {
        (JobState.queued, JobState.running),
        (JobState.queued, JobState.cancelled),
        (JobState.running, JobState.done),
        (JobState.running, JobState.failed),
        # A worker that was killed left its job running; the next one takes it up again.
        (JobState.running, JobState.running),
        (JobState.failed, JobState.running),
    },
)


class JobRow(Tenanted, Base):
    __tablename__ = "job"
    __table_args__ = (CheckConstraint("done <= total", name="progress"),)

    id: Mapped[Pk]
    kind: Mapped[Code]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int]
    state: Mapped[str] = mapped_column(default=JobState.queued.value)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=1)
    message: Mapped[Words] = mapped_column(default="")
    message_en: Mapped[Words] = mapped_column(default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[Instant]
    finished_at: Mapped[datetime | None]


# A job's kind -> its work inside one unit; what it returns is the job's result (a JSON object).
runners: Registry[Callable[[Unit, dict[str, Any]], dict[str, Any]]] = Registry("job runners")


class UnknownJobError(CoopError):
    def __init__(self, kind: str) -> None:
        super().__init__(zh=f"没有这种任务：{kind}", en=f"no such kind of job: {kind}")


def find(session: Session, job_id: int) -> JobRow:
    row = session.get(JobRow, job_id)
    if row is None:
        raise NotFoundError("job", job_id)
    return row


def start(unit: Unit, job_id: int) -> bool:
    """Mark the job as running; False where it is finished or cancelled already."""
    row = unit.session.scalars(select(JobRow).where(JobRow.id == job_id).with_for_update()).one_or_none()
    if row is None or row.state in (JobState.done, JobState.cancelled):
        return False
    row.state = MOVES.move(JobState(row.state), JobState.running)
    return True


def run(unit: Unit, job_id: int) -> None:
    """Do the work and store its result, in one transaction: a job that is done has had its effect, once."""
    row = unit.session.scalars(select(JobRow).where(JobRow.id == job_id).with_for_update()).one()
    if row.state != JobState.running:
        return
    runner = runners.get(row.kind)
    if runner is None:
        raise UnknownJobError(row.kind)
    row.result = runner(unit, dict(row.payload))
    row.state, row.done, row.finished_at = MOVES.move(JobState.running, JobState.done), row.total, unit.now


def fail(unit: Unit, job_id: int, error: Exception) -> None:
    """Store why; a fault the user can read is shown, any other only as its kind."""
    row = find(unit.session, job_id)
    row.state = MOVES.move(JobState(row.state), JobState.failed)
    row.message = error.zh if isinstance(error, LedgerError) else type(error).__name__
    row.message_en = error.en if isinstance(error, LedgerError) else type(error).__name__
    row.finished_at = unit.now


def cancel(unit: Unit, job_id: int) -> None:
    row = find(unit.session, job_id)
    row.state = MOVES.move(JobState(row.state), JobState.cancelled)
    unit.audit("job.cancel", f"job:{job_id}")
