"""The list of vouchers: by filter, page after page, each with its source and its stamp."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from coop.books import queries as books
from coop.governance import queries as governance
from coop.governance.models import StampRow, StampState
from coop.kernel.errors import Fault, InputError
from coop.kernel.registries import Link, source_link
from ledger.balances import under
from ledger.tables import PostingRow, VoucherRow
from ledger.voucher import VoucherKind

PAGE = 50
LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class VoucherFilter:
    """Which vouchers of a book; empty fields do not filter.

    `account` takes in the accounts below it; `household` is a number (`H0001`): any of its sub-accounts;
    `source` is a whole source or its kind (`receipt:12`, `receipt`); `day_from` and `day_to` are both in.
    """

    entity: str
    year: int | None = None
    period: int | None = None
    account: str = ""
    household: str = ""
    source: str = ""
    kind: VoucherKind | None = None
    day_from: date | None = None
    day_to: date | None = None
    unstamped: bool = False


@dataclass(frozen=True, slots=True)
class VoucherItem:
    """One line of the list. `total_fen` sums up the debits (negative for red-letter), `points` likewise."""

    id: int
    label: str
    year: int
    period: int
    day: date
    summary: str
    total_fen: int
    points: int
    kind: VoucherKind
    source: str
    link: Link | None
    maker_id: int
    checker_id: int | None
    stamp: StampState | None
    reverses_id: int | None
    reversed_by_id: int | None


@dataclass(frozen=True, slots=True)
class VoucherPage:
    """A page of the list, newest voucher first; `following` is the key of the next page, empty at the end."""

    entity: str
    items: tuple[VoucherItem, ...]
    following: str


_ORDER = (VoucherRow.year, VoucherRow.period, VoucherRow.word, VoucherRow.number)


def label_of(row: VoucherRow) -> str:
    """How a voucher is called on paper: 2025-04 记-12."""
    return f"{row.year}-{row.period:02d} {row.word}-{row.number}"


def voucher_list(
    session: Session, chosen: VoucherFilter, *, after: str = "", limit: int = PAGE
) -> VoucherPage:
    """A page of a book's vouchers; `after` is the key the page before gave. Raises InputError for another."""
    book = books.book_by_code(session, chosen.entity)
    size = max(1, min(limit, LARGEST_PAGE))
    twin = aliased(VoucherRow)
    query = (
        select(VoucherRow, _sum("CNY"), _sum("POINT"), StampRow.state, twin.id)
        .outerjoin(
            StampRow, and_(StampRow.tenant_id == VoucherRow.tenant_id, StampRow.voucher_id == VoucherRow.id)
        )
        .outerjoin(twin, and_(twin.tenant_id == VoucherRow.tenant_id, twin.reverses_id == VoucherRow.id))
        .where(VoucherRow.book_id == book.id, *_conditions(chosen))
        .order_by(*(column.desc() for column in _ORDER))
        .limit(size + 1)
    )
    if after:
        query = query.where(tuple_(*_ORDER) < tuple_(*_key(after)))
    found = session.execute(query).all()
    items = [
        VoucherItem(
            id=row.id,
            label=label_of(row),
            year=row.year,
            period=row.period,
            day=row.day,
            summary=row.summary,
            total_fen=int(total or 0),
            points=int(points or 0),
            kind=VoucherKind(row.kind),
            source=row.source,
            link=source_link(row.source),
            maker_id=row.maker_id,
            checker_id=row.checker_id,
            stamp=StampState(state) if state else None,
            reverses_id=row.reverses_id,
            reversed_by_id=twin_id,
        )
        for row, total, points, state, twin_id in found[:size]
    ]
    more = len(found) > size
    return VoucherPage(book.entity, tuple(items), _written(found[size - 1][0]) if more else "")


def _sum(commodity: str) -> ColumnElement[int]:
    """Debits of a voucher in one commodity; of a red-letter voucher the debits it takes back, negative."""
    red = VoucherRow.kind == VoucherKind.reversal.value
    return (
        select(func.sum(case((red, -PostingRow.amount), else_=PostingRow.amount)))
        .where(
            PostingRow.tenant_id == VoucherRow.tenant_id,
            PostingRow.voucher_id == VoucherRow.id,
            PostingRow.commodity == commodity,
            PostingRow.amount > 0,
        )
        .correlate(VoucherRow)
        .scalar_subquery()
    )


def _conditions(chosen: VoucherFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.year is not None:
        found.append(VoucherRow.year == chosen.year)
    if chosen.period is not None:
        found.append(VoucherRow.period == chosen.period)
    if chosen.kind is not None:
        found.append(VoucherRow.kind == chosen.kind.value)
    if chosen.day_from is not None:
        found.append(VoucherRow.day >= chosen.day_from)
    if chosen.day_to is not None:
        found.append(VoucherRow.day <= chosen.day_to)
    if chosen.source:
        kind = VoucherRow.source.startswith(f"{chosen.source}:", autoescape=True)
        found.append((VoucherRow.source == chosen.source) | kind)
    if chosen.account:
        found.append(_has_posting(under(PostingRow.account, chosen.account)))
    if chosen.household:
        found.append(_has_posting(PostingRow.account.endswith(f":{chosen.household}", autoescape=True)))
    if chosen.unstamped:
        found.append(governance.lacks_stamp())
    return found


def _has_posting(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        PostingRow.tenant_id == VoucherRow.tenant_id, PostingRow.voucher_id == VoucherRow.id, condition
    )


def _written(row: VoucherRow) -> str:
    return f"{row.year}.{row.period}.{row.word}.{row.number}"


def _key(text: str) -> tuple[int, int, str, int]:
    parts = text.split(".")
    if len(parts) != 4 or not (parts[0].isdecimal() and parts[1].isdecimal() and parts[3].isdecimal()):
        raise InputError([Fault("after", f"不认识的页码 {text!r}", f"{text!r} is no page key")])
    return int(parts[0]), int(parts[1]), parts[2], int(parts[3])
