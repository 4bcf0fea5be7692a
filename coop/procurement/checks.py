"""What must hold of tickets and lots, recomputed from rows over all tenants.

O6 is registered here, with the tickets' part of L11; `coop.delivery.checks` joins `lot_breaches` into O3.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books.models import LineState, PayableKind, PayableRow, PayLineRow
from coop.kernel.registries import invariants
from coop.orders.models import LineRow
from coop.procurement.models import LotKind, LotRow, LotSourceRow, ReceiptLineRow, ReceiptRow, ReceiptState
from coop.standards.rules import line_amount
from ledger.tables import PostingRow, VoucherRow


def check_receipts(session: Session) -> list[str]:
    """O6: a ticket has exactly one voucher and one payable of its amount; a payable is paid once at most."""
    vouchers: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in session.execute(
        select(VoucherRow.tenant_id, VoucherRow.source, VoucherRow.id).where(
            VoucherRow.source.like("receipt:%")
        )
    ):
        vouchers[row.tenant_id, row.source].append(row.id)
    payables = {
        (row.tenant_id, row.source): row
        for row in session.scalars(select(PayableRow).where(PayableRow.source.like("receipt:%")))
    }
    breaches = _twice_paid(session)
    credited = _credited(session)
    for receipt in session.scalars(select(ReceiptRow).order_by(ReceiptRow.id)):
        key = (receipt.tenant_id, f"receipt:{receipt.id}")
        name = f"tenant {receipt.tenant_id}, receipt {receipt.number}"
        found = vouchers.pop(key, [])
        if found != [receipt.voucher_id]:
            breaches.append(f"{name}: voucher {receipt.voucher_id} expected, {found} found")
        payable = payables.pop(key, None)
        if payable is None:
            breaches.append(f"{name}: one payable expected, none found")
            continue
        if (payable.id, payable.household_id) != (receipt.payable_id, receipt.household_id):
            breaches.append(
                f"{name}: payable {receipt.payable_id} of its household expected, {payable.id} found"
            )
        amounts = {payable.amount_fen, credited.get((payable.voucher_id, payable.line), 0)}
        if amounts != {receipt.total_fen}:
            breaches.append(
                f"{name}: {receipt.total_fen} fen expected on voucher and payable, {sorted(amounts)} found"
            )
        voided = payable.void_id is not None
        if voided != (receipt.state == ReceiptState.reversed):
            breaches.append(f"{name} is {receipt.state}, its payable is {'void' if voided else 'standing'}")
    breaches += [f"tenant {tenant}: voucher of {source} has no ticket" for tenant, source in sorted(vouchers)]
    breaches += [f"tenant {tenant}: payable of {source} has no ticket" for tenant, source in sorted(payables)]
    return breaches + _strange_produce(session) + check_totals(session)


def _credited(session: Session) -> dict[tuple[int, int], int]:
    """What each line of a ticket's voucher credits, fen."""
    rows = session.execute(
        select(PostingRow.voucher_id, PostingRow.line, PostingRow.amount)
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .where(VoucherRow.source.like("receipt:%"))
    )
    return {(voucher_id, line): -amount for voucher_id, line, amount in rows}


def _twice_paid(session: Session) -> list[str]:
    live = (LineState.queued.value, LineState.paid.value)
    rows = session.execute(
        select(PayLineRow.tenant_id, PayLineRow.payable_id, func.count())
        .where(PayLineRow.state.in_(live))
        .group_by(PayLineRow.tenant_id, PayLineRow.payable_id)
        .having(func.count() > 1)
    )
    return [
        f"tenant {tenant}, payable {payable}: one live payment expected, {count} found"
        for tenant, payable, count in rows
    ]


def _strange_produce(session: Session) -> list[str]:
    """Produce is owed for tickets alone."""
    rows = session.execute(
        select(PayableRow.tenant_id, PayableRow.source).where(
            PayableRow.kind == PayableKind.produce.value, PayableRow.source.not_like("receipt:%")
        )
    )
    return [f"tenant {tenant}: produce owed for {source}, a receipt expected" for tenant, source in rows]


def check_totals(session: Session) -> list[str]:
    """L11 of tickets: printed weight x printed price = amount, and the lines add up to the ticket."""
    breaches = []
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    rows = session.scalars(select(ReceiptLineRow).order_by(ReceiptLineRow.id)).all()
    for line in rows:
        expected = line_amount(line.settle_g, line.price)
        if line.amount_fen != expected:
            breaches.append(
                f"tenant {line.tenant_id}, receipt line {line.id}: {expected} fen expected, "
                f"{line.amount_fen} found"
            )
        for place, figure in enumerate((line.net_g, line.settle_g, line.amount_fen)):
            sums[line.receipt_id][place] += figure
    for row in session.scalars(select(ReceiptRow).order_by(ReceiptRow.id)):
        totals = [row.gross_g - row.tare_g, row.total_g, row.total_fen]
        if totals != sums[row.id]:
            name = f"tenant {row.tenant_id}, receipt {row.number}"
            breaches.append(f"{name}: {totals} expected, the lines sum to {sums[row.id]}")
    return breaches


def lot_breaches(session: Session) -> list[str]:
    """Mass and money: a lot holds what its ticket line bought less what was drawn; progress agrees."""
    drawn: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    merged: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for source in session.scalars(select(LotSourceRow)):
        for sums, lot_id in ((drawn, source.parent_id), (merged, source.child_id)):
            sums[lot_id][0] += source.grams
            sums[lot_id][1] += source.cost_fen
    bought = {
        line.lot_id: (line.settle_g, line.amount_fen, state)
        for line, state in session.execute(
            select(ReceiptLineRow, ReceiptRow.state).join(
                ReceiptRow, ReceiptRow.id == ReceiptLineRow.receipt_id
            )
        )
    }
    breaches = []
    for lot in session.scalars(select(LotRow).order_by(LotRow.id)):
        name, held = f"tenant {lot.tenant_id}, lot {lot.code}", (lot.quantity, lot.cost_fen)
        if lot.kind == LotKind.delivery:
            expected, left = tuple(merged[lot.id]), (0, 0)
        else:
            grams, fen, state = bought.get(lot.id, (0, 0, ""))
            expected = (grams, fen)
            void = state == ReceiptState.reversed
            left = (0, 0) if void else (grams - drawn[lot.id][0], fen - drawn[lot.id][1])
            if lot.void != void:
                breaches.append(
                    f"{name}: ticket is {state or 'missing'}, void expected {void}, found {lot.void}"
                )
        if held != expected:
            breaches.append(f"{name}: {expected} gram and fen expected, {held} found")
        if (lot.left_g, lot.left_fen) != left:
            breaches.append(f"{name}: {left} gram and fen left expected, {(lot.left_g, lot.left_fen)} found")
    return breaches + _collected_breaches(session)


def _collected_breaches(session: Session) -> list[str]:
    """What an order line says was collected is what its standing tickets bought."""
    weighed = {
        line_id: int(grams)
        for line_id, grams in session.execute(
            select(ReceiptRow.line_id, func.sum(ReceiptRow.total_g))
            .where(ReceiptRow.state == ReceiptState.posted.value)
            .group_by(ReceiptRow.line_id)
        )
    }
    return [
        f"tenant {line.seller_id}, order line {line.id}: {weighed.get(line.id, 0)} g on tickets expected, "
        f"{line.collected} g collected found"
        for line in session.scalars(select(LineRow).order_by(LineRow.id))
        if line.collected != weighed.get(line.id, 0)
    ]


invariants.register("O6", check_receipts)
