"""Where a fen comes from: from a voucher or an open item back to the lines of weigh tickets."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.models import PayableRow, PayLineRow
from coop.books.queries import batch, payments
from coop.delivery.queries import shipment_of_acceptance
from coop.delivery.rules import amount_text, amount_text_en
from coop.kernel.errors import NotFoundError
from coop.kernel.registries import source_link
from coop.kernel.units import Unit
from coop.parties.models import HouseholdRow
from coop.procurement.queries import lot_origins
from coop.settlement.models import PaymentRow, SaleRow
from coop.settlement.queries.advances import advance_page
from coop.settlement.queries.bills import sale, sale_of_acceptance
from coop.settlement.queries.nodes import FenNode
from coop.settlement.queries.slips import owed_of_slip, receipt_walk, sheet_walk, takeback_walk, voucher_name
from ledger.tables import PostingRow, VoucherRow
from ledger.voucher import VoucherKind


def graph_of_payable(session: Session, payable_id: int) -> FenNode:
    """From what a household is owed to its weigh slip, or by its voucher to the document. Raises NotFoundError."""
    found = session.execute(
        select(PayableRow, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == PayableRow.household_id)
        .where(PayableRow.id == payable_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("payable", payable_id)
    row, household = found
    kind, _, key = row.source.partition(":")
    children = (
        owed_of_slip(session, int(key))
        if kind == "receipt" and key.isdecimal()
        else (graph_of_voucher(session, row.voucher_id),)
    )
    return FenNode(
        "payable",
        str(row.id),
        f"应付 {household}",
        f"owed to {household}",
        row.amount_fen,
        link=source_link(row.source),
        children=children,
    )


def graph_of_voucher(session: Session, voucher_id: int) -> FenNode:
    """From a voucher, by its source, to the document's lines. Raises NotFoundError."""
    row = session.scalars(select(VoucherRow).where(VoucherRow.id == voucher_id)).one_or_none()
    if row is None:
        raise NotFoundError("voucher", voucher_id)
    if row.kind == VoucherKind.reversal and row.reverses_id is not None:
        below = graph_of_voucher(session, row.reverses_id)
        children: tuple[FenNode, ...] = (below,)
    else:
        children = _document(session, row.source)
    name = voucher_name(row)
    return FenNode(
        "reversed" if row.kind == VoucherKind.reversal else "voucher",
        str(row.id),
        f"凭证 {name} {row.summary}",
        f"voucher {name}",
        _debits(session, row.id),
        link=source_link(row.source),
        children=children,
    )


def _debits(session: Session, voucher_id: int) -> int:
    """The voucher's total: of a reversal, whose signs are swapped, the same figure."""
    amounts = session.scalars(
        select(PostingRow.amount).where(PostingRow.voucher_id == voucher_id, PostingRow.commodity == "CNY")
    )
    return sum(amount for amount in amounts if amount > 0)


def _document(session: Session, source: str) -> tuple[FenNode, ...]:
    kind, _, key = source.partition(":")
    walk = _WALKS.get(kind)
    if walk is None or not key:
        link = source_link(source)
        label, label_en = (link.label, link.label_en) if link else (source, source)
        return (FenNode("document", source, label, label_en, 0, link=link),)
    return (walk(session, source, key),)


def _batch(session: Session, source: str, key: str) -> FenNode:
    row = batch(session, int(key))
    children = tuple(graph_of_payable(session, item.payable_id) for item in payments(session, row.id))
    return FenNode(
        "batch",
        source,
        f"支付批次 {row.number}",
        f"pay batch {row.number}",
        row.total_fen,
        link=source_link(source),
        children=children,
    )


def _return(session: Session, source: str, key: str) -> FenNode:
    line = session.scalars(
        select(PayLineRow).where(PayLineRow.id == int(key.rpartition(":")[2]))
    ).one_or_none()
    if line is None:
        raise NotFoundError("bank return", key)
    return FenNode(
        "document",
        source,
        f"银行退票 {key}",
        f"bank return {key}",
        line.amount_fen,
        link=source_link(source),
        children=(graph_of_payable(session, line.payable_id),),
    )


def _payment(session: Session, source: str, key: str) -> FenNode:
    found = session.execute(
        select(PaymentRow, SaleRow.acceptance_id)
        .join(SaleRow, SaleRow.id == PaymentRow.sale_id)
        .where(PaymentRow.id == int(key))
    ).one_or_none()
    if found is None:
        raise NotFoundError("payment", key)
    row, acceptance_id = found
    return FenNode(
        "payment",
        source,
        f"货款 {row.number} {row.bank_reference}",
        f"payment {row.number} {row.bank_reference}",
        row.amount_fen,
        link=source_link(source),
        children=(_sale(session, f"acceptance:{acceptance_id}", str(acceptance_id)),),
    )


def _advance(session: Session, source: str, key: str) -> FenNode:
    """The buyer's money before any goods: it comes from its own advice, and goes to the bills that set it off."""
    found = advance_page(session, int(key)).advance
    return FenNode(
        "advance",
        source,
        f"预付款 {found.number} {found.bank_reference}",
        f"advance {found.number} {found.bank_reference}",
        found.amount_fen,
        link=source_link(source),
    )


def _sale(session: Session, source: str, key: str) -> FenNode:
    sale_id = sale_of_acceptance(session, int(key))
    if sale_id is None:
        raise NotFoundError("bill of acceptance", key)
    bill = sale(session, sale_id, shipment_of_acceptance(session, int(key)).day)
    lines = tuple(
        FenNode(
            "sale_line",
            line.lot_code,
            f"批次 {line.lot_code} {line.grade_name} {amount_text(line.grams, line.unit)}",
            f"lot {line.lot_code}, {line.grade_name_en}, {amount_text_en(line.grams, line.unit)}",
            line.amount_fen,
            line.grams,
            children=_costs(session, line.lot_code, line.unit),
        )
        for line in bill.lines
    )
    return FenNode(
        "sale",
        source,
        f"结算单 {bill.number} {bill.buyer_name}",
        f"bill {bill.number} to {bill.buyer_code}",
        bill.amount_fen,
        sum(line.grams for line in bill.lines),
        source_link(source),
        lines,
    )


def _costs(session: Session, lot_code: str, unit: Unit) -> tuple[FenNode, ...]:
    """The ticket lines a lot was drawn from, at what they cost: the seller's own, empty to the buyer."""
    return tuple(
        FenNode(
            "cost",
            f"{origin.receipt}/{origin.grade}",
            f"{origin.household} 收购单 {origin.receipt} {amount_text(origin.grams, unit)}",
            f"{origin.household}, ticket {origin.receipt}, {amount_text_en(origin.grams, unit)}",
            origin.cost_fen,
            origin.grams,
            source_link(f"receipt:{origin.receipt_id}"),
        )
        for origin in lot_origins(session, lot_code)
    )


_WALKS: dict[str, Callable[[Session, str, str], FenNode]] = {
    "receipt": receipt_walk,
    "sheet": sheet_walk,
    "takeback": takeback_walk,
    "batch": _batch,
    "return": _return,
    "payment": _payment,
    "advance": _advance,
    "acceptance": _sale,
}
