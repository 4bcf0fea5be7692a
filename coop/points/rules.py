"""Pure rules of the points: the model charter, caps and spans of items, penalties, annual scores, expiry,
the shop's cost.

Knows no rows, no clock and no books. Points are integers; a household's redeemable balance never falls
below zero, its honour score of the year does not care what was redeemed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from ledger.money import round_half_up

HONOUR_BASE = 100  # every household starts the year here; honours and the bonus look at what is above
NOTICE_DAYS = 7


class Virtue(StrEnum):
    """The six headings of the charter: 孝善诚勤俭美."""

    filial = "filial"
    kindness = "kindness"
    honesty = "honesty"
    diligence = "diligence"
    thrift = "thrift"
    beauty = "beauty"


VIRTUE_TEXT = {
    Virtue.filial: "孝",
    Virtue.kindness: "善",
    Virtue.honesty: "诚",
    Virtue.diligence: "勤",
    Virtue.thrift: "俭",
    Virtue.beauty: "美",
}


class Span(StrEnum):
    """How often an item may be claimed by one household."""

    any = "any"
    month = "month"
    quarter = "quarter"
    season = "season"
    year = "year"


class Veto(StrEnum):
    """Whether an item bars the household from bonus and honours of the year."""

    never = "never"
    on_penalty = "on_penalty"
    always = "always"


@dataclass(frozen=True, slots=True)
class Item:
    """One clause of the charter. `points` are the committee's choices, the usual one first."""

    code: str
    virtue: Virtue
    text: str
    text_en: str
    points: tuple[int, ...]
    cap: int | None = None
    per: Span = Span.any
    veto: Veto = Veto.never


@dataclass(frozen=True, slots=True)
class Goods:
    """What the shop gives, and for how many points."""

    code: str
    name: str
    name_en: str
    points: int


@cache
def charter() -> tuple[tuple[Item, ...], tuple[Goods, ...]]:
    """The model charter and the shop's list, read once from `items.toml`.

    >>> items, goods = charter()
    >>> len(items), sorted({i.virtue.value for i in items})[0], goods[0].points
    (39, 'beauty', 6)
    """
    raw = tomllib.loads(files("coop.points").joinpath("items.toml").read_text(encoding="utf-8"))
    items = tuple(
        Item(
            code=entry["code"],
            virtue=Virtue(entry["virtue"]),
            text=entry["text"],
            text_en=entry["text_en"],
            points=tuple(entry["points"]),
            cap=entry.get("cap"),
            per=Span(entry.get("per", "any")),
            veto=Veto(entry.get("veto", "never")),
        )
        for entry in raw["items"]
    )
    return items, tuple(Goods(**entry) for entry in raw["goods"])


def span_key(per: Span, day: date, season: str) -> str:
    """The span a claim falls in; empty where the item may be claimed any number of times.

    >>> day = date(2025, 5, 3)
    >>> [span_key(s, day, "2025-spring") for s in Span]
    ['', '2025-05', '2025Q2', '2025-spring', '2025']
    """
    return {
        Span.any: "",
        Span.month: f"{day:%Y-%m}",
        Span.quarter: f"{day.year}Q{(day.month + 2) // 3}",
        Span.season: season,
        Span.year: f"{day.year}",
    }[per]


def awarded(points: int, cap: int | None, had: int) -> int:
    """What counts of a claim when `had` points of that item were awarded in its span: up to the cap, a
    penalty in full.

    >>> awarded(5, 20, 15), awarded(5, 20, 18), awarded(5, 20, 20), awarded(5, None, 90), awarded(-5, 20, 20)
    (5, 2, 0, 5, -5)
    """
    if points <= 0 or cap is None:
        return points
    return max(0, min(points, cap - had))


def deductible(penalty: int, balance: int) -> int:
    """Points a penalty takes from the redeemable balance: to zero at most; the honour score falls in full
    (P1).

    >>> deductible(-20, 35), deductible(-20, 7), deductible(-20, 0)
    (20, 7, 0)
    """
    return min(-penalty, max(0, balance))


def annual_score(points: Iterable[int], base: int = HONOUR_BASE) -> int:
    """The honour score of a year: the base and every final claim, awards and penalties in full.

    >>> annual_score([5, 10, -20]), annual_score([])
    (95, 100)
    """
    return base + sum(points)


def expiring(balance: int, earned_since: int) -> int:
    """Points that expire when only those earned since a day stay good: the oldest are used up first.

    >>> expiring(50, 30), expiring(50, 80), expiring(0, 0)
    (20, 0, 0)
    """
    return max(0, balance - earned_since)


def goods_cost(count: int, stock: int, value_fen: int) -> int:
    """Cost in fen of `count` pieces out of a stock with a value, at its moving average; the last piece
    takes the rest.

    >>> goods_cost(1, 3, 1000), goods_cost(2, 2, 667)
    (333, 667)
    """
    return round_half_up(value_fen * count, stock)
