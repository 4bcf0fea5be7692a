"""Long work as a row with state, progress and a result: the page polls it, the worker runs it, a second run is harmless.

A job is its asker's: nobody else sees or cancels it. Two kinds of work: `readers` only look and return a result,
`runners` write in one unit. Both may call `work.report(done, total)`, which stores the progress beside their own
transaction and raises where the asker has cancelled meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop.kernel.db import Base, Code, Instant, Pk, Tenanted, Words
from coop.kernel.errors import CoopError, LedgerError, NotFoundError
from coop.kernel.registries import Registry
from coop.kernel.states import Transitions

if TYPE_CHECKING:
    from coop.kernel.unit import Look, Unit


class JobState(StrEnum):
    queued = "queued"
    running = "running"
    cancelling = "cancelling"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"


GOING = frozenset({JobState.queued, JobState.running, JobState.cancelling})

MOVES = Transitions(
    "job",
    {
        (JobState.queued, JobState.running),
        (JobState.queued, JobState.cancelled),
        (JobState.running, JobState.done),
        (JobState.running, JobState.failed),
        (JobState.running, JobState.cancelling),
        (JobState.cancelling, JobState.cancelled),
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

    @property
    def going(self) -> bool:
        return self.state in GOING

    @property
    def words(self) -> tuple[str, str]:
        """What the job is, for its asker: (Chinese, English)."""
        return titles.get(self.kind) or (self.kind, self.kind)

    @property
    def about(self) -> str:
        """What it was asked about."""
        return " ".join(str(value) for value in self.payload.values())


# A job's kind -> its work inside one unit; what it returns is the job's result (a JSON object).
runners: Registry[Callable[[Unit, dict[str, Any]], dict[str, Any]]] = Registry("job runners")
# The same for work that changes no row: it holds no lock while it lasts.
readers: Registry[Callable[[Look, dict[str, Any]], dict[str, Any]]] = Registry("job readers")
# A job's kind -> its name in Chinese and English.
titles: Registry[tuple[str, str]] = Registry("job titles")


class UnknownJobError(CoopError):
    def __init__(self, kind: str) -> None:
        super().__init__(zh=f"没有这种任务：{kind}", en=f"no such kind of job: {kind}")


class JobCancelledError(CoopError):
    """Raised inside the work at its next report: all it did is rolled back."""

    def __init__(self, job_id: int) -> None:
        super().__init__(zh=f"任务 {job_id} 已由申请人取消", en=f"job {job_id} was cancelled by its asker")


def find(session: Session, job_id: int) -> JobRow:
    row = session.get(JobRow, job_id)
    if row is None:
        raise NotFoundError("job", job_id)
    return row


def own(look: Look, job_id: int) -> JobRow:
    """A job of the caller. Raises NotFoundError for anybody else's."""
    row = find(look.session, job_id)
    if (row.tenant_id, row.user_id) != (look.actor.tenant_id, look.actor.user_id):
        raise NotFoundError("job", job_id)
    return row


def own_all(look: Look, *, limit: int = 50) -> Sequence[JobRow]:
    """The caller's jobs, newest first."""
    mine = select(JobRow).where(
        JobRow.tenant_id == look.actor.tenant_id, JobRow.user_id == look.actor.user_id
    )
    return look.session.scalars(mine.order_by(JobRow.id.desc()).limit(limit)).all()


def start(unit: Unit, job_id: int) -> JobRow | None:
    """Mark the job as running; None where it is finished or cancelled already."""
    row = _locked(unit.session, job_id)
    if row is None or row.state in (JobState.done, JobState.cancelled):
        return None
    if row.state == JobState.cancelling:  # its worker died before it met the word
        stop(unit, job_id)
        return None
    row.state = MOVES.move(JobState(row.state), JobState.running)
    row.done, row.message, row.message_en, row.finished_at = 0, "", "", None
    return row


def run(unit: Unit, job_id: int) -> None:
    """Do the work and store its result, in one transaction: a job that is done has had its effect, once."""
    if unit.session.connection().dialect.name == "postgresql":
        # The row itself stays free for progress and cancelling; a second worker waits here.
        key = func.hashtextextended(f"job:{job_id}", 0)
        unit.session.connection().execute(select(func.pg_advisory_xact_lock(key)))
    row = find(unit.session, job_id)
    if row.state != JobState.running:
        return
    runner = runners.get(row.kind)
    if runner is None:
        raise UnknownJobError(row.kind)
    finish(unit, job_id, runner(unit, dict(row.payload)))


def read(look: Look, job: JobRow) -> dict[str, Any]:
    """The result of a job that changes nothing."""
    reader = readers.get(job.kind)
    if reader is None:
        raise UnknownJobError(job.kind)
    return reader(look, dict(job.payload))


def finish(unit: Unit, job_id: int, result: dict[str, Any]) -> None:
    """Store the result. Raises JobCancelledError where the asker was faster; one finished already stays."""
    row = _locked(unit.session, job_id)
    if row is None or row.state == JobState.cancelling:
        raise JobCancelledError(job_id)
    if row.state == JobState.done:
        return
    row.state = MOVES.move(JobState(row.state), JobState.done)
    row.result, row.done, row.finished_at = result, row.total, unit.now


def fail(unit: Unit, job_id: int, error: Exception) -> None:
    """Store why; a fault the user can read is shown, any other only as its kind."""
    row = _locked(unit.session, job_id)
    if row is None or row.state in (JobState.done, JobState.cancelled):
        return
    if row.state == JobState.cancelling:
        stop(unit, job_id)
        return
    row.state = MOVES.move(JobState(row.state), JobState.failed)
    row.message = error.zh if isinstance(error, LedgerError) else type(error).__name__
    row.message_en = error.en if isinstance(error, LedgerError) else type(error).__name__
    row.finished_at = unit.now


def progress(session: Session, job_id: int, done: int, total: int, *, zh: str, en: str) -> None:
    """Note how far the work is. Raises JobCancelledError where its asker has cancelled it."""
    row = _locked(session, job_id)
    if row is None or row.state in (JobState.cancelling, JobState.cancelled):
        raise JobCancelledError(job_id)
    if row.state == JobState.running:
        row.done, row.total, row.message, row.message_en = min(done, total), max(total, 1), zh, en


def cancel(unit: Unit, job_id: int) -> None:
    """By its asker: one that waits is cancelled at once, one that runs at its next report.

    Raises NotFoundError for somebody else's, ForbiddenMoveError for one that has ended.
    """
    own(unit, job_id)
    row = _locked(unit.session, job_id)
    assert row is not None, "found just now"
    if row.state == JobState.queued:
        row.state, row.finished_at = MOVES.move(JobState.queued, JobState.cancelled), unit.now
    elif row.state != JobState.cancelling:
        row.state = MOVES.move(JobState(row.state), JobState.cancelling)
    unit.audit("job.cancel", f"job:{job_id}")


def stop(unit: Unit, job_id: int) -> None:
    """The work has met its cancelling and left nothing behind."""
    row = _locked(unit.session, job_id)
    if row is not None and row.state == JobState.cancelling:
        row.state, row.finished_at = MOVES.move(JobState.cancelling, JobState.cancelled), unit.now


def _locked(session: Session, job_id: int) -> JobRow | None:
    query = select(JobRow).where(JobRow.id == job_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
