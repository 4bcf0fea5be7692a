"""The papers of a shipment: the promise of compliance (承诺达标合格证), and for heads the quarantine certificate."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import select

from coop.delivery import rules
from coop.delivery.models import (
    CERTIFICATE_MOVES,
    CertificateGoodsRow,
    CertificateRow,
    CertificateState,
    QuarantineRow,
    ShipmentLineRow,
    ShipmentRow,
)
from coop.delivery.service.sides import locked, require_side
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.orders.models import PartRow
from coop.parties.queries import tenant as find_tenant

CERTIFICATES = "HGZ"  # 合格证


def paper_faults(unit: Unit, seller_id: int, promise: rules.Promise) -> list[Fault]:
    """What is wrong with a promise, a number that is used already among it."""
    faults, number = rules.promise_faults(promise), promise.number.strip()
    if number and _number_used(unit, seller_id, number):
        zh, en = f"合格证编号 {number} 已用过", f"certificate number {number} is used already"
        faults.append(Fault("/certificate_no", zh, en))
    return faults


def known_quarantine_faults(unit: Unit, seller_id: int, paper: rules.Quarantine | None) -> list[Fault]:
    """A quarantine certificate covers one lorry: its number is used once."""
    if paper is None:
        return []
    number = paper.number.strip()
    used = unit.session.scalars(
        select(QuarantineRow.id).where(QuarantineRow.seller_id == seller_id, QuarantineRow.number == number)
    ).first()
    if used is None:
        return []
    zh, en = f"动物检疫证明 {number} 已用过", f"quarantine certificate {number} is used already"
    return [Fault("/quarantine/number", zh, en)]


def add_certificate(
    unit: Unit, shipment: ShipmentRow, promise: rules.Promise, *, day: date
) -> CertificateRow:
    """The certificate over all that is on the lorry; the caller has checked the promise and holds the locks."""
    sides = {"buyer_id": shipment.buyer_id, "seller_id": shipment.seller_id}
    part = unit.session.get_one(PartRow, shipment.part_id)
    village = find_tenant(unit.session, shipment.seller_id)
    row = CertificateRow(
        **sides,
        shipment_id=shipment.id,
        number=promise.number.strip() or _next_number(unit, shipment.seller_id, day.year),
        day=day,
        producer=part.seller_name,
        origin=promise.origin.strip() or village.name,
        contact=promise.contact.strip(),
        promise=rules.PROMISE,
        promise_en=rules.PROMISE_EN,
        by_control=rules.Basis.control in promise.basis,
        by_own_test=rules.Basis.own_test in promise.basis,
        by_outside_test=rules.Basis.outside_test in promise.basis,
        voided_on=None,
    )
    unit.session.add(row)
    unit.session.flush()
    goods: dict[str, int] = defaultdict(int)
    for line in unit.session.scalars(
        select(ShipmentLineRow).where(ShipmentLineRow.shipment_id == shipment.id)
    ):
        goods[line.product] += line.grams
    unit.session.add_all(
        CertificateGoodsRow(**sides, certificate_id=row.id, product=product, quantity=quantity)
        for product, quantity in sorted(goods.items())
    )
    unit.session.flush()
    unit.audit("certificate.issue", f"certificate:{row.id}", number=row.number, shipment=shipment.number)
    return row


def add_quarantine(unit: Unit, shipment: ShipmentRow, paper: rules.Quarantine) -> QuarantineRow:
    row = QuarantineRow(
        buyer_id=shipment.buyer_id,
        seller_id=shipment.seller_id,
        shipment_id=shipment.id,
        number=paper.number.strip(),
        day=paper.day,
        heads=paper.heads,
    )
    unit.session.add(row)
    unit.session.flush()
    return row


def void_certificate(unit: Unit, certificate_id: int, *, reason: str) -> CertificateRow:
    """Void a certificate that says something wrong. It stays, with the day and the reason; twice is once.

    Raises NoVoidReasonError, OtherSideError.
    """
    unit.actor.require("作废合格证", Role.manager)
    shipment_id = unit.session.scalars(
        select(CertificateRow.shipment_id).where(CertificateRow.id == certificate_id)
    ).one_or_none()
    if shipment_id is None:
        raise NotFoundError("certificate", certificate_id)
    part, _ = locked(unit, shipment_id)
    require_side(unit, part, part.seller_id, "卖方", "seller")
    row = unit.session.get_one(CertificateRow, certificate_id, populate_existing=True)
    if row.state == CertificateState.voided:
        return row
    if not reason.strip():
        raise rules.NoVoidReasonError(row.number)
    with unit.session.no_autoflush:  # state, day and reason are one change (named check)
        row.state = CERTIFICATE_MOVES.move(CertificateState(row.state), CertificateState.voided).value
        row.voided_on, row.void_reason = unit.today, reason.strip()
    unit.session.flush()
    unit.audit("certificate.void", f"certificate:{row.id}", number=row.number)
    return row


def issue_certificate(unit: Unit, shipment_id: int, promise: rules.Promise) -> CertificateRow:
    """Another certificate, of today, for a shipment whose last one was voided.

    Raises StandingCertificateError while one is valid, InputError, OtherSideError.
    """
    unit.actor.require("开具合格证", Role.manager, Role.clerk)
    part, shipment = locked(unit, shipment_id)
    require_side(unit, part, part.seller_id, "卖方", "seller")
    valid = unit.session.scalars(
        select(CertificateRow).where(
            CertificateRow.shipment_id == shipment.id, CertificateRow.state == CertificateState.valid.value
        )
    ).one_or_none()
    if valid is not None:
        raise rules.StandingCertificateError(shipment.number, valid.number)
    if faults := paper_faults(unit, part.seller_id, promise):
        raise InputError(faults)
    return add_certificate(unit, shipment, promise, day=unit.today)


def _next_number(unit: Unit, seller_id: int, year: int) -> str:
    """The village's next number that nobody wrote by hand before."""
    number = document_number(unit.session, seller_id, CERTIFICATES, year)
    while _number_used(unit, seller_id, number):
        number = document_number(unit.session, seller_id, CERTIFICATES, year)
    return number


def _number_used(unit: Unit, seller_id: int, number: str) -> bool:
    query = select(CertificateRow.id).where(
        CertificateRow.seller_id == seller_id, CertificateRow.number == number
    )
    return unit.session.scalars(query).first() is not None
