"""Bank statements beside the books: accounts, files, lines, and what was matched with what.

A line is never changed: whether it is matched stands in rows of its own. Of whom the bank names only sealed text is kept.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from coop.books.models import book_fk, voucher_fk
from coop.kernel.crypt import SealedText
from coop.kernel.db import (
    Base,
    BigId,
    Code,
    Day,
    Fen,
    Id,
    Instant,
    Name,
    Pk,
    Tenanted,
    Words,
    tenant_fk,
    tenant_key,
)  # fmt: skip
from ledger.tables import AccountRow, PostingRow


class MatchKind(StrEnum):
    """Why lines of the bank and postings of the book belong together."""

    reference = "reference"  # same amount, and the bank's reference or text names the document
    drafted = "drafted"  # the voucher was drafted from this very line
    batch = "batch"  # lines of one pay batch add up to its posting
    amount_day = "amount_day"  # same amount within a few days, and no other fits
    voucher = "voucher"  # one line, several postings of one voucher
    lines = "lines"  # several lines of one day and text, one posting
    reversal = "reversal"  # a voucher and its red-letter twin: the bank saw neither
    manual = "manual"  # ticked by a person


def account_fk(column: str) -> ForeignKeyConstraint:
    """A reference to an account of the row's book."""
    accounts: Table = AccountRow.__table__  # type: ignore[assignment]
    keys: list[str | Column[object]] = [accounts.c.tenant_id, accounts.c.book_id, accounts.c.path]
    return ForeignKeyConstraint(["tenant_id", "book_id", column], keys)


class BankAccountRow(Tenanted, Base):
    """An account at a bank: the book's account it is kept on, and the balance the bank told as `since` began."""

    __tablename__ = "bank_account"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "book_id", "account"),
        tenant_fk("entity_id", "legal_entity"),
        book_fk(),
        account_fk("account"),
        CheckConstraint("length(tail) <= 4", name="tail"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    book_id: Mapped[Id]
    account: Mapped[str] = mapped_column()
    name: Mapped[Name]
    tail: Mapped[Code] = mapped_column(default="")
    since: Mapped[Day]
    opening_fen: Mapped[Fen]
    maker_id: Mapped[Id]


class BankFileRow(Tenanted, Base):
    """A statement as it was handed in; the same file a second time is the same row."""

    __tablename__ = "bank_file"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "bank_account_id", "digest"),
        tenant_fk("bank_account_id", "bank_account"),
        CheckConstraint("length(digest) = 64", name="digest"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("fresh >= 0 AND fresh <= count", name="fresh"),
    )

    id: Mapped[Pk]
    bank_account_id: Mapped[Id]
    digest: Mapped[str] = mapped_column()
    layout: Mapped[Code]
    first_day: Mapped[Day]
    last_day: Mapped[Day]
    opening_fen: Mapped[Fen]
    closing_fen: Mapped[Fen]
    count: Mapped[int] = mapped_column()
    fresh: Mapped[int] = mapped_column()
    maker_id: Mapped[Id]
    at: Mapped[Instant]
    content: Mapped[str] = mapped_column(SealedText, deferred=True)


class BankLineRow(Tenanted, Base):
    """An entry of the bank, in positive and out negative; append-only.

    `mark` tells it again in another file: its reference, or its day, amount, text and how many alike came before it.
    `sequence` is its place in the account: what the bank printed first has the smaller one.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "bank_account_id", "mark"),
        UniqueConstraint("tenant_id", "bank_account_id", "sequence"),
        tenant_fk("bank_account_id", "bank_account"),
        tenant_fk("bank_file_id", "bank_file"),
        CheckConstraint("amount_fen <> 0", name="amount"),
        CheckConstraint("length(mark) = 64", name="mark"),
        Index(None, "tenant_id", "bank_account_id", "day"),
    )

    id: Mapped[Pk]
    bank_account_id: Mapped[Id]
    bank_file_id: Mapped[Id]
    row: Mapped[int] = mapped_column()
    sequence: Mapped[int] = mapped_column()
    day: Mapped[Day]
    amount_fen: Mapped[Fen]
    balance_fen: Mapped[int | None] = mapped_column(BigId)
    reference: Mapped[Name] = mapped_column(default="")
    text: Mapped[Words] = mapped_column(default="")
    party: Mapped[str] = mapped_column(SealedText, default="")
    party_tail: Mapped[Code] = mapped_column(default="")
    mark: Mapped[str] = mapped_column()


class StatementLineChangedError(RuntimeError):
    """What the bank said is not ours to change: a slip of the program, never of a user."""

    def __init__(self, line_id: int) -> None:
        super().__init__(f"bank line {line_id} is append-only")


@event.listens_for(BankLineRow, "before_update")
@event.listens_for(BankLineRow, "before_delete")
def _stays(_mapper: object, _connection: object, line: BankLineRow) -> None:
    raise StatementLineChangedError(line.id)


class BankMatchRow(Tenanted, Base):
    """Lines and postings that are one fact: why, who said so, and who took it back."""

    __tablename__ = "bank_match"
    __table_args__ = (
        tenant_key(),
        tenant_fk("bank_account_id", "bank_account"),
        CheckConstraint(
            "kind IN ('reference', 'drafted', 'batch', 'amount_day', 'voucher', 'lines', 'reversal', 'manual')",
            name="kind",
        ),
        CheckConstraint(
            "(undone_by IS NULL) = (undone_at IS NULL) AND (undone_by IS NULL OR undone_why <> '')",
            name="undone",
        ),
        Index(None, "tenant_id", "bank_account_id", "undone_at"),
    )

    id: Mapped[Pk]
    bank_account_id: Mapped[Id]
    kind: Mapped[Code]
    detail: Mapped[Name] = mapped_column(default="")
    days: Mapped[int] = mapped_column(default=0)
    fen: Mapped[Fen]
    maker_id: Mapped[Id]
    at: Mapped[Instant]
    undone_by: Mapped[int | None] = mapped_column(BigId)
    undone_at: Mapped[Instant | None] = mapped_column()
    undone_why: Mapped[Name] = mapped_column(default="")


class MatchedLineRow(Tenanted, Base):
    """A line in a match; in one live match at most."""

    __tablename__ = "bank_match_line"
    __table_args__ = (
        tenant_fk("bank_match_id", "bank_match"),
        tenant_fk("bank_line_id", "bank_line"),
        Index(
            "uq_bank_match_line_live", "tenant_id", "bank_line_id", unique=True,
            postgresql_where=text("live"), sqlite_where=text("live"),
        ),
        Index(None, "tenant_id", "bank_match_id"),
    )  # fmt: skip

    id: Mapped[Pk]
    bank_match_id: Mapped[Id]
    bank_line_id: Mapped[Id]
    live: Mapped[bool] = mapped_column(default=True)


class MatchedPostingRow(Tenanted, Base):
    """A line of a voucher in a match; in one live match at most."""

    __tablename__ = "bank_match_posting"
    __table_args__ = (
        tenant_fk("bank_match_id", "bank_match"),
        voucher_fk("voucher_id"),
        ForeignKeyConstraint(
            ["tenant_id", "voucher_id", "line"],
            [PostingRow.__table__.c.tenant_id, PostingRow.__table__.c.voucher_id, PostingRow.__table__.c.line],
        ),
        Index(
            "uq_bank_match_posting_live", "tenant_id", "voucher_id", "line", unique=True,
            postgresql_where=text("live"), sqlite_where=text("live"),
        ),
        Index(None, "tenant_id", "bank_match_id"),
    )  # fmt: skip

    id: Mapped[Pk]
    bank_match_id: Mapped[Id]
    voucher_id: Mapped[Id]
    line: Mapped[int] = mapped_column()
    live: Mapped[bool] = mapped_column(default=True)


class DraftedLineRow(Tenanted, Base):
    """A line of the bank from which a voucher was drafted; another may be drafted once that one was refused."""

    __tablename__ = "bank_line_draft"
    __table_args__ = (
        tenant_fk("bank_line_id", "bank_line"),
        tenant_fk("draft_id", "draft_voucher"),
        UniqueConstraint("tenant_id", "bank_line_id", "draft_id"),
        Index(None, "tenant_id", "draft_id"),
    )

    id: Mapped[Pk]
    bank_line_id: Mapped[Id]
    draft_id: Mapped[Id]
