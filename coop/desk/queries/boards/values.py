"""A board is a small table of figures that a start page draws and a reader can check.

Knows integers and words; how a chart looks is `coop.desk.charts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

MONTHS = 12


class Measure(StrEnum):
    """What the figures of a board are: fen, grams, heads, or a count."""

    yuan = "yuan"
    gram = "gram"
    head = "head"
    number = "number"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A row: its label, one figure a column, and the page it comes from where there is one."""

    label: str
    label_en: str
    values: tuple[int, ...]
    endpoint: str = ""
    arguments: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Board:
    """Figures of one measure. `columns` are (Chinese, English); `flat` draws long labels beside lying bars."""

    key: str
    title: str
    title_en: str
    label: str
    label_en: str
    measure: Measure
    columns: tuple[tuple[str, str], ...]
    rows: tuple[BoardRow, ...]
    flat: bool = False
    stacked: bool = False


UNIT = {Measure.gram: ("公斤", "kg"), Measure.head: ("头、只", "head")}


def last_months(months: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The last twelve of these (year, month) pairs, in order."""
    return sorted(set(months))[-MONTHS:]
