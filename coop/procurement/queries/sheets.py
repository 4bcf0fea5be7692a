"""Weigh sheets: the tickets of a scale and day under one summary voucher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.errors import NotFoundError
from coop.procurement.models import ScaleRow, SheetRow
from coop.procurement.queries.tickets import Receipt, receipts


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as a list shows it; fen. payable = total - fee - set-off, as weighed: reversals count later."""

    sheet_id: int
    number: str
    day: date
    scale: str
    scale_name: str
    slips: int
    total_fen: int
    fee_fen: int
    set_off_fen: int
    payable_fen: int
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A sheet with its tickets in the order weighed, and how many of them were reversed since."""

    sheet: Sheet
    receipts: tuple[Receipt, ...]
    reversed: int


def sheets(session: Session, *, day: date | None = None) -> tuple[Sheet, ...]:
    """The sheets there are, newest first; of one day where it is told."""
    query = (
        select(SheetRow, ScaleRow)
        .join(ScaleRow, ScaleRow.id == SheetRow.scale_id)
        .order_by(SheetRow.day.desc(), SheetRow.id.desc())
    )
    if day is not None:
        query = query.where(SheetRow.day == day)
    return tuple(_sheet(row, scale) for row, scale in session.execute(query))


def sheet_page(session: Session, sheet_id: int) -> SheetPage:
    """One sheet with its tickets. Raises NotFoundError."""
    found = session.execute(
        select(SheetRow, ScaleRow)
        .join(ScaleRow, ScaleRow.id == SheetRow.scale_id)
        .where(SheetRow.id == sheet_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("weigh sheet", sheet_id)
    row, scale = found
    tickets = tuple(reversed(receipts(session, sheet_id=row.id)))
    return SheetPage(_sheet(row, scale), tickets, sum(not ticket.posted for ticket in tickets))


def _sheet(row: SheetRow, scale: ScaleRow) -> Sheet:
    return Sheet(
        sheet_id=row.id,
        number=row.number,
        day=row.day,
        scale=scale.code,
        scale_name=scale.name,
        slips=row.slips,
        total_fen=row.total_fen,
        fee_fen=row.fee_fen,
        set_off_fen=row.set_off_fen,
        payable_fen=row.payable_fen,
        voucher_id=row.voucher_id,
    )
