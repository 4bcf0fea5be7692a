"""Vouchers from a file, waiting for a second person; and which of them were ever posted."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coop.books.models import voucher_fk
from coop.kernel.db import Base, BigId, Code, Fen, Id, Name, Pk, Tenanted, tenant_fk, tenant_key


class VoucherImportState(StrEnum):
    filed = "filed"
    posted = "posted"
    refused = "refused"


class VoucherImportRow(Tenanted, Base):
    """One file of vouchers as it was handed in. `vouchers` is a list of
    `{"day", "word", "group", "key", "summary", "attachments", "lines": [[account, fen, note], ...]}`.

    A file (its digest) lives once; refused, it may be handed in again.
    """

    __tablename__ = "voucher_import"
    __table_args__ = (
        tenant_key(),
        tenant_fk("entity_id", "legal_entity"),
        CheckConstraint("state IN ('filed', 'posted', 'refused')", name="state"),
        CheckConstraint("voucher_count >= 1", name="voucher_count"),
        CheckConstraint(
            "state <> 'posted' OR (checker_id IS NOT NULL AND checker_id <> maker_id)", name="two_persons"
        ),
        Index(
            "uq_voucher_import_live",
            "tenant_id",
            "entity_id",
            "digest",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
            sqlite_where=text("state <> 'refused'"),
        ),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    digest: Mapped[str] = mapped_column(String(64))
    vouchers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, deferred=True)
    voucher_count: Mapped[int] = mapped_column()
    line_count: Mapped[int] = mapped_column()
    known_count: Mapped[int] = mapped_column(default=0)
    debit_fen: Mapped[Fen]
    maker_id: Mapped[Id]
    checker_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[Name] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default=VoucherImportState.filed.value)


class ImportedVoucherRow(Tenanted, Base):
    """A voucher of a file that was posted: `key` is its number in the file and its content's digest, once an entity."""

    __tablename__ = "imported_voucher"
    __table_args__ = (
        UniqueConstraint("tenant_id", "entity_id", "key"),
        tenant_fk("entity_id", "legal_entity"),
        tenant_fk("import_id", "voucher_import"),
        voucher_fk("voucher_id"),
        Index(None, "tenant_id", "import_id"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    import_id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(120))
    number: Mapped[Code]
    voucher_id: Mapped[Id]
