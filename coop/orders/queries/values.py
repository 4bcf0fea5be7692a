"""What the pages of an order show, ready to render. Nothing here names a household."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit
from coop.orders.rules import PartState, Valued, most_advance
from coop.standards.rules import paid_price

Side = Literal["buyer", "seller"]

# The road of an order as a status bar shows it; a refused order ends after the first step.
STEPS: tuple[tuple[PartState, str, str], ...] = (
    (PartState.received, "已收到", "received"),
    (PartState.accepted, "已接受", "accepted"),
    (PartState.split, "已分解", "split"),
    (PartState.collecting, "收购中", "collecting"),
    (PartState.shipped, "已发货", "shipped"),
    (PartState.taken, "已验收", "accepted goods"),
    (PartState.paid, "已付款", "paid"),
    (PartState.closed, "已关闭", "closed"),
)
REFUSED = (PartState.refused, "已拒绝", "refused")
STATE_TEXTS = {state: (zh, en) for state, zh, en in (*STEPS, REFUSED)}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the status bar. `at` is when it was last reached."""

    state: str
    text: str
    text_en: str
    reached: bool
    current: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class GradePrice:
    """A grade of an order line and its prices in 1/10000 yuan per kg or head; `paid` is the higher."""

    grade: str
    name: str
    name_en: str
    price: int
    floor: int

    @property
    def paid(self) -> int:
        return paid_price(self.price, self.floor)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line with its progress in base units (gram or head). `shortfall` is known once the line is split."""

    line_id: int
    part_id: int
    number: int
    product: str
    product_name: str
    product_name_en: str
    unit: Unit
    quantity: int
    promised: int | None
    collected: int
    shipped: int
    taken: int
    missing: int
    grades: tuple[GradePrice, ...]

    @property
    def shortfall(self) -> int | None:
        return None if self.promised is None else self.quantity - self.promised

    @property
    def on_the_road(self) -> int:
        return self.shipped - self.taken - self.missing

    @property
    def in_store(self) -> int:
        return self.collected - self.shipped

    def price(self, grade: str) -> int:
        """What the buyer pays for a grade; NotFoundError for one that was not ordered."""
        for line in self.grades:
            if line.grade == grade:
                return line.paid
        raise NotFoundError("order grade", grade)


@dataclass(frozen=True, slots=True)
class Order:
    """A part as a list shows it, with its lines."""

    part_id: int
    number: str
    buyer_id: int
    buyer_code: str
    buyer_name: str
    seller_id: int
    seller_entity: str
    seller_name: str
    contract: str
    day: date
    window_from: date
    window_to: date
    tolerance_bp: int
    payment_days: int
    advance_bp: int
    place: str
    state: str
    state_text: str
    state_text_en: str
    reason: str
    terms_digest: str
    lines: tuple[OrderLine, ...]

    @property
    def advance_most_fen(self) -> int:
        """The most the buyer may pay in advance, fen."""
        valued = [Valued(n.quantity, max(g.paid for g in n.grades), n.unit) for n in self.lines if n.grades]
        return most_advance(valued, self.advance_bp)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """An order's page: the order, its status bar, its trail."""

    order: Order
    steps: tuple[Step, ...]
    trail: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Seller:
    entity: str
    name: str
    name_en: str
    since: date
