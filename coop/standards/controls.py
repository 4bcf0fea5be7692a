"""Reads of the production standards: control points, inputs and the days they keep before harvest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.errors import NotFoundError
from coop.standards.models import (
    ControlPointRow,
    InputItemRow,
    InputKind,
    IntervalRow,
    Stage,
    StandardRow,
)

# 农产品质量安全法 art. 29: these keep an interval; without one for a product they must not be used on it.
WITH_INTERVAL = frozenset({InputKind.pesticide, InputKind.veterinary})


@dataclass(frozen=True, slots=True)
class ControlPoint:
    code: str
    stage: Stage
    name: str
    name_en: str
    evidence: str
    evidence_en: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Standard:
    """A product's production standard with its points in order."""

    code: str
    product: str
    since: date
    name: str
    name_en: str
    fictional: bool
    source: str
    points: tuple[ControlPoint, ...]

    def point(self, code: str) -> ControlPoint | None:
        return next((point for point in self.points if point.code == code), None)


@dataclass(frozen=True, slots=True)
class InputItem:
    code: str
    kind: InputKind
    name: str
    name_en: str
    unit: str
    unit_en: str
    banned: bool
    fictional: bool
    source: str

    @property
    def keeps_interval(self) -> bool:
        return self.kind in WITH_INTERVAL


@dataclass(frozen=True, slots=True)
class Interval:
    """So many days from an input's last use to the harvest of a product."""

    input: str
    since: date
    days: int
    fictional: bool
    source: str


def standard_on(session: Session, product: str, day: date) -> Standard | None:
    """The standard of a product that holds on a day; None where there is none."""
    row = session.scalars(
        select(StandardRow)
        .where(StandardRow.product == product, StandardRow.since <= day)
        .order_by(StandardRow.since.desc())
    ).first()
    if row is None:
        return None
    points = session.scalars(
        select(ControlPointRow).where(ControlPointRow.standard == row.code).order_by(ControlPointRow.number)
    )
    return Standard(
        code=row.code,
        product=row.product,
        since=row.since,
        name=row.name,
        name_en=row.name_en,
        fictional=row.fictional,
        source=row.source,
        points=tuple(
            ControlPoint(p.code, Stage(p.stage), p.name, p.name_en, p.evidence, p.evidence_en, p.blocks)
            for p in points
        ),
    )


def input_items(session: Session) -> dict[str, InputItem]:
    """All inputs by code."""
    return {
        row.code: InputItem(
            code=row.code,
            kind=InputKind(row.kind),
            name=row.name,
            name_en=row.name_en,
            unit=row.unit,
            unit_en=row.unit_en,
            banned=row.banned,
            fictional=row.fictional,
            source=row.source,
        )
        for row in session.scalars(select(InputItemRow).order_by(InputItemRow.code))
    }


def input_item(session: Session, code: str) -> InputItem:
    found = input_items(session).get(code)
    if found is None:
        raise NotFoundError("input", code)
    return found


def intervals_on(session: Session, product: str, day: date) -> dict[str, Interval]:
    """The intervals of a product that hold on a day, by input."""
    rows = session.scalars(
        select(IntervalRow)
        .where(IntervalRow.product == product, IntervalRow.since <= day)
        .order_by(IntervalRow.since)
    )
    # Ordered by day, so the newest stays.
    return {row.input: Interval(row.input, row.since, row.days, row.fictional, row.source) for row in rows}
