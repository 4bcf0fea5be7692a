"""A figure of a statement down to its vouchers, each with the way on to its source document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from coop.accounting.queries.boards import StatementRow, statement_row
from coop.accounting.queries.vouchers import label_of
from ledger.tables import PostingRow, VoucherRow
from ledger.voucher import VoucherKind, sides

PAGE = 100


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A line of a voucher that the figure is made of."""

    voucher_id: int
    label: str
    day: date
    summary: str
    account: str
    debit: int
    credit: int
    source: str


@dataclass(frozen=True, slots=True)
class FigurePage:
    """A row of a statement, its accounts, and a page of the year's voucher lines in them; `total` counts all."""

    of: StatementRow
    lines: tuple[FigureLine, ...]
    total: int


def figure(
    session: Session, entity: str, year: int, form: str, row: str, *, offset: int = 0, size: int = PAGE
) -> FigurePage:
    """What a figure is made of, voucher line by voucher line in the order of the books. Raises NotFoundError.

    Opening vouchers belong to the opening balance and are told by it alone.
    """
    of = statement_row(session, entity, year, form, row)
    accounts = of.row.accounts
    which: tuple[ColumnElement[bool], ...] = (
        PostingRow.book_id == of.card.book.id,
        PostingRow.commodity == "CNY",
        PostingRow.account.in_(accounts),
        VoucherRow.year == year,
        VoucherRow.kind != VoucherKind.opening.value,
    )
    joined = and_(VoucherRow.tenant_id == PostingRow.tenant_id, VoucherRow.id == PostingRow.voucher_id)
    total = session.scalar(
        select(func.count()).select_from(PostingRow).join(VoucherRow, joined).where(*which)
    )
    query = (
        select(VoucherRow, PostingRow.account, PostingRow.amount)
        .select_from(PostingRow)
        .join(VoucherRow, joined)
        .where(*which)
        .order_by(VoucherRow.period, VoucherRow.day, VoucherRow.word, VoucherRow.number, PostingRow.line)
        .offset(offset)
        .limit(size)
    )
    return FigurePage(of, tuple(_line(*found) for found in session.execute(query)), int(total or 0))


def _line(row: VoucherRow, account: str, amount: int) -> FigureLine:
    debit, credit = sides(amount, red=row.kind == VoucherKind.reversal)
    return FigureLine(row.id, label_of(row), row.day, row.summary, account, debit, credit, row.source)
