"""Reads of the standards: products with their grades, and the price and the terms that hold on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.units import Unit
from coop.standards.models import GradeRow, PriceState, ProductRow, PurchasePriceRow, TermsRow
from coop.standards.rules import paid_price


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade; of a product by head with the average live weight a head of it has, in grams (0, 0: not asked)."""

    code: str
    name: str
    name_en: str
    rank: int
    live_min_g: int = 0
    live_max_g: int = 0


@dataclass(frozen=True, slots=True)
class Product:
    """A product, its grades best first. Shares are basis points, `yield_each` base units a capacity unit."""

    code: str
    name: str
    name_en: str
    unit: Unit
    capacity_unit: str
    capacity_unit_en: str
    yield_each: int
    moisture_std_bp: int
    moisture_max_bp: int
    impurity_std_bp: int
    source: str
    certainty: str
    grades: tuple[Grade, ...]

    def grade(self, code: str) -> Grade:
        for grade in self.grades:
            if grade.code == code:
                return grade
        raise NotFoundError(f"{self.code} grade", code)


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A purchase price, approved or not. `paid` is the higher of price and floor."""

    price_id: int
    product: str
    product_name: str
    product_name_en: str
    grade: str
    grade_name: str
    grade_name_en: str
    since: date
    price: int
    floor: int
    approved: bool

    @property
    def paid(self) -> int:
        return paid_price(self.price, self.floor)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an entity keeps of a slip, basis points: its fee, and the most that is set off against dues.

    Without approved terms there is no fee, and half of what is earned may be set off.
    """

    fee_bp: int = 0
    set_off_bp: int = 5_000


@dataclass(frozen=True, slots=True)
class TermsLine:
    """Terms as a table shows them, approved or not."""

    terms_id: int
    product: str
    since: date
    terms: Terms
    approved: bool


class NoPriceError(CoopError):
    def __init__(self, product: str, grade: str, day: date) -> None:
        super().__init__(
            zh=f"{day} 没有批准的收购价：产品 {product}，等级 {grade}",
            en=f"no approved purchase price of {product} grade {grade} on {day}",
        )


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
    rows = session.scalars(
        select(TermsRow)
        .where(TermsRow.entity_id == entity_id)
        .order_by(TermsRow.product, TermsRow.since, TermsRow.id)
    )
    return tuple(
        TermsLine(
            row.id,
            row.product,
            row.since,
            Terms(row.fee_bp, row.set_off_bp),
            approved=row.state == PriceState.approved,
        )
        for row in rows
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
    )
