"""Petty cash: the posts that hold it, what was advanced and given back, and counts."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.accounting.models.subledgers import TwoHands, two_hands
from coop.books.models import voucher_fk
from coop.kernel.db import Base, Code, Day, Fen, Id, Name, Pk, Tenanted, tenant_fk, tenant_key


class PettyKind(StrEnum):
    advance = "advance"
    top_up = "top_up"
    give_back = "give_back"


class Purse(StrEnum):
    """Which of the entity's own money."""

    bank = "bank"
    cash = "cash"


class PettyHolderRow(Tenanted, Base):
    """A post that claims expenses and may hold petty cash; books name the post, never the person."""

    __tablename__ = "petty_holder"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("tenant_id", "entity_id", "code"),
        tenant_fk("entity_id", "legal_entity"),
        CheckConstraint("limit_fen >= 0", name="limit_fen"),
    )

    id: Mapped[Pk]
    entity_id: Mapped[Id]
    code: Mapped[Code]
    title: Mapped[Name]
    # What the post may hold at most; 0 for no limit.
    limit_fen: Mapped[Fen] = mapped_column(default=0)


class PettyMoveRow(TwoHands, Tenanted, Base):
    """Money handed to a post, or given back by it."""

    __tablename__ = "petty_move"
    __table_args__ = (
        tenant_key(),
        tenant_fk("holder_id", "petty_holder"),
        voucher_fk("voucher_id"),
        CheckConstraint("kind IN ('advance', 'top_up', 'give_back')", name="kind"),
        CheckConstraint("purse IN ('bank', 'cash')", name="purse"),
        CheckConstraint("amount_fen > 0", name="amount"),
        *two_hands(),
        Index(None, "tenant_id", "holder_id"),
    )

    id: Mapped[Pk]
    holder_id: Mapped[Id]
    kind: Mapped[Code]
    purse: Mapped[Code]
    day: Mapped[Day]
    amount_fen: Mapped[Fen]


class PettyCountRow(Tenanted, Base):
    """What a post had in the drawer on a day, beside what the books said."""

    __tablename__ = "petty_count"
    __table_args__ = (
        tenant_key(),
        tenant_fk("holder_id", "petty_holder"),
        CheckConstraint("counted_fen >= 0", name="counted"),
        Index(None, "tenant_id", "holder_id"),
    )

    id: Mapped[Pk]
    holder_id: Mapped[Id]
    day: Mapped[Day]
    counted_fen: Mapped[Fen]
    book_fen: Mapped[Fen]
    note: Mapped[Name] = mapped_column(default="")
    counter_id: Mapped[Id]
