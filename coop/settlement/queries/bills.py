"""Bills and payments, ready to render for both sides; what the goods cost, for the seller alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.delivery.models import AcceptanceLineRow, ShipmentLineRow, ShipmentRow
from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit
from coop.orders.models import PartRow
from coop.settlement.models import PaymentRow, PaymentState, SaleCostRow, SaleLineRow, SaleRow, SaleState
from coop.settlement.queries.advances import AdvanceUse, uses_of_sales
from coop.settlement.rules import overdue_days
from coop.standards.queries import Product, products
from ledger.money import upper_cny

SALE_TEXTS = {SaleState.open: ("待付款", "to be paid"), SaleState.paid: ("已付清", "paid")}
PAYMENT_TEXTS = {
    PaymentState.advised: ("已报付，待到账", "advised"),
    PaymentState.received: ("已到账", "received"),
}


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A lot on the bill: accepted quantity x price (1/10000 yuan per kg or head) = amount; the claim is missing."""

    lot_code: str
    product: str
    product_name: str
    product_name_en: str
    grade: str
    grade_name: str
    grade_name_en: str
    unit: Unit
    grams: int
    claim_g: int
    price: int
    amount_fen: int
    claim_fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class Payment:
    payment_id: int
    number: str
    sale_id: int
    bill: str
    day: date
    amount_fen: int
    bank_reference: str
    state: str
    state_text: str
    state_text_en: str
    received_on: date | None


@dataclass(frozen=True, slots=True)
class Sale:
    """A bill as its page shows it. `overdue` is days past the due day, 0 when nothing is open.

    `paid_fen` is all that is settled, `set_off_fen` what of it came from the advance.
    """

    sale_id: int
    number: str
    part_id: int
    order: str
    contract: str
    buyer_id: int
    buyer_code: str
    buyer_name: str
    seller_id: int
    seller_entity: str
    seller_name: str
    acceptance_id: int
    shipment_id: int
    shipment: str
    day: date
    due_day: date
    overdue: int
    amount_fen: int
    amount_upper: str
    claim_fen: int
    set_off_fen: int
    paid_fen: int
    open_fen: int
    advised_fen: int
    state: str
    state_text: str
    state_text_en: str
    lines: tuple[SaleLine, ...]
    payments: tuple[Payment, ...]
    set_offs: tuple[AdvanceUse, ...]


@dataclass(frozen=True, slots=True)
class SaleCost:
    """What the goods of a bill were bought for; the margin above it may be a loss."""

    sale_id: int
    entity_id: int
    amount_fen: int
    cost_fen: int
    voucher_id: int | None

    @property
    def margin_fen(self) -> int:
        return self.amount_fen - self.cost_fen


def sales(
    session: Session, today: date, *, part_id: int | None = None, states: Sequence[SaleState] = ()
) -> tuple[Sale, ...]:
    """Bills in sight, newest first: of an order, in these states; all where nothing is given."""
    query = (
        select(SaleRow, PartRow, ShipmentRow.number)
        .join(PartRow, PartRow.id == SaleRow.part_id)
        .join(ShipmentRow, ShipmentRow.id == SaleRow.shipment_id)
        .order_by(SaleRow.day.desc(), SaleRow.id.desc())
    )
    if part_id is not None:
        query = query.where(SaleRow.part_id == part_id)
    if states:
        query = query.where(SaleRow.state.in_([state.value for state in states]))
    return _sales(session, today, [(row, part, number) for row, part, number in session.execute(query)])


def sale(session: Session, sale_id: int, today: date) -> Sale:
    """One bill. Raises NotFoundError, also to third parties."""
    found = session.execute(
        select(SaleRow, PartRow, ShipmentRow.number)
        .join(PartRow, PartRow.id == SaleRow.part_id)
        .join(ShipmentRow, ShipmentRow.id == SaleRow.shipment_id)
        .where(SaleRow.id == sale_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("sale", sale_id)
    return _sales(session, today, [(found[0], found[1], found[2])])[0]


def sale_of_acceptance(session: Session, acceptance_id: int) -> int | None:
    """The bill of an acceptance, None before it is billed."""
    return session.scalars(select(SaleRow.id).where(SaleRow.acceptance_id == acceptance_id)).one_or_none()


def sale_cost(session: Session, sale_id: int) -> SaleCost | None:
    """What the goods of a bill cost; None to the buyer, who does not see it."""
    found = session.execute(
        select(SaleCostRow, SaleRow.amount_fen)
        .join(SaleRow, SaleRow.id == SaleCostRow.sale_id)
        .where(SaleCostRow.sale_id == sale_id)
    ).one_or_none()
    if found is None:
        return None
    row, amount = found
    return SaleCost(row.sale_id, row.entity_id, amount, row.cost_fen, row.voucher_id)


def payments(session: Session, *, states: Sequence[PaymentState] = ()) -> tuple[Payment, ...]:
    """The enterprise's payments in sight, newest first."""
    query = (
        select(PaymentRow, SaleRow.number)
        .join(SaleRow, SaleRow.id == PaymentRow.sale_id)
        .order_by(PaymentRow.day.desc(), PaymentRow.id.desc())
    )
    if states:
        query = query.where(PaymentRow.state.in_([state.value for state in states]))
    return tuple(_payment(row, number) for row, number in session.execute(query))


def payment(session: Session, payment_id: int) -> Payment:
    """One payment. Raises NotFoundError."""
    query = select(PaymentRow, SaleRow.number).join(SaleRow, SaleRow.id == PaymentRow.sale_id)
    found = session.execute(query.where(PaymentRow.id == payment_id)).one_or_none()
    if found is None:
        raise NotFoundError("payment", payment_id)
    return _payment(found[0], found[1])


def _sales(session: Session, today: date, rows: Sequence[tuple[SaleRow, PartRow, str]]) -> tuple[Sale, ...]:
    ids = [row.id for row, _, _ in rows]
    lines: dict[int, list[SaleLine]] = defaultdict(list)
    made = products(session)
    for line, lot, reason in session.execute(
        select(SaleLineRow, ShipmentLineRow.lot_code, AcceptanceLineRow.reason)
        .join(ShipmentLineRow, ShipmentLineRow.id == SaleLineRow.shipment_line_id)
        .join(AcceptanceLineRow, AcceptanceLineRow.shipment_line_id == ShipmentLineRow.id)
        .where(SaleLineRow.sale_id.in_(ids))
        .order_by(SaleLineRow.id)
    ):
        lines[line.sale_id].append(_line(line, lot, made[line.product], reason))
    paid: dict[int, list[Payment]] = defaultdict(list)
    numbers = {row.id: row.number for row, _, _ in rows}
    for payment_row in session.scalars(
        select(PaymentRow).where(PaymentRow.sale_id.in_(ids)).order_by(PaymentRow.id)
    ):
        paid[payment_row.sale_id].append(_payment(payment_row, numbers[payment_row.sale_id]))
    used = uses_of_sales(session, ids)
    return tuple(
        _sale(
            row,
            part,
            shipment,
            today,
            lines=tuple(lines[row.id]),
            paid=tuple(paid[row.id]),
            set_offs=used.get(row.id, ()),
        )
        for row, part, shipment in rows
    )


def _sale(
    row: SaleRow,
    part: PartRow,
    shipment: str,
    today: date,
    *,
    lines: tuple[SaleLine, ...],
    paid: tuple[Payment, ...],
    set_offs: tuple[AdvanceUse, ...],
) -> Sale:
    text, text_en = SALE_TEXTS[SaleState(row.state)]
    return Sale(
        sale_id=row.id,
        number=row.number,
        part_id=row.part_id,
        order=part.number,
        contract=part.contract,
        buyer_id=row.buyer_id,
        buyer_code=part.buyer_code,
        buyer_name=part.buyer_name,
        seller_id=row.seller_id,
        seller_entity=part.seller_entity,
        seller_name=part.seller_name,
        acceptance_id=row.acceptance_id,
        shipment_id=row.shipment_id,
        shipment=shipment,
        day=row.day,
        due_day=row.due_day,
        overdue=overdue_days(row.due_day, today, row.open_fen),
        amount_fen=row.amount_fen,
        amount_upper=upper_cny(row.amount_fen),
        claim_fen=row.claim_fen,
        set_off_fen=row.set_off_fen,
        paid_fen=row.paid_fen,
        open_fen=row.open_fen,
        advised_fen=sum(item.amount_fen for item in paid if item.state == PaymentState.advised),
        state=row.state,
        state_text=text,
        state_text_en=text_en,
        lines=lines,
        payments=paid,
        set_offs=set_offs,
    )


def _line(row: SaleLineRow, lot_code: str, made: Product, reason: str) -> SaleLine:
    grade = made.grade(row.grade)
    return SaleLine(
        lot_code=lot_code,
        product=row.product,
        product_name=made.name,
        product_name_en=made.name_en,
        grade=row.grade,
        grade_name=grade.name,
        grade_name_en=grade.name_en,
        unit=made.unit,
        grams=row.grams,
        claim_g=row.claim_g,
        price=row.price,
        amount_fen=row.amount_fen,
        claim_fen=row.claim_fen,
        reason=reason,
    )


def _payment(row: PaymentRow, bill: str) -> Payment:
    text, text_en = PAYMENT_TEXTS[PaymentState(row.state)]
    return Payment(
        payment_id=row.id,
        number=row.number,
        sale_id=row.sale_id,
        bill=bill,
        day=row.day,
        amount_fen=row.amount_fen,
        bank_reference=row.bank_reference,
        state=row.state,
        state_text=text,
        state_text_en=text_en,
        received_on=row.received_on,
    )
