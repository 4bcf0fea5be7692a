"""Gapless numbers per tenant, series and year: the counter row is locked until the unit ends, so a rollback gives it back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import PrimaryKeyConstraint
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop.kernel.db import Base, Code, Tenanted


class SeriesRow(Tenanted, Base):
    __tablename__ = "number_series"
    __table_args__ = (PrimaryKeyConstraint("tenant_id", "series", "year"),)

    series: Mapped[Code]
    year: Mapped[int] = mapped_column()
    last: Mapped[int] = mapped_column(default=0)


def upsert(session: Session, kind: type[Any]) -> Any:
    """The dialect's INSERT that knows ON CONFLICT."""
    dialect = session.get_bind().dialect.name
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(kind)


def next_number(session: Session, tenant_id: int, series: str, year: int, *, count: int = 1) -> int:
    """1, 2, 3 ... without gaps, also under concurrency and after rollbacks; with `count`, the last of so many."""
    start: Any = upsert(session, SeriesRow).values(tenant_id=tenant_id, series=series, year=year, last=count)
    statement = start.on_conflict_do_update(
        index_elements=["tenant_id", "series", "year"], set_={"last": SeriesRow.last + count}
    ).returning(SeriesRow.last)
    return int(session.execute(statement).scalar_one())


def document_number(session: Session, tenant_id: int, series: str, year: int) -> str:
    """A number as it is printed: `SH-2025-0007`."""
    return f"{series}-{year}-{next_number(session, tenant_id, series, year):04d}"
