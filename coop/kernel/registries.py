"""The three things that must be found by kind: where a document's page is, what must hold, what waits for whom.

Filled from the one list `coop/subjects.py`, which app, worker and command line import.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from coop.kernel.actor import Role

F = TypeVar("F")


class DoublyRegisteredError(RuntimeError):
    def __init__(self, registry: str, key: str) -> None:
        super().__init__(f"{registry} already holds {key!r}")


class Registry(Generic[F]):
    """Names to functions; a name is given once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, F] = {}

    def register(self, key: str, entry: F) -> F:
        held = self._entries.get(key)
        if held is not None and held is not entry:
            raise DoublyRegisteredError(self.name, key)
        self._entries[key] = entry
        return entry

    def replace(self, key: str, entry: F) -> None:
        """Give a name that is held another entry."""
        self._entries[key] = entry

    def get(self, key: str) -> F | None:
        return self._entries.get(key)

    def items(self) -> list[tuple[str, F]]:
        return sorted(self._entries.items(), key=lambda pair: pair[0])


@dataclass(frozen=True, slots=True)
class Link:
    """Where the page of a source document is: an endpoint and its arguments."""

    endpoint: str
    arguments: dict[str, int | str]
    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for a role: what, how many, and the page to do it on."""

    text: str
    text_en: str
    count: int
    endpoint: str


# A voucher's source "receipt:123" -> the page of receipt 123; the function gets what follows the colon.
links: Registry[Callable[[str], Link]] = Registry("links")
# An invariant's id -> a check over the whole database (owner session); it returns one sentence a breach.
invariants: Registry[Callable[[Session], list[str]]] = Registry("invariants")
# "subject.name" -> what waits for a role in the session's tenant.
offers: Registry[Callable[[Session, frozenset[Role]], list[Todo]]] = Registry("offers")


def also_holds(name: str, check: Callable[[Session], list[str]]) -> None:
    """A later subject's part of an invariant that is there already: one id tells the breaches of both."""
    earlier = invariants.get(name)
    if earlier is None:
        raise LookupError(name)
    invariants.replace(name, lambda session: [*earlier(session), *check(session)])


def source_link(source: str) -> Link | None:
    """The way back from a voucher's source; None where that kind has no page, or the source came from another program."""
    kind, _, key = source.partition(":")
    find = links.get(kind)
    try:
        return find(key) if find and key else None
    except ValueError:
        return None
