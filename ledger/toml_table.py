"""Reading a TOML document strictly: every fault is kept with its place, unknown keys are faults.

Knows nothing of charts. A missing or wrong value is recorded and stands in as an empty one, so that one run
finds all faults; the caller raises `InputFaultsError` at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from ledger.errors import Fault

E = TypeVar("E", bound=StrEnum)


class Table:
    """One TOML table under reading. Values are taken by key; `done()` reports the keys nobody took.

    >>> faults: list[Fault] = []
    >>> table = Table({"code": "101", "nane": "x"}, "/accounts/0", faults)
    >>> table.text("code"), table.text("name")
    ('101', '')
    >>> table.done()
    >>> [(f.place, f.en) for f in faults]
    [('/accounts/0/name', 'expected text, found nothing'), ('/accounts/0/nane', 'unknown key')]
    """

    def __init__(self, raw: object, place: str, faults: list[Fault]) -> None:
        self.place = place
        self.faults = faults
        self._taken: set[str] = set()
        self._raw: Mapping[str, object] = {}
        if isinstance(raw, dict):
            self._raw = raw
        else:
            faults.append(Fault(place or "/", "应为表", f"expected a table, found {raw!r}"))

    def fault(self, key: str, zh: str, en: str) -> None:
        """Records a fault at a key of this table."""
        self.faults.append(Fault(f"{self.place}/{key}", zh, en))

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without default it must be there and not be empty."""
        self._taken.add(key)
        value = self._raw.get(key, default)
        if isinstance(value, str) and (value.strip() or default == value):
            return value
        found = "nothing" if value is None else repr(value)
        self.fault(key, f"应为文字，实为 {found}", f"expected text, found {found}")
        return default or ""

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        self._taken.add(key)
        value = self._raw.get(key, False)
        if isinstance(value, bool):
            return value
        self.fault(key, f"应为 true 或 false，实为 {value!r}", f"expected true or false, found {value!r}")
        return False

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        """One of the members of `kind`."""
        value = self.text(key, default)
        if value in kind.__members__:
            return kind(value)
        if value:
            names = "|".join(kind.__members__)
            self.fault(key, f"应为 {names}，实为 {value}", f"expected {names}, found {value}")
        return next(iter(kind))

    def tables(self, key: str) -> list[Table]:
        """The tables of an array."""
        self._taken.add(key)
        value = self._raw.get(key)
        if isinstance(value, list) and value:
            return [Table(raw, f"{self.place}/{key}/{index}", self.faults) for index, raw in enumerate(value)]
        self.fault(key, "应为非空的表数组", "expected an array of tables that is not empty")
        return []

    def texts(self, key: str) -> dict[str, str]:
        """A table of texts."""
        self._taken.add(key)
        inner = Table(self._raw.get(key), f"{self.place}/{key}", self.faults)
        return {name: inner.text(name) for name in inner._raw}

    def done(self) -> None:
        """Reports every key that was not read."""
        for key in self._raw:
            if key not in self._taken:
                self.fault(key, "未知的键", "unknown key")
