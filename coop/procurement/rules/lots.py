"""Lot codes, and which lots a shipment is drawn from: gram by gram and fen by fen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from coop.kernel.errors import CoopError
from coop.kernel.units import Unit, kg_text
from ledger.money import apportion

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class ShortStockError(CoopError):
    """More is to be drawn than the lots hold."""

    def __init__(self, grade: str, held: int, wanted: int, unit: Unit = Unit.gram) -> None:
        heads = unit is Unit.head
        zh, en = ("只", "head") if heads else ("公斤", "kg")
        have, need, short = (str(n) if heads else kg_text(n) for n in (held, wanted, wanted - held))
        super().__init__(
            zh=f"等级 {grade} 库存 {have} {zh}，需 {need} {zh}，差 {short} {zh}",
            en=f"grade {grade}: {have} {en} in stock, {need} {en} wanted, {short} {en} short",
        )


def check_character(text: str) -> str:
    """The check character of ISO/IEC 7064 MOD 37,36 over the letters and digits of a code.

    It finds every single wrong character and nearly all swaps of neighbours. As in a well-known use of it:

    >>> check_character("A1-2425G-ABC1234002")
    'M'
    """
    product = 36
    for character in text:
        if character in ALPHABET:
            product = (product + ALPHABET.index(character)) % 36 or 36
            product = product * 2 % 37
    return ALPHABET[(37 - product) % 36]


def lot_code(village: str, product: str, day: date, number: int) -> str:
    """Village, product, day, running number of the day, check character.

    >>> lot_code("TYP", "XG", date(2025, 4, 10), 7)
    'TYP-XG-250410-007-W'
    """
    body = f"{village}-{product}-{day:%y%m%d}-{number:03d}"
    return f"{body}-{check_character(body)}"


@dataclass(frozen=True, slots=True)
class Stock:
    """What is left of a lot: grams, and the fen they were bought for."""

    lot_id: int
    left_g: int
    left_fen: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """So much of a lot goes into another."""

    lot_id: int
    grams: int
    fen: int


def draw(grade: str, stock: Sequence[Stock], grams: int, unit: Unit = Unit.gram) -> tuple[Drawn, ...]:
    """Take `grams` (heads where they are counted) from the lots in the order given, each with its share of what it cost.

    Nothing is lost or made: the grams drawn add up to `grams`, and a lot drawn empty gives all its fen.
    Raises ShortStockError.

    >>> draw("A", [Stock(1, 30_000, 2_211_00), Stock(2, 20_000, 1_474_01)], 40_000)
    (Drawn(lot_id=1, grams=30000, fen=221100), Drawn(lot_id=2, grams=10000, fen=73700))
    """
    held = sum(lot.left_g for lot in stock)
    if grams > held:
        raise ShortStockError(grade, held, grams, unit)
    drawn, wanted = [], grams
    for lot in stock:
        if not wanted:
            break
        taken = min(lot.left_g, wanted)
        if taken:
            # The part that stays is named first, so that a tie of remainders leaves the odd fen in the lot.
            fen = apportion(lot.left_fen, {"a-stays": lot.left_g - taken, "b-goes": taken})["b-goes"]
            drawn.append(Drawn(lot.lot_id, taken, fen))
            wanted -= taken
    return tuple(drawn)
