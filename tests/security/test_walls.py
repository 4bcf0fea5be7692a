# ruff: noqa: ARG005  (a table of ways, all called alike)
"""Every way to another tenant's rows that SQLAlchemy offers, tried one by one: none opens, on either back end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, union_all, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, aliased

from coop.kernel.actor import Actor, Role
from coop.kernel.db import Database
from coop.kernel.errors import MeanwhileError, ScopeError
from coop.kernel.numbering import SeriesRow, upsert
from coop.kernel.unit import look, owner_session, unit
from coop.kernel.walls import UnfilteredError
from coop.parties.models import HouseholdRow
from ledger.store import table_of
from tests.conftest import Village, make_village

DAY = date(2025, 1, 1)
REFUSED = (MeanwhileError, ScopeError, UnfilteredError, DBAPIError)
TABLE = table_of(HouseholdRow)
OTHER = aliased(HouseholdRow)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two villages, and a household of theirs that this side must not reach."""

    mine: Village
    theirs: Village
    key: int

    @property
    def me(self) -> int:
        return self.mine.tenant

    @property
    def you(self) -> int:
        return self.theirs.tenant

    def row(self, tenant: int, number: str = "H0009") -> dict[str, Any]:
        return {
            "tenant_id": tenant,
            "number": number,
            "head": "x",
            "grid": "一组",
            "monitored": False,
            "joined": DAY,
        }

    def series(self, tenant: int) -> dict[str, Any]:
        return {"tenant_id": tenant, "series": "audit", "year": 0, "last": 1}


@pytest.fixture
def sides(db: Database) -> Sides:
    mine, theirs = make_village("MINE", households=1), make_village("THEIRS", households=1)
    with owner_session() as session:
        key = session.scalars(select(HouseholdRow.id).where(HouseholdRow.tenant_id == theirs.tenant)).one()
    return Sides(mine, theirs, key)


def _upsert(session: Session, values: dict[str, Any], target: Sequence[str], change: dict[str, Any]) -> None:
    kind = SeriesRow if "series" in values else HouseholdRow
    statement = upsert(session, kind).values(**values)
    session.execute(statement.on_conflict_do_update(index_elements=list(target), set_=change))


SERIES_KEY = ("tenant_id", "series", "year")
Way = Callable[[Session, Sides], object]
WRITES: dict[str, Way] = {
    "add": lambda s, x: s.add(HouseholdRow(**x.row(x.you))),
    "merge": lambda s, x: s.merge(HouseholdRow(id=x.key, **x.row(x.you))),
    "merge as own": lambda s, x: s.merge(HouseholdRow(id=x.key, **x.row(x.me))),
    "insert": lambda s, x: s.execute(insert(HouseholdRow).values(x.row(x.you))),
    "insert many": lambda s, x: s.execute(insert(HouseholdRow), [x.row(x.me), x.row(x.you)]),
    "insert at once": lambda s, x: s.execute(insert(HouseholdRow).values([x.row(x.me), x.row(x.you)])),
    "insert from select": lambda s, x: s.execute(
        insert(SeriesRow).from_select(
            [*SERIES_KEY, "last"], select(HouseholdRow.tenant_id - x.me + x.you, HouseholdRow.number, 1, 1)
        )
    ),
    "upsert": lambda s, x: _upsert(s, x.series(x.you), SERIES_KEY, {"last": 99}),
    "upsert that moves": lambda s, x: _upsert(
        s, x.series(x.me), SERIES_KEY, {"tenant_id": x.you, "series": "y"}
    ),
    "upsert by key": lambda s, x: _upsert(s, {**x.row(x.me), "id": x.key}, ("id",), {"head": "y"}),
    "update": lambda s, x: s.execute(update(HouseholdRow).where(HouseholdRow.id == x.key).values(head="y")),
    "update by key": lambda s, x: s.execute(update(HouseholdRow), [{"id": x.key, "head": "y"}]),
    "update that moves": lambda s, x: s.execute(update(SeriesRow).values(tenant_id=x.you, series="moved")),
    "query update": lambda s, x: s.query(HouseholdRow).filter_by(id=x.key).update({"head": "y"}),
    "delete": lambda s, x: s.execute(delete(SeriesRow).where(SeriesRow.tenant_id == x.you)),
    "table insert": lambda s, x: s.execute(insert(TABLE).values(x.row(x.you))),
    "table update": lambda s, x: s.execute(update(TABLE).values(head="y")),
    "table delete": lambda s, x: s.execute(delete(table_of(SeriesRow))),
    "connection insert": lambda s, x: s.connection().execute(insert(TABLE).values(x.row(x.you))),
    "connection many": lambda s, x: s.connection().execute(insert(TABLE), [x.row(x.me), x.row(x.you)]),
    "connection update": lambda s, x: s.connection().execute(update(TABLE).values(head="y")),
    "connection ORM": lambda s, x: s.connection().execute(update(HouseholdRow).values(head="y")),
    "connection delete": lambda s, x: s.connection().execute(delete(SeriesRow)),
    "text": lambda s, x: s.execute(text("UPDATE household SET head = 'y'")),
    "bulk insert": lambda s, x: s.bulk_insert_mappings(HouseholdRow, [x.row(x.you)]),
    "bulk update": lambda s, x: s.bulk_update_mappings(HouseholdRow, [{"id": x.key, "head": "y"}]),
    "bulk save": lambda s, x: s.bulk_save_objects([HouseholdRow(**x.row(x.you))]),
}


def theirs(sides: Sides) -> list[Any]:
    """Their households and number series as they stand."""
    with owner_session() as session:
        rows = session.execute(select(TABLE).where(TABLE.c.tenant_id == sides.you).order_by(TABLE.c.id)).all()
        series = select(SeriesRow.series, SeriesRow.year, SeriesRow.last).where(
            SeriesRow.tenant_id == sides.you
        )
        return [*rows, *session.execute(series.order_by(SeriesRow.series, SeriesRow.year)).all()]


@pytest.mark.parametrize("mandate", [False, True], ids=["stranger", "mandate"])
def test_no_write_reaches_another_tenant(sides: Sides, mandate: bool) -> None:
    """Tried with and without a mandate that lets this side read the other."""
    readable = frozenset({sides.you} if mandate else ())
    actor = Actor(1, "x", sides.me, frozenset({Role.manager}), readable)
    before = theirs(sides)
    for name, way in WRITES.items():
        try:
            with unit(actor) as work:
                way(work.session, sides)
        except REFUSED:
            pass
        assert theirs(sides) == before, name


def _count(session: Session, statement: Any, sides: Sides) -> list[int]:
    """Their key, where more than the one row of ours is counted."""
    return [sides.key] * ((session.scalar(statement) or 0) - 1)


READS: dict[str, Callable[[Session, Sides], Sequence[int | None]]] = {
    "select": lambda s, x: s.scalars(select(HouseholdRow.id)).all(),
    "get": lambda s, x: [row.id for row in (s.get(HouseholdRow, x.key),) if row],
    "query": lambda s, x: [row.id for row in s.query(HouseholdRow).all()],
    "count": lambda s, x: _count(s, select(func.count()).select_from(HouseholdRow), x),
    "max": lambda s, x: [s.scalar(select(func.max(HouseholdRow.id)))],
    "alias": lambda s, x: s.scalars(select(OTHER.id)).all(),
    "subquery": lambda s, x: s.scalars(select(select(HouseholdRow.id).subquery().c.id)).all(),
    "cte": lambda s, x: s.scalars(select(select(HouseholdRow.id).cte().c.id)).all(),
    "union": lambda s, x: s.scalars(union_all(select(HouseholdRow.id), select(HouseholdRow.id))).all(),
    "exists": lambda s, x: [x.key] * bool(s.scalar(select(exists().where(HouseholdRow.id == x.key)))),
    "scalar": lambda s, x: [s.scalar(select(select(func.max(HouseholdRow.id)).scalar_subquery()))],
    "join": lambda s, x: s.scalars(
        select(OTHER.id).select_from(HouseholdRow).outerjoin(OTHER, OTHER.id >= HouseholdRow.id)
    ).all(),
    "table": lambda s, x: s.scalars(select(TABLE.c.id)).all(),
    "table alias": lambda s, x: s.scalars(select(TABLE.alias().c.id)).all(),
    "table count": lambda s, x: _count(s, select(func.count()).select_from(TABLE), x),
    "connection": lambda s, x: s.connection().scalars(select(TABLE.c.id)).all(),
    "text": lambda s, x: s.scalars(text("SELECT id FROM household")).all(),
    "from_statement": lambda s, x: [
        row.id for row in s.scalars(select(HouseholdRow).from_statement(text("SELECT * FROM household")))
    ],
}


def test_no_read_sees_another_tenant(sides: Sides) -> None:
    for name, way in READS.items():
        with look(Actor(1, "x", sides.me, frozenset({Role.manager}))) as view:
            try:
                found = way(view.session, sides)
            except REFUSED:
                continue
            assert sides.key not in found, name


def test_a_mandate_locks_nothing(sides: Sides) -> None:
    """A row is locked in order to be changed, so what a mandate lets one read cannot be locked."""
    actor = Actor(1, "x", sides.me, frozenset({Role.manager}), frozenset({sides.you}))
    query = select(HouseholdRow.tenant_id).order_by(HouseholdRow.tenant_id)
    with unit(actor) as work:
        assert work.session.scalars(query).all() == sorted((sides.me, sides.you))
        assert work.session.scalars(query.with_for_update()).all() == [sides.me]
