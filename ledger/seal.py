"""The hash chain over a book's posted vouchers: whoever changes, removes, inserts or reorders one breaks it.

Each seal is SHA-256 over the seal before it and the canonical JSON of the voucher; the first one stands on the
book's own name. The last seal stands in the book's head row; printed and hung up, it vouches for every voucher
before it, even against somebody who holds the database and could make a new chain.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.periods import book_of
from ledger.store.batch import Entry
from ledger.tables import BookRow, HeadRow, VoucherRow


class Line(Protocol):
    """What is sealed of a posting: a `Posting`, or a row of `PostingRow`'s columns."""

    @property
    def account(self) -> str: ...
    @property
    def amount(self) -> int: ...
    @property
    def commodity(self) -> str: ...
    @property
    def quantity(self) -> int | None: ...
    @property
    def note(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Head:
    """How many vouchers a book holds and the seal of the last; `str()` is the line to print on a notice."""

    entity: str
    sequence: int
    seal: str

    def __str__(self) -> str:
        """
        >>> str(Head("TYP-RCEO", 12, "ab" * 32))[:30]
        'TYP-RCEO #12 abababab abababab'
        """
        groups = " ".join(self.seal[at : at + 8] for at in range(0, len(self.seal), 8))
        return f"{self.entity} #{self.sequence} {groups}"


def head(session: Session, book_id: int) -> Head:
    """The head of a book: to be printed on notices and compared years later. Raises BookMissingError."""
    book = book_of(session, book_id)
    sequence, seal = _head_row(session, book) or (0, genesis(book))
    return Head(book.entity, sequence, seal)


def genesis(book: BookRow) -> str:
    """What the first voucher's seal stands on: no chain can be carried over to another book."""
    return _digest("", {"entity": book.entity, "first_year": book.first_year, "standard": book.standard})


def content(row: VoucherRow | Entry, lines: Iterable[Line]) -> dict[str, object]:
    """Everything of a voucher that a reader could hold somebody to; database keys stay out but for persons."""
    return {
        "attachments": row.attachments,
        "checker": row.checker_id,
        "day": row.day.isoformat(),
        "kind": str(row.kind),
        "maker": row.maker_id,
        "number": row.number,
        "period": row.period,
        "posted_at": row.posted_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "postings": [[line.account, line.amount, line.commodity, line.quantity, line.note] for line in lines],
        "resolution": row.resolution,
        "reverses": row.reverses_id,
        "sequence": row.sequence,
        "source": row.source,
        "summary": row.summary,
        "word": row.word,
        "year": row.year,
    }


def seal_of(before: str, row: VoucherRow | Entry, lines: Iterable[Line]) -> str:
    """The seal of a voucher after the seal `before`."""
    return _digest(before, content(row, lines))


def start(session: Session, book: BookRow) -> None:
    """The head row of a new book."""
    session.add(HeadRow(tenant_id=book.tenant_id, book_id=book.id, sequence=0, seal=genesis(book)))
    session.flush()


def seal_all(entries: Sequence[Entry], sequence: int, seal: str) -> None:
    """Give vouchers about to be written their sequence and seal, after the book's last ones (its head, locked)."""
    if not seal:  # a book from before there were seals would need them made first
        raise RuntimeError("the book has no head row")
    for entry in entries:
        sequence += 1
        entry.sequence = sequence
        seal = entry.seal = seal_of(seal, entry, entry.postings)


def _head_row(session: Session, book: BookRow) -> tuple[int, str] | None:
    query = select(HeadRow.sequence, HeadRow.seal).where(
        HeadRow.tenant_id == book.tenant_id, HeadRow.book_id == book.id
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found.sequence, found.seal)


def _digest(before: str, facts: dict[str, object]) -> str:
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
