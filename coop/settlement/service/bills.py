"""The bill: what an agreed acceptance is worth, posted with what the goods cost."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from coop.books import service as books
from coop.delivery.models import (
    AcceptanceLineRow,
    AcceptanceRow,
    AcceptanceState,
    ShipmentLineRow,
    ShipmentRow,
)
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.orders import service as orders
from coop.orders.models import PartRow
from coop.orders.queries import order_line
from coop.parties.queries import entity as find_entity
from coop.procurement.queries import lot_costs
from coop.settlement import postings, rules
from coop.settlement.models import (
    SALE_MOVES,
    SaleCostRow,
    SaleLineRow,
    SaleRow,
    SaleState,
)
from coop.settlement.service.advances import set_off_advances
from coop.settlement.service.sides import chart_for, note_paid, require_side

BILLS = "JS"  # 结算


class NotAgreedError(CoopError):
    """A bill before the seller agreed with what the buyer weighed."""

    def __init__(self, number: str, found: str) -> None:
        super().__init__(
            zh=f"验收单 {number} 应为 agreed，实为 {found}，不能结算",
            en=f"acceptance {number}: expected agreed, found {found}; it cannot be billed",
        )


def bill(unit: Unit, acceptance_id: int) -> SaleRow:
    """Bill an agreed acceptance, today, and post the sale; one that is billed gives the bill there is.

    Price per grade: the higher of the order's price and floor. Due as many days after the acceptance as the
    order says. What is left of the order's advance is set off in the same voucher; a bill it covers is paid at
    once. Raises NotAgreedError, OtherSideError, and the ledger's errors.
    """
    unit.actor.require("开结算单", Role.manager, Role.accountant)
    found = unit.session.execute(
        select(AcceptanceRow.shipment_id, ShipmentRow.part_id)
        .join(ShipmentRow, ShipmentRow.id == AcceptanceRow.shipment_id)
        .where(AcceptanceRow.id == acceptance_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("acceptance", acceptance_id)
    part = orders.lock_part(unit, found.part_id)
    require_side(unit, part, part.seller_id, "卖方", "seller")
    known = unit.session.scalars(select(SaleRow).where(SaleRow.acceptance_id == acceptance_id)).one_or_none()
    if known is not None:
        return known
    acceptance = unit.session.get_one(AcceptanceRow, acceptance_id, populate_existing=True)
    if acceptance.state != AcceptanceState.agreed:
        raise NotAgreedError(acceptance.number, acceptance.state)
    lines, cost = _lines_and_cost(unit, acceptance)
    amount, claim = rules.total(lines)
    sides = {"buyer_id": part.buyer_id, "seller_id": part.seller_id}
    row = SaleRow(
        **sides,
        number=document_number(unit.session, part.seller_id, BILLS, unit.today.year),
        acceptance_id=acceptance.id,
        shipment_id=acceptance.shipment_id,
        part_id=part.id,
        day=unit.today,
        due_day=rules.due_day(acceptance.day, part.payment_days),
        amount_fen=amount,
        claim_fen=claim,
        state=(SaleState.open if amount else SaleState.paid).value,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.session.add_all(_sale_line(row, line) for line in lines)
    _set_off(unit, row)
    _post_sale(unit, part, row, cost)
    note_paid(unit, part)
    unit.audit("sale.bill", f"sale:{row.id}", number=row.number, amount_fen=amount, claim_fen=claim)
    return row


def _set_off(unit: Unit, row: SaleRow) -> None:
    used = set_off_advances(unit, row)
    if not used:
        return
    with unit.session.no_autoflush:  # the sums and the state are one change (named check)
        row.set_off_fen = row.paid_fen = used
        if not row.open_fen:
            row.state = SALE_MOVES.move(SaleState(row.state), SaleState.paid).value
    unit.session.flush()


def _lines_and_cost(unit: Unit, acceptance: AcceptanceRow) -> tuple[list[rules.Billed], dict[str, int]]:
    """The bill's lines, and what all goods of the shipment were bought for, by product."""
    rows = unit.session.execute(
        select(AcceptanceLineRow, ShipmentLineRow)
        .join(ShipmentLineRow, ShipmentLineRow.id == AcceptanceLineRow.shipment_line_id)
        .where(AcceptanceLineRow.acceptance_id == acceptance.id)
        .order_by(ShipmentLineRow.id)
    ).all()
    costs = lot_costs(unit.session, [sent.lot_code for _, sent in rows])
    lines, cost = [], defaultdict[str, int](int)
    for taken, sent in rows:
        ordered = order_line(unit.session, sent.line_id)
        price = ordered.price(sent.grade)
        line = rules.Accepted(
            sent.id, sent.product, sent.grade, taken.grams, taken.claim_g, price, ordered.unit
        )
        lines.append(rules.billed(line))
        cost[sent.product] += costs[sent.lot_code]
    return lines, dict(cost)


def _sale_line(sale: SaleRow, billed: rules.Billed) -> SaleLineRow:
    return SaleLineRow(
        buyer_id=sale.buyer_id,
        seller_id=sale.seller_id,
        sale_id=sale.id,
        shipment_line_id=billed.line.shipment_line_id,
        product=billed.line.product,
        grade=billed.line.grade,
        grams=billed.line.grams,
        claim_g=billed.line.claim_g,
        price=billed.line.price,
        amount_fen=billed.amount_fen,
        claim_fen=billed.claim_fen,
    )


def _post_sale(unit: Unit, part: PartRow, row: SaleRow, cost: dict[str, int]) -> None:
    entity = find_entity(unit.session, part.seller_entity)
    voucher = postings.sale(
        chart_for(unit, entity.id),
        acceptance_id=row.acceptance_id,
        number=row.number,
        day=row.day,
        buyer=part.buyer_code,
        amount_fen=row.amount_fen,
        cost_fen=cost,
        set_off_fen=row.set_off_fen,
    )
    posted = None if voucher is None else books.post(unit, entity.id, voucher)
    unit.session.add(
        SaleCostRow(
            tenant_id=row.seller_id,
            sale_id=row.id,
            entity_id=entity.id,
            cost_fen=sum(cost.values()),
            voucher_id=None if posted is None else posted.id,
        )
    )
    unit.session.flush()
