"""What the pages of a delivery show, ready to render for both sides. Codes only: no household is named here.

`grams` and `claim_g` of a line hold base units (grams, or heads where the product is counted by head); totals of a
whole lorry keep weight and heads apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from coop.delivery.models import AcceptanceState, CertificateState, ShipmentState
from coop.delivery.rules import Basis
from coop.kernel.units import Unit

SHIPMENT_TEXTS = {
    ShipmentState.sent: ("已发出，待验收", "sent, to be accepted"),
    ShipmentState.taken: ("已验收，待确认", "weighed, to be agreed"),
    ShipmentState.closed: ("已确认", "agreed"),
}
CERTIFICATE_TEXTS = {
    CertificateState.valid: ("有效", "valid"),
    CertificateState.voided: ("已作废", "voided"),
}
BASIS_TEXTS = {
    Basis.control: ("质量安全控制符合要求", "quality and safety control meets the requirements"),
    Basis.own_test: ("自行检测合格", "passed a test of our own"),
    Basis.outside_test: ("委托检测合格", "passed a test by a laboratory"),
}


@dataclass(frozen=True, slots=True)
class TraceLine:
    """What of a lot comes from a ticket of a household. Codes only: this is what the buyer sees."""

    lot_code: str
    source_lot: str
    household_code: str
    receipt_number: str
    grams: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class ShipmentLine:
    """A lot on the lorry, and what became of it. `accepted_g` is None until the buyer has weighed it.

    `price` is the order's, in 1/10000 yuan per kg or head; `claim_fen` is what is missing at that price.
    """

    shipment_line_id: int
    line_id: int
    product: str
    product_name: str
    product_name_en: str
    unit: Unit
    grade: str
    grade_name: str
    grade_name_en: str
    lot_code: str
    grams: int
    accepted_g: int | None
    claim_g: int
    price: int
    claim_fen: int
    reason: str
    trace: tuple[TraceLine, ...]

    @property
    def households(self) -> int:
        return len({line.household_code for line in self.trace})


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The buyer's answer to a shipment: weight and heads accepted and claimed, the claim at order prices."""

    acceptance_id: int
    number: str
    day: date
    state: str
    note: str
    agreed_on: date | None
    grams: int
    heads: int
    claim_g: int
    claim_heads: int
    claim_fen: int

    @property
    def agreed(self) -> bool:
        return self.state == AcceptanceState.agreed


@dataclass(frozen=True, slots=True)
class Goods:
    """A product on a paper."""

    product: str
    name: str
    name_en: str
    unit: Unit
    quantity: int


@dataclass(frozen=True, slots=True)
class Ground:
    """One of the three grounds a promise may stand on, and whether this one does."""

    basis: Basis
    text: str
    text_en: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Certificate:
    """The promise that goes with a shipment (承诺达标合格证), a line a product. A voided one stays readable."""

    certificate_id: int
    shipment_id: int
    number: str
    producer: str
    origin: str
    contact: str
    day: date
    promise: str
    promise_en: str
    grounds: tuple[Ground, ...]
    goods: tuple[Goods, ...]
    state: str
    state_text: str
    state_text_en: str
    voided_on: date | None
    void_reason: str

    @property
    def valid(self) -> bool:
        return self.state == CertificateState.valid


@dataclass(frozen=True, slots=True)
class QuarantinePaper:
    """The animal quarantine certificate (动物检疫证明) of a lorry."""

    number: str
    day: date
    heads: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment as its page shows it to either side. `certificate_no` is empty while no certificate is valid."""

    shipment_id: int
    number: str
    part_id: int
    order: str
    buyer_id: int
    buyer_name: str
    seller_id: int
    seller_entity: str
    seller_name: str
    place: str
    day: date
    vehicle: str
    certificate_no: str
    state: str
    state_text: str
    state_text_en: str
    grams: int
    heads: int
    lines: tuple[ShipmentLine, ...]
    acceptance: Acceptance | None
    certificates: tuple[Certificate, ...]
    quarantine: QuarantinePaper | None


def total(pairs: Iterable[tuple[Unit, int]], unit: Unit) -> int:
    """The sum of what is counted in this unit.

    >>> total([(Unit.gram, 500), (Unit.head, 3), (Unit.gram, 20)], Unit.gram)
    520
    """
    return sum(quantity for found, quantity in pairs if found is unit)
