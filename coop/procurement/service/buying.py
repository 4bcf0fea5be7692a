"""Reckoned tickets become rows: receipts, lots, one voucher, what is owed for them, what is set off; all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import insert, select

from coop.books import service as books
from coop.books.models import PayableKind
from coop.books.queries import book_of
from coop.kernel.numbering import next_number
from coop.kernel.outbox import OutboxRow
from coop.kernel.unit import Unit
from coop.orders import service as orders
from coop.procurement import postings
from coop.procurement.models import ReceiptLineRow, ReceiptRow, SheetRow
from coop.procurement.rules import Deductions, Live, deduct
from coop.procurement.service.cases import Case, Reckoned
from coop.procurement.service.lots import NewLot, add_lots
from coop.splitting import service as splitting
from ledger.chart import Chart, Standard, chart_of
from ledger.tables import VoucherRow

SERIES = "SG"  # 收购
DELIVERED = "orders.household_delivered"


def buy(
    unit: Unit, case: Case, tickets: Sequence[Reckoned], *, sheet: SheetRow | None = None
) -> list[ReceiptRow]:
    """Store tickets, several only on a sheet: their receipts in the order given. Raises splitting's, orders' and
    the ledger's errors.
    """
    cuts = _cuts(unit, case, tickets)
    rows = _receipts(unit, case, tickets, cuts, sheet)
    _lines(unit, tickets, rows)
    collected: Counter[int] = Counter()
    brought: Counter[int] = Counter()
    for row in rows:
        brought[row.allocation_id] += row.total_g
        collected[row.line_id] += row.total_g
    splitting.record_deliveries(unit, brought)
    orders.record_all_collected(unit, collected)
    _post(unit, case, tickets, rows, sheet)
    _tell_delivered(unit, case, brought)
    return rows


def _cuts(unit: Unit, case: Case, tickets: Sequence[Reckoned]) -> list[Deductions]:
    """Fee and set-off of each ticket, in the order given: what one sets off the next no longer owes."""
    homes = {ticket.allocation.household_id for ticket in tickets}
    dues = books.lock_dues(unit, case.entity.id, homes)
    owed = {home: sum(due.open_fen for due in dues[home]) for home in homes}
    cuts = []
    for ticket in tickets:
        home, terms = ticket.allocation.household_id, case.terms[ticket.split.product]
        cut = deduct(ticket.total_fen, fee_bp=terms.fee_bp, set_off_bp=terms.set_off_bp, due_fen=owed[home])
        owed[home] = cut.due_after_fen
        cuts.append(cut)
    return cuts


def _receipts(
    unit: Unit,
    case: Case,
    tickets: Sequence[Reckoned],
    cuts: Sequence[Deductions],
    sheet: SheetRow | None,
) -> list[ReceiptRow]:
    tenant, year = unit.actor.tenant_id, case.day.year
    first = next_number(unit.session, tenant, SERIES, year, count=len(tickets)) - len(tickets) + 1
    rows = [
        ReceiptRow(
            tenant_id=tenant,
            number=f"{SERIES}-{year}-{number:04d}",
            client_key=ticket.entry.client_key,
            digest=ticket.entry.digest(),
            entity_id=case.entity.id,
            part_id=ticket.split.part_id,
            line_id=ticket.split.line_id,
            split_id=ticket.split.id,
            allocation_id=ticket.allocation.id,
            household_id=ticket.allocation.household_id,
            scale_id=case.scale.id,
            product=ticket.split.product,
            day=case.day,
            gross_g=ticket.entry.gross_g,
            tare_g=ticket.entry.tare_g,
            moisture_bp=ticket.quality.moisture_bp,
            moisture_std_bp=ticket.quality.moisture_std_bp,
            moisture_max_bp=ticket.quality.moisture_max_bp,
            impurity_bp=ticket.quality.impurity_bp,
            impurity_std_bp=ticket.quality.impurity_std_bp,
            total_g=ticket.total_g,
            total_fen=ticket.total_fen,
            fee_bp=cut.fee_bp,
            fee_fen=cut.fee_fen,
            set_off_bp=cut.set_off_bp,
            due_before_fen=cut.due_before_fen,
            set_off_fen=cut.set_off_fen,
            payable_fen=cut.payable_fen,
            sheet_id=None if sheet is None else sheet.id,
            member=ticket.allocation.household_id in case.members,
            clerk_id=unit.actor.user_id,
        )
        for number, (ticket, cut) in enumerate(zip(tickets, cuts, strict=True), start=first)
    ]
    unit.session.add_all(rows)
    unit.session.flush()
    return rows


def _lines(unit: Unit, tickets: Sequence[Reckoned], rows: Sequence[ReceiptRow]) -> None:
    """One lot and one line a grade."""
    graded = [
        (row, number, line, ticket.live.get(line.grade, Live()))
        for ticket, row in zip(tickets, rows, strict=True)
        for number, line in enumerate(ticket.lines, start=1)
    ]
    lots = add_lots(
        unit,
        [
            NewLot(
                row.line_id,
                row.product,
                line.grade,
                row.day,
                line.settle_g,
                line.amount_fen,
                row.household_id,
            )
            for row, _, line, _ in graded
        ],
    )
    # Nobody asks for these rows' ids, so they go in as one statement.
    values = [
        {
            "tenant_id": row.tenant_id,
            "receipt_id": row.id,
            "number": number,
            "product": row.product,
            "grade": line.grade,
            "net_g": line.net_g,
            "settle_g": line.settle_g,
            "live_min_g": live.least_g,
            "live_max_g": live.most_g,
            "table_price": line.price.table_price,
            "floor": line.price.floor,
            "price": line.price.paid,
            "amount_fen": line.amount_fen,
            "lot_id": lot_id,
        }
        for (row, number, line, live), lot_id in zip(graded, lots, strict=True)
    ]
    unit.session.execute(insert(ReceiptLineRow), values)


def slip_of(row: ReceiptRow, household: str, lines: Sequence[postings.Bought]) -> postings.Slip:
    """What a voucher says of a ticket."""
    return postings.Slip(row.number, household, row.product, lines, row.fee_fen, row.member)


def chart_of_entity(unit: Unit, entity_id: int) -> Chart:
    """The chart the entity's book follows."""
    return chart_of(Standard(book_of(unit.session, entity_id).standard))


def _post(
    unit: Unit,
    case: Case,
    tickets: Sequence[Reckoned],
    rows: Sequence[ReceiptRow],
    sheet: SheetRow | None,
) -> VoucherRow:
    """One voucher, a payable on each ticket's own line for what it leaves, and what it sets off."""
    slips = [
        slip_of(
            row,
            case.households[row.household_id],
            [postings.Bought(line.grade, line.settle_g, line.amount_fen) for line in ticket.lines],
        )
        for ticket, row in zip(tickets, rows, strict=True)
    ]
    chart = chart_of_entity(unit, case.entity.id)
    if sheet is None:
        [row], [slip] = rows, slips
        voucher, places = (
            postings.receipt(chart, receipt_id=row.id, day=case.day, slip=slip),
            [postings.place(slip)],
        )
    else:
        voucher, places = postings.sheet(
            chart, sheet_id=sheet.id, number=sheet.number, day=case.day, slips=slips
        )
    posted = books.post(unit, case.entity.id, voucher)
    owed = [
        books.PayableEntry(
            line=place.line,
            household_id=row.household_id,
            kind=PayableKind.produce,
            source=f"receipt:{row.id}",
            amount_fen=row.payable_fen,
            day=row.day,
        )
        for row, place in zip(rows, places, strict=True)
        if row.payable_fen
    ]
    payables = books.add_payables(unit, entity_id=case.entity.id, voucher=posted, entries=owed)
    ids = {payable.source: payable.id for payable in payables}
    for row, place in zip(rows, places, strict=True):
        row.voucher_id, row.voucher_line, row.fee_line = posted.id, place.line, place.fee_line
        row.payable_id = ids.get(f"receipt:{row.id}")
    books.settle_all(
        unit,
        case.entity.id,
        [
            books.Settlement(row.household_id, row.set_off_fen, f"receipt:{row.id}")
            for row in rows
            if row.set_off_fen
        ],
    )
    unit.session.flush()
    return posted


def _tell_delivered(unit: Unit, case: Case, brought: Counter[int]) -> None:
    """Told once an allocation: a ticket that is reversed and weighed again must not tell it twice."""
    done = {
        f"{DELIVERED}:{row.id}": (row, owner)
        for row, owner in (case.shares[key] for key in brought)
        if row.delivered_g >= row.decided_g
    }
    if not done:
        return
    told = set(
        unit.session.scalars(
            select(OutboxRow.key).where(
                OutboxRow.tenant_id == unit.actor.tenant_id, OutboxRow.key.in_(list(done))
            )
        )
    )
    for key, (row, owner) in done.items():
        if key not in told:
            household = case.households[row.household_id]
            unit.emit(DELIVERED, str(row.id), household=household, season=owner.season)
