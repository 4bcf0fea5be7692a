"""The cash counted (现金盘点): notes and coins, against the book of that day, by two persons."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from coop.accounting.models.bank import account_fk
from coop.books.models import book_fk
from coop.kernel.db import Base, BigId, Code, Day, Fen, Id, Instant, Name, Pk, Tenanted, tenant_fk, tenant_key


class CountState(StrEnum):
    counted = "counted"
    witnessed = "witnessed"
    refused = "refused"


class CashCountRow(Tenanted, Base):
    """One count. `pieces` maps a denomination in fen (as text) to how many there were; `book_fen` is the book then."""

    __tablename__ = "cash_count"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        book_fk(),
        account_fk("account"),
        tenant_fk("draft_id", "draft_voucher"),
        CheckConstraint("counted_fen >= 0", name="counted"),
        CheckConstraint("state IN ('counted', 'witnessed', 'refused')", name="state"),
        CheckConstraint("counted_fen = book_fen OR reason <> ''", name="reason"),
        CheckConstraint("(state = 'counted') = (witness_id IS NULL)", name="witness"),
        CheckConstraint("state <> 'witnessed' OR witness_id <> counter_id", name="two_persons"),
        Index(None, "tenant_id", "entity_id", "day"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    book_id: Mapped[Id]
    account: Mapped[str] = mapped_column()
    day: Mapped[Day]
    pieces: Mapped[dict[str, int]] = mapped_column(JSON)
    counted_fen: Mapped[Fen]
    book_fen: Mapped[Fen]
    reason: Mapped[Name] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default=CountState.counted.value)
    counter_id: Mapped[Id]
    at: Mapped[Instant]
    witness_id: Mapped[int | None] = mapped_column(BigId)
    refusal: Mapped[Name] = mapped_column(default="")
    draft_id: Mapped[int | None] = mapped_column(BigId)

    @property
    def difference_fen(self) -> int:
        """More in the box than in the book (长款) is positive, less (短款) negative."""
        return self.counted_fen - self.book_fen
