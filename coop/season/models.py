"""The mark a demo leaves: begun, and how far it came. It tells a finished demo from one that was killed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from coop.kernel.db import Base, Code, Instant, Pk


class DemoRunRow(Base):
    """One run of `coop demo` on this database; global, since the demo makes its own tenants."""

    __tablename__ = "demo_run"

    id: Mapped[Pk]
    year: Mapped[int]
    seed: Mapped[int]
    households: Mapped[int]
    step: Mapped[Code] = mapped_column(default="")
    started_at: Mapped[Instant]
    finished_at: Mapped[datetime | None]
    # What the finished demo left, counted over all tenants; `coop demo --wipe` refuses when it has changed.
    census: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
