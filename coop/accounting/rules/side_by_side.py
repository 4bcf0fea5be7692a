"""Books beside each other: totals of their statements, and balances between them that a consolidation would take out.

Pure. Nothing is netted here: what stands against what is told, with the difference, and the totals stay plain sums.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations


class Ground(StrEnum):
    """By what an account of one book is known to stand for another book's entity."""

    code = "code"
    name = "name"


@dataclass(frozen=True, slots=True)
class Between:
    """A balance of one book with another book's entity: signed fen, debit positive; the printed row it is part of."""

    book: str
    other: str
    account: str
    ground: Ground
    fen: int
    row: str = ""
    row_en: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What two books say of each other. They agree where one's claim is the other's debt to the fen."""

    first: str
    second: str
    here: tuple[Between, ...]
    there: tuple[Between, ...]

    @property
    def first_fen(self) -> int:
        return sum(each.fen for each in self.here)

    @property
    def second_fen(self) -> int:
        return sum(each.fen for each in self.there)

    @property
    def difference_fen(self) -> int:
        """Zero where both books say the same."""
        return self.first_fen + self.second_fen

    @property
    def agrees(self) -> bool:
        return self.difference_fen == 0


@dataclass(frozen=True, slots=True)
class EquityChange:
    """The change in equity of a year, by the balance sheet, and what it comes from, fen.

    `income_fen` is the income statement's own figure; `other_fen` what moved on the accounts of equity: capital paid in
    or out, reserves, distributions.

    >>> EquityChange(700, 1000, -300).difference_fen
    0
    """

    change_fen: int
    income_fen: int
    other_fen: int

    @property
    def difference_fen(self) -> int:
        return self.change_fen - self.income_fen - self.other_fen


def total(amounts: Iterable[int | None]) -> int | None:
    """The plain sum of the figures there are; none where no book has one.

    >>> total([100, None, -30]), total([None, None])
    (70, None)
    """
    there = [amount for amount in amounts if amount is not None]
    return sum(there) if there else None


def other_entity(
    account: str, account_name: str, own: str, entities: Mapping[str, tuple[str, ...]]
) -> tuple[str, Ground] | None:
    """The entity an account stands for: one of its components is the code, or its name is the entity's name.

    `entities` are code -> names. The own entity is nobody else; a name that two entities share tells nothing.

    >>> known = {"A-COOP": ("甲合作社",), "B-COOP": ("乙合作社",)}
    >>> other_entity("112:B-COOP", "", "A-COOP", known)
    ('B-COOP', <Ground.code: 'code'>)
    >>> other_entity("112:07", "乙合作社", "A-COOP", known)
    ('B-COOP', <Ground.name: 'name'>)
    >>> other_entity("112:A-COOP", "甲合作社", "A-COOP", known) is None
    True
    """
    for part in account.split(":")[1:]:
        if part in entities:
            return None if part == own else (part, Ground.code)
    named = [code for code, names in entities.items() if account_name and account_name in names]
    if len(named) == 1 and named[0] != own:
        return named[0], Ground.name
    return None


def candidates(order: Sequence[str], found: Iterable[Between]) -> tuple[Candidate, ...]:
    """Every pair of books of which at least one says something of the other, in the order of the columns.

    >>> claim = Between("A", "B", "112:B", Ground.code, 500)
    >>> debt = Between("B", "A", "211:A", Ground.code, -480)
    >>> [(c.first, c.second, c.difference_fen, c.agrees) for c in candidates(["A", "B", "C"], [claim, debt])]
    [('A', 'B', 20, False)]
    """
    held: defaultdict[tuple[str, str], list[Between]] = defaultdict(list)
    for each in found:
        held[each.book, each.other].append(each)
    pairs = []
    for first, second in combinations(order, 2):
        here, there = tuple(held[first, second]), tuple(held[second, first])
        if here or there:
            pairs.append(Candidate(first, second, here, there))
    return tuple(pairs)
