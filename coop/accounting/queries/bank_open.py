"""What waits for a match on a bank account, on any day: set-based, a few statements however many lines there are.

A match counts on a day once all its members lie on or before it; until then they stand in the reconciliation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from coop.accounting.models import (
    BankAccountRow,
    BankFileRow,
    BankLineRow,
    DraftedLineRow,
    DraftRow,
    DraftState,
    MatchedLineRow,
    MatchedPostingRow,
)  # fmt: skip
from coop.accounting.rules.bank_pairs import Entry, Line, tokens
from coop.books.models import PayBatchRow
from coop.kernel.errors import NotFoundError
from ledger.balances import under
from ledger.tables import PostingRow, VoucherRow
from ledger.voucher import VoucherKind

CNY = "CNY"
LAST = date.max


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of the bank without a match; `draft_id` is the live draft made from it."""

    id: int
    day: date
    amount_fen: int
    reference: str
    text: str
    party: str
    party_tail: str
    draft_id: int | None = None
    draft_voucher_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """A posting on the bank's account without a match, debit positive."""

    voucher_id: int
    line: int
    day: date
    amount_fen: int
    label: str
    summary: str
    note: str
    source: str
    reverses_id: int | None

    @property
    def key(self) -> str:
        return f"{self.voucher_id}-{self.line}"


def bank_account(session: Session, account_id: int, *, lock: bool = False) -> BankAccountRow:
    """One account at a bank. Raises NotFoundError."""
    query = select(BankAccountRow).where(BankAccountRow.id == account_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFoundError("bank account", account_id)
    return row


def covered_to(session: Session, account_id: int) -> date | None:
    """The last day of the statements handed in."""
    found: date | None = session.scalar(
        select(func.max(BankFileRow.last_day)).where(BankFileRow.bank_account_id == account_id)
    )
    return found


def bank_fen(session: Session, account: BankAccountRow, upto: date = LAST) -> int:
    """The bank's balance at the end of a day: what it told at the start, and every line since."""
    total = session.scalar(
        select(func.sum(BankLineRow.amount_fen)).where(
            BankLineRow.bank_account_id == account.id, BankLineRow.day <= upto
        )
    )
    return account.opening_fen + int(total or 0)


def _of_account(account: BankAccountRow) -> ColumnElement[bool]:
    return and_(
        PostingRow.book_id == account.book_id,
        under(PostingRow.account, account.account),
        PostingRow.commodity == CNY,
    )


def _voucher() -> ColumnElement[bool]:
    return and_(VoucherRow.tenant_id == PostingRow.tenant_id, VoucherRow.id == PostingRow.voucher_id)


def _counts(account: BankAccountRow) -> ColumnElement[bool]:
    """Postings that the bank must see: those since the account is reconciled, and no opening balance."""
    return and_(VoucherRow.kind != VoucherKind.opening.value, VoucherRow.day >= account.since)


def book_fen(session: Session, account: BankAccountRow, upto: date = LAST) -> int:
    """The book's balance at the end of a day."""
    query = (
        select(func.sum(PostingRow.amount))
        .join(VoucherRow, _voucher())
        .where(_of_account(account), VoucherRow.day <= upto)
    )
    return int(session.scalar(query) or 0)


def start_gap_fen(session: Session, account: BankAccountRow) -> int:
    """Book less bank where reconciling starts: 0, or there is something older to clear up."""
    query = (
        select(func.sum(PostingRow.amount))
        .join(VoucherRow, _voucher())
        .where(_of_account(account), ~_counts(account))
    )
    return int(session.scalar(query) or 0) - account.opening_fen


def _later_matches(account: BankAccountRow, upto: date) -> Select[tuple[int]]:
    """Matches with a member after the day."""
    lines = (
        select(MatchedLineRow.bank_match_id)
        .join(BankLineRow, BankLineRow.id == MatchedLineRow.bank_line_id)
        .where(MatchedLineRow.live, BankLineRow.bank_account_id == account.id, BankLineRow.day > upto)
    )
    postings = (
        select(MatchedPostingRow.bank_match_id)
        .join(VoucherRow, VoucherRow.id == MatchedPostingRow.voucher_id)
        .where(MatchedPostingRow.live, VoucherRow.book_id == account.book_id, VoucherRow.day > upto)
    )
    later = lines.union_all(postings).subquery()
    return select(later.c.bank_match_id)


def open_lines(session: Session, account: BankAccountRow, upto: date = LAST) -> list[OpenLine]:
    """Lines of the bank up to a day that no posting answers by then, oldest first."""
    drafts = (
        select(DraftedLineRow.bank_line_id, DraftRow.id.label("draft"), DraftRow.voucher_id)
        .join(DraftRow, DraftRow.id == DraftedLineRow.draft_id)
        .where(DraftRow.state != DraftState.refused.value)
        .subquery()
    )
    query = (
        select(BankLineRow, drafts.c.draft, drafts.c.voucher_id)
        .outerjoin(MatchedLineRow, and_(MatchedLineRow.bank_line_id == BankLineRow.id, MatchedLineRow.live))
        .outerjoin(drafts, drafts.c.bank_line_id == BankLineRow.id)
        .where(
            BankLineRow.bank_account_id == account.id,
            BankLineRow.day <= upto,
            or_(
                MatchedLineRow.bank_match_id.is_(None),
                MatchedLineRow.bank_match_id.in_(_later_matches(account, upto)),
            ),
        )
        .order_by(BankLineRow.sequence)
    )
    return [
        OpenLine(
            id=row.id,
            day=row.day,
            amount_fen=row.amount_fen,
            reference=row.reference,
            text=row.text,
            party=row.party,
            party_tail=row.party_tail,
            draft_id=draft,
            draft_voucher_id=voucher,
        )
        for row, draft, voucher in session.execute(query)
    ]


def open_entries(session: Session, account: BankAccountRow, upto: date = LAST) -> list[OpenEntry]:
    """Postings up to a day that no line of the bank answers by then, oldest first."""
    matched = and_(
        MatchedPostingRow.voucher_id == PostingRow.voucher_id,
        MatchedPostingRow.line == PostingRow.line,
        MatchedPostingRow.live,
    )
    columns = (
        VoucherRow.id, PostingRow.line, VoucherRow.day, PostingRow.amount, VoucherRow.year, VoucherRow.period,
        VoucherRow.word, VoucherRow.number, VoucherRow.summary, PostingRow.note, VoucherRow.source,
        VoucherRow.reverses_id,
    )  # fmt: skip
    query = (
        select(*columns)
        .select_from(PostingRow)
        .join(VoucherRow, _voucher())
        .outerjoin(MatchedPostingRow, matched)
        .where(
            _of_account(account),
            _counts(account),
            VoucherRow.day <= upto,
            or_(
                MatchedPostingRow.bank_match_id.is_(None),
                MatchedPostingRow.bank_match_id.in_(_later_matches(account, upto)),
            ),
        )
        .order_by(VoucherRow.day, VoucherRow.id, PostingRow.line)
    )
    return [
        OpenEntry(
            voucher_id=row.id,
            line=row.line,
            day=row.day,
            amount_fen=row.amount,
            label=f"{row.year}-{row.period:02d} {row.word}-{row.number}",
            summary=row.summary,
            note=row.note,
            source=row.source,
            reverses_id=row.reverses_id,
        )
        for row in session.execute(query)
    ]


def to_match(session: Session, account: BankAccountRow) -> tuple[list[Line], list[Entry]]:
    """Both sides as the rules take them: a posting of a pay batch with the batch's number and its bank reference."""
    batches = {
        row.voucher_id: tuple(word for word in (row.number, row.bank_reference) if word)
        for row in session.execute(
            select(PayBatchRow.voucher_id, PayBatchRow.number, PayBatchRow.bank_reference).where(
                PayBatchRow.entity_id == account.entity_id, PayBatchRow.voucher_id.is_not(None)
            )
        )
    }
    lines = [
        Line(x.id, x.day, x.amount_fen, x.reference, x.text, x.draft_voucher_id)
        for x in open_lines(session, account)
    ]
    entries = [
        Entry(
            x.voucher_id,
            x.line,
            x.day,
            x.amount_fen,
            tokens(x.note, x.summary),
            batches.get(x.voucher_id, ()),
            x.reverses_id,
        )
        for x in open_entries(session, account)
    ]
    return lines, entries
