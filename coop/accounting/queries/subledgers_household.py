"""What households and the entity owe each other, open item by open item; a debt is never netted with a claim."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from coop.accounting.queries.subledgers import Control, book_and_chart, control_of
from coop.books.models import DueRow, PayableRow
from ledger.balances import under
from ledger.tables import BalanceRow, BookRow, PostingRow, VoucherRow
from ledger.voucher import VoucherKind


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """One household's account, fen. `we_owe`: open payables; `owed_us`: open dues; `by_hand`: entries without an open
    item of their own (manual vouchers, opening claims), signed, debit positive.
    """

    account: str
    household: str
    we_owe_fen: int
    owed_us_fen: int
    by_hand_fen: int
    balance_fen: int

    @property
    def items_fen(self) -> int:
        return self.owed_us_fen - self.we_owe_fen + self.by_hand_fen

    @property
    def difference_fen(self) -> int:
        return self.balance_fen - self.items_fen


@dataclass(frozen=True, slots=True)
class HouseholdLedger:
    """The members' current accounts (113 or 114) of a book, by household, as they stand now."""

    entity: str
    standard: str
    control: Control
    lines: tuple[HouseholdLine, ...]

    @property
    def totals(self) -> dict[str, int]:
        keys = ("we_owe_fen", "owed_us_fen", "by_hand_fen", "balance_fen", "difference_fen")
        return {key: sum(int(getattr(line, key)) for line in self.lines) for key in keys}


def household_ledger(session: Session, entity: str, role: str = "member_current") -> HouseholdLedger:
    """The sub-ledger by household of a role's account. Raises NotFoundError, UnknownRoleError."""
    book, chart = book_and_chart(session, entity)
    root = chart.path(role)
    owe, owed = _open(session, book, root, PayableRow), _open(session, book, root, DueRow)
    hand, booked = _by_hand(session, book, root), _balances(session, book, root)
    lines = tuple(
        HouseholdLine(
            account, account.rpartition(":")[2], owe[account], owed[account], hand[account], booked[account]
        )
        for account in sorted(owe.keys() | owed.keys() | hand.keys() | booked.keys())
        if owe[account] or owed[account] or hand[account] or booked[account]
    )
    control = control_of(session, book, role, sum(line.items_fen for line in lines))
    return HouseholdLedger(book.entity, book.standard, control, lines)


def _open(
    session: Session, book: BookRow, root: str, row: type[PayableRow | DueRow]
) -> defaultdict[str, int]:
    settled = PayableRow.paid_fen if row is PayableRow else DueRow.settled_fen
    query = (
        select(row.account, func.sum(row.amount_fen - settled))
        .where(row.book_id == book.id, row.void_id.is_(None), under(row.account, root))
        .group_by(row.account)
    )
    return defaultdict(int, {account: int(fen) for account, fen in session.execute(query)})


def _balances(session: Session, book: BookRow, root: str) -> defaultdict[str, int]:
    query = (
        select(BalanceRow.account, func.sum(BalanceRow.debit - BalanceRow.credit))
        .where(BalanceRow.book_id == book.id, BalanceRow.commodity == "CNY", under(BalanceRow.account, root))
        .group_by(BalanceRow.account)
    )
    return defaultdict(int, {account: int(fen) for account, fen in session.execute(query)})


def _by_hand(session: Session, book: BookRow, root: str) -> defaultdict[str, int]:
    """What no document of an open item put there: manual and closing vouchers, claims of the opening, their reversals."""
    original = aliased(VoucherRow)
    kind = func.coalesce(original.kind, VoucherRow.kind)
    claim = and_(
        kind == VoucherKind.opening.value,
        or_(
            and_(original.id.is_(None), PostingRow.amount > 0),
            and_(original.id.is_not(None), PostingRow.amount < 0),
        ),
    )
    query = (
        select(PostingRow.account, func.sum(PostingRow.amount))
        .join(
            VoucherRow,
            and_(VoucherRow.tenant_id == PostingRow.tenant_id, VoucherRow.id == PostingRow.voucher_id),
        )
        .outerjoin(
            original, and_(original.tenant_id == VoucherRow.tenant_id, original.id == VoucherRow.reverses_id)
        )
        .where(
            PostingRow.book_id == book.id,
            under(PostingRow.account, root),
            or_(kind.in_((VoucherKind.manual.value, VoucherKind.closing.value)), claim),
        )
        .group_by(PostingRow.account)
    )
    return defaultdict(int, {account: int(fen) for account, fen in session.execute(query)})
