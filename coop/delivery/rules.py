"""What may leave and with which papers, and what an acceptance may say. Pure; quantities in base units (gram or head)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.units import Unit, kg_text

# 承诺达标合格证, 样式一: what the producer declares (农业农村部令2025年第4号).
PROMISE = "未使用禁用农药、兽药及其他化合物；使用的常规农药、兽药残留不超标。"
PROMISE_EN = (
    "No banned pesticide, veterinary drug or other compound was used; residues are within the limits."
)
LONGEST_NUMBER, LONGEST_NAME = 40, 200


class Basis(StrEnum):
    """The grounds of the promise (承诺依据): quality control, a test of one's own, a test by another."""

    control = "control"
    own_test = "own_test"
    outside_test = "outside_test"


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The animal quarantine certificate (动物检疫证明) of a lorry: its number, its day, and for how many heads."""

    number: str
    day: date
    heads: int


@dataclass(frozen=True, slots=True)
class Promise:
    """What the certificate of a shipment says beyond its goods. An empty number takes the village's next one."""

    basis: frozenset[Basis] = frozenset({Basis.control})
    number: str = ""
    origin: str = ""
    contact: str = ""


def amount_text(quantity: int, unit: Unit) -> str:
    """A quantity in Chinese words.

    >>> amount_text(12_500, Unit.gram), amount_text(30, Unit.head)
    ('12.5 公斤', '30 只')
    """
    return f"{kg_text(quantity)} 公斤" if unit is Unit.gram else f"{quantity} 只"


def amount_text_en(quantity: int, unit: Unit) -> str:
    """A quantity in English words.

    >>> amount_text_en(12_500, Unit.gram), amount_text_en(30, Unit.head)
    ('12.5 kg', '30 head')
    """
    return f"{kg_text(quantity)} kg" if unit is Unit.gram else f"{quantity} head"


def promise_faults(promise: Promise) -> list[Fault]:
    """At least one ground of three, and texts that fit."""
    faults = []
    if not promise.basis:
        faults.append(
            Fault(
                "/basis",
                "承诺依据至少选一项：质量安全控制符合要求、自行检测合格、委托检测合格",
                "at least one ground is needed: quality control, own test, outside test",
            )
        )
    texts = (
        ("certificate_no", promise.number, LONGEST_NUMBER),
        ("origin", promise.origin, LONGEST_NAME),
        ("contact", promise.contact, LONGEST_NAME),
    )
    for name, text, longest in texts:
        if len(text.strip()) > longest:
            zh, en = f"最多 {longest} 个字，实为 {len(text)}", f"at most {longest} long, found {len(text)}"
            faults.append(Fault(f"/{name}", zh, en))
    return faults


def quarantine_faults(heads: int, day: date, paper: Quarantine | None) -> list[Fault]:
    """No heads leave without a quarantine certificate for exactly so many of them, made out by then.

    >>> day = date(2025, 6, 1)
    >>> [fault.place for fault in quarantine_faults(30, day, None)]
    ['/quarantine/number']
    >>> [fault.en for fault in quarantine_faults(30, day, Quarantine("61A-7", day, 28))]
    ['30 heads are on the lorry, the certificate says 28, off by -2']
    >>> quarantine_faults(30, day, Quarantine("61A-7", day, 30)), quarantine_faults(0, day, None)
    ([], [])
    """
    if paper is None:
        if not heads:
            return []
        zh = f"车上有 {heads} 只，须有动物检疫证明，没有不得发运"
        en = f"{heads} heads are on the lorry: without a quarantine certificate nothing leaves"
        return [Fault("/quarantine/number", zh, en)]
    if not heads:
        zh, en = (
            "没有按头（只）计的产品，不需要动物检疫证明",
            "no heads are on the lorry, so no quarantine certificate",
        )
        return [Fault("/quarantine/number", zh, en)]
    faults = []
    if not 0 < len(paper.number.strip()) <= LONGEST_NUMBER:
        zh, en = "须写明动物检疫证明编号，最多 40 个字", "its number is needed, 40 characters at most"
        faults.append(Fault("/quarantine/number", zh, en))
    if paper.day > day:
        zh = f"检疫日期 {paper.day} 晚于发货日 {day}"
        faults.append(Fault("/quarantine/day", zh, f"{paper.day} is after the goods left on {day}"))
    if paper.heads != heads:
        off = paper.heads - heads
        zh = f"车上有 {heads} 只，检疫证明为 {paper.heads} 只，差 {off}"
        en = f"{heads} heads are on the lorry, the certificate says {paper.heads}, off by {off}"
        faults.append(Fault("/quarantine/heads", zh, en))
    return faults


@dataclass(frozen=True, slots=True)
class Sent:
    """A line of a shipment: its id, its lot, and what was sent."""

    shipment_line_id: int
    lot_code: str
    grams: int
    unit: Unit = Unit.gram


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

    def __init__(self, line_id: int, grade: str, wanted: int, unit: Unit = Unit.gram) -> None:
        super().__init__(
            zh=f"订单行 {line_id} 等级 {grade} 没有库存，需 {amount_text(wanted, unit)}",
            en=f"order line {line_id} has no grade {grade} in stock, {amount_text_en(wanted, unit)} wanted",
        )


class StandingCertificateError(CoopError):
    """A second certificate while the first one is valid."""

    def __init__(self, shipment: str, number: str) -> None:
        super().__init__(
            zh=f"发货单 {shipment} 的合格证 {number} 有效，须先作废才能另开",
            en=f"shipment {shipment} has the valid certificate {number}; void it before another is issued",
        )


class NoVoidReasonError(CoopError):
    def __init__(self, number: str) -> None:
        super().__init__(
            zh=f"作废合格证 {number} 须写明理由", en=f"voiding certificate {number} needs a reason"
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
        zh_unit, en_unit = ("克", "g") if line.unit is Unit.gram else ("只", "head")
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
                    f"批次 {line.lot_code} 验收应在 0 到 {line.grams} {zh_unit}之间，实为 {found}",
                    f"lot {line.lot_code}: expected 0 to {line.grams} {en_unit}, found {found}",
                )
            )
        elif found < line.grams and not reason:
            short = line.grams - found
            faults.append(
                Fault(
                    f"/reasons/{line.shipment_line_id}",
                    f"批次 {line.lot_code} 少 {short} {zh_unit}，须写明理由",
                    f"lot {line.lot_code} is {short} {en_unit} short: a reason is needed",
                )
            )
        taken.append(
            Taken(line.shipment_line_id, found, line.grams - found, reason if found < line.grams else "")
        )
    if faults:
        raise InputError(faults)
    return tuple(taken)
