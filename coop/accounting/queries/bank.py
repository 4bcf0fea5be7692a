"""Bank accounts beside the books: the desk, the reconciliation (银行存款余额调节表), what a month's close asks."""

from __future__ import annotations

from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zlib import decompress

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.accounting.models import (
    BankAccountRow,
    BankFileRow,
    BankLineRow,
    BankMatchRow,
    MatchedLineRow,
    MatchedPostingRow,
)  # fmt: skip
from coop.accounting.queries.bank_open import (
    OpenEntry,
    OpenLine,
    bank_account,
    bank_fen,
    book_fen,
    covered_to,
    open_entries,
    open_lines,
    start_gap_fen,
    to_match,
)  # fmt: skip
from coop.accounting.queries.cash import CashCounted, cash_counted, month_days
from coop.accounting.queries.names import AccountName, account_names
from coop.accounting.rules.bank import counter_account
from coop.accounting.rules.bank_matching import match
from coop.accounting.rules.bank_pairs import Pairing
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow
from ledger.balances import under
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow, PostingRow, VoucherRow

__all__ = [
    "BankCard",
    "BankDesk",
    "BankMatchView",
    "CashCounted",
    "Proposal",
    "Unreconciled",
    "bank_cards",
    "bank_desk",
    "bank_matches",
    "cash_counted",
    "match_count",
    "new_bank_account",
    "statement_file",
    "unreconciled",
]  # fmt: skip
SHOWN = 200


@dataclass(frozen=True, slots=True)
class BankCard:
    """An account at a bank: both balances today, how far the statements reach, what waits for a match."""

    row: BankAccountRow
    entity: EntityRow
    account: AccountName
    bank_fen: int
    book_fen: int
    covered_to: date | None
    lines: int
    entries: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What fits in several ways: a person decides. `places` are the fields of the form that takes it."""

    pairing: Pairing
    lines: tuple[OpenLine, ...]
    entries: tuple[OpenEntry, ...]


@dataclass(frozen=True, slots=True)
class BankDesk:
    """One account's work: what waits on both sides (the first `SHOWN`), what rules could match, the files."""

    card: BankCard
    lines: tuple[OpenLine, ...]
    entries: tuple[OpenEntry, ...]
    ready: int
    proposals: tuple[Proposal, ...]
    files: tuple[BankFileRow, ...]
    accounts: tuple[AccountName, ...]
    counters: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class BankMatchView:
    """A match with its members; undone ones too."""

    row: BankMatchRow
    lines: tuple[tuple[int, date, int, str], ...]
    postings: tuple[tuple[int, int, str, date, int], ...]


@dataclass(frozen=True, slots=True)
class Unreconciled:
    """What a month's close asks of the bank: `count` lines and postings without a match up to its last day, `fen`
    their absolute sum; `uncovered` accounts whose statements end before that day; `unregistered` accounts of the book
    that moved and are not reconciled at all; `gap_fen` what differed where reconciling began. All empty: reconciled.
    """

    count: int
    fen: int
    uncovered: tuple[str, ...]
    unregistered: tuple[str, ...]
    gap_fen: int

    @property
    def done(self) -> bool:
        return not (self.count or self.uncovered or self.unregistered or self.gap_fen)


def _card(session: Session, row: BankAccountRow) -> BankCard:
    book = books.book_of(session, row.entity_id)
    entity = session.scalars(select(EntityRow).where(EntityRow.id == row.entity_id)).one()
    return BankCard(
        row=row,
        entity=entity,
        account=account_names(session, book, [row.account])[0],
        bank_fen=bank_fen(session, row),
        book_fen=book_fen(session, row),
        covered_to=covered_to(session, row.id),
        lines=len(open_lines(session, row)),
        entries=len(open_entries(session, row)),
    )


def bank_cards(session: Session) -> tuple[BankCard, ...]:
    """All bank accounts in sight, by book and account."""
    query = select(BankAccountRow).order_by(BankAccountRow.book_id, BankAccountRow.account)
    return tuple(_card(session, row) for row in session.scalars(query))


def new_bank_account(session: Session) -> list[tuple[BookRow, EntityRow, list[AccountName]]]:
    """Every book in sight with the accounts at banks it keeps."""
    found = []
    for book in books.books(session):
        root = chart_of(Standard(book.standard)).path("bank")
        entity = session.scalars(select(EntityRow).where(EntityRow.id == book.entity_id)).one()
        names = [x for x in account_names(session, book) if f"{x.path}:".startswith(f"{root}:")]
        found.append((book, entity, names))
    return found


def bank_desk(session: Session, account_id: int) -> BankDesk:
    """All that waits on one account. Raises NotFoundError."""
    row = bank_account(session, account_id)
    book = books.book_of(session, row.entity_id)
    chart = chart_of(Standard(book.standard))
    lines, entries = open_lines(session, row), open_entries(session, row)
    outcome = match(*to_match(session, row))
    by_id, by_key = {x.id: x for x in lines}, {(x.voucher_id, x.line): x for x in entries}
    proposals = tuple(
        Proposal(p, tuple(by_id[key] for key in p.lines), tuple(by_key[key] for key in p.entries))
        for p in outcome.proposed[:SHOWN]
    )
    files = select(BankFileRow).where(BankFileRow.bank_account_id == row.id)
    return BankDesk(
        card=_card(session, row),
        lines=tuple(lines[:SHOWN]),
        entries=tuple(entries[:SHOWN]),
        ready=len(outcome.taken),
        proposals=proposals,
        files=tuple(session.scalars(files.order_by(BankFileRow.id.desc()).limit(24))),
        accounts=tuple(account_names(session, book)),
        counters={x.id: counter_account(chart, x.amount_fen, x.text) for x in lines[:SHOWN]},
    )


def bank_matches(
    session: Session, account_id: int, *, offset: int = 0, size: int = 50
) -> list[BankMatchView]:
    """The matches of an account, newest first, with their members: three statements a page."""
    rows = list(
        session.scalars(
            select(BankMatchRow)
            .where(BankMatchRow.bank_account_id == bank_account(session, account_id).id)
            .order_by(BankMatchRow.id.desc())
            .offset(offset)
            .limit(size)
        )
    )
    ids = [row.id for row in rows]
    lines: dict[int, list[tuple[int, date, int, str]]] = defaultdict(list)
    for match_id, line_id, day, fen, text in session.execute(
        select(
            MatchedLineRow.bank_match_id,
            BankLineRow.id,
            BankLineRow.day,
            BankLineRow.amount_fen,
            BankLineRow.text,
        )
        .join(BankLineRow, BankLineRow.id == MatchedLineRow.bank_line_id)
        .where(MatchedLineRow.bank_match_id.in_(ids))
        .order_by(BankLineRow.sequence)
    ):
        lines[match_id].append((line_id, day, fen, text))
    postings = _postings(session, ids)
    return [BankMatchView(row, tuple(lines.get(row.id, ())), tuple(postings.get(row.id, ()))) for row in rows]


def match_count(session: Session, account_id: int) -> int:
    """How many matches an account has, undone ones too."""
    query = select(func.count()).select_from(BankMatchRow).where(BankMatchRow.bank_account_id == account_id)
    return session.scalar(query) or 0


def _postings(session: Session, ids: Iterable[int]) -> dict[int, list[tuple[int, int, str, date, int]]]:
    """Voucher, line, label, day and amount of the postings of matches."""
    found: dict[int, list[tuple[int, int, str, date, int]]] = defaultdict(list)
    query = (
        select(MatchedPostingRow.bank_match_id, PostingRow.line, PostingRow.amount, VoucherRow)
        .join(
            PostingRow,
            (PostingRow.voucher_id == MatchedPostingRow.voucher_id)
            & (PostingRow.line == MatchedPostingRow.line),
        )
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .where(MatchedPostingRow.bank_match_id.in_(list(ids)))
        .order_by(VoucherRow.id, PostingRow.line)
    )
    for match_id, line, amount, voucher in session.execute(query):
        label = f"{voucher.year}-{voucher.period:02d} {voucher.word}-{voucher.number}"
        found[match_id].append((voucher.id, line, label, voucher.day, amount))
    return found


def statement_file(session: Session, file_id: int) -> tuple[str, bytes]:
    """A statement as it was handed in: a name for it, and its bytes. Raises NotFoundError."""
    found = session.execute(
        select(BankFileRow.first_day, BankFileRow.last_day, BankFileRow.content).where(
            BankFileRow.id == file_id
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError("bank file", file_id)
    data = decompress(b64decode(found.content))
    kind = "xlsx" if data.startswith(b"PK") else "csv"
    return f"{found.first_day}_{found.last_day}.{kind}", data


def unreconciled(session: Session, entity_id: int, year: int, month: int) -> Unreconciled:
    """What keeps the bank of a month from being reconciled. Raises NotFoundError for an entity without a book."""
    _, last = month_days(year, month)
    book = books.book_of(session, entity_id)
    root = chart_of(Standard(book.standard)).path("bank")
    accounts = list(
        session.scalars(
            select(BankAccountRow).where(BankAccountRow.book_id == book.id).order_by(BankAccountRow.account)
        )
    )
    amounts: list[int] = []
    uncovered, gap = [], 0
    for account in (row for row in accounts if row.since <= last):
        amounts += [line.amount_fen for line in open_lines(session, account, last)]
        amounts += [entry.amount_fen for entry in open_entries(session, account, last)]
        reach = covered_to(session, account.id)
        if reach is None or reach < last:
            uncovered.append(account.account)
        gap += abs(start_gap_fen(session, account))
    moved = session.scalars(
        select(PostingRow.account)
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .where(PostingRow.book_id == book.id, under(PostingRow.account, root), VoucherRow.day <= last)
        .distinct()
    )
    held = [f"{account.account}:" for account in accounts]
    strangers = sorted(path for path in moved if not any(f"{path}:".startswith(root) for root in held))
    return Unreconciled(len(amounts), sum(map(abs, amounts)), tuple(uncovered), tuple(strangers), gap)
