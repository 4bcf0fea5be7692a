"""Books written as beancount, the ledger's language: one file a book and year that stands alone.

It opens with one opening-balances transaction, holds each voucher as one transaction, and ends with a balance
assertion for every account. Two exports of the same books are equal byte for byte; `beancount_reader` reads it as a
second opinion, `beancount_books` as a book to open.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from ledger.beancount_names import OPENING, account_names
from ledger.beancount_reader import Reading, read_text
from ledger.chart import Standard, chart_of
from ledger.errors import PeriodMissingError
from ledger.money import fen_text
from ledger.periods import book_of
from ledger.tables import AccountRow, BookRow, PeriodRow, PostingRow, VoucherRow

__all__ = ["Reading", "account_names", "export_book", "read_text", "years_of"]

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Year:
    """What a file is written from."""

    book: BookRow
    year: int
    names: Mapping[str, tuple[str, str]]
    accounts: Mapping[str, str]
    opening: Mapping[_Key, int]
    vouchers: tuple["_Voucher", ...]
    postings: Mapping[int, list["_Line"]]


class _Voucher(NamedTuple):
    """What is written of a voucher: columns, not rows, for a year may hold a hundred thousand."""

    id: int
    year: int
    period: int
    word: str
    number: int
    day: date
    summary: str
    source: str
    kind: str
    reverses_id: int | None
    resolution: str
    attachments: int


class _Line(NamedTuple):
    account: str
    commodity: str
    amount: int
    quantity: int | None
    note: str


def years_of(session: Session, book_id: int) -> tuple[int, ...]:
    """The years of a book, first to last."""
    query = select(PeriodRow.year).where(PeriodRow.book_id == book_id).distinct().order_by(PeriodRow.year)
    return tuple(session.scalars(query))


def export_book(session: Session, book_id: int, year: int) -> str:
    """The beancount file of a book and year. Raises BookMissingError, PeriodMissingError.

    Vouchers of period 13 are dated 31 December as booked. Unused accounts are left out, so the file of a past
    year does not change when accounts are opened later.
    """
    book = book_of(session, book_id)
    if year not in years_of(session, book_id):
        raise PeriodMissingError(book.entity, year, 1)
    material = _load(session, book, year)
    lines = [*_head(material), *_opens(material), *_opening(material)]
    for row in material.vouchers:
        lines += _transaction(material, row)
    return "\n".join([*lines, *_assertions(material)]) + "\n"


def _load(session: Session, book: BookRow, year: int) -> _Year:
    of_voucher = and_(VoucherRow.tenant_id == PostingRow.tenant_id, VoucherRow.id == PostingRow.voucher_id)
    earlier = (
        select(PostingRow.account, PostingRow.commodity, func.sum(PostingRow.amount))
        .join(VoucherRow, of_voucher)
        .where(VoucherRow.book_id == book.id, VoucherRow.year < year)
        .group_by(PostingRow.account, PostingRow.commodity)
    )
    opening = {(account, unit): int(net) for account, unit, net in session.execute(earlier) if net}
    mine = (VoucherRow.book_id == book.id, VoucherRow.year == year)
    order = (VoucherRow.day, VoucherRow.period, VoucherRow.word, VoucherRow.number)
    columns = (getattr(VoucherRow, name) for name in _Voucher._fields)
    vouchers = tuple(map(_Voucher._make, session.execute(select(*columns).where(*mine).order_by(*order))))
    written = (getattr(PostingRow, name) for name in _Line._fields)
    lines = select(PostingRow.voucher_id, *written).join(VoucherRow, of_voucher).where(*mine)
    postings: defaultdict[int, list[_Line]] = defaultdict(list)
    for voucher_id, *line in session.execute(lines.order_by(PostingRow.voucher_id, PostingRow.line)):
        postings[voucher_id].append(_Line._make(line))
    names = {
        path: (name, name_en)
        for path, name, name_en in session.execute(
            select(AccountRow.path, AccountRow.name, AccountRow.name_en).where(AccountRow.book_id == book.id)
        )
    }
    mapped = account_names(chart_of(Standard(book.standard)), {path: pair[0] for path, pair in names.items()})
    return _Year(book, year, names, mapped, dict(sorted(opening.items())), vouchers, postings)


def _head(material: _Year) -> Iterator[str]:
    book, first = material.book, date(material.year, 1, 1)
    yield f'option "title" {_quoted(f"{book.name} {book.entity} {material.year}")}'
    yield 'option "operating_currency" "CNY"'
    yield ""
    book_text = " ".join(_quoted(word) for word in (book.entity, book.standard, str(material.year)))
    yield f'{first} custom "book" {book_text}'
    yield f"{first} commodity CNY"
    yield '  name: "人民币"'
    yield '  name_en: "Renminbi"'
    yield f"{first} commodity POINT"
    yield '  name: "道德积分"'
    yield '  name_en: "Morality points"'
    yield ""


def _closing(material: _Year) -> dict[_Key, int]:
    """Closing balance of every account opened, moved this year, or both; zeros included."""
    sums: defaultdict[_Key, int] = defaultdict(int, material.opening)
    for lines in material.postings.values():
        for line in lines:
            sums[line.account, line.commodity] += line.amount
    return dict(sorted(sums.items()))


def _opens(material: _Year) -> Iterator[str]:
    units: defaultdict[str, list[str]] = defaultdict(list)
    for path, commodity in _closing(material):
        units[path].append(commodity)
    for path, commodities in sorted(units.items()):
        name, name_en = material.names[path]
        yield f"{date(material.year, 1, 1)} open {material.accounts[path]} {','.join(commodities)}"
        yield f"  path: {_quoted(path)}"
        yield f"  name: {_quoted(name)}"
        yield f"  name_en: {_quoted(name_en)}"
    yield ""


def _opening(material: _Year) -> Iterator[str]:
    if material.opening:
        yield f'{date(material.year, 1, 1)} * "{OPENING}"'
        yield '  kind: "brought_forward"'
        for (path, commodity), amount in material.opening.items():
            yield f"  {material.accounts[path]}  {_amount(amount, commodity)}"
        yield ""


def _transaction(material: _Year, row: _Voucher) -> Iterator[str]:
    yield f"{row.day} * {_quoted(f'{row.word}-{row.number}')} {_quoted(row.summary)}"
    yield f'  voucher: "{row.id}"'
    yield f'  number: "{row.year}-{row.period:02d}-{row.word}-{row.number}"'
    yield f"  source: {_quoted(row.source)}"
    yield f'  kind: "{row.kind}"'
    if row.reverses_id is not None:
        yield f'  reverses: "{row.reverses_id}"'
    if row.resolution:
        yield f"  resolution: {_quoted(row.resolution)}"
    if row.attachments:
        yield f'  attachments: "{row.attachments}"'
    for line in material.postings[row.id]:
        yield f"  {material.accounts[line.account]}  {_amount(line.amount, line.commodity)}"
        if line.quantity is not None:
            yield f"    quantity: {line.quantity}"
        if line.note:
            yield f"    note: {_quoted(line.note)}"
    yield ""


def _assertions(material: _Year) -> Iterator[str]:
    """Balances after 31 December. Beancount asserts an account with all below it, hence the sums."""
    closing = _closing(material)
    total: defaultdict[_Key, int] = defaultdict(int)
    for (path, commodity), amount in closing.items():
        for above in _upward(path):
            total[above, commodity] += amount
    for path, commodity in closing:
        exact = _amount(total[path, commodity], commodity, tolerance=True)
        yield f"{date(material.year + 1, 1, 1)} balance {material.accounts[path]}  {exact}"


def _upward(path: str) -> Iterable[str]:
    parts = path.split(":")
    return (":".join(parts[:end]) for end in range(len(parts), 0, -1))


def _amount(amount: int, commodity: str, *, tolerance: bool = False) -> str:
    number = fen_text(amount) if commodity == "CNY" else str(amount)
    return f"{number} ~ 0 {commodity}" if tolerance else f"{number} {commodity}"


def _quoted(text: str) -> str:
    """A beancount string; control characters have no place in it and become spaces."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    plain = "".join(" " if unicodedata.category(c) == "Cc" and c not in "\n\t" else c for c in text)
    for raw, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        plain = plain.replace(raw, escaped)
    return f'"{plain}"'
