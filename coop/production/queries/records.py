"""The field log and the findings of a share, ready to render."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.production.models import FieldLogRow, FindingRow
from coop.production.rules import FieldKind
from coop.standards.controls import InputItem
from coop.standards.models import ControlPointRow

FIELD_TEXTS = {
    FieldKind.plant: ("播种或上棚", "planted"),
    FieldKind.care: ("日常管护", "care"),
    FieldKind.input: ("使用投入品", "input used"),
    FieldKind.pest: ("病虫害", "pest or disease"),
    FieldKind.harvest: ("采收", "harvested"),
    FieldKind.other: ("其他", "other"),
}


@dataclass(frozen=True, slots=True)
class LogLine:
    log_id: int
    day: date
    kind: FieldKind
    kind_text: str
    kind_text_en: str
    text: str
    input_code: str
    input_name: str
    input_name_en: str
    own: bool
    user_id: int


@dataclass(frozen=True, slots=True)
class FindingLine:
    finding_id: int
    day: date
    point: str
    name: str
    name_en: str
    blocks: bool
    passed: bool
    note: str
    user_id: int


def log_lines(session: Session, allocation_id: int, items: dict[str, InputItem]) -> tuple[LogLine, ...]:
    """The field log, newest first."""
    rows = session.scalars(
        select(FieldLogRow)
        .where(FieldLogRow.allocation_id == allocation_id)
        .order_by(FieldLogRow.day.desc(), FieldLogRow.id.desc())
    )
    made = []
    for row in rows:
        kind = FieldKind(row.kind)
        item = items.get(row.input_code or "")
        made.append(
            LogLine(
                log_id=row.id,
                day=row.day,
                kind=kind,
                kind_text=FIELD_TEXTS[kind][0],
                kind_text_en=FIELD_TEXTS[kind][1],
                text=row.text,
                input_code=row.input_code or "",
                input_name=item.name if item else "",
                input_name_en=item.name_en if item else "",
                own=row.own,
                user_id=row.user_id,
            )
        )
    return tuple(made)


def finding_lines(session: Session, allocation_id: int) -> tuple[FindingLine, ...]:
    """What was found, newest first."""
    rows = session.execute(
        select(FindingRow, ControlPointRow)
        .join(
            ControlPointRow,
            (ControlPointRow.standard == FindingRow.standard) & (ControlPointRow.code == FindingRow.point),
        )
        .where(FindingRow.allocation_id == allocation_id)
        .order_by(FindingRow.day.desc(), FindingRow.id.desc())
    )
    return tuple(
        FindingLine(
            finding_id=row.id,
            day=row.day,
            point=row.point,
            name=point.name,
            name_en=point.name_en,
            blocks=point.blocks,
            passed=row.passed,
            note=row.note,
            user_id=row.user_id,
        )
        for row, point in rows
    )
