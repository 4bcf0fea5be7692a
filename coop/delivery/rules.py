"""What an acceptance may say: no more than was sent, and a reason for whatever is missing. Pure; grams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.units import kg_text


@dataclass(frozen=True, slots=True)
class Sent:
    """A line of a shipment: its id, its lot, and what was sent."""

    shipment_line_id: int
    lot_code: str
    grams: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What the buyer says of it: accepted and claimed as missing or refused; they add up to what was sent."""

    shipment_line_id: int
    grams: int
    claim_g: int
    reason: str


class NothingToShipError(CoopError):
    def __init__(self, number: str) -> None:
        super().__init__(
            zh=f"订单 {number} 没有待发货的产品", en=f"order {number} has nothing in stock to ship"
        )


class NotInStockError(CoopError):
    """A line and grade the order has nothing of in stock."""

    def __init__(self, line_id: int, grade: str, wanted: int) -> None:
        super().__init__(
            zh=f"订单行 {line_id} 等级 {grade} 没有库存，需 {kg_text(wanted)} 公斤",
            en=f"order line {line_id} has no grade {grade} in stock, {kg_text(wanted)} kg wanted",
        )


def answer(sent: tuple[Sent, ...], grams: Mapping[int, int], reasons: Mapping[int, str]) -> tuple[Taken, ...]:
    """The acceptance of every line of a shipment. Raises InputError with every fault, by JSON pointer.

    A line that is not mentioned was not weighed, so it is a fault, not an acceptance.

    >>> answer((Sent(1, "L1", 50_000), Sent(2, "L2", 20_000)), {1: 50_000, 2: 19_500}, {2: "short weight"})[1]
    Taken(shipment_line_id=2, grams=19500, claim_g=500, reason='short weight')
    """
    faults = [
        Fault(f"/grams/{key}", "不是此发货单的行", "not a line of this shipment")
        for key in sorted(grams.keys() - {line.shipment_line_id for line in sent})
    ]
    taken = []
    for line in sent:
        place, found = f"/grams/{line.shipment_line_id}", grams.get(line.shipment_line_id)
        reason = reasons.get(line.shipment_line_id, "").strip()
        if found is None:
            faults.append(
                Fault(place, f"批次 {line.lot_code} 没有验收数量", f"lot {line.lot_code} is missing")
            )
            continue
        if not 0 <= found <= line.grams:
            faults.append(
                Fault(
                    place,
                    f"批次 {line.lot_code} 验收应在 0 到 {line.grams} 克之间，实为 {found}",
                    f"lot {line.lot_code}: expected 0 to {line.grams} g, found {found}",
                )
            )
        elif found < line.grams and not reason:
            short = line.grams - found
            faults.append(
                Fault(
                    f"/reasons/{line.shipment_line_id}",
                    f"批次 {line.lot_code} 少 {short} 克，须写明理由",
                    f"lot {line.lot_code} is {short} g short: a reason is needed",
                )
            )
        taken.append(
            Taken(line.shipment_line_id, found, line.grams - found, reason if found < line.grams else "")
        )
    if faults:
        raise InputError(faults)
    return tuple(taken)
