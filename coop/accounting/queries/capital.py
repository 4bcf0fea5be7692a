"""Member capital: what each member has paid in, beside the control account, and what waits to be paid in or out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop.accounting.models.capital import CapitalMoveRow
from coop.accounting.queries.subledgers import Control, book_and_chart, control_of
from coop.books.models import DueRow
from coop.kernel.errors import NotFoundError
from coop.parties import queries as parties
from coop.parties.models import HoldingKind, HouseholdRow, MemberRow
from ledger import balances
from ledger.chart import Standard
from ledger.tables import BookRow


@dataclass(frozen=True, slots=True)
class MoveItem:
    """A contribution or an exit; `owes_fen` is what the member's household owes: told, never taken off."""

    move: CapitalMoveRow
    member: str
    household: str
    owes_fen: int


@dataclass(frozen=True, slots=True)
class CapitalBoard:
    """The register of contributions on a day beside account 301, and all moves, newest first."""

    book: BookRow
    day: date
    control: Control
    held: tuple[parties.Holding, ...]
    moves: tuple[MoveItem, ...]
    reserve_fen: int
    may_leave: bool
    members: tuple[str, ...]


def capital_board(session: Session, entity: str, day: date) -> CapitalBoard:
    """Contributions of a book's members. Raises NotFoundError."""
    book, chart = book_and_chart(session, entity)
    held = tuple(parties.holdings(session, book.entity_id, HoldingKind.contribution, day))
    rows = session.execute(_moves().where(CapitalMoveRow.entity_id == book.entity_id)).all()
    owes = _owed(session, book, {move.household_id for move, *_ in rows})
    return CapitalBoard(
        book=book,
        day=day,
        control=control_of(session, book, "capital", -sum(each.amount for each in held)),
        held=held,
        moves=tuple(_item(move, member, household, owes) for move, member, household in rows),
        reserve_fen=-balances.balance(session, book.id, chart.path("reserve")),
        may_leave=chart.standard is Standard.coop_2021,
        members=tuple(row.number for row in parties.members(session, day) if row.tenant_id == book.tenant_id),
    )


def capital_move(session: Session, move_id: int) -> tuple[MoveItem, str]:
    """One contribution or exit, and its entity's code. Raises NotFoundError."""
    found = session.execute(_moves().where(CapitalMoveRow.id == move_id)).one_or_none()
    if found is None:
        raise NotFoundError("capital", move_id)
    book = session.scalars(select(BookRow).where(BookRow.entity_id == found[0].entity_id)).one()
    move, member, household = found
    return _item(move, member, household, _owed(session, book, {move.household_id})), book.entity


def _item(move: CapitalMoveRow, member: str, household: str, owes: Mapping[int, int]) -> MoveItem:
    return MoveItem(move, member, household, owes.get(move.household_id, 0))


def _moves() -> Select[CapitalMoveRow, str, str]:
    return (
        select(CapitalMoveRow, MemberRow.number, HouseholdRow.number)
        .join(MemberRow, MemberRow.id == CapitalMoveRow.member_id)
        .join(HouseholdRow, HouseholdRow.id == CapitalMoveRow.household_id)
        .order_by(CapitalMoveRow.id.desc())
    )


def _owed(session: Session, book: BookRow, households: set[int]) -> dict[int, int]:
    query = (
        select(DueRow.household_id, func.sum(DueRow.amount_fen - DueRow.settled_fen))
        .where(DueRow.book_id == book.id, DueRow.void_id.is_(None), DueRow.household_id.in_(households))
        .group_by(DueRow.household_id)
    )
    return {household: int(fen) for household, fen in session.execute(query)}
