"""Steps of a settlement that several tests take."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coop.books import queries as books
from coop.delivery import service as delivery
from coop.delivery.models import ShipmentLineRow
from coop.governance import service as governance
from coop.kernel.unit import look, unit
from coop.settlement import service as settlement
from ledger.balances import balance
from tests.procurement.trade import DAY, Trade

BILL_DAY, PAID_DAY = date(2025, 4, 14), date(2025, 4, 30)


def deliver(trade: Trade, short: dict[str, int] | None = None) -> int:
    """Ship all, accept all but what is short by grade, agree; returns the acceptance."""
    with unit(trade.manager) as work:
        shipment = delivery.ship(work, trade.part, day=DAY, vehicle="陕F00001").id
    with unit(trade.buyer) as work:
        query = select(ShipmentLineRow).where(ShipmentLineRow.shipment_id == shipment)
        missing = {line: (short or {}).get(line.grade, 0) for line in work.session.scalars(query)}
        grams = {line.id: line.grams - gone for line, gone in missing.items()}
        reasons = {line.id: "短重" for line, gone in missing.items() if gone}
        acceptance = delivery.take(work, shipment, grams, reasons=reasons, day=DAY).id
    with unit(trade.manager) as work:
        delivery.agree(work, acceptance)
    return acceptance


def bill(trade: Trade, acceptance: int) -> int:
    with unit(trade.accountant) as work:
        return settlement.bill(work, acceptance).id


def balances(trade: Trade, *accounts: str) -> list[int]:
    with look(trade.accountant) as view:
        book = books.book_of(view.session, trade.village.coop)
        return [balance(view.session, book.id, account, year=2025) for account in accounts]


def stamp_all(trade: Trade) -> None:
    with unit(trade.supervisor) as work:
        for day in (DAY, BILL_DAY, PAID_DAY):
            governance.stamp_day(work, trade.village.coop, day)


def receive_all(trade: Trade, sale_id: int) -> None:
    with unit(trade.buyer) as work:
        advised = settlement.advise_payment(
            work, sale_id, amount_fen=666_000, day=BILL_DAY, bank_reference="BR-1"
        ).id
    with unit(trade.accountant) as work:
        settlement.receive_payment(work, advised)
