"""What the subjects below record here. They ask for their roles; the lock on the part keeps sums right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from coop.orders.models import LineRow, PartRow
from coop.orders.rules import MOVES, PartState, Progress, most, path, reached
from coop.orders.service.errors import ProgressError
from coop.orders.service.state import lock_line, lock_part, move, require_seller

_NOT_COLLECTED = (PartState.received, PartState.accepted, PartState.refused, PartState.closed)


def mark_split(unit: Unit, line_id: int, promised: int) -> PartRow:
    """The line's households have promised so much; the last line to be split moves the part to split."""
    part, line = lock_line(unit, line_id)
    require_seller(unit, part)
    if part.state != PartState.accepted:
        MOVES.move(PartState(part.state), PartState.split)
    line.promised = promised
    unit.session.flush()
    if all(row.promised is not None for row in _lines(unit, part)):
        move(unit, part, PartState.split)
    unit.audit("order.split", f"order:{part.id}", line=line.number, promised=promised, ordered=line.quantity)
    return part


def record_collected(unit: Unit, line_id: int, grams: int) -> PartRow:
    """So much was bought from households for the line (negative: a receipt reversed), within tolerance."""
    return record_all_collected(unit, {line_id: grams})[0]


def record_all_collected(unit: Unit, grams: Mapping[int, int]) -> list[PartRow]:
    """So much was bought for several lines, by line id: each lock once, each part moved once; the parts by id."""
    parts, lines = lock_lines(unit, grams)
    for part in parts.values():
        require_seller(unit, part)
        if PartState(part.state) in _NOT_COLLECTED:
            MOVES.move(PartState(part.state), PartState.collecting)
    for line in lines.values():
        found = line.collected + grams[line.id]
        limit = most(line.quantity, parts[line.part_id].tolerance_bp)
        _require_between("收购", "collected", line.shipped, limit, found)
        line.collected = found
    return [_advance(unit, part) for part in parts.values()]


def lock_lines(unit: Unit, line_ids: Iterable[int]) -> tuple[dict[int, PartRow], dict[int, LineRow]]:
    """Several lines and their parts, locked until the unit ends: all parts first, each kind by id."""
    wanted = sorted(set(line_ids))
    part_ids = unit.session.scalars(select(LineRow.part_id).where(LineRow.id.in_(wanted)).distinct()).all()
    held = unit.session.scalars(
        select(PartRow)
        .where(PartRow.id.in_(part_ids))
        .order_by(PartRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    rows = unit.session.scalars(
        select(LineRow)
        .where(LineRow.id.in_(wanted))
        .order_by(LineRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {row.id: row for row in rows}
    if missing := [key for key in wanted if key not in found]:
        raise NotFoundError("order line", missing[0])
    return {row.id: row for row in held}, found


def record_shipped(unit: Unit, line_id: int, grams: int) -> PartRow:
    """So much of what was collected has left."""
    part, line = lock_line(unit, line_id)
    require_seller(unit, part)
    _require_between("发货", "shipped", line.taken + line.missing, line.collected, line.shipped + grams)
    line.shipped += grams
    return _advance(unit, part)


def record_taken(unit: Unit, line_id: int, grams: int, *, missing: int = 0) -> PartRow:
    """So much of what was shipped is accepted; `missing` is what both agreed was sent but not accepted."""
    part, line = lock_line(unit, line_id)
    answered = line.taken + line.missing + grams + missing
    _require_between("验收", "taken and missing", 0, line.shipped, answered)
    line.taken += grams
    line.missing += missing
    return _advance(unit, part)


def mark_paid(unit: Unit, part_id: int) -> PartRow:
    """All that was billed is paid: moves a part whose goods are all taken; one with goods under way stays."""
    part = lock_part(unit, part_id)
    if part.state == PartState.taken:
        move(unit, part, PartState.paid)
        unit.audit("order.paid", f"order:{part.id}")
    return part


def _advance(unit: Unit, part: PartRow) -> PartRow:
    unit.session.flush()
    lines = [Progress(row.collected, row.shipped, row.taken + row.missing) for row in _lines(unit, part)]
    found = PartState(part.state)
    for state in path(found, reached(found, lines)):
        move(unit, part, state)
    return part


def _lines(unit: Unit, part: PartRow) -> list[LineRow]:
    return list(
        unit.session.scalars(select(LineRow).where(LineRow.part_id == part.id).order_by(LineRow.number))
    )


def _require_between(step: str, step_en: str, least: int, limit: int, found: int) -> None:
    if not least <= found <= limit:
        raise ProgressError(step, step_en, least, limit, found)
