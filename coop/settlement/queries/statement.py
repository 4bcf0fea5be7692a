"""An order's account between the two sides (对账单): sent, accepted, billed, paid, open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from coop.delivery.queries import Shipment, shipments
from coop.orders.queries import Order, order
from coop.settlement.queries.advances import AdvanceAccount, advance_account
from coop.settlement.queries.bills import Sale, sales


@dataclass(frozen=True, slots=True)
class Statement:
    """An order's account between the two sides (对账单) on a day. All amounts in fen."""

    order: Order
    advance: AdvanceAccount
    day: date
    shipments: tuple[Shipment, ...]
    sales: tuple[Sale, ...]
    billed_fen: int
    claim_fen: int
    paid_fen: int
    open_fen: int
    overdue_fen: int
    unbilled: tuple[str, ...]  # shipments that left and are not billed yet


def statement(session: Session, part_id: int, today: date) -> Statement:
    """The account of an order between buyer and seller; the same to both. Raises NotFoundError."""
    sent, bills = shipments(session, part_id=part_id), sales(session, today, part_id=part_id)
    billed = {bill.shipment_id for bill in bills}
    found = order(session, part_id)
    return Statement(
        order=found,
        advance=advance_account(session, found),
        day=today,
        shipments=sent,
        sales=bills,
        billed_fen=sum(bill.amount_fen for bill in bills),
        claim_fen=sum(bill.claim_fen for bill in bills),
        paid_fen=sum(bill.paid_fen for bill in bills),
        open_fen=sum(bill.open_fen for bill in bills),
        overdue_fen=sum(bill.open_fen for bill in bills if bill.overdue),
        unbilled=tuple(row.number for row in sent if row.shipment_id not in billed),
    )
