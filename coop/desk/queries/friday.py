"""The buyer's Friday: all sellers on one page: due, at risk, on the road, in dispute, accepted by grade, owed.

Villages and codes only: nothing here names a household (users.md §2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from coop.delivery.models import ShipmentState
from coop.delivery.queries import Shipment, shipments
from coop.kernel.units import Unit
from coop.orders.queries import Order, OrderLine, orders
from coop.orders.rules import PartState
from coop.settlement.models import SaleState
from coop.settlement.queries import Sale, sales

DONE = frozenset({PartState.refused, PartState.closed})


def behind(promised: int, collected: int, window: tuple[date, date], today: date) -> int:
    """How much less is collected than the part of the delivery days that is over; base units, 0 when in time.

    The days count as if every one of them brought the same, which no harvest does: a warning, not a verdict.
    1,000 kg over ten days, after five of them 300 kg: 200 kg behind.

    >>> days = (date(2025, 9, 1), date(2025, 9, 10))
    >>> behind(1_000_000, 300_000, days, date(2025, 9, 5)), behind(1_000_000, 600_000, days, date(2025, 9, 5))
    (200000, 0)
    >>> behind(1_000_000, 0, days, date(2025, 8, 1)), behind(1_000_000, 0, days, date(2025, 12, 1))
    (0, 1000000)
    """
    since, until = window
    whole = (until - since).days + 1
    over = min(whole, max(0, (today - since).days + 1))
    return max(0, promised * over // whole - collected)


@dataclass(frozen=True, slots=True)
class LineWeek:
    """An order line as the week finds it. `short` is ordered and promised by nobody, `late` what is behind."""

    order: Order
    line: OrderLine
    due: bool
    overdue: bool
    late: int

    @property
    def promised(self) -> int:
        """Before the split nobody has promised: then the order itself is what is waited for."""
        return self.line.quantity if self.line.promised is None else self.line.promised

    @property
    def short(self) -> int:
        return self.line.quantity - self.promised

    @property
    def percent(self) -> int:
        """Collected of what is promised, whole per cent, rounded down."""
        return self.line.collected * 100 // self.promised if self.promised else 0

    @property
    def at_risk(self) -> bool:
        return bool(self.late or self.short)


@dataclass(slots=True)
class GradeSum:
    """What was accepted and billed of a village's product and grade: base units and fen. `bills`: id -> number."""

    seller: str
    product: str
    product_en: str
    grade: str
    grade_en: str
    unit: Unit
    grams: int = 0
    claim_g: int = 0
    amount_fen: int = 0
    bills: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Friday:
    """The week that ends on `until`, over every seller of one buyer."""

    today: date
    until: date
    lines: tuple[LineWeek, ...]
    trucks: tuple[Shipment, ...]
    claims: tuple[Shipment, ...]
    grades: tuple[GradeSum, ...]
    owed: tuple[Sale, ...]

    @property
    def due(self) -> int:
        return sum(line.due for line in self.lines)

    @property
    def at_risk(self) -> int:
        return sum(line.at_risk for line in self.lines)

    @property
    def owed_fen(self) -> int:
        return sum(bill.open_fen for bill in self.owed)

    @property
    def due_fen(self) -> int:
        """Of what is owed, what is to be paid by the end of the week, or should have been."""
        return sum(bill.open_fen for bill in self.owed if bill.due_day <= self.until)

    @property
    def claim_fen(self) -> int:
        return sum(sent.acceptance.claim_fen for sent in self.claims if sent.acceptance)


def friday(session: Session, buyer: int, today: date, *, seller: str = "") -> Friday:
    """All open orders of a buyer with what waits on them; of one selling organisation (its code) where told."""
    until = today + timedelta(days=7)
    mine = [
        order for order in orders(session, buyer, side="buyer") if not seller or order.seller_entity == seller
    ]
    parts = {order.part_id for order in mine}
    sent = [row for row in shipments(session) if row.part_id in parts]
    bills = [row for row in sales(session, today) if row.part_id in parts]
    return Friday(
        today=today,
        until=until,
        lines=tuple(_line(order, line, today, until) for order in _by_window(mine) for line in order.lines),
        trucks=tuple(row for row in sent if row.state == ShipmentState.sent),
        claims=tuple(
            row
            for row in sent
            if row.acceptance
            and row.acceptance.claim_g + row.acceptance.claim_heads
            and not row.acceptance.agreed
        ),
        grades=_grades(bills),
        owed=tuple(
            sorted((row for row in bills if row.state == SaleState.open), key=lambda row: row.due_day)
        ),
    )


def _by_window(found: Iterable[Order]) -> list[Order]:
    """Orders still open, those whose days end first on top."""
    return sorted(
        (order for order in found if order.state not in DONE),
        key=lambda order: (order.window_to, order.part_id),
    )


def _line(order: Order, line: OrderLine, today: date, until: date) -> LineWeek:
    promised = line.quantity if line.promised is None else line.promised
    left = promised - line.collected
    window = (order.window_from, order.window_to)
    return LineWeek(
        order=order,
        line=line,
        due=left > 0 and today <= order.window_to <= until,
        overdue=left > 0 and order.window_to < today,
        late=behind(promised, line.collected, window, today),
    )


def _grades(bills: Iterable[Sale]) -> tuple[GradeSum, ...]:
    found: dict[tuple[str, str, str], GradeSum] = {}
    for bill in bills:
        for line in bill.lines:
            key = (bill.seller_entity, line.product, line.grade)
            if key not in found:
                found[key] = GradeSum(
                    bill.seller_name,
                    line.product_name,
                    line.product_name_en,
                    line.grade_name,
                    line.grade_name_en,
                    line.unit,
                )
            row = found[key]
            row.grams += line.grams
            row.claim_g += line.claim_g
            row.amount_fen += line.amount_fen
            row.bills[bill.sale_id] = bill.number
    return tuple(found[key] for key in sorted(found))
