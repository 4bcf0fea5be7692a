"""What must hold of documents' totals, recomputed over all tenants: L11, of tickets, bills and advances."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from coop.delivery.models import AcceptanceLineRow
from coop.kernel.registries import invariants
from coop.kernel.units import Unit
from coop.orders.models import PartRow
from coop.procurement.checks import check_totals as check_tickets
from coop.settlement.models import (
    AdvanceRow,
    PaymentRow,
    PaymentState,
    SaleCostRow,
    SaleLineRow,
    SaleRow,
    SetOffRow,
)
from coop.standards.models import ProductRow
from coop.standards.rules import line_amount
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow, PostingRow, VoucherRow
from ledger.voucher import VoucherKind


def check_documents(session: Session) -> list[str]:
    """L11: quantity x price rounds once, half-up; a document is the sum of its lines, as is its voucher."""
    return [
        *check_tickets(session),
        *_lines(session),
        *_bills(session),
        *_payments(session),
        *check_advances(session),
    ]


def _lines(session: Session) -> list[str]:
    """A bill's line says what was accepted, and what that is worth."""
    units = {code: Unit(unit) for code, unit in session.execute(select(ProductRow.code, ProductRow.unit))}
    rows = session.execute(
        select(SaleLineRow, AcceptanceLineRow)
        .join(AcceptanceLineRow, AcceptanceLineRow.shipment_line_id == SaleLineRow.shipment_line_id)
        .order_by(SaleLineRow.id)
    )
    breaches = []
    for line, taken in rows:
        unit = units[line.product]
        amount = line_amount(line.grams, line.price, unit)
        claim = line_amount(line.grams + line.claim_g, line.price, unit) - amount
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
        found = Counter() if cost.voucher_id is None else booked[cost.voucher_id]
        expected = {
            "receivable": row.amount_fen,
            "goods": cost.cost_fen,
            "set off": row.set_off_fen,
            "advance": row.set_off_fen,
        }
        if any(found[kind] != fen for kind, fen in expected.items()):
            breaches.append(f"{name}: {expected} fen expected, its voucher says {dict(found)}")
    return breaches


def _booked(session: Session) -> dict[int, Counter[str]]:
    """Of each sale's voucher what it debits to receivables, credits to goods, and sets off from the advance."""
    rows = session.execute(
        select(PostingRow.voucher_id, BookRow.standard, PostingRow.account, PostingRow.amount)
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .join(BookRow, BookRow.id == VoucherRow.book_id)
        .where(VoucherRow.source.like("acceptance:%"))
    )
    booked: dict[int, Counter[str]] = defaultdict(Counter)
    for voucher_id, standard, account, amount in rows:
        chart = chart_of(Standard(standard))
        root = account.partition(":")[0]
        if root == chart.path("receivable"):
            booked[voucher_id]["receivable" if amount > 0 else "set off"] += abs(amount)
        elif root == chart.path("other_payable"):
            booked[voucher_id]["advance"] += amount
        elif root == chart.path("consigned"):
            booked[voucher_id]["goods"] -= amount
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
    set_off = {
        sale_id: int(total)
        for sale_id, total in session.execute(
            select(SetOffRow.sale_id, func.sum(SetOffRow.amount_fen)).group_by(SetOffRow.sale_id)
        )
    }
    breaches = []
    for row in session.scalars(select(SaleRow).order_by(SaleRow.id)):
        covered = set_off.get(row.id, 0)
        expected, found = (received.get(row.id, 0) + covered, covered), (row.paid_fen, row.set_off_fen)
        if expected != found:
            breaches.append(
                f"tenant {row.seller_id}, bill {row.number}: paid and set off {expected} expected, {found} found"
            )
    return breaches


def check_advances(session: Session) -> list[str]:
    """An advance is used as its bills say; advances received less set off are what the books owe the buyer.

    The balance is read from the automatic vouchers and their reversals: what an accountant enters by hand under
    the buyer's name is another matter.
    """
    used = {
        advance_id: int(total)
        for advance_id, total in session.execute(
            select(SetOffRow.advance_id, func.sum(SetOffRow.amount_fen)).group_by(SetOffRow.advance_id)
        )
    }
    breaches, owed = [], Counter[tuple[int, str, str]]()
    rows = session.execute(
        select(AdvanceRow, PartRow).join(PartRow, PartRow.id == AdvanceRow.part_id).order_by(AdvanceRow.id)
    )
    for row, part in rows:
        found = used.get(row.id, 0)
        if row.set_off_fen != found:
            breaches.append(
                f"tenant {row.seller_id}, advance {row.number}: set off {found} expected, {row.set_off_fen} found"
            )
        owed[row.seller_id, part.seller_entity, part.buyer_code] += row.left_fen
    booked = _owed_to_buyers(session)
    return breaches + [
        f"tenant {key[0]}, book {key[1]}: {owed[key]} fen of advances owed to {key[2]} expected, "
        f"{booked[key]} found, difference {booked[key] - owed[key]}"
        for key in sorted(owed.keys() | booked.keys())
        if owed[key] != booked[key]
    ]


def _owed_to_buyers(session: Session) -> Counter[tuple[int, str, str]]:
    """(tenant, entity, buyer) -> credit balance of the buyer's other payables, by documents."""
    buyers = set(session.scalars(select(PartRow.buyer_code).distinct()))
    original = aliased(VoucherRow)
    roots = {chart_of(standard).path("other_payable") for standard in Standard}
    query = (
        select(BookRow.tenant_id, BookRow.entity, PostingRow.account, -func.sum(PostingRow.amount))
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .join(BookRow, BookRow.id == VoucherRow.book_id)
        .outerjoin(original, original.id == VoucherRow.reverses_id)
        .where(
            func.coalesce(original.kind, VoucherRow.kind) == VoucherKind.automatic.value,
            PostingRow.account.in_(sorted(f"{root}:{buyer}" for root in roots for buyer in buyers)),
        )
        .group_by(BookRow.tenant_id, BookRow.entity, PostingRow.account)
    )
    return Counter(
        {
            (tenant, entity, account.partition(":")[2]): int(fen)
            for tenant, entity, account, fen in session.execute(query)
            if fen
        }
    )


invariants.register("L11", check_documents)
