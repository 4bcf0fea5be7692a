"""Lists of tickets, ready to render."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.units import Unit
from coop.parties.models import HouseholdRow
from coop.procurement.models import ReceiptRow, ReceiptState
from coop.standards.queries import Product, products


@dataclass(frozen=True, slots=True)
class Receipt:
    """A ticket as a list shows it."""

    receipt_id: int
    number: str
    day: date
    state: str
    entity_id: int
    household_id: int
    household: str
    part_id: int
    line_id: int
    product: str
    product_name: str
    product_name_en: str
    unit: Unit
    total_g: int
    total_fen: int
    fee_fen: int
    set_off_fen: int
    payable_fen: int
    sheet_id: int | None
    voucher_id: int | None
    payable_id: int | None
    member: bool

    @property
    def posted(self) -> bool:
        return self.state == ReceiptState.posted


def receipts(
    session: Session,
    *,
    household_id: int | None = None,
    part_id: int | None = None,
    day: date | None = None,
    sheet_id: int | None = None,
    ids: Iterable[int] | None = None,
) -> tuple[Receipt, ...]:
    """Tickets, newest first: of a household, an order, a day, a sheet, or these ids; all where nothing is told."""
    query = (
        select(ReceiptRow, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == ReceiptRow.household_id)
        .order_by(ReceiptRow.day.desc(), ReceiptRow.id.desc())
    )
    if household_id is not None:
        query = query.where(ReceiptRow.household_id == household_id)
    if part_id is not None:
        query = query.where(ReceiptRow.part_id == part_id)
    if day is not None:
        query = query.where(ReceiptRow.day == day)
    if sheet_id is not None:
        query = query.where(ReceiptRow.sheet_id == sheet_id)
    if ids is not None:
        query = query.where(ReceiptRow.id.in_(sorted(set(ids))))
    made = products(session)
    return tuple(_receipt(row, number, made[row.product]) for row, number in session.execute(query))


def _receipt(row: ReceiptRow, household: str, made: Product) -> Receipt:
    return Receipt(
        receipt_id=row.id,
        number=row.number,
        day=row.day,
        state=row.state,
        entity_id=row.entity_id,
        household_id=row.household_id,
        household=household,
        part_id=row.part_id,
        line_id=row.line_id,
        product=row.product,
        product_name=made.name,
        product_name_en=made.name_en,
        unit=made.unit,
        total_g=row.total_g,
        total_fen=row.total_fen,
        fee_fen=row.fee_fen,
        set_off_fen=row.set_off_fen,
        payable_fen=row.payable_fen,
        sheet_id=row.sheet_id,
        voucher_id=row.voucher_id,
        payable_id=row.payable_id,
        member=row.member,
    )
