"""Advances, ready to render for both sides: what was paid before delivery, what bills set off, what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.queries import vouchers_of_source
from coop.kernel.errors import NotFoundError
from coop.orders.models import PartRow
from coop.orders.queries import Order
from coop.settlement.models import AdvanceRow, PaymentState, SaleRow, SetOffRow
from coop.settlement.rules import can_advance

ADVANCE_TEXTS = {
    PaymentState.advised: ("已报付，待到账", "advised"),
    PaymentState.received: ("已到账", "received"),
}


@dataclass(frozen=True, slots=True)
class AdvanceUse:
    """So much of an advance was set off by a bill."""

    advance_id: int
    advance: str
    sale_id: int
    bill: str
    day: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Advance:
    """An advance as its page shows it. `left_fen` is received and not set off yet."""

    advance_id: int
    number: str
    part_id: int
    order: str
    buyer_id: int
    buyer_code: str
    buyer_name: str
    seller_id: int
    seller_entity: str
    seller_name: str
    day: date
    amount_fen: int
    bank_reference: str
    state: str
    state_text: str
    state_text_en: str
    received_on: date | None
    set_off_fen: int
    left_fen: int
    uses: tuple[AdvanceUse, ...]


@dataclass(frozen=True, slots=True)
class AdvancePage:
    """An advance with the voucher it was posted by: the seller's own, None to the buyer and before it is received."""

    advance: Advance
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class AdvanceAccount:
    """The advances of an order: at most, advised, received, set off by bills, left. Fen.

    `room_fen` is what may still be advised; 0 where the order's state allows no advance.
    """

    most_fen: int
    advised_fen: int
    received_fen: int
    set_off_fen: int
    left_fen: int
    room_fen: int
    advances: tuple[Advance, ...]


def advances(
    session: Session, *, part_id: int | None = None, states: Sequence[PaymentState] = ()
) -> tuple[Advance, ...]:
    """Advances in sight, newest first: of an order, in these states; all where nothing is given."""
    query = (
        select(AdvanceRow, PartRow)
        .join(PartRow, PartRow.id == AdvanceRow.part_id)
        .order_by(AdvanceRow.day.desc(), AdvanceRow.id.desc())
    )
    if part_id is not None:
        query = query.where(AdvanceRow.part_id == part_id)
    if states:
        query = query.where(AdvanceRow.state.in_([state.value for state in states]))
    rows = session.execute(query).all()
    uses: dict[int, list[AdvanceUse]] = defaultdict(list)
    for use in _uses(session, advance_ids=[row.id for row, _ in rows]):
        uses[use.advance_id].append(use)
    return tuple(_advance(row, part, tuple(uses[row.id])) for row, part in rows)


def advance_page(session: Session, advance_id: int) -> AdvancePage:
    """One advance. Raises NotFoundError, also to third parties."""
    found = session.execute(
        select(AdvanceRow, PartRow)
        .join(PartRow, PartRow.id == AdvanceRow.part_id)
        .where(AdvanceRow.id == advance_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("advance", advance_id)
    vouchers = vouchers_of_source(session, f"advance:{advance_id}")
    shown = _advance(found[0], found[1], tuple(_uses(session, advance_ids=[advance_id])))
    return AdvancePage(shown, vouchers[0].id if vouchers else None)


def advance_account(session: Session, order: Order) -> AdvanceAccount:
    """What stands between the two sides as an advance on this order."""
    held = advances(session, part_id=order.part_id)
    most, advised = order.advance_most_fen, sum(row.amount_fen for row in held)
    received = sum(row.amount_fen for row in held if row.state == PaymentState.received)
    return AdvanceAccount(
        most_fen=most,
        advised_fen=advised - received,
        received_fen=received,
        set_off_fen=sum(row.set_off_fen for row in held),
        left_fen=sum(row.left_fen for row in held),
        room_fen=max(0, most - advised) if can_advance(order.state) else 0,
        advances=held,
    )


def uses_of_sales(session: Session, sale_ids: Iterable[int]) -> dict[int, tuple[AdvanceUse, ...]]:
    """By bill, what it set off of which advance."""
    found: dict[int, list[AdvanceUse]] = defaultdict(list)
    for use in _uses(session, sale_ids=list(sale_ids)):
        found[use.sale_id].append(use)
    return {sale_id: tuple(uses) for sale_id, uses in found.items()}


def _uses(
    session: Session, *, advance_ids: Sequence[int] = (), sale_ids: Sequence[int] = ()
) -> list[AdvanceUse]:
    rows = session.execute(
        select(SetOffRow, AdvanceRow.number, SaleRow.number, SaleRow.day)
        .join(AdvanceRow, AdvanceRow.id == SetOffRow.advance_id)
        .join(SaleRow, SaleRow.id == SetOffRow.sale_id)
        .where(SetOffRow.advance_id.in_(advance_ids) | SetOffRow.sale_id.in_(sale_ids))
        .order_by(SetOffRow.id)
    )
    return [
        AdvanceUse(row.advance_id, number, row.sale_id, bill, day, row.amount_fen)
        for row, number, bill, day in rows
    ]


def _advance(row: AdvanceRow, part: PartRow, uses: tuple[AdvanceUse, ...]) -> Advance:
    text, text_en = ADVANCE_TEXTS[PaymentState(row.state)]
    return Advance(
        advance_id=row.id,
        number=row.number,
        part_id=row.part_id,
        order=part.number,
        buyer_id=row.buyer_id,
        buyer_code=part.buyer_code,
        buyer_name=part.buyer_name,
        seller_id=row.seller_id,
        seller_entity=part.seller_entity,
        seller_name=part.seller_name,
        day=row.day,
        amount_fen=row.amount_fen,
        bank_reference=row.bank_reference,
        state=row.state,
        state_text=text,
        state_text_en=text_en,
        received_on=row.received_on,
        set_off_fen=row.set_off_fen,
        left_fen=row.left_fen,
        uses=uses,
    )
