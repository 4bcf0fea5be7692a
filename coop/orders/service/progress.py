"""What the subjects below record here. They ask for their roles; the lock on the part keeps sums right."""

from __future__ import annotations

from sqlalchemy import select

from coop.kernel.unit import Unit
from coop.orders.models import LineRow, PartRow
from coop.orders.rules import MOVES, PartState, Progress, most, path, reached
from coop.orders.service.errors import ProgressError
from coop.orders.service.state import lock_line, lock_part, move, require_seller


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
    part, line = lock_line(unit, line_id)
    require_seller(unit, part)
    if PartState(part.state) in (PartState.received, PartState.accepted, PartState.refused, PartState.closed):
        MOVES.move(PartState(part.state), PartState.collecting)
    found = line.collected + grams
    limit = most(line.quantity, part.tolerance_bp)
    _require_between("收购", "collected", line.shipped, limit, found)
    line.collected = found
    return _advance(unit, part)


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
