"""All sub-ledgers of a book at once: does each agree with its control account? And the same as a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.queries.subledgers import PARTY_ROLES, Control, PartyLedger, book_and_chart, party_ledger
from coop.accounting.queries.subledgers_goods import GrantLedger, StockLedger, grant_ledger, stock_ledger
from coop.accounting.queries.subledgers_household import HouseholdLedger, household_ledger
from coop.books import queries as books
from coop.books.rules import PAYABLE_ROLES
from coop.parties.models import EntityRow
from ledger.tables import BookRow

HOUSEHOLD_ROLES = PAYABLE_ROLES


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One sub-ledger: which page shows it, and its control account."""

    page: str
    control: Control


@dataclass(frozen=True, slots=True)
class Board:
    book: BookRow
    entity: EntityRow
    day: date
    lines: tuple[BoardLine, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """All sub-ledgers of a book on a day."""

    entity: str
    day: date
    households: tuple[HouseholdLedger, ...]
    parties: tuple[PartyLedger, ...]
    grants: GrantLedger
    stock: StockLedger


def books_with_entities(session: Session) -> tuple[tuple[BookRow, EntityRow], ...]:
    """The books in sight with whose they are, by entity code."""
    held = books.books(session)
    owners = {
        row.id: row
        for row in session.scalars(
            select(EntityRow).where(EntityRow.id.in_([book.entity_id for book in held]))
        )
    }
    return tuple((book, owners[book.entity_id]) for book in held)


def board(session: Session, entity: str, day: date) -> Board:
    """Each sub-ledger of a book with its control account. Raises NotFoundError."""
    book, chart = book_and_chart(session, entity)
    owner = session.scalars(select(EntityRow).where(EntityRow.id == book.entity_id)).one()
    lines = [
        BoardLine("households", household_ledger(session, entity, role).control)
        for role in HOUSEHOLD_ROLES
        if chart.has(role)
    ]
    lines += [
        BoardLine("parties", party_ledger(session, entity, role, day).control)
        for role in PARTY_ROLES
        if chart.has(role)
    ]
    lines.append(BoardLine("grants", grant_ledger(session, entity).control))
    lines += [BoardLine("stock", control) for control in stock_ledger(session, entity).controls]
    return Board(book, owner, day, tuple(lines))


def everything(session: Session, entity: str, day: date) -> Everything:
    """All sub-ledgers of a book with their lines, for a file. Raises NotFoundError."""
    book, chart = book_and_chart(session, entity)
    return Everything(
        book.entity,
        day,
        tuple(household_ledger(session, entity, role) for role in HOUSEHOLD_ROLES if chart.has(role)),
        tuple(party_ledger(session, entity, role, day) for role in PARTY_ROLES if chart.has(role)),
        grant_ledger(session, entity),
        stock_ledger(session, entity),
    )
