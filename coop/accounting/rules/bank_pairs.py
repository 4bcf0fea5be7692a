"""Lines of the bank and postings of the book that wait for a match, and what was found of them. Values, pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{4,}")
DATE_LIKE = re.compile(r"(?:19|20)[0-9]{2}-?[0-9]{2}(?:-?[0-9]{2})?")


class Kind(StrEnum):
    """Why they belong together; the names of `MatchKind`."""

    drafted = "drafted"
    reversal = "reversal"
    reference = "reference"
    batch = "batch"
    amount_day = "amount_day"
    voucher = "voucher"
    lines = "lines"
    manual = "manual"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the bank without a match. `voucher_id`: the voucher that was drafted from it and is posted."""

    id: int
    day: date
    amount_fen: int
    reference: str = ""
    text: str = ""
    voucher_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A posting on the bank's account without a match, debit positive. `words`: what may name it at the bank;
    `batch`: the number of the pay batch it pays; `reverses`: the voucher its own voucher reverses.
    """

    voucher_id: int
    line: int
    day: date
    amount_fen: int
    words: tuple[str, ...] = ()
    batch: tuple[str, ...] = ()
    reverses: int | None = None

    @property
    def key(self) -> tuple[int, int]:
        return self.voucher_id, self.line


@dataclass(frozen=True, slots=True)
class Pairing:
    """Lines and postings of one sum, and why; `days` is how far they lie apart at most."""

    kind: Kind
    lines: tuple[int, ...]
    entries: tuple[tuple[int, int], ...]
    fen: int
    days: int = 0
    detail: str = ""


@dataclass(slots=True)
class Outcome:
    taken: list[Pairing] = field(default_factory=list)
    proposed: list[Pairing] = field(default_factory=list)


def tokens(*texts: str) -> tuple[str, ...]:
    """What in a text may name a document: letters with digits or long numbers; days are no names.

    >>> tokens("付款 ZF2025-0003,H0012", "2025-03-01 货款")
    ('ZF2025-0003', 'H0012')
    """
    found = (token for text in texts for token in TOKEN.findall(text))
    return tuple(
        dict.fromkeys(t for t in found if any(c.isdigit() for c in t) and not DATE_LIKE.fullmatch(t))
    )
