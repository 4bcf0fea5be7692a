"""What the reads of the standards give: grades, products, prices and terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.units import Unit
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
    unit: Unit
    proposed_by: int
    approved_by: int | None

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
    product_name: str
    product_name_en: str
    since: date
    terms: Terms
    approved: bool
    proposed_by: int
    approved_by: int | None


@dataclass(frozen=True, slots=True)
class PricePage:
    """What an entity pays and keeps: today, proposed, and ever. `held` and `held_terms` are in force today."""

    entity_id: int
    entity: str
    entity_name: str
    entity_name_en: str
    others: tuple[tuple[int, str, str], ...]
    products: tuple[Product, ...]
    prices: tuple[PriceLine, ...]
    held: frozenset[int]
    terms: tuple[TermsLine, ...]
    held_terms: frozenset[int]

    @property
    def today(self) -> tuple[PriceLine, ...]:
        return tuple(line for line in self.prices if line.price_id in self.held)

    @property
    def waiting(self) -> tuple[PriceLine, ...]:
        return tuple(line for line in self.prices if not line.approved)

    @property
    def terms_today(self) -> tuple[TermsLine, ...]:
        return tuple(line for line in self.terms if line.terms_id in self.held_terms)

    @property
    def terms_waiting(self) -> tuple[TermsLine, ...]:
        return tuple(line for line in self.terms if not line.approved)


class NoPriceError(CoopError):
    def __init__(self, product: str, grade: str, day: date) -> None:
        super().__init__(
            zh=f"{day} 没有批准的收购价：产品 {product}，等级 {grade}",
            en=f"no approved purchase price of {product} grade {grade} on {day}",
        )
