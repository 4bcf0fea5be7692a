"""Reads of the standards: products with their grades, and the price and the terms that hold on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit
from coop.parties.models import EntityRow
from coop.standards.models import GradeRow, PriceState, ProductRow, PurchasePriceRow, TermsRow
from coop.standards.queries.values import Grade, NoPriceError, PriceLine, PricePage, Product, Terms, TermsLine
from ledger.chart import Standard

TRADER = Standard.coop_2021.value


def products(session: Session) -> dict[str, Product]:
    """All products by code."""
    grades: dict[str, list[Grade]] = {}
    for row in session.scalars(select(GradeRow).order_by(GradeRow.product, GradeRow.rank)):
        grade = Grade(row.code, row.name, row.name_en, row.rank, row.live_min_g, row.live_max_g)
        grades.setdefault(row.product, []).append(grade)
    return {
        row.code: Product(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            unit=Unit(row.unit),
            capacity_unit=row.capacity_unit,
            capacity_unit_en=row.capacity_unit_en,
            yield_each=row.yield_each,
            moisture_std_bp=row.moisture_std_bp,
            moisture_max_bp=row.moisture_max_bp,
            impurity_std_bp=row.impurity_std_bp,
            source=row.source,
            certainty=row.certainty,
            grades=tuple(grades.get(row.code, ())),
        )
        for row in session.scalars(select(ProductRow).order_by(ProductRow.code))
    }


def product(session: Session, code: str) -> Product:
    found = products(session).get(code)
    if found is None:
        raise NotFoundError("product", code)
    return found


def price_on(session: Session, entity_id: int, product_code: str, grade: str, day: date) -> PriceLine:
    """The newest approved price of an entity for a grade on a day; NoPriceError without one."""
    lines = price_table(session, entity_id, day, product_code=product_code, grade=grade)
    if not lines:
        raise NoPriceError(product_code, grade, day)
    return lines[0]


def price_table(
    session: Session, entity_id: int, day: date, *, product_code: str | None = None, grade: str | None = None
) -> tuple[PriceLine, ...]:
    """The approved prices of an entity that hold on a day, by product and rank of grade."""
    wanted = [PurchasePriceRow.since <= day, PurchasePriceRow.state == PriceState.approved.value]
    if product_code is not None:
        wanted.append(PurchasePriceRow.product == product_code)
    if grade is not None:
        wanted.append(PurchasePriceRow.grade == grade)
    # Ordered by day within a grade, so the newest stays.
    held = {(line.product, line.grade): line for line in _prices(session, entity_id, *wanted)}
    return tuple(held.values())


def price_history(session: Session, entity_id: int) -> tuple[PriceLine, ...]:
    """Every price an entity ever proposed, by product, rank and day."""
    return tuple(_prices(session, entity_id))


def terms_on(session: Session, entity_id: int, product: str, day: date) -> Terms:
    """The newest approved terms of an entity for a product on a day; the default where there are none."""
    row = session.scalars(
        select(TermsRow)
        .where(
            TermsRow.entity_id == entity_id,
            TermsRow.product == product,
            TermsRow.since <= day,
            TermsRow.state == PriceState.approved.value,
        )
        .order_by(TermsRow.since.desc())
        .limit(1)
    ).one_or_none()
    return Terms() if row is None else Terms(row.fee_bp, row.set_off_bp)


def terms_history(session: Session, entity_id: int) -> tuple[TermsLine, ...]:
    """Every terms an entity ever proposed, by product and day."""
    rows = session.execute(
        select(TermsRow, ProductRow)
        .join(ProductRow, ProductRow.code == TermsRow.product)
        .where(TermsRow.entity_id == entity_id)
        .order_by(TermsRow.product, TermsRow.since, TermsRow.id)
    )
    return tuple(
        TermsLine(
            row.id,
            row.product,
            made.name,
            made.name_en,
            row.since,
            Terms(row.fee_bp, row.set_off_bp),
            approved=row.state == PriceState.approved,
            proposed_by=row.proposed_by,
            approved_by=row.approved_by,
        )
        for row, made in rows
    )


def price_page(session: Session, tenant_id: int, day: date, entity_id: int | None = None) -> PricePage:
    """The prices and terms of a tenant's trading entity, the first one where none is told. Raises NotFoundError."""
    traders = session.scalars(
        select(EntityRow)
        .where(EntityRow.tenant_id == tenant_id, EntityRow.standard == TRADER)
        .order_by(EntityRow.code)
    ).all()
    shown = next((row for row in traders if entity_id in (None, row.id)), None)
    if shown is None:
        raise NotFoundError("entity", entity_id or "")
    history = terms_history(session, shown.id)
    # Ordered by day within a product, so the newest stays.
    in_force = {line.product: line.terms_id for line in history if line.approved and line.since <= day}
    return PricePage(
        entity_id=shown.id,
        entity=shown.code,
        entity_name=shown.name,
        entity_name_en=shown.name_en,
        others=tuple((row.id, row.name, row.name_en) for row in traders if row is not shown),
        products=tuple(products(session).values()),
        prices=price_history(session, shown.id),
        held=frozenset(line.price_id for line in price_table(session, shown.id, day)),
        terms=history,
        held_terms=frozenset(in_force.values()),
    )


def _prices(session: Session, entity_id: int, *wanted: ColumnElement[bool]) -> list[PriceLine]:
    rows = session.execute(
        select(PurchasePriceRow, GradeRow, ProductRow)
        .join(
            GradeRow,
            (GradeRow.product == PurchasePriceRow.product) & (GradeRow.code == PurchasePriceRow.grade),
        )
        .join(ProductRow, ProductRow.code == PurchasePriceRow.product)
        .where(PurchasePriceRow.entity_id == entity_id, *wanted)
        .order_by(PurchasePriceRow.product, GradeRow.rank, PurchasePriceRow.since)
    )
    return [_line(row, graded, made) for row, graded, made in rows]


def _line(row: PurchasePriceRow, graded: GradeRow, made: ProductRow) -> PriceLine:
    return PriceLine(
        price_id=row.id,
        product=row.product,
        product_name=made.name,
        product_name_en=made.name_en,
        grade=row.grade,
        grade_name=graded.name,
        grade_name_en=graded.name_en,
        since=row.since,
        price=row.price,
        floor=row.floor,
        approved=row.state == PriceState.approved,
        unit=Unit(made.unit),
        proposed_by=row.proposed_by,
        approved_by=row.approved_by,
    )
