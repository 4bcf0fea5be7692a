"""What a weigh ticket says and how it comes to its figures. Pure.

Quantities are grams, shares of weight basis points, prices 1/10000 yuan per kg, amounts fen. `rules/heads.py` holds
what is other where the product is counted by head.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from coop.kernel.errors import CoopError, Fault
from coop.standards.rules import line_amount, paid_price, settle_weight
from ledger.money import fen_text


@dataclass(frozen=True, slots=True)
class WeighLine:
    """One grade on the scale: grams net, or heads where the product is counted by head."""

    grade: str
    net_g: int


@dataclass(frozen=True, slots=True)
class WeighEntry:
    """A ticket as the clerk keys it in. `client_key` is the device's own: the same key is the same ticket."""

    client_key: str
    allocation_id: int
    scale: str
    day: date
    gross_g: int
    tare_g: int
    moisture_bp: int
    impurity_bp: int
    lines: tuple[WeighLine, ...]

    def digest(self) -> str:
        """SHA-256 of the content, so that a key used again with another content is found."""
        body = [
            self.allocation_id, self.scale, self.day.isoformat(), self.gross_g, self.tare_g,
            self.moisture_bp, self.impurity_bp, sorted((line.grade, line.net_g) for line in self.lines),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Quality:
    """Measured and allowed moisture and impurity of a ticket."""

    moisture_bp: int
    moisture_std_bp: int
    moisture_max_bp: int
    impurity_bp: int
    impurity_std_bp: int


@dataclass(frozen=True, slots=True)
class GradePrice:
    """What a price is made of: the day's purchase price, and the higher of its floor and the order's."""

    table_price: int
    floor: int

    @property
    def paid(self) -> int:
        return paid_price(self.table_price, self.floor)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A grade's line with its figures as printed: `settle_g` x `price` = `amount_fen`."""

    grade: str
    net_g: int
    settle_g: int
    price: GradePrice
    amount_fen: int


class NothingToPayError(CoopError):
    """A line so light that it comes to no printed weight, or to no fen."""

    def __init__(self, grade: str, net_g: int, settle_g: int, amount: int) -> None:
        super().__init__(
            zh=f"等级 {grade} 净重 {net_g} 克，结算 {settle_g} 克、{fen_text(amount)} 元，不足以开票",
            en=f"grade {grade}: {net_g} g net come to {settle_g} g and {fen_text(amount)} yuan, too little",
        )


def weight_faults(entry: WeighEntry, grades: frozenset[str]) -> list[Fault]:
    """Everything wrong with the figures of a ticket, by JSON pointer: gross = tare + sum of the net weights.

    >>> lines = (WeighLine("A", 30_000), WeighLine("A", 19_000))
    >>> entry = WeighEntry("k", 1, "S1", date(2025, 4, 10), 50_500, 500, 1500, 0, lines)
    >>> [fault.place for fault in weight_faults(entry, frozenset("AB"))]
    ['/lines/1/grade', '/lines']
    """
    found = scale_faults(entry) + line_faults(entry, grades)
    expected, total = entry.gross_g - entry.tare_g, sum(line.net_g for line in entry.lines)
    if expected != total:
        found.append(
            Fault(
                "/lines",
                f"各等级净重合计应为毛重减皮重 {expected} 克，实为 {total}，差 {total - expected}",
                f"net weights should sum to {expected} g, found {total}, off by {total - expected}",
            )
        )
    return found


def scale_faults(entry: WeighEntry) -> list[Fault]:
    """What is wrong with a ticket's key and with what the scale said."""
    found = []
    if not entry.client_key.strip():
        found.append(Fault("/client_key", "不能为空", "must not be empty"))
    if entry.tare_g < 0 or entry.gross_g <= entry.tare_g:
        found.append(
            Fault(
                "/tare_g",
                f"应在 0 与毛重 {entry.gross_g} 之间，实为 {entry.tare_g}",
                f"expected between 0 and the gross weight {entry.gross_g}, found {entry.tare_g}",
            )
        )
    return found


def line_faults(entry: WeighEntry, grades: frozenset[str], *, heads: bool = False) -> list[Fault]:
    """What is wrong with a ticket's lines: their grades, and quantities (grams or heads) above 0."""
    found = []
    if not entry.lines:
        found.append(Fault("/lines", "至少要有一个等级", "at least one grade is needed"))
    seen: set[str] = set()
    for number, line in enumerate(entry.lines):
        place = f"/lines/{number}"
        if line.grade not in grades:
            listed = ", ".join(sorted(grades))
            found.append(
                Fault(
                    f"{place}/grade",
                    f"订单没有等级 {line.grade}，应为 {listed}",
                    f"not a grade of the order; it has {listed}",
                )
            )
        elif line.grade in seen:
            found.append(
                Fault(f"{place}/grade", f"等级 {line.grade} 重复", f"grade {line.grade} appears twice")
            )
        seen.add(line.grade)
        if line.net_g <= 0:
            what = "只数" if heads else "净重"
            found.append(
                Fault(
                    f"{place}/net_g",
                    f"{what}应大于 0，实为 {line.net_g}",
                    f"must be above 0, found {line.net_g}",
                )
            )
    return found


def priced_line(line: WeighLine, quality: Quality, price: GradePrice) -> PricedLine:
    """Settlement weight and amount of a line: printed weight x printed price, rounded half-up once (L11).

    50 kg at 15 % moisture (standard 13 %) settle as 48.85 kg; at 73.70 yuan/kg 3,600.25 yuan:

    >>> quality, price = Quality(1500, 1300, 1800, 0, 100), GradePrice(737_000, 720_000)
    >>> line = priced_line(WeighLine("A", 50_000), quality, price)
    >>> line.settle_g, line.amount_fen
    (48850, 360025)

    Raises standards' TooMoistError, and NothingToPayError.
    """
    settle = settle_weight(
        line.net_g,
        moisture_bp=quality.moisture_bp,
        moisture_std_bp=quality.moisture_std_bp,
        moisture_max_bp=quality.moisture_max_bp,
        impurity_bp=quality.impurity_bp,
        impurity_std_bp=quality.impurity_std_bp,
    )
    amount = line_amount(settle, price.paid)
    if settle <= 0 or amount <= 0:
        raise NothingToPayError(line.grade, line.net_g, settle, amount)
    return PricedLine(line.grade, line.net_g, settle, price, amount)


def sheet_digest(entries: Sequence[WeighEntry]) -> str:
    """SHA-256 of a sheet's tickets and their keys, so that a sheet handed in again is found."""
    body = [[entry.client_key, entry.digest()] for entry in entries]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()
