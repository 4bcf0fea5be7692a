"""Rows of the books, and the triggers that keep them append-only.

Own MetaData, so that the ledger stands alone. `entity_id` and person ids are opaque here; the layer above
adds its foreign keys. Every reference carries `tenant_id`, so a row can never point into another tenant (L2).
"""

from datetime import UTC, date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only a column of type INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps no zone, so reading puts it back. Naive ones are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"instant without zone: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LedgerBase(DeclarativeBase):
    """Base of all ledger rows."""

    metadata = MetaData(naming_convention=NAMING)


class OwnedRow:
    """A row that belongs to one tenant."""

    tenant_id: Mapped[int] = mapped_column(BigInteger, sort_order=-10)


class BookRow(OwnedRow, LedgerBase):
    """The books of one legal entity, under one standard."""

    __tablename__ = "ledger_book"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "entity_id", "id"),
        UniqueConstraint("tenant_id", "entity_id"),
        UniqueConstraint("tenant_id", "entity"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True, sort_order=-9)
    entity_id: Mapped[int] = mapped_column(BigInteger)
    entity: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    standard: Mapped[str] = mapped_column(String(20))
    first_year: Mapped[int]


class AccountRow(OwnedRow, LedgerBase):
    """An account of a book, by its path (`102`, `114:H0001`)."""

    __tablename__ = "ledger_account"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "book_id"], ["ledger_book.tenant_id", "ledger_book.id"]),
    )

    tenant_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-10)
    book_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    path: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))


class PeriodRow(OwnedRow, LedgerBase):
    """One of the thirteen periods of a book's year; the row posters share-lock and closers lock."""

    __tablename__ = "ledger_period"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "book_id"], ["ledger_book.tenant_id", "ledger_book.id"]),
        CheckConstraint("number BETWEEN 1 AND 13", name="number"),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
    )

    tenant_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-10)
    book_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(6), default="open")


_PERIOD = ["ledger_period.tenant_id", "ledger_period.book_id", "ledger_period.year", "ledger_period.number"]
_ACCOUNT = ["ledger_account.tenant_id", "ledger_account.book_id", "ledger_account.path"]


class PeriodEventRow(OwnedRow, LedgerBase):
    """The log of closes and reopenings (L5); `vouchers` counts the period's vouchers at that moment."""

    __tablename__ = "ledger_period_event"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "book_id", "year", "number"], _PERIOD),
        CheckConstraint("action IN ('close', 'reopen')", name="action"),
        CheckConstraint(
            "action = 'close' OR (second_id IS NOT NULL AND second_id <> by_id)", name="reopen_two_persons"
        ),
        Index(None, "tenant_id", "book_id", "year", "number"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True, sort_order=-9)
    book_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int]
    number: Mapped[int]
    action: Mapped[str] = mapped_column(String(6))
    by_id: Mapped[int] = mapped_column(BigInteger)
    second_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(200), default="")
    vouchers: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class VoucherRow(OwnedRow, LedgerBase):
    """A posted voucher. Never updated, never deleted (L3); `lines` fixes how many postings it has.

    `sequence` counts the book's vouchers in the order of posting; `seal` chains each to the one before it.
    """

    __tablename__ = "ledger_voucher"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "book_id", "id"),
        UniqueConstraint("tenant_id", "book_id", "source"),
        UniqueConstraint("tenant_id", "book_id", "year", "period", "word", "number"),
        UniqueConstraint("tenant_id", "book_id", "reverses_id"),
        UniqueConstraint("tenant_id", "book_id", "sequence"),
        ForeignKeyConstraint(
            ["tenant_id", "entity_id", "book_id"],
            ["ledger_book.tenant_id", "ledger_book.entity_id", "ledger_book.id"],
        ),
        ForeignKeyConstraint(["tenant_id", "book_id", "year", "period"], _PERIOD),
        ForeignKeyConstraint(
            ["tenant_id", "book_id", "reverses_id"],
            ["ledger_voucher.tenant_id", "ledger_voucher.book_id", "ledger_voucher.id"],
        ),
        CheckConstraint("kind IN ('automatic', 'manual', 'opening', 'closing', 'reversal')", name="kind"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("lines >= 2", name="lines"),
        CheckConstraint("sequence >= 1", name="sequence"),
        CheckConstraint("length(seal) = 64", name="seal"),
        CheckConstraint("attachments >= 0", name="attachments"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reverses"),
        CheckConstraint(
            "kind NOT IN ('manual', 'reversal') OR (checker_id IS NOT NULL AND checker_id <> maker_id)",
            name="two_persons",
        ),
        Index(None, "tenant_id", "book_id", "day"),
        # A trial balance sets the few closing vouchers of a year apart, whatever the year holds.
        Index(
            "ix_ledger_voucher_closing",
            "book_id",
            "year",
            postgresql_where=text("kind = 'closing'"),
            sqlite_where=text("kind = 'closing'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True, sort_order=-9)
    book_id: Mapped[int] = mapped_column(BigInteger)
    entity_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int]
    period: Mapped[int]
    word: Mapped[str] = mapped_column(String(4))
    number: Mapped[int]
    day: Mapped[date]
    summary: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(9))
    attachments: Mapped[int] = mapped_column(default=0)
    lines: Mapped[int]
    maker_id: Mapped[int] = mapped_column(BigInteger)
    checker_id: Mapped[int | None] = mapped_column(BigInteger)
    reverses_id: Mapped[int | None] = mapped_column(BigInteger)
    resolution: Mapped[str] = mapped_column(String(200), default="")
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(BigInteger)
    seal: Mapped[str] = mapped_column(String(64))


class PostingRow(OwnedRow, LedgerBase):
    """One line of a voucher; the amount is signed, debit positive."""

    __tablename__ = "ledger_posting"
    __table_args__ = (
        UniqueConstraint("tenant_id", "voucher_id", "line"),
        ForeignKeyConstraint(
            ["tenant_id", "book_id", "voucher_id"],
            ["ledger_voucher.tenant_id", "ledger_voucher.book_id", "ledger_voucher.id"],
        ),
        ForeignKeyConstraint(["tenant_id", "book_id", "account"], _ACCOUNT),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("line >= 1", name="line"),
        Index(None, "tenant_id", "book_id", "account"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True, sort_order=-9)
    voucher_id: Mapped[int] = mapped_column(BigInteger)
    book_id: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[int]
    account: Mapped[str] = mapped_column(String(80))
    commodity: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(200), default="")


class CounterRow(OwnedRow, LedgerBase):
    """The last voucher number of a book, month and word; locked last in a posting transaction (L4)."""

    __tablename__ = "ledger_counter"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "book_id", "year", "period"], _PERIOD),)

    tenant_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-10)
    book_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(4), primary_key=True)
    last: Mapped[int]


class HeadRow(OwnedRow, LedgerBase):
    """The last seal of a book: moves forward only; locked last, after the counters of the same book."""

    __tablename__ = "ledger_head"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "book_id"], ["ledger_book.tenant_id", "ledger_book.id"]),
        CheckConstraint("length(seal) = 64", name="seal"),
    )

    tenant_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-10)
    book_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    seal: Mapped[str] = mapped_column(String(64))


class BalanceRow(OwnedRow, LedgerBase):
    """Turnover per account and period, written with the postings and proved by `verify` (L7).

    Period 0 holds the opening vouchers of the book's first year, so that they show as opening balances.
    """

    __tablename__ = "ledger_balance"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "book_id", "account"], _ACCOUNT),
        CheckConstraint("period BETWEEN 0 AND 13", name="period"),
        Index(None, "tenant_id", "book_id", "account"),
    )

    tenant_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-10)
    book_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(80), primary_key=True)
    commodity: Mapped[str] = mapped_column(String(12), primary_key=True)
    debit: Mapped[int] = mapped_column(BigInteger)
    credit: Mapped[int] = mapped_column(BigInteger)


APPEND_ONLY = ("ledger_voucher", "ledger_posting", "ledger_period_event")
