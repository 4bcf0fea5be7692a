"""The scale: a ticket with its voucher, its payable and its lots in one transaction."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coop.books import service as books
from coop.books.models import PayableKind
from coop.books.queries import book_of
from coop.kernel.actor import Role
from coop.kernel.errors import InputError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.outbox import OutboxRow
from coop.kernel.unit import Unit
from coop.kernel.units import Unit as BaseUnit
from coop.orders import service as orders
from coop.orders.queries import OrderLine, order_line
from coop.parties.models import HouseholdRow
from coop.parties.queries import entity as find_entity
from coop.procurement import postings
from coop.procurement.models import ReceiptLineRow, ReceiptRow, ScaleRow
from coop.procurement.rules import GradePrice, PricedLine, Quality, WeighEntry, priced_line, weight_faults
from coop.procurement.service.errors import NotByWeightError, NotThatDayError, TicketKeyError
from coop.procurement.service.lots import add_lot
from coop.splitting import service as splitting
from coop.splitting.models import AllocationRow, SplitRow
from coop.standards.queries import Product, price_on
from coop.standards.queries import product as find_product
from ledger.chart import Standard, chart_of
from ledger.tables import VoucherRow

SERIES = "SG"  # 收购
DELIVERED = "orders.household_delivered"


def register_scale(unit: Unit, code: str, name: str, calibrated_until: date) -> ScaleRow:
    """Enter a scale, or a new calibration of one that is known."""
    unit.actor.require("登记磅秤", Role.manager, Role.clerk)
    row = _scale(unit, code)
    if row is None:
        row = ScaleRow(
            tenant_id=unit.actor.tenant_id, code=code, name=name, calibrated_until=calibrated_until
        )
        unit.session.add(row)
    row.name, row.calibrated_until = name, calibrated_until
    unit.session.flush()
    unit.audit("scale.register", f"scale:{row.id}", code=code, until=calibrated_until.isoformat())
    return row


def _scale(unit: Unit, code: str) -> ScaleRow | None:
    """The village's own: whoever holds a mandate reads other villages' scales of the same code too."""
    own = select(ScaleRow).where(ScaleRow.tenant_id == unit.actor.tenant_id, ScaleRow.code == code)
    return unit.session.scalars(own.with_for_update()).one_or_none()


def weigh(unit: Unit, entry: WeighEntry) -> ReceiptRow:
    """Buy what lies on the scale: a ticket, its voucher, what is owed for it, one lot a grade, or nothing.

    Price per grade: the village's approved price of the day, never below its floor or the order's.
    The same client key with the same content gives the ticket there is. Raises InputError with all faults of
    the figures, NotThatDayError, TicketKeyError, standards' TooMoistError and NoPriceError, splitting's and
    orders' errors above the tolerance, and the ledger's.
    """
    unit.actor.require("开收购单", Role.clerk)
    allocation, split = _allocation(unit, entry.allocation_id)
    part = orders.lock_part(unit, split.part_id)
    known = unit.session.scalars(
        select(ReceiptRow).where(
            ReceiptRow.tenant_id == unit.actor.tenant_id, ReceiptRow.client_key == entry.client_key
        )
    ).one_or_none()
    if known is not None:
        if known.digest != entry.digest():
            raise TicketKeyError(entry.client_key, known.number)
        return known
    line, product = order_line(unit.session, split.line_id), find_product(unit.session, split.product)
    if entry.day > unit.today:
        raise NotThatDayError(unit.today, entry.day)
    if product.unit is not BaseUnit.gram:
        raise NotByWeightError(product.code, product.unit)
    if faults := weight_faults(entry, frozenset(grade.grade for grade in line.grades)):
        raise InputError(faults)
    entity = find_entity(unit.session, part.seller_entity)
    quality = _quality(entry, product)
    priced = _priced(unit, entry, quality, line, entity.id)
    row = _add_receipt(unit, entry, quality, priced, split=split, allocation=allocation, entity_id=entity.id)
    _add_lines(unit, row, priced)
    splitting.record_delivery(unit, allocation.id, row.total_g)
    orders.record_collected(unit, split.line_id, row.total_g)
    household = unit.session.get_one(HouseholdRow, row.household_id)
    _post(unit, row, priced, household.number)
    if allocation.delivered_g >= allocation.decided_g:
        _tell_delivered(unit, allocation.id, household.number, split.season)
    unit.audit(
        "receipt.post", f"receipt:{row.id}", number=row.number, total_g=row.total_g, total_fen=row.total_fen
    )
    return row


def _allocation(unit: Unit, allocation_id: int) -> tuple[AllocationRow, SplitRow]:
    found = unit.session.execute(
        select(AllocationRow, SplitRow)
        .join(SplitRow, SplitRow.id == AllocationRow.split_id)
        .where(AllocationRow.id == allocation_id, AllocationRow.tenant_id == unit.actor.tenant_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("allocation", allocation_id)
    return found[0], found[1]


def _quality(entry: WeighEntry, product: Product) -> Quality:
    return Quality(
        moisture_bp=entry.moisture_bp,
        moisture_std_bp=product.moisture_std_bp,
        moisture_max_bp=product.moisture_max_bp,
        impurity_bp=entry.impurity_bp,
        impurity_std_bp=product.impurity_std_bp,
    )


def _priced(
    unit: Unit, entry: WeighEntry, quality: Quality, line: OrderLine, entity_id: int
) -> list[PricedLine]:
    promised = {grade.grade: grade.floor for grade in line.grades}
    priced = []
    for weighed in entry.lines:
        table = price_on(unit.session, entity_id, line.product, weighed.grade, entry.day)
        price = GradePrice(table.price, max(table.floor, promised[weighed.grade]))
        priced.append(priced_line(weighed, quality, price))
    return priced


def _add_receipt(
    unit: Unit,
    entry: WeighEntry,
    quality: Quality,
    priced: list[PricedLine],
    *,
    split: SplitRow,
    allocation: AllocationRow,
    entity_id: int,
) -> ReceiptRow:
    scale = _scale(unit, entry.scale)
    if scale is None:
        raise NotFoundError("scale", entry.scale)
    tenant = unit.actor.tenant_id
    row = ReceiptRow(
        tenant_id=tenant,
        number=document_number(unit.session, tenant, SERIES, entry.day.year),
        client_key=entry.client_key,
        digest=entry.digest(),
        entity_id=entity_id,
        part_id=split.part_id,
        line_id=split.line_id,
        split_id=split.id,
        allocation_id=allocation.id,
        household_id=allocation.household_id,
        scale_id=scale.id,
        product=split.product,
        day=entry.day,
        gross_g=entry.gross_g,
        tare_g=entry.tare_g,
        moisture_bp=quality.moisture_bp,
        moisture_std_bp=quality.moisture_std_bp,
        moisture_max_bp=quality.moisture_max_bp,
        impurity_bp=quality.impurity_bp,
        impurity_std_bp=quality.impurity_std_bp,
        total_g=sum(line.settle_g for line in priced),
        total_fen=sum(line.amount_fen for line in priced),
        clerk_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    return row


def _add_lines(unit: Unit, row: ReceiptRow, priced: list[PricedLine]) -> None:
    for number, line in enumerate(priced, start=1):
        lot = add_lot(
            unit,
            line_id=row.line_id,
            product=row.product,
            grade=line.grade,
            day=row.day,
            grams=line.settle_g,
            fen=line.amount_fen,
            household_id=row.household_id,
        )
        unit.session.add(
            ReceiptLineRow(
                tenant_id=row.tenant_id,
                receipt_id=row.id,
                number=number,
                product=row.product,
                grade=line.grade,
                net_g=line.net_g,
                settle_g=line.settle_g,
                table_price=line.price.table_price,
                floor=line.price.floor,
                price=line.price.paid,
                amount_fen=line.amount_fen,
                lot_id=lot.id,
            )
        )
    unit.session.flush()


def _post(unit: Unit, row: ReceiptRow, priced: list[PricedLine], household: str) -> VoucherRow:
    """The ticket's voucher, and the payable on its last line: what the household is owed."""
    chart = chart_of(Standard(book_of(unit.session, row.entity_id).standard))
    voucher = postings.receipt(
        chart,
        receipt_id=row.id,
        number=row.number,
        day=row.day,
        household=household,
        product=row.product,
        lines=[postings.Bought(line.grade, line.settle_g, line.amount_fen) for line in priced],
    )
    posted = books.post(unit, row.entity_id, voucher)
    payable = books.add_payable(
        unit,
        entity_id=row.entity_id,
        voucher=posted,
        line=len(voucher.postings),
        household_id=row.household_id,
        kind=PayableKind.produce,
        source=voucher.source,
        amount_fen=row.total_fen,
        day=row.day,
    )
    row.voucher_id, row.payable_id = posted.id, payable.id
    unit.session.flush()
    return posted


def _tell_delivered(unit: Unit, allocation_id: int, household: str, season: str) -> None:
    """Told once an allocation: a ticket that is reversed and weighed again must not tell it twice."""
    key = f"{DELIVERED}:{allocation_id}"
    told = unit.session.scalars(
        select(OutboxRow.id).where(OutboxRow.tenant_id == unit.actor.tenant_id, OutboxRow.key == key)
    ).first()
    if told is None:
        unit.emit(DELIVERED, str(allocation_id), household=household, season=season)
