"""附注: the nine headings with what the books know under each; what a person has to write is said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.accounting.exports import made_statements
from coop.accounting.queries.account_books import book_with_year
from coop.accounting.queries.member_accounts import household_numbers
from coop.accounting.rules.tables import CellKind, Said
from coop.books import queries as books
from ledger import balances
from ledger.chart import Chart, Standard, chart_of
from ledger.layout import Cell, ColumnId
from ledger.notes import Fact, NoteLayout
from ledger.seal import head
from ledger.statements import Statement
from ledger.tables import BookRow, VoucherRow


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A fact under a heading; `form` and `row` name the figure of a statement it is, where it is one."""

    label: Said
    value: str | int
    kind: CellKind
    form: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class NoteView:
    """A heading, its text and what the books know."""

    title: Said
    text: Said
    lines: tuple[NoteLine, ...]


@dataclass(frozen=True, slots=True)
class NotesPage:
    """The notes to the statements of a year."""

    entity: str
    book_name: str
    year: int
    notes: tuple[NoteView, ...]


def notes(session: Session, entity: str, year: int) -> NotesPage:
    """The notes of a book and year. Raises NotFoundError."""
    book = book_with_year(session, entity, year)
    chart = chart_of(Standard(book.standard))
    made = {statement.form: statement for statement in made_statements(session, book, year)}
    views = tuple(
        NoteView(
            Said(note.title, note.title_en),
            Said(note.text, note.text_en),
            (
                *_figures(note, made),
                *(line for fact in note.facts for line in _fact(session, book, year, fact)),
            ),
        )
        for note in chart.notes
    )
    return NotesPage(book.entity, book.name, year, views)


def _figures(note: NoteLayout, made: dict[str, Statement]) -> tuple[NoteLine, ...]:
    return tuple(_figure(cell, made[cell.form]) for cell in note.figures)


def _figure(cell: Cell, statement: Statement) -> NoteLine:
    row = next(row for row in statement.rows if row.row == cell.row)
    amount = statement.amount(cell.row, ColumnId(cell.column)) or 0
    return NoteLine(Said(row.label, row.label_en), amount, CellKind.fen, cell.form, cell.row)


def _fact(session: Session, book: BookRow, year: int, fact: Fact) -> tuple[NoteLine, ...]:
    chart = chart_of(Standard(book.standard))
    text, whole, fen = CellKind.text, CellKind.whole, CellKind.fen
    if fact is Fact.entity:
        return (
            NoteLine(Said("单位名称", "Name"), book.name, text),
            NoteLine(Said("编号", "Code"), book.entity, text),
        )
    if fact is Fact.households:
        count = len(household_numbers(session, book.tenant_id, date(year, 12, 31)))
        return (NoteLine(Said("年末在册户数", "Households on the register"), count, whole),)
    if fact is Fact.vouchers:
        which = (VoucherRow.book_id == book.id, VoucherRow.year == year)
        count = session.scalar(select(func.count()).select_from(VoucherRow).where(*which)) or 0
        return (NoteLine(Said("本年凭证张数", "Vouchers of the year"), count, whole),)
    if fact is Fact.pending_loss:
        path = chart.path("pending_loss")
        loss = balances.balance(session, book.id, path, year=year)
        return (NoteLine(Said("待处理财产损溢", "Losses pending approval"), loss, fen),)
    if fact is Fact.points:
        return (NoteLine(Said("年末未兑换积分", "Points outstanding"), _points(session, book, year), whole),)
    return (NoteLine(Said("封存码", "Seal"), str(head(session, book.id)), text),)


def _points(session: Session, book: BookRow, year: int) -> int:
    """Points outstanding at the end of the year, from the village's book that keeps them (commodity POINT)."""
    total = 0
    for other in books.books(session):
        chart: Chart = chart_of(Standard(other.standard))
        if other.tenant_id == book.tenant_id and chart.has("points_household"):
            path = chart.path("points_household")
            total -= balances.balance(session, other.id, path, year=year, commodity="POINT")
    return total
