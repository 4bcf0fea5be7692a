"""The buyer's acts: find a seller, hand in an order."""

from __future__ import annotations

from sqlalchemy import or_, select

from coop.kernel.actor import Role
from coop.kernel.errors import InputError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.orders.models import IntakeRow, LineRow, OrderGradeRow, PartRow, SellerRow
from coop.orders.rules import OrderEntry, PartState, faults
from coop.orders.service.errors import NoSellerError, WrongBuyerError
from coop.orders.service.state import note
from coop.parties.models import EntityRow
from coop.parties.queries import tenant as find_tenant
from coop.standards.queries import products

SERIES = "DD"


def list_seller(unit: Unit, entity_id: int) -> SellerRow:
    """Enter an entity of the unit's tenant in the directory of sellers, from today on; once is enough."""
    unit.actor.require("登记接单主体", Role.manager)
    entity = unit.session.scalars(select(EntityRow).where(EntityRow.id == entity_id)).one_or_none()
    if entity is None or entity.tenant_id != unit.actor.tenant_id:
        raise NotFoundError("entity", entity_id)
    row = unit.session.get(SellerRow, entity.code)
    if row is None:
        row = SellerRow(
            entity=entity.code,
            seller_id=entity.tenant_id,
            entity_id=entity.id,
            name=entity.name,
            name_en=entity.name_en,
            since=unit.today,
            until=None,
        )
        unit.session.add(row)
        unit.session.flush()
        unit.audit("order.list_seller", f"entity:{entity.id}")
    return row


def submit(unit: Unit, entry: OrderEntry) -> PartRow:
    """The buyer hands in an order to one seller; the same file again gives the same part and changes nothing.

    Raises InputError with every fault of the entry, WrongBuyerError, NoSellerError.
    """
    unit.actor.require("提交订单", Role.enterprise)
    session, buyer_id = unit.session, unit.actor.tenant_id
    if entry.file_sha is not None:
        known = session.scalars(
            select(PartRow)
            .join(IntakeRow, (IntakeRow.id == PartRow.intake_id) & (IntakeRow.tenant_id == PartRow.buyer_id))
            .where(IntakeRow.file_sha == entry.file_sha, IntakeRow.tenant_id == buyer_id)
        ).one_or_none()
        if known is not None:
            return known
    catalogue = {code: frozenset(g.code for g in made.grades) for code, made in products(session).items()}
    if found := faults(entry, catalogue):
        raise InputError(found)
    buyer = find_tenant(session, buyer_id)
    if entry.buyer != buyer.code:
        raise WrongBuyerError(buyer.code, entry.buyer)
    seller = _seller(unit, entry.seller_entity)
    number = document_number(session, buyer_id, SERIES, unit.today.year)
    intake = IntakeRow(
        tenant_id=buyer_id,
        number=number,
        file_sha=entry.file_sha,
        received_at=unit.now,
        user_id=unit.actor.user_id,
    )
    session.add(intake)
    session.flush()
    part = PartRow(
        buyer_id=buyer_id,
        seller_id=seller.seller_id,
        number=number,
        intake_id=intake.id,
        buyer_code=buyer.code,
        buyer_name=buyer.name,
        seller_entity=seller.entity,
        seller_name=seller.name,
        contract=entry.contract,
        window_from=entry.window_from,
        window_to=entry.window_to,
        tolerance_bp=entry.tolerance_bp,
        payment_days=entry.payment_days,
        advance_bp=entry.advance_bp,
        place=entry.place,
        day=unit.today,
    )
    session.add(part)
    session.flush()
    _add_lines(unit, part, entry)
    note(unit, part, "", PartState.received)
    unit.audit("order.submit", f"order:{part.id}", number=number, lines=len(entry.lines))
    return part


def _seller(unit: Unit, entity: str) -> SellerRow:
    row = unit.session.scalars(
        select(SellerRow).where(
            SellerRow.entity == entity,
            SellerRow.since <= unit.today,
            or_(SellerRow.until.is_(None), SellerRow.until > unit.today),
        )
    ).one_or_none()
    if row is None:
        raise NoSellerError(entity, unit.today)
    return row


def _add_lines(unit: Unit, part: PartRow, entry: OrderEntry) -> None:
    sides = {"buyer_id": part.buyer_id, "seller_id": part.seller_id}
    for number, line in enumerate(entry.lines, start=1):
        row = LineRow(**sides, part_id=part.id, number=number, product=line.product, quantity=line.quantity)
        unit.session.add(row)
        unit.session.flush()
        unit.session.add_all(
            OrderGradeRow(
                **sides, line_id=row.id, product=line.product, grade=g.grade, price=g.price, floor=g.floor
            )
            for g in line.grades
        )
    unit.session.flush()
