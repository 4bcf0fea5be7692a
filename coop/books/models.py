"""Rows of what is owed and paid: open items on the ledger's vouchers, both ways, and the batches that pay them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.kernel.db import Base, BigId, Code, Day, Fen, Id, Name, Pk, Tenanted, tenant_fk, tenant_key
from ledger.tables import AccountRow, BookRow, VoucherRow


class PayableKind(StrEnum):
    """Why a household is owed money; `opening` stands for what was owed when the book was opened."""

    produce = "produce"
    dividend = "dividend"
    bonus = "bonus"
    refund = "refund"
    residual = "residual"
    opening = "opening"


class DueKind(StrEnum):
    """Why a household owes: inputs on credit, a fee, or else."""

    input = "input"
    fee = "fee"
    other = "other"


class BatchState(StrEnum):
    draft = "draft"
    approved = "approved"
    paid = "paid"
    withdrawn = "withdrawn"


class LineState(StrEnum):
    """`returned`: the bank sent it back. `withdrawn`: its batch was dropped before it was paid."""

    queued = "queued"
    paid = "paid"
    returned = "returned"
    withdrawn = "withdrawn"


LIVE = "state IN ('queued', 'paid')"


def voucher_fk(column: str) -> ForeignKeyConstraint:
    """A reference to a voucher of the same tenant."""
    vouchers = VoucherRow.__table__.c
    return ForeignKeyConstraint(["tenant_id", column], [vouchers.tenant_id, vouchers.id])


def book_fk() -> ForeignKeyConstraint:
    """The book is the entity's own: (tenant_id, entity_id, book_id)."""
    books = BookRow.__table__.c
    return ForeignKeyConstraint(
        ["tenant_id", "entity_id", "book_id"], [books.tenant_id, books.entity_id, books.id]
    )


class PayableRow(Tenanted, Base):
    """An open item: what a document owes a household; batches pay it, its voucher's reversal voids it."""

    __tablename__ = "payable"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "source"),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("household_id", "household"),
        tenant_fk("member_id", "member"),
        book_fk(),
        ForeignKeyConstraint(
            ["tenant_id", "book_id", "account"],
            [AccountRow.__table__.c.tenant_id, AccountRow.__table__.c.book_id, AccountRow.__table__.c.path],
        ),
        voucher_fk("voucher_id"),
        voucher_fk("void_id"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("paid_fen >= 0 AND paid_fen <= amount_fen", name="paid_within"),
        CheckConstraint("void_id IS NULL OR paid_fen = 0", name="void_unpaid"),
        CheckConstraint(
            "kind IN ('produce', 'dividend', 'bonus', 'refund', 'residual', 'opening')", name="kind"
        ),
        Index(None, "tenant_id", "entity_id", "account"),
        Index(None, "tenant_id", "household_id"),
        Index(None, "tenant_id", "voucher_id"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    book_id: Mapped[Id]
    account: Mapped[str] = mapped_column()
    household_id: Mapped[Id]
    member_id: Mapped[int | None] = mapped_column(BigId)
    kind: Mapped[Code]
    source: Mapped[Name]
    voucher_id: Mapped[Id]
    line: Mapped[int] = mapped_column()
    amount_fen: Mapped[Fen]
    paid_fen: Mapped[Fen] = mapped_column(default=0)
    day: Mapped[Day]
    void_id: Mapped[int | None] = mapped_column(BigId)

    @property
    def open_fen(self) -> int:
        """What is still owed, fen."""
        return 0 if self.void_id is not None else self.amount_fen - self.paid_fen


class DueRow(Tenanted, Base):
    """The other way round: what a household owes; set-off settles it, its voucher's reversal voids it."""

    __tablename__ = "due"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "source"),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("household_id", "household"),
        book_fk(),
        ForeignKeyConstraint(
            ["tenant_id", "book_id", "account"],
            [AccountRow.__table__.c.tenant_id, AccountRow.__table__.c.book_id, AccountRow.__table__.c.path],
        ),
        voucher_fk("voucher_id"),
        voucher_fk("void_id"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("settled_fen >= 0 AND settled_fen <= amount_fen", name="settled_within"),
        CheckConstraint("void_id IS NULL OR settled_fen = 0", name="void_unsettled"),
        CheckConstraint("kind IN ('input', 'fee', 'other')", name="kind"),
        Index(None, "tenant_id", "entity_id", "household_id"),
        Index(None, "tenant_id", "household_id"),
        Index(None, "tenant_id", "voucher_id"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    book_id: Mapped[Id]
    account: Mapped[str] = mapped_column()
    household_id: Mapped[Id]
    kind: Mapped[Code]
    source: Mapped[Name]
    voucher_id: Mapped[Id]
    line: Mapped[int] = mapped_column()
    amount_fen: Mapped[Fen]
    settled_fen: Mapped[Fen] = mapped_column(default=0)
    day: Mapped[Day]
    void_id: Mapped[int | None] = mapped_column(BigId)

    @property
    def open_fen(self) -> int:
        """What is still owed, fen."""
        return 0 if self.void_id is not None else self.amount_fen - self.settled_fen


class DueSettlementRow(Tenanted, Base):
    """So much of a due was settled by that document. `undone`: the document was reversed, it counts nothing."""

    __tablename__ = "due_settlement"
    __table_args__ = (
        tenant_key(),
        tenant_fk("due_id", "due"),
        UniqueConstraint("tenant_id", "due_id", "source"),
        CheckConstraint("fen > 0", name="fen_positive"),
        Index(None, "tenant_id", "source"),
    )

    id: Mapped[Pk]
    due_id: Mapped[Id]
    source: Mapped[Name]
    fen: Mapped[Fen]
    undone: Mapped[bool] = mapped_column(default=False)


class PayBatchRow(Tenanted, Base):
    """One bank file: proposed by one person, approved by another, then paid with one voucher."""

    __tablename__ = "pay_batch"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "number"),
        tenant_fk("entity_id", "legal_entity"),
        voucher_fk("voucher_id"),
        CheckConstraint("total_fen > 0", name="total_positive"),
        CheckConstraint("state IN ('draft', 'approved', 'paid', 'withdrawn')", name="state"),
        CheckConstraint("approver_id IS NULL OR approver_id <> maker_id", name="two_persons"),
        CheckConstraint("state NOT IN ('approved', 'paid') OR approver_id IS NOT NULL", name="approved"),
        CheckConstraint("(state = 'paid') = (voucher_id IS NOT NULL)", name="voucher"),
    )

    id: Mapped[Pk]
    number: Mapped[Code]
    entity_id: Mapped[Id]
    day: Mapped[Day]
    state: Mapped[Code] = mapped_column(default=BatchState.draft.value)
    total_fen: Mapped[Fen]
    digest: Mapped[str] = mapped_column(default="")
    maker_id: Mapped[Id]
    approver_id: Mapped[int | None] = mapped_column(BigId)
    voucher_id: Mapped[int | None] = mapped_column(BigId)
    bank_reference: Mapped[Name] = mapped_column(default="")
    lines: Mapped[list[PayLineRow]] = relationship(order_by="PayLineRow.payable_id", viewonly=True)


class PayLineRow(Tenanted, Base):
    """One payment of a batch. A payable is in one live line at most, so it is never paid twice (O6)."""

    __tablename__ = "pay_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("batch_id", "pay_batch"),
        tenant_fk("payable_id", "payable"),
        tenant_fk("household_id", "household"),
        voucher_fk("return_voucher_id"),
        UniqueConstraint("tenant_id", "batch_id", "payable_id"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("state IN ('queued', 'paid', 'returned', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'returned') = (return_voucher_id IS NOT NULL)", name="return_voucher"),
        Index(
            "uq_pay_line_live",
            "tenant_id",
            "payable_id",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
    )

    id: Mapped[Pk]
    batch_id: Mapped[Id]
    payable_id: Mapped[Id]
    household_id: Mapped[Id]
    account: Mapped[str] = mapped_column()
    amount_fen: Mapped[Fen]
    state: Mapped[Code] = mapped_column(default=LineState.queued.value)
    reason: Mapped[Name] = mapped_column(default="")
    return_voucher_id: Mapped[int | None] = mapped_column(BigId)
