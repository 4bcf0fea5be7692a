"""A ticket of a product counted by head: the scale says what they weigh together, the grade what one may weigh. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coop.kernel.errors import Fault
from coop.kernel.units import Unit, kg_text
from coop.procurement.rules.ticket import (
    GradePrice,
    NothingToPayError,
    PricedLine,
    WeighEntry,
    WeighLine,
    line_faults,
    scale_faults,
)
from coop.standards.rules import line_amount
from ledger.money import round_half_up


@dataclass(frozen=True, slots=True)
class Live:
    """The average live weight a head of a grade may have, in grams; 0 and 0 where none is asked."""

    least_g: int = 0
    most_g: int = 0


def average_g(weight_g: int, heads: int) -> int:
    """Grams a head, half-up, as printed.

    >>> average_g(105_000, 50), average_g(10_000, 3)
    (2100, 3333)
    """
    return round_half_up(weight_g, heads)


def bounds(lines: Sequence[WeighLine], live: Mapping[str, Live]) -> Live | None:
    """What all heads together must weigh, in grams; None where a grade of theirs asks for nothing.

    >>> bounds((WeighLine("A", 30), WeighLine("B", 20)), {"A": Live(2000, 2600), "B": Live(1500, 2000)})
    Live(least_g=90000, most_g=118000)
    """
    asked = [live.get(line.grade, Live()) for line in lines]
    if not asked or not all(each.most_g for each in asked):
        return None
    return Live(
        sum(line.net_g * each.least_g for line, each in zip(lines, asked, strict=True)),
        sum(line.net_g * each.most_g for line, each in zip(lines, asked, strict=True)),
    )


def head_faults(entry: WeighEntry, live: Mapping[str, Live]) -> list[Fault]:
    """Everything wrong with a ticket by head, by JSON pointer; `live` names the order's grades.

    The average of the heads must lie between the bounds of their grades; moisture and impurity are not measured.

    >>> from datetime import date
    >>> entry = WeighEntry("k", 1, "S1", date(2025, 12, 1), 94_000, 4_000, 0, 0, (WeighLine("A", 50),))
    >>> [fault.en for fault in head_faults(entry, {"A": Live(2000, 2600)})]
    ['an average live weight of 1.8 kg a head, expected 2 to 2.6 kg']
    """
    found = scale_faults(entry) + line_faults(entry, frozenset(live), heads=True)
    for name, share in (("moisture_bp", entry.moisture_bp), ("impurity_bp", entry.impurity_bp)):
        if share:
            zh, en = "按只收购的产品不测水分、杂质", "goods by head have neither moisture nor impurity"
            found.append(Fault(f"/{name}", zh, en))
    if found or not entry.lines:
        return found
    net, heads, asked = (
        entry.gross_g - entry.tare_g,
        sum(line.net_g for line in entry.lines),
        bounds(entry.lines, live),
    )
    if asked is not None and not asked.least_g <= net <= asked.most_g:
        each, least, most = (kg_text(average_g(grams, heads)) for grams in (net, asked.least_g, asked.most_g))
        found.append(
            Fault(
                "/lines",
                f"平均活重每只 {each} 公斤，应在 {least} 到 {most} 公斤之间",
                f"an average live weight of {each} kg a head, expected {least} to {most} kg",
            )
        )
    return found


def priced_heads(line: WeighLine, price: GradePrice) -> PricedLine:
    """The amount of a line by head: heads x printed price (L11). Raises NothingToPayError.

    >>> priced_heads(WeighLine("A", 50), GradePrice(660_000, 600_000)).amount_fen
    330000
    """
    amount = line_amount(line.net_g, price.paid, Unit.head)
    if amount <= 0:
        raise NothingToPayError(line.grade, line.net_g, line.net_g, amount)
    return PricedLine(line.grade, line.net_g, line.net_g, price, amount)
