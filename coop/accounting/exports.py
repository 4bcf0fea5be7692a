"""What leaves the books, for the command line and the jobs: beancount files, statements, differences.

The functions without a session read over all tenants on the owner's login: for the operator's commands alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books import queries as books
from coop.kernel import results
from coop.kernel.errors import NotFoundError
from coop.kernel.results import keep_in, write_atomically
from coop.kernel.unit import owner_session
from integrations.excel import Column, Kind, Sheet, Value, write_workbook
from ledger.balances import sums_stored, trial_balance
from ledger.beancount import export_book, read_text, years_of
from ledger.chart import Standard, chart_of
from ledger.seal import head
from ledger.statements import Statement, as_json, statements
from ledger.tables import BookRow, VoucherRow

__all__ = [
    "FavaBook",
    "beancount_differences",
    "beancount_text",
    "fava_book",
    "fava_file",
    "keep_in",
    "list_books",
    "made_statements",
    "statements_json",
    "statements_workbook",
    "statements_xlsx",
    "write_atomically",
]


def made_statements(session: Session, book: BookRow, year: int) -> tuple[Statement, ...]:
    """The statutory statements of a book and year, with the year before where the book has it."""
    if year not in years_of(session, book.id):
        raise NotFoundError("year", f"{book.entity} {year}")
    prior = trial_balance(session, book.id, year=year - 1) if year > book.first_year else None
    lines = trial_balance(session, book.id, year=year)
    return statements(chart_of(Standard(book.standard)), lines, prior=prior)


def list_books() -> list[dict[str, Any]]:
    """`[{"entity", "name", "standard", "years"}]` of all books."""
    with owner_session() as session:
        return [
            {
                "entity": book.entity,
                "name": book.name,
                "standard": book.standard,
                "years": list(years_of(session, book.id)),
            }
            for book in books.books(session)
        ]


def beancount_text(entity: str, year: int) -> str:
    """The beancount file of a book and year. Raises NotFoundError, PeriodMissingError."""
    with owner_session() as session:
        return export_book(session, books.book_by_code(session, entity).id, year)


def statements_json(entity: str, year: int) -> dict[str, Any]:
    """The public JSON form of the statements of a book and year. Raises NotFoundError."""
    with owner_session() as session:
        book = books.book_by_code(session, entity)
        return as_json(book.entity, book.standard, year, made_statements(session, book, year))


def statements_xlsx(entity: str, year: int) -> bytes:
    """The statements of a book and year as a workbook. Raises NotFoundError."""
    with owner_session() as session:
        return statements_workbook(session, books.book_by_code(session, entity), year)


def statements_workbook(session: Session, book: BookRow, year: int) -> bytes:
    """One sheet a statement, in Chinese and English, amounts in yuan. Twice the same is the same bytes."""
    cover = Sheet("封面", (Column("fact", "项目", "item"), Column("value", "内容", "value")), name_en="Cover")
    facts = {
        "编制单位 Entity": f"{book.name} {book.entity}",
        "会计制度 Standard": book.standard,
        "年度 Year": str(year),
        "单位 Unit": "元 yuan",
    }
    sheets: list[tuple[Sheet, list[dict[str, Value]]]] = [
        (cover, [{"fact": fact, "value": value} for fact, value in facts.items()])
    ]
    sheets += [_sheet(statement) for statement in made_statements(session, book, year)]
    return write_workbook(sheets)


def _sheet(statement: Statement) -> tuple[Sheet, list[dict[str, Value]]]:
    amounts = tuple(
        Column(f"amount{at}", zh, en, Kind.fen)
        for at, (zh, en) in enumerate(zip(statement.columns, statement.columns_en, strict=True))
    )
    columns = (
        Column("row", "行次", "row"),
        Column("label", "项目", "item"),
        Column("label_en", "项目（英文）", "item in English"),
        *amounts,
    )
    rows: list[dict[str, Value]] = [
        {"row": row.row, "label": row.label, "label_en": row.label_en}
        | {column.key: fen for column, fen in zip(amounts, row.amounts_fen, strict=True)}
        for row in statement.rows
    ]
    return Sheet(statement.title, columns, name_en=statement.form), rows


@dataclass(frozen=True, slots=True)
class FavaBook:
    """A book to be shown in Fava; `version` changes with every voucher."""

    tenant_id: int
    book_id: int
    entity: str
    year: int
    version: str


def fava_book(session: Session, entity: str) -> FavaBook:
    """The latest year of a book that has a voucher, else its first. Raises NotFoundError outside the scope."""
    book = books.book_by_code(session, entity)
    latest = session.scalars(select(func.max(VoucherRow.year)).where(VoucherRow.book_id == book.id)).one()
    year = latest or book.first_year
    return FavaBook(book.tenant_id, book.id, book.entity, year, f"{year} {head(session, book.id).seal}")


def fava_file(session: Session, book: FavaBook) -> Path:
    """Write the book's file for Fava into the data folder, beside the results of jobs."""
    folder = results.folder().parent / "fava" / str(book.tenant_id)
    text = export_book(session, book.book_id, book.year)
    return write_atomically(folder / f"{book.entity}-{book.year}.beancount", text.encode())


def beancount_differences(session: Session) -> tuple[int, int]:
    """(loader errors, accounts whose balance differs) over every book and year, as beancount reads them."""
    errors = differences = 0
    for book_id in session.scalars(select(BookRow.id).order_by(BookRow.id)):
        sums = sums_stored(session, book_id)
        for year in years_of(session, book_id):
            reading = read_text(export_book(session, book_id, year), own=True)
            errors += len(reading.errors)
            ours: dict[tuple[str, str], int] = {}
            for (when, _, path, commodity), (debit, credit) in sums.items():
                if when <= year:
                    ours[path, commodity] = ours.get((path, commodity), 0) + debit - credit
            keys = ours.keys() | reading.balances.keys()
            differences += sum(ours.get(key, 0) != reading.balances.get(key, 0) for key in keys)
    return errors, differences
