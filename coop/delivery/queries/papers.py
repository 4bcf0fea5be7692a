"""Reads of the papers that go with a shipment: the promises of compliance (承诺达标合格证)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.delivery.models import CertificateGoodsRow, CertificateRow, CertificateState
from coop.delivery.queries.values import BASIS_TEXTS, CERTIFICATE_TEXTS, Certificate, Goods, Ground
from coop.delivery.rules import Basis
from coop.kernel.errors import NotFoundError
from coop.standards.queries import Product, products


def certificate(session: Session, certificate_id: int) -> Certificate:
    """One certificate, valid or voided. Raises NotFoundError, also to third parties."""
    row = session.scalars(select(CertificateRow).where(CertificateRow.id == certificate_id)).one_or_none()
    if row is None:
        raise NotFoundError("certificate", certificate_id)
    found = certificates(session, [row.shipment_id], products(session))[row.shipment_id]
    return next(paper for paper in found if paper.certificate_id == certificate_id)


def certificates(
    session: Session, ids: Sequence[int], made: dict[str, Product]
) -> dict[int, list[Certificate]]:
    """The certificates of these shipments in the order they were issued."""
    rows = session.scalars(
        select(CertificateRow).where(CertificateRow.shipment_id.in_(ids)).order_by(CertificateRow.id)
    ).all()
    goods: dict[int, list[Goods]] = defaultdict(list)
    for line in session.scalars(
        select(CertificateGoodsRow)
        .where(CertificateGoodsRow.certificate_id.in_([row.id for row in rows]))
        .order_by(CertificateGoodsRow.product)
    ):
        named = made[line.product]
        item = Goods(line.product, named.name, named.name_en, named.unit, line.quantity)
        goods[line.certificate_id].append(item)
    found: dict[int, list[Certificate]] = defaultdict(list)
    for row in rows:
        found[row.shipment_id].append(_certificate(row, tuple(goods[row.id])))
    return found


def _certificate(row: CertificateRow, goods: tuple[Goods, ...]) -> Certificate:
    holds = {
        Basis.control: row.by_control,
        Basis.own_test: row.by_own_test,
        Basis.outside_test: row.by_outside_test,
    }
    text, text_en = CERTIFICATE_TEXTS[CertificateState(row.state)]
    return Certificate(
        certificate_id=row.id,
        shipment_id=row.shipment_id,
        number=row.number,
        producer=row.producer,
        origin=row.origin,
        contact=row.contact,
        day=row.day,
        promise=row.promise,
        promise_en=row.promise_en,
        grounds=tuple(Ground(basis, *BASIS_TEXTS[basis], holds[basis]) for basis in Basis),
        goods=goods,
        state=row.state,
        state_text=text,
        state_text_en=text_en,
        voided_on=row.voided_on,
        void_reason=row.void_reason,
    )
