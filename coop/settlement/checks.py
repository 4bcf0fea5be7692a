"""What must hold of documents' totals, recomputed over all tenants: L11, of tickets and of bills."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.delivery.models import AcceptanceLineRow
from coop.kernel.registries import invariants
from coop.procurement.checks import check_totals as check_tickets
from coop.settlement.models import PaymentRow, PaymentState, SaleCostRow, SaleLineRow, SaleRow
from coop.standards.rules import line_amount
from ledger.tables import PostingRow, VoucherRow


def check_documents(session: Session) -> list[str]:
    """L11: quantity x price rounds once, half-up; a document is the sum of its lines, as is its voucher."""
    return [*check_tickets(session), *_lines(session), *_bills(session), *_payments(session)]


def _lines(session: Session) -> list[str]:
    """A bill's line says what was accepted, and what that is worth."""
    rows = session.execute(
        select(SaleLineRow, AcceptanceLineRow)
        .join(AcceptanceLineRow, AcceptanceLineRow.shipment_line_id == SaleLineRow.shipment_line_id)
        .order_by(SaleLineRow.id)
    )
    breaches = []
    for line, taken in rows:
        amount = line_amount(line.grams, line.price)
        claim = line_amount(line.grams + line.claim_g, line.price) - amount
        expected = (taken.grams, taken.claim_g, amount, claim)
        found = (line.grams, line.claim_g, line.amount_fen, line.claim_fen)
        if expected != found:
            breaches.append(
                f"tenant {line.seller_id}, bill line {line.id}: {expected} expected, {found} found"
            )
    return breaches


def _bills(session: Session) -> list[str]:
    sums: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for sale_id, amount, claim in session.execute(
        select(
            SaleLineRow.sale_id, func.sum(SaleLineRow.amount_fen), func.sum(SaleLineRow.claim_fen)
        ).group_by(SaleLineRow.sale_id)
    ):
        sums[sale_id] = (int(amount), int(claim))
    costs = {row.sale_id: row for row in session.scalars(select(SaleCostRow))}
    booked = _booked(session)
    breaches = []
    for row in session.scalars(select(SaleRow).order_by(SaleRow.id)):
        name = f"tenant {row.seller_id}, bill {row.number}"
        if (row.amount_fen, row.claim_fen) != sums[row.id]:
            breaches.append(f"{name}: {sums[row.id]} expected, {(row.amount_fen, row.claim_fen)} found")
        cost = costs.get(row.id)
        if cost is None:
            breaches.append(f"{name}: no cost row")
            continue
        expected = {} if cost.voucher_id is None else booked.get(cost.voucher_id, {})
        if expected.get("receivable", 0) != row.amount_fen or expected.get("goods", 0) != cost.cost_fen:
            breaches.append(
                f"{name}: {row.amount_fen} and {cost.cost_fen} fen expected, voucher says {expected}"
            )
    return breaches


def _booked(session: Session) -> dict[int, dict[str, int]]:
    """Of each sale's voucher what it debits to receivables and credits to goods.

    These are the only assets on it (accounts 1..), so debit and credit tell them apart.
    """
    rows = session.execute(
        select(PostingRow.voucher_id, PostingRow.amount)
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .where(VoucherRow.source.like("acceptance:%"), PostingRow.account.like("1%"))
    )
    booked: dict[int, dict[str, int]] = defaultdict(lambda: {"receivable": 0, "goods": 0})
    for voucher_id, amount in rows:
        booked[voucher_id]["receivable" if amount > 0 else "goods"] += abs(amount)
    return booked


def _payments(session: Session) -> list[str]:
    """A bill is paid what its received payments say."""
    received = {
        sale_id: int(total)
        for sale_id, total in session.execute(
            select(PaymentRow.sale_id, func.sum(PaymentRow.amount_fen))
            .where(PaymentRow.state == PaymentState.received.value)
            .group_by(PaymentRow.sale_id)
        )
    }
    return [
        f"tenant {row.seller_id}, bill {row.number}: paid {received.get(row.id, 0)} expected, "
        f"{row.paid_fen} found"
        for row in session.scalars(select(SaleRow).order_by(SaleRow.id))
        if row.paid_fen != received.get(row.id, 0)
    ]


invariants.register("L11", check_documents)
