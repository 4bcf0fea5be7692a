"""Petty cash: what each post holds (its ledger sub-account), what was handed to it, and its counts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.models.petty import PettyCountRow, PettyHolderRow, PettyMoveRow
from coop.accounting.models.subledgers import HandState
from coop.accounting.queries.subledgers_board import books_with_entities
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow
from ledger import balances
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow


@dataclass(frozen=True, slots=True)
class HolderItem:
    """A post with what its sub-accounts say: petty cash held, and what it is owed for claims; fen."""

    holder: PettyHolderRow
    entity: EntityRow
    account: str
    held_fen: int
    owed_fen: int
    waiting: int


@dataclass(frozen=True, slots=True)
class HolderPage:
    item: HolderItem
    moves: tuple[PettyMoveRow, ...]
    counts: tuple[PettyCountRow, ...]


@dataclass(frozen=True, slots=True)
class PettyBoard:
    items: tuple[HolderItem, ...]
    held: tuple[tuple[BookRow, EntityRow], ...]


def petty_board(session: Session) -> PettyBoard:
    """All posts in sight, by entity and code, and the books a post may be added to."""
    held = books_with_entities(session)
    items: list[HolderItem] = []
    for book, entity in held:
        rows = session.scalars(
            select(PettyHolderRow).where(PettyHolderRow.entity_id == entity.id).order_by(PettyHolderRow.code)
        )
        items += [_item(session, row, book, entity) for row in rows]
    return PettyBoard(tuple(items), held)


def holder_page(session: Session, holder_id: int) -> HolderPage:
    """One post. Raises NotFoundError."""
    row = session.scalars(select(PettyHolderRow).where(PettyHolderRow.id == holder_id)).one_or_none()
    if row is None:
        raise NotFoundError("post", holder_id)
    book, entity = next(pair for pair in books_with_entities(session) if pair[1].id == row.entity_id)
    return HolderPage(
        _item(session, row, book, entity), tuple(_moves(session, row)), tuple(_counts(session, row))
    )


def holder_of_move(session: Session, move_id: int) -> int:
    """The post a move belongs to. Raises NotFoundError."""
    found = session.scalars(select(PettyMoveRow.holder_id).where(PettyMoveRow.id == move_id)).one_or_none()
    if found is None:
        raise NotFoundError("petty cash", move_id)
    return found


def _item(session: Session, row: PettyHolderRow, book: BookRow, entity: EntityRow) -> HolderItem:
    chart = chart_of(Standard(book.standard))
    account = chart.path("petty_cash", row.code)
    owed = balances.balance(session, book.id, chart.path("other_payable", row.code))
    waiting = sum(move.state == HandState.asked for move in _moves(session, row))
    return HolderItem(row, entity, account, balances.balance(session, book.id, account), -owed, waiting)


def _moves(session: Session, row: PettyHolderRow) -> list[PettyMoveRow]:
    query = select(PettyMoveRow).where(PettyMoveRow.holder_id == row.id)
    return list(session.scalars(query.order_by(PettyMoveRow.day.desc(), PettyMoveRow.id.desc())))


def _counts(session: Session, row: PettyHolderRow) -> list[PettyCountRow]:
    query = select(PettyCountRow).where(PettyCountRow.holder_id == row.id)
    return list(session.scalars(query.order_by(PettyCountRow.day.desc(), PettyCountRow.id.desc())))
