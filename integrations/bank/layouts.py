"""The layouts of bank statements, read from `layouts.toml`: which heading means which column. Data, no reading of files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from integrations.excel.sheets import plain

FIELDS = (
    "day", "amount", "direction", "income", "outcome", "balance", "reference", "text", "remark", "party",
    "party_account",
)  # fmt: skip
UNITS = re.compile(r"\((?:元|人民币|人民币元|rmb|cny|yuan)\)")


class LayoutDataError(RuntimeError):
    """The layout data contradict themselves: a slip of who edits them, not of a user."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One bank's headings. `headings` maps a heading, as compared, to our column; `columns` keeps them as written."""

    code: str
    name: str
    name_en: str
    certainty: str
    columns: Mapping[str, tuple[str, ...]]
    headings: Mapping[str, str]

    def match(self, cells: Sequence[str]) -> dict[str, int]:
        """Our column -> its place in a row of headings; of two headings for one column the one named first counts."""
        found: dict[str, tuple[int, int]] = {}
        for at, cell in enumerate(cells):
            field = self.headings.get(heading(cell))
            if field is None:
                continue
            rank = [heading(word) for word in self.columns[field]].index(heading(cell))
            if field not in found or rank < found[field][0]:
                found[field] = rank, at
        return {field: at for field, (_, at) in found.items()}


@dataclass(frozen=True, slots=True)
class Layouts:
    """All layouts in the order of the data, and the words they share."""

    layouts: tuple[Layout, ...]
    in_words: frozenset[str]
    out_words: frozenset[str]
    footers: tuple[str, ...]

    def of(self, code: str) -> Layout:
        """The layout of that code. Raises KeyError."""
        return {layout.code: layout for layout in self.layouts}[code]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(layout.code for layout in self.layouts)


def heading(text: str) -> str:
    """A heading as compared.

    >>> heading(" 收入 金额（元） "), heading("Balance (CNY)")
    ('收入金额', 'balance')
    """
    return UNITS.sub("", plain(text)).strip("'\"\ufeff")


def usable(found: Mapping[str, int]) -> bool:
    """Whether these columns make a statement: a day, and an amount or both sides."""
    return "day" in found and ("amount" in found or {"income", "outcome"} <= found.keys())


@cache
def layouts() -> Layouts:
    """The data, checked once."""
    raw = tomllib.loads((files("integrations.bank") / "layouts.toml").read_text("utf-8"))
    found = tuple(_layout(entry) for entry in raw["layouts"])
    if len({layout.code for layout in found}) != len(found):
        raise LayoutDataError("a code of a layout is given twice")
    return Layouts(
        found,
        frozenset(heading(word) for word in raw["in_words"]),
        frozenset(heading(word) for word in raw["out_words"]),
        tuple(heading(word) for word in raw["footers"]),
    )


def _layout(entry: Mapping[str, object]) -> Layout:
    columns = entry["columns"]
    assert isinstance(columns, dict)
    headings: dict[str, str] = {}
    for field, words in columns.items():
        if field not in FIELDS:
            raise LayoutDataError(f"{entry['code']}: no column {field!r}")
        for word in words:
            if headings.setdefault(heading(word), field) != field:
                raise LayoutDataError(f"{entry['code']}: heading {word!r} stands for two columns")
    return Layout(
        str(entry["code"]),
        str(entry["name"]),
        str(entry["name_en"]),
        str(entry["certainty"]),
        {field: tuple(words) for field, words in columns.items()},
        headings,
    )
