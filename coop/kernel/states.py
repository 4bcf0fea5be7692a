"""States move by a table of allowed pairs; any other move raises, naming both states."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Generic, TypeVar

from coop.kernel.errors import CoopError

S = TypeVar("S", bound=StrEnum)


class ForbiddenMoveError(CoopError):
    def __init__(self, what: str, found: str, wanted: str, allowed: Iterable[str]) -> None:
        self.found, self.wanted = found, wanted
        choices = ", ".join(sorted(allowed)) or "—"
        super().__init__(
            zh=f"{what} 不能从“{found}”变为“{wanted}”，可变为：{choices}",
            en=f"{what} cannot go from {found} to {wanted}; allowed: {choices}",
        )


class Transitions(Generic[S]):
    """The moves of one kind of document.

    >>> class Light(StrEnum):
    ...     red = "red"
    ...     green = "green"
    >>> Transitions("light", {(Light.red, Light.green)}).move(Light.red, Light.green)
    <Light.green: 'green'>
    """

    def __init__(self, what: str, pairs: Iterable[tuple[S, S]]) -> None:
        self.what = what
        self.pairs = frozenset(pairs)

    def allowed(self, found: S) -> frozenset[S]:
        return frozenset(b for a, b in self.pairs if a == found)

    def move(self, found: S, wanted: S) -> S:
        """The new state, or ForbiddenMoveError."""
        if (found, wanted) not in self.pairs:
            raise ForbiddenMoveError(self.what, str(found), str(wanted), map(str, self.allowed(found)))
        return wanted
