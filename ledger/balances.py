"""Balances and account books, read from the stored turnovers and the postings.

A balance is a sum, debit positive. Nothing is rolled up: a line belongs to the path that was posted to. Takes
a session and only reads. Columns are selected, never rows, because the journal writes balances past the ORM.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.util import AliasedClass

from ledger.balance_line import BalanceLine
from ledger.store import BalanceKey
from ledger.tables import BalanceRow, PostingRow, VoucherRow
from ledger.voucher import VoucherKind, sides

__all__ = [
    "AccountBook",
    "BalanceLine",
    "BookLine",
    "account_book",
    "balance",
    "sums_from_postings",
    "sums_stored",
    "trial_balance",
    "trial_balances",
]

LAST_PERIOD = 13
_Sums = dict[BalanceKey, tuple[int, int]]
_Key = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of an account book; `running` is the balance after it, debit positive."""

    voucher_id: int
    day: date
    period: int
    word: str
    number: int
    account: str
    summary: str
    note: str
    debit: int
    credit: int
    running: int


@dataclass(frozen=True, slots=True)
class AccountBook:
    """The account book (明细账) of one path and all below it, for a year and one commodity."""

    path: str
    commodity: str
    year: int
    opening: int
    lines: tuple[BookLine, ...]
    closing: int


def under(column: InstrumentedAttribute[str], path: str) -> ColumnElement[bool]:
    """Whether an account column is `path` or below it."""
    return or_(column == path, column.startswith(f"{path}:", autoescape=True))


def sums_stored(session: Session, book_id: int) -> _Sums:
    """Stored (debit, credit) per balance key, zero rows left out."""
    query = select(
        BalanceRow.year, BalanceRow.period, BalanceRow.account, BalanceRow.commodity,
        BalanceRow.debit, BalanceRow.credit,
    ).where(BalanceRow.book_id == book_id)  # fmt: skip
    return {
        (year, period, account, commodity): (debit, credit)
        for year, period, account, commodity, debit, credit in session.execute(query)
        if debit or credit
    }


def sums_from_postings(session: Session, book_id: int) -> _Sums:
    """The same, summed anew from the postings: what the stored ones must equal (L7)."""
    red = VoucherRow.kind == VoucherKind.reversal
    on_debit = (PostingRow.amount > 0) != red
    # Literals, not parameters: PostgreSQL must recognise the grouped expression in the select list.
    is_opening = VoucherRow.kind == literal_column(f"'{VoucherKind.opening}'")
    period = case((is_opening, literal_column("0")), else_=VoucherRow.period)
    keys = (VoucherRow.year, period, PostingRow.account, PostingRow.commodity)
    query = (
        select(
            *keys,
            func.sum(case((on_debit, PostingRow.amount), else_=0)),
            func.sum(case((on_debit, 0), else_=-PostingRow.amount)),
        )
        .join(VoucherRow, _of_voucher(VoucherRow))
        .where(PostingRow.book_id == book_id)
        .group_by(*keys)
    )
    return {
        (year, slot, account, commodity): (int(debit), int(credit))
        for year, slot, account, commodity, debit, credit in session.execute(query)
        if debit or credit
    }


def _of_voucher(voucher: type[VoucherRow] | AliasedClass[VoucherRow]) -> ColumnElement[bool]:
    return and_(voucher.tenant_id == PostingRow.tenant_id, voucher.id == PostingRow.voucher_id)


def trial_balance(
    session: Session, book_id: int, *, year: int, upto: int = LAST_PERIOD, since: int = 1
) -> tuple[BalanceLine, ...]:
    """Opening, turnover and closing per account and commodity for periods `since`..`upto` of a year.

    Opening holds all earlier years, the opening vouchers, and this year's periods before `since`; income and
    expense carry nothing over because closing vouchers have emptied them. Accounts never used are left out.
    """
    return trial_balances(session, (book_id,), year=year, upto=upto, since=since)[book_id]


def trial_balances(
    session: Session, book_ids: Sequence[int], *, year: int, upto: int = LAST_PERIOD, since: int = 1
) -> dict[int, tuple[BalanceLine, ...]]:
    """The trial balance of each of several books, as `trial_balance` tells one, in the same few queries."""
    opening: defaultdict[_Key, int] = defaultdict(int)
    turnover: defaultdict[_Key, list[int]] = defaultdict(lambda: [0, 0])
    # Literals, not parameters: PostgreSQL must recognise the grouped expression in the select list.
    before = or_(
        BalanceRow.year < literal_column(str(int(year))), BalanceRow.period < literal_column(str(int(since)))
    )
    keys = (BalanceRow.book_id, BalanceRow.account, BalanceRow.commodity, before)
    query = (
        select(*keys, func.sum(BalanceRow.debit), func.sum(BalanceRow.credit))
        .where(
            BalanceRow.book_id.in_(book_ids),
            or_(BalanceRow.year < year, and_(BalanceRow.year == year, BalanceRow.period <= upto)),
        )
        .group_by(*keys)
    )
    for book_id, account, commodity, early, debit, credit in session.execute(query):
        if early:
            opening[book_id, account, commodity] += int(debit) - int(credit)
        else:
            entry = turnover[book_id, account, commodity]
            entry[0] += int(debit)
            entry[1] += int(credit)
    transfers = _transfers(session, book_ids, year, since, upto)
    lines: dict[int, list[BalanceLine]] = {book_id: [] for book_id in book_ids}
    for key in sorted(opening.keys() | turnover.keys()):
        start, (debit, credit) = opening[key], turnover[key]
        if start or debit or credit or key in transfers:
            end = start + debit - credit
            lines[key[0]].append(BalanceLine(*key[1:], start, debit, credit, end, transfers.get(key, 0)))
    return {book_id: tuple(found) for book_id, found in lines.items()}


def _transfers(
    session: Session, book_ids: Sequence[int], year: int, since: int, upto: int
) -> dict[_Key, int]:
    """Signed net of closing vouchers and of reversals of such, per book, account and commodity.

    The few closing vouchers are found first, by their own index: a year may hold a million others.
    """
    closing = select(VoucherRow.id, VoucherRow.year, VoucherRow.period).where(
        VoucherRow.book_id.in_(book_ids), VoucherRow.kind == literal_column(f"'{VoucherKind.closing}'")
    )
    found = {row.id: (row.year, row.period) for row in session.execute(closing)}
    reversals = select(VoucherRow.id, VoucherRow.year, VoucherRow.period).where(
        VoucherRow.book_id.in_(book_ids), VoucherRow.reverses_id.in_(found)
    )
    if found:
        found |= {row.id: (row.year, row.period) for row in session.execute(reversals)}
    ids = [row for row, (when, period) in found.items() if when == year and since <= period <= upto]
    if not ids:
        return {}
    keys = (PostingRow.book_id, PostingRow.account, PostingRow.commodity)
    query = select(*keys, func.sum(PostingRow.amount)).where(PostingRow.voucher_id.in_(ids)).group_by(*keys)
    return {(book, account, unit): int(net) for book, account, unit, net in session.execute(query)}


def balance(
    session: Session,
    book_id: int,
    account_prefix: str,
    *,
    year: int | None = None,
    upto: int = LAST_PERIOD,
    commodity: str = "CNY",
) -> int:
    """Signed balance of an account and all below it: to the end of period `upto` of `year`, or of all."""
    query = select(func.coalesce(func.sum(BalanceRow.debit - BalanceRow.credit), 0)).where(
        BalanceRow.book_id == book_id,
        BalanceRow.commodity == commodity,
        under(BalanceRow.account, account_prefix),
    )
    if year is not None:
        inside = and_(BalanceRow.year == year, BalanceRow.period <= upto)
        query = query.where(or_(BalanceRow.year < year, inside))
    return int(session.execute(query).scalar_one())


def account_book(
    session: Session, book_id: int, path_prefix: str, year: int, *, commodity: str = "CNY"
) -> AccountBook:
    """Every line posted to an account or below it in a year, with the running balance and its voucher.

    Opening vouchers are in the opening balance and are listed no more; red-letter lines are negative figures.
    """
    opening = balance(session, book_id, path_prefix, year=year, upto=0, commodity=commodity)
    lines = tuple(_book_lines(session, book_id, path_prefix, year, commodity=commodity, running=opening))
    return AccountBook(path_prefix, commodity, year, opening, lines, lines[-1].running if lines else opening)


def _book_lines(
    session: Session, book_id: int, path: str, year: int, *, commodity: str, running: int
) -> Iterator[BookLine]:
    query = (
        select(
            VoucherRow.id, VoucherRow.day, VoucherRow.period, VoucherRow.word, VoucherRow.number,
            VoucherRow.summary, VoucherRow.kind, PostingRow.account, PostingRow.note, PostingRow.amount,
        )
        .join(VoucherRow, _of_voucher(VoucherRow))
        .where(
            PostingRow.book_id == book_id,
            PostingRow.commodity == commodity,
            under(PostingRow.account, path),
            VoucherRow.year == year,
            VoucherRow.kind != VoucherKind.opening,
        )
        .order_by(VoucherRow.period, VoucherRow.day, VoucherRow.word, VoucherRow.number, PostingRow.line)
    )  # fmt: skip
    for voucher_id, day, period, word, number, summary, kind, account, note, amount in session.execute(query):
        running += amount
        debit, credit = sides(amount, red=kind == VoucherKind.reversal)
        yield BookLine(voucher_id, day, period, word, number, account, summary, note, debit, credit, running)
