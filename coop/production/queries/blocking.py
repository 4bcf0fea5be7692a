"""What stops the purchase of a share on a day: failed control points, and intervals of inputs that still run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.production.models import FieldLogRow, FindingRow
from coop.production.rules import (
    Words,
    failed_words,
    forbidden_words,
    free_from,
    interval_words,
    joined,
)
from coop.standards.controls import InputItem, Interval, input_items, intervals_on
from coop.standards.models import ControlPointRow, InputKind


def blocks(session: Session, allocation_ids: Collection[int], product: str, day: date) -> dict[int, Words]:
    """Why shares of a product may not be bought on a day, in Chinese and English; those that may are absent.

    A blocking control point whose newest finding failed, a pesticide's interval or a drug's withdrawal
    period since its last logged use, or the use of a banned or unlisted one.
    """
    ids = sorted(set(allocation_ids))
    reasons: dict[int, list[Words]] = defaultdict(list)
    if ids:
        _failed(session, ids, day, reasons)
        _used(session, ids, product, day, reasons)
    return {allocation_id: joined(found) for allocation_id, found in sorted(reasons.items())}


def _failed(session: Session, ids: list[int], day: date, reasons: dict[int, list[Words]]) -> None:
    rows = session.execute(
        select(FindingRow, ControlPointRow)
        .join(
            ControlPointRow,
            (ControlPointRow.standard == FindingRow.standard) & (ControlPointRow.code == FindingRow.point),
        )
        .where(FindingRow.allocation_id.in_(ids), FindingRow.day <= day, ControlPointRow.blocks)
        .order_by(FindingRow.day, FindingRow.id)
    )
    # By the point's code and not its standard's: a new standard's finding mends that of the old one.
    newest = {(row.allocation_id, row.point): (row, point) for row, point in rows}
    for (allocation_id, _), (row, point) in sorted(newest.items(), key=lambda pair: pair[0]):
        if not row.passed:
            reasons[allocation_id].append(failed_words(point.name, point.name_en, row.day))


def _used(session: Session, ids: list[int], product: str, day: date, reasons: dict[int, list[Words]]) -> None:
    uses = session.execute(
        select(FieldLogRow.allocation_id, FieldLogRow.input_code, func.max(FieldLogRow.day))
        .where(
            FieldLogRow.allocation_id.in_(ids), FieldLogRow.day <= day, FieldLogRow.input_code.is_not(None)
        )
        .group_by(FieldLogRow.allocation_id, FieldLogRow.input_code)
        .order_by(FieldLogRow.allocation_id, FieldLogRow.input_code)
    ).all()
    if not uses:
        return
    items, intervals = input_items(session), intervals_on(session, product, day)
    for allocation_id, code, last_use in uses:
        assert code is not None  # the statement asks for these alone
        reason = _of_use(items[code], intervals.get(code), last_use, day)
        if reason is not None:
            reasons[allocation_id].append(reason)


def _of_use(item: InputItem, interval: Interval | None, last_use: date, day: date) -> Words | None:
    if item.banned or (item.keeps_interval and interval is None):
        return forbidden_words(item.name, item.name_en, last_use, banned=item.banned)
    if interval is None or day >= free_from(last_use, interval.days):
        return None
    veterinary = item.kind is InputKind.veterinary
    return interval_words(item.name, item.name_en, last_use, interval.days, veterinary=veterinary)
