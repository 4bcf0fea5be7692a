"""What the services of the daily inflow share: rows locked first, two persons, and the book they post to."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select

from coop.accounting.models.subledgers import HandState, TwoHands
from coop.books import queries as books
from coop.kernel.db import Tenanted
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from ledger import balances
from ledger.chart import Chart, Standard, chart_of
from ledger.tables import BookRow, VoucherRow

R = TypeVar("R", bound=Tenanted)

HAND_MOVES = Transitions(
    "待复核事项 request",
    {
        (HandState.applied, HandState.asked),
        (HandState.applied, HandState.refused),
        (HandState.asked, HandState.done),
        (HandState.asked, HandState.refused),
    },
)


class SameHandError(CoopError):
    """One person may not both make and approve."""

    def __init__(self, what: str, key: int, user_id: int) -> None:
        super().__init__(
            zh=f"{what} {key} 由用户 {user_id} 经手，复核须由另一人",
            en=f"{what} {key} went through the hands of user {user_id}; another person must approve it",
        )


class ShortError(CoopError):
    """An account holds less than is asked of it."""

    def __init__(self, account: str, held_fen: int, asked_fen: int) -> None:
        super().__init__(
            zh=f"科目 {account} 余额不足：需 {asked_fen} 分，现有 {held_fen} 分，差 {asked_fen - held_fen} 分",
            en=f"account {account} holds {held_fen} fen, {asked_fen} expected, short by {asked_fen - held_fen}",
        )


def locked(unit: Unit, kind: type[R], key: int, word: str) -> R:
    """The tenant's own row, locked until the unit ends. Raises NotFoundError."""
    columns = kind.__table__.c  # type: ignore[attr-defined]  # every row class is mapped
    row = unit.session.scalars(
        select(kind)
        .where(columns.id == key, columns.tenant_id == unit.actor.tenant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError(word, key)
    return row


def own_book(unit: Unit, entity_id: int) -> tuple[BookRow, Chart]:
    """The book of an entity of the unit's tenant, and its chart. Raises NotFoundError."""
    book = books.book_of(unit.session, entity_id)
    if book.tenant_id != unit.actor.tenant_id:
        raise NotFoundError("book of entity", entity_id)
    return book, chart_of(Standard(book.standard))


def held_fen(unit: Unit, book: BookRow, account: str) -> int:
    """The debit balance of an account and all below it."""
    return balances.balance(unit.session, book.id, account)


def own_household(unit: Unit, number: str) -> HouseholdRow:
    """The tenant's own household of that number. Raises NotFoundError."""
    row = unit.session.scalars(
        select(HouseholdRow).where(
            HouseholdRow.tenant_id == unit.actor.tenant_id, HouseholdRow.number == number
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError("household", number)
    return row


def second_person(unit: Unit, what: str, key: int, *hands: int | None) -> None:
    """Raise SameHandError where the actor is one of those who made it."""
    if unit.actor.user_id in hands:
        raise SameHandError(what, key, unit.actor.user_id)


def done(unit: Unit, row: TwoHands, voucher: VoucherRow) -> None:
    """The actor has approved, and this is the voucher."""
    with unit.session.no_autoflush:  # state, voucher and hand are one change (named checks)
        row.voucher_id, row.checker_id = voucher.id, unit.actor.user_id
        row.state = HAND_MOVES.move(HandState(row.state), HandState.done).value
    unit.session.flush()


def refused(unit: Unit, row: TwoHands, reason: str) -> None:
    """Sent back with a reason, or dropped by its maker."""
    if not reason.strip():
        raise InputError([Fault("reason", "须写明理由", "a reason is needed")])
    row.state = HAND_MOVES.move(HandState(row.state), HandState.refused).value
    row.checker_id, row.reason = unit.actor.user_id, reason
    unit.session.flush()
