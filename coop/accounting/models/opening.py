"""Opening balances from a file, waiting for a second person."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from coop.books.models import voucher_fk
from coop.kernel.db import Base, BigId, Code, Id, Name, Pk, Tenanted, tenant_fk, tenant_key


class OpeningState(StrEnum):
    filed = "filed"
    posted = "posted"
    refused = "refused"


class OpeningRow(Tenanted, Base):
    """Opening balances from a file, before the checker has seen them.

    `balances` maps an account's path to fen (debit positive), `names` a sub-account's path to its true name.
    """

    __tablename__ = "opening_file"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        voucher_fk("voucher_id"),
        CheckConstraint("state IN ('filed', 'posted', 'refused')", name="state"),
        CheckConstraint("(state = 'posted') = (voucher_id IS NOT NULL)", name="voucher"),
        CheckConstraint(
            "state <> 'posted' OR (checker_id IS NOT NULL AND checker_id <> maker_id)", name="two_persons"
        ),
        Index(
            "uq_opening_file_live",
            "tenant_id",
            "entity_id",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
            sqlite_where=text("state <> 'refused'"),
        ),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    year: Mapped[int] = mapped_column()
    digest: Mapped[str]
    balances: Mapped[dict[str, int]] = mapped_column(JSON)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    maker_id: Mapped[Id]
    checker_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[Name] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default=OpeningState.filed.value)
    voucher_id: Mapped[int | None] = mapped_column(BigId)
