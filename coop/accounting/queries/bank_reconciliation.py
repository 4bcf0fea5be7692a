"""The reconciliation of a bank account on a day (银行存款余额调节表): a page, and rows as data for print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.models import BankAccountRow
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
)  # fmt: skip
from coop.accounting.queries.names import AccountName, account_names
from coop.books import queries as books
from coop.parties.models import EntityRow

TITLES = {
    "bank_in": ("加：银行已收、企业未收", "Add: received by the bank, not yet in the book"),
    "bank_out": ("减：银行已付、企业未付", "Less: paid by the bank, not yet in the book"),
    "book_in": ("加：企业已收、银行未收", "Add: received in the book, not yet by the bank"),
    "book_out": ("减：企业已付、银行未付", "Less: paid in the book, not yet by the bank"),
}


@dataclass(frozen=True, slots=True)
class RecItem:
    """One item of a list, its amount positive: a line of the bank, or a posting with its voucher."""

    day: date
    fen: int
    text: str
    reference: str
    line_id: int | None = None
    voucher_id: int | None = None
    draft_id: int | None = None


@dataclass(frozen=True, slots=True)
class RecRow:
    """One row of the printed form: `side` is book or bank, `kind` balance, title, item or adjusted; fen of the row.

    A title bears the sum of its items, whose amounts are already in it.
    """

    side: str
    kind: str
    label: str
    label_en: str
    fen: int
    day: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Both balances of a day and the four lists between them. `gap_fen`: what differed where reconciling began;
    `difference_fen` is adjusted book less adjusted bank, 0 when all is explained.
    """

    account: BankAccountRow
    entity: EntityRow
    name: AccountName
    day: date
    covered_to: date | None
    book_fen: int
    bank_fen: int
    bank_in: tuple[RecItem, ...]
    bank_out: tuple[RecItem, ...]
    book_in: tuple[RecItem, ...]
    book_out: tuple[RecItem, ...]
    gap_fen: int

    @property
    def adjusted_book_fen(self) -> int:
        return self.book_fen + total(self.bank_in) - total(self.bank_out)

    @property
    def adjusted_bank_fen(self) -> int:
        return self.bank_fen + total(self.book_in) - total(self.book_out)

    @property
    def difference_fen(self) -> int:
        return self.adjusted_book_fen - self.adjusted_bank_fen

    @property
    def covered(self) -> bool:
        """Whether the statements reach the day."""
        return self.covered_to is not None and self.covered_to >= self.day


def total(items: tuple[RecItem, ...]) -> int:
    """The sum of a list, fen."""
    return sum(item.fen for item in items)


def reconciliation(session: Session, account_id: int, day: date) -> Reconciliation:
    """The reconciliation of an account at the end of a day. Raises NotFoundError."""
    row = bank_account(session, account_id)
    lines, entries = open_lines(session, row, day), open_entries(session, row, day)
    book = books.book_of(session, row.entity_id)
    return Reconciliation(
        account=row,
        entity=session.scalars(select(EntityRow).where(EntityRow.id == row.entity_id)).one(),
        name=account_names(session, book, [row.account])[0],
        day=day,
        covered_to=covered_to(session, row.id),
        book_fen=book_fen(session, row, day),
        bank_fen=bank_fen(session, row, day),
        bank_in=tuple(_of_line(line) for line in lines if line.amount_fen > 0),
        bank_out=tuple(_of_line(line) for line in lines if line.amount_fen < 0),
        book_in=tuple(_of_entry(entry) for entry in entries if entry.amount_fen > 0),
        book_out=tuple(_of_entry(entry) for entry in entries if entry.amount_fen < 0),
        gap_fen=start_gap_fen(session, row),
    )


def reconciliation_rows(found: Reconciliation) -> tuple[RecRow, ...]:
    """The form as rows: the book's side, then the bank's; whom the bank names is left out."""
    day = found.day
    rows = [RecRow("book", "balance", "企业银行存款日记账余额", "Balance of the book", found.book_fen, day)]
    rows += _list_rows("book", "bank_in", found.bank_in)
    rows += _list_rows("book", "bank_out", found.bank_out)
    rows.append(
        RecRow("book", "adjusted", "调节后的存款余额", "Adjusted balance", found.adjusted_book_fen, day)
    )
    rows.append(RecRow("bank", "balance", "银行对账单余额", "Balance of the bank", found.bank_fen, day))
    rows += _list_rows("bank", "book_in", found.book_in)
    rows += _list_rows("bank", "book_out", found.book_out)
    rows.append(
        RecRow("bank", "adjusted", "调节后的存款余额", "Adjusted balance", found.adjusted_bank_fen, day)
    )
    return tuple(rows)


def _list_rows(side: str, key: str, items: tuple[RecItem, ...]) -> list[RecRow]:
    zh, en = TITLES[key]
    title = RecRow(side, "title", zh, en, total(items))
    return [
        title,
        *(RecRow(side, "item", x.text, x.text, x.fen, x.day, x.reference) for x in items),
    ]


def _of_line(line: OpenLine) -> RecItem:
    return RecItem(
        line.day, abs(line.amount_fen), line.text, line.reference, line_id=line.id, draft_id=line.draft_id
    )


def _of_entry(entry: OpenEntry) -> RecItem:
    return RecItem(entry.day, abs(entry.amount_fen), entry.summary, entry.label, voucher_id=entry.voucher_id)
