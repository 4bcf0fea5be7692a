"""Labour sheets: all of them with their sums, and one with its lines."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop.accounting.models.labour import LabourLineRow, LabourSheetRow
from coop.accounting.queries.names import AccountName, account_names
from coop.accounting.queries.subledgers_board import books_with_entities
from coop.accounting.rules.claims import coding_faults
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from coop.kernel.units import decimal_text
from coop.parties.models import EntityRow, HouseholdRow
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow


@dataclass(frozen=True, slots=True)
class SheetItem:
    sheet: LabourSheetRow
    entity: EntityRow
    total_fen: int
    lines: int


@dataclass(frozen=True, slots=True)
class WorkItem:
    line: LabourLineRow
    household: str

    @property
    def days(self) -> str:
        """The days worked as they are written: one decimal where there is one."""
        return decimal_text(self.line.tenths, 1)


@dataclass(frozen=True, slots=True)
class LabourBoard:
    items: tuple[SheetItem, ...]
    held: tuple[tuple[BookRow, EntityRow], ...]


@dataclass(frozen=True, slots=True)
class SheetPage:
    item: SheetItem
    work: tuple[WorkItem, ...]
    accounts: tuple[AccountName, ...]


def labour_board(session: Session) -> LabourBoard:
    """The sheets in sight, newest first, and the books a new one may be for."""
    rows = session.execute(_items().order_by(LabourSheetRow.id.desc()))
    return LabourBoard(
        tuple(SheetItem(sheet, entity, int(fen), lines) for sheet, entity, fen, lines in rows),
        books_with_entities(session),
    )


def sheet_page(session: Session, sheet_id: int) -> SheetPage:
    """One sheet. Raises NotFoundError."""
    found = session.execute(_items().where(LabourSheetRow.id == sheet_id)).one_or_none()
    if found is None:
        raise NotFoundError("labour sheet", sheet_id)
    sheet, entity, fen, count = found
    book = books.book_of(session, sheet.entity_id)
    chart = chart_of(Standard(book.standard))
    lines = session.execute(
        select(LabourLineRow, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == LabourLineRow.household_id)
        .where(LabourLineRow.sheet_id == sheet_id)
        .order_by(LabourLineRow.day, HouseholdRow.number, LabourLineRow.id)
    )
    return SheetPage(
        SheetItem(sheet, entity, int(fen), count),
        tuple(WorkItem(line, number) for line, number in lines),
        tuple(each for each in account_names(session, book) if not coding_faults(chart, "", each.path)),
    )


def sheet_of_line(session: Session, line_id: int) -> int:
    """The sheet a line belongs to. Raises NotFoundError."""
    found = session.scalars(select(LabourLineRow.sheet_id).where(LabourLineRow.id == line_id)).one_or_none()
    if found is None:
        raise NotFoundError("labour line", line_id)
    return found


def _items() -> Select[LabourSheetRow, EntityRow, int, int]:
    return select(
        LabourSheetRow,
        EntityRow,
        func.coalesce(
            select(func.sum(LabourLineRow.amount_fen))
            .where(LabourLineRow.sheet_id == LabourSheetRow.id)
            .scalar_subquery(),
            0,
        ),
        select(func.count())
        .select_from(LabourLineRow)
        .where(LabourLineRow.sheet_id == LabourSheetRow.id)
        .scalar_subquery(),
    ).join(EntityRow, EntityRow.id == LabourSheetRow.entity_id)
