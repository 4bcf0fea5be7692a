"""Vouchers with all that their print shows, many at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coop.accounting.queries.names import Names, names_of
from coop.books import queries as books
from coop.kernel.errors import CoopError, NotFoundError
from ledger.seal import Head, head
from ledger.tables import BookRow, PostingRow, VoucherRow
from ledger.voucher import VoucherKind, sides

MOST = 500
SUMMARY_SOURCES = frozenset({"sheet"})
"""Kinds of source whose voucher gathers many slips (汇总凭证)."""


class TooManyVouchersError(CoopError):
    """More vouchers than one print takes."""

    def __init__(self, found: int) -> None:
        self.found = found
        super().__init__(
            zh=f"一次最多打印 {MOST} 张凭证，所选有 {found} 张，请按月或按凭证字分批",
            en=f"one print takes up to {MOST} vouchers, chosen are {found}: take a month at a time",
        )


@dataclass(frozen=True, slots=True)
class PrintLine:
    """A line; names of the account in both languages, sides in fen or points."""

    words: str
    account: str
    name: str
    name_en: str
    commodity: str
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class VoucherPrint:
    """A voucher as it is printed. `gathered`: it stands for many slips."""

    id: int
    word: str
    number: int
    period: int
    day: date
    attachments: int
    source: str
    red: bool
    gathered: bool
    maker_id: int
    checker_id: int | None
    lines: tuple[PrintLine, ...]


@dataclass(frozen=True, slots=True)
class VoucherPrints:
    """Vouchers of one book, and its seal."""

    entity: str
    book_name: str
    head: Head
    vouchers: tuple[VoucherPrint, ...]


def one_voucher(session: Session, voucher_id: int) -> VoucherPrints:
    """One voucher to be printed. Raises NotFoundError."""
    row = session.scalars(select(VoucherRow).where(VoucherRow.id == voucher_id)).one_or_none()
    if row is None:
        raise NotFoundError("voucher", voucher_id)
    book = session.scalars(select(BookRow).where(BookRow.id == row.book_id)).one()
    return _prints(session, book, [row])


def month_vouchers(session: Session, entity: str, year: int, period: int) -> VoucherPrints:
    """The vouchers of a book's month in their order. Raises NotFoundError, TooManyVouchersError."""
    book = books.book_by_code(session, entity)
    which: tuple[ColumnElement[bool], ...] = (
        VoucherRow.book_id == book.id, VoucherRow.year == year, VoucherRow.period == period,
    )  # fmt: skip
    order = (VoucherRow.word, VoucherRow.number)
    rows = list(session.scalars(select(VoucherRow).where(*which).order_by(*order)))
    if not rows:
        raise NotFoundError("vouchers", f"{entity} {year}-{period:02d}")
    if len(rows) > MOST:
        raise TooManyVouchersError(len(rows))
    return _prints(session, book, rows)


def _prints(session: Session, book: BookRow, rows: list[VoucherRow]) -> VoucherPrints:
    names = names_of(session, book)
    lines: defaultdict[int, list[PostingRow]] = defaultdict(list)
    query = (
        select(PostingRow)
        .where(PostingRow.voucher_id.in_([row.id for row in rows]))
        .order_by(PostingRow.voucher_id, PostingRow.line)
    )
    for posting in session.scalars(query):
        lines[posting.voucher_id].append(posting)
    vouchers = tuple(_voucher(row, lines[row.id], names) for row in rows)
    return VoucherPrints(book.entity, book.name, head(session, book.id), vouchers)


def _voucher(row: VoucherRow, postings: list[PostingRow], names: Names) -> VoucherPrint:
    red = row.kind == VoucherKind.reversal
    return VoucherPrint(
        id=row.id,
        word=row.word,
        number=row.number,
        period=row.period,
        day=row.day,
        attachments=row.attachments,
        source=row.source,
        red=red,
        gathered=row.source.partition(":")[0] in SUMMARY_SOURCES,
        maker_id=row.maker_id,
        checker_id=row.checker_id,
        lines=tuple(_line(row, posting, names, red=red) for posting in postings),
    )


def _line(row: VoucherRow, posting: PostingRow, names: Names, *, red: bool) -> PrintLine:
    account = names.of(posting.account)
    debit, credit = sides(posting.amount, red=red)
    words = "；".join(dict.fromkeys(word for word in (row.summary, posting.note) if word))
    return PrintLine(words, posting.account, account.name, account.name_en, posting.commodity, debit, credit)
