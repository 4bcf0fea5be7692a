"""What must hold of deliveries, recomputed from rows over all tenants: O3 (mass balance), O8 (trace)."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.delivery.models import (
    AcceptanceLineRow,
    AcceptanceRow,
    AcceptanceState,
    CertificateGoodsRow,
    CertificateRow,
    QuarantineRow,
    ShipmentLineRow,
    ShipmentRow,
    TraceRow,
)
from coop.kernel.registries import invariants
from coop.kernel.units import Unit
from coop.orders.models import LineRow
from coop.parties.models import HouseholdRow
from coop.procurement.checks import lot_breaches
from coop.procurement.models import LotKind, LotRow, LotSourceRow, ReceiptLineRow, ReceiptRow, ReceiptState
from coop.standards.models import ProductRow


def check_mass(session: Session) -> list[str]:
    """O3: per order line and grade bought = shipped + stock; lots, shipments and progress agree."""
    bought = _sum(
        session,
        select(ReceiptRow.line_id, ReceiptLineRow.grade, func.sum(ReceiptLineRow.settle_g))
        .join(ReceiptRow, ReceiptRow.id == ReceiptLineRow.receipt_id)
        .where(ReceiptRow.state == ReceiptState.posted.value)
        .group_by(ReceiptRow.line_id, ReceiptLineRow.grade),
    )
    shipped = _sum(
        session,
        select(ShipmentLineRow.line_id, ShipmentLineRow.grade, func.sum(ShipmentLineRow.grams)).group_by(
            ShipmentLineRow.line_id, ShipmentLineRow.grade
        ),
    )
    stock = _sum(
        session,
        select(LotRow.line_id, LotRow.grade, func.sum(LotRow.left_g))
        .where(LotRow.kind == LotKind.household.value)
        .group_by(LotRow.line_id, LotRow.grade),
    )
    breaches = []
    for key in sorted(bought.keys() | shipped.keys() | stock.keys()):
        expected, found = bought[key], shipped[key] + stock[key]
        if expected != found:
            breaches.append(
                f"order line {key[0]} grade {key[1]}: {expected} g bought, {shipped[key]} g shipped and "
                f"{stock[key]} g in stock, off by {found - expected}"
            )
    return [
        *breaches,
        *lot_breaches(session),
        *_shipment_breaches(session),
        *_paper_breaches(session),
        *_progress_breaches(session, shipped),
    ]


def _sum(session: Session, query: object) -> Counter[tuple[int, str]]:
    rows = session.execute(query)  # type: ignore[call-overload]  # any select of (line, grade, grams)
    return Counter({(line_id, grade): int(grams) for line_id, grade, grams in rows})


def _shipment_breaches(session: Session) -> list[str]:
    """A shipment is the sum of its lines, and each line is its lot."""
    lots = {(row.tenant_id, row.code): row for row in session.scalars(select(LotRow))}
    sums: Counter[int] = Counter()
    breaches = []
    for line in session.scalars(select(ShipmentLineRow).order_by(ShipmentLineRow.id)):
        sums[line.shipment_id] += line.grams
        lot = lots.get((line.seller_id, line.lot_code))
        found = None if lot is None else (lot.line_id, lot.product, lot.grade, lot.quantity)
        expected = (line.line_id, line.product, line.grade, line.grams)
        if found != expected:
            breaches.append(
                f"tenant {line.seller_id}, lot {line.lot_code}: {expected} expected, {found} found"
            )
    return breaches + [
        f"tenant {row.seller_id}, shipment {row.number}: {row.grams} g expected, lines: {sums[row.id]} g"
        for row in session.scalars(select(ShipmentRow).order_by(ShipmentRow.id))
        if row.grams != sums[row.id]
    ]


def _paper_breaches(session: Session) -> list[str]:
    """A certificate names what is on the lorry; heads travel under a quarantine certificate for as many."""
    loaded: dict[int, Counter[str]] = defaultdict(Counter)
    for line in session.scalars(select(ShipmentLineRow)):
        loaded[line.shipment_id][line.product] += line.grams
    named: dict[int, Counter[str]] = defaultdict(Counter)
    for item in session.scalars(select(CertificateGoodsRow)):
        named[item.certificate_id][item.product] += item.quantity
    breaches = [
        f"tenant {paper.seller_id}, certificate {paper.number}: {dict(loaded[paper.shipment_id])} expected, "
        f"{dict(named[paper.id])} found"
        for paper in session.scalars(select(CertificateRow).order_by(CertificateRow.id))
        if named[paper.id] != loaded[paper.shipment_id]
    ]
    heads = set(session.scalars(select(ProductRow.code).where(ProductRow.unit == Unit.head.value)))
    papers = {row.shipment_id: row.heads for row in session.scalars(select(QuarantineRow))}
    for shipment_id, goods in sorted(loaded.items()):
        expected = sum(quantity for product, quantity in goods.items() if product in heads)
        found = papers.get(shipment_id, 0)
        if expected != found:
            breaches.append(
                f"shipment {shipment_id}: quarantine certificate for {expected} heads expected, {found} found"
            )
    return breaches


def _progress_breaches(session: Session, shipped: Counter[tuple[int, str]]) -> list[str]:
    """An order line's shipped, taken and missing are what its shipments and agreed acceptances say."""
    sent: Counter[int] = Counter()
    for (line_id, _grade), grams in shipped.items():
        sent[line_id] += grams
    answered: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    rows = session.execute(
        select(
            ShipmentLineRow.line_id, func.sum(AcceptanceLineRow.grams), func.sum(AcceptanceLineRow.claim_g)
        )
        .join(ShipmentLineRow, ShipmentLineRow.id == AcceptanceLineRow.shipment_line_id)
        .join(AcceptanceRow, AcceptanceRow.id == AcceptanceLineRow.acceptance_id)
        .where(AcceptanceRow.state == AcceptanceState.agreed.value)
        .group_by(ShipmentLineRow.line_id)
    )
    for line_id, grams, claim in rows:
        answered[line_id] = (int(grams), int(claim))
    breaches = []
    for line in session.scalars(select(LineRow).order_by(LineRow.id)):
        expected = (sent[line.id], *answered[line.id])
        found = (line.shipped, line.taken, line.missing)
        if expected != found:
            breaches.append(
                f"tenant {line.seller_id}, order line {line.id}: shipped, taken and missing "
                f"{expected} expected, {found} found"
            )
    return breaches + _answer_breaches(session)


def _answer_breaches(session: Session) -> list[str]:
    """Accepted and claimed add up to what was sent, line by line."""
    rows = session.execute(
        select(ShipmentLineRow, AcceptanceLineRow).join(
            AcceptanceLineRow, AcceptanceLineRow.shipment_line_id == ShipmentLineRow.id
        )
    )
    return [
        f"tenant {sent.seller_id}, lot {sent.lot_code}: {sent.grams} g sent, {answer.grams} g accepted and "
        f"{answer.claim_g} g claimed"
        for sent, answer in rows
        if sent.grams != answer.grams + answer.claim_g
    ]


def check_trace(session: Session) -> list[str]:
    """O8: every shipped gram maps to a standing ticket of a household, of the same grade and order line."""
    sums: Counter[int] = Counter()
    known = _origins(session)
    breaches = []
    for row in session.scalars(select(TraceRow).order_by(TraceRow.id)):
        sums[row.shipment_line_id] += row.grams
        found = known.get((row.seller_id, row.lot_code, row.source_lot))
        expected = (row.household_code, row.receipt_number, row.grams)
        if found != expected:
            breaches.append(
                f"tenant {row.seller_id}, lot {row.lot_code} from {row.source_lot}: {found} expected, "
                f"{expected} found"
            )
    return breaches + [
        f"tenant {line.seller_id}, lot {line.lot_code}: {line.grams} g shipped, {sums[line.id]} g traced"
        for line in session.scalars(select(ShipmentLineRow).order_by(ShipmentLineRow.id))
        if line.grams != sums[line.id]
    ]


def _origins(session: Session) -> dict[tuple[int, str, str], tuple[str, str, int]]:
    """(tenant, delivery lot, household lot) -> (household, ticket, grams), from the lots themselves."""
    codes = {row.id: row for row in session.scalars(select(LotRow))}
    rows = session.execute(
        select(LotSourceRow, HouseholdRow.number, ReceiptRow.number)
        .join(ReceiptLineRow, ReceiptLineRow.lot_id == LotSourceRow.parent_id)
        .join(ReceiptRow, ReceiptRow.id == ReceiptLineRow.receipt_id)
        .join(HouseholdRow, HouseholdRow.id == ReceiptRow.household_id)
        .where(ReceiptRow.state == ReceiptState.posted.value)
    )
    found = {}
    for source, household, receipt in rows:
        child, parent = codes[source.child_id], codes[source.parent_id]
        if (child.product, child.grade, child.line_id) == (parent.product, parent.grade, parent.line_id):
            found[source.tenant_id, child.code, parent.code] = (household, receipt, source.grams)
    return found


invariants.register("O3", check_mass)
invariants.register("O8", check_trace)
