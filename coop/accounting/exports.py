"""What leaves the books, for the command line and the jobs: beancount files, statements, differences.

The functions without a session read over all tenants on the owner's login: for the operator's commands alone.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import owner_session
from ledger.balances import sums_stored, trial_balance
from ledger.beancount import export_book, read_text, years_of
from ledger.chart import Standard, chart_of
from ledger.statements import Statement, as_json, statements
from ledger.tables import BookRow

_FILE = re.compile(r"[A-Z0-9-]+-[0-9]{4}\.beancount", re.ASCII)


class _Folder:
    """Where result files of jobs are kept, told once by the composition root."""

    path: Path | None = None


def keep_in(folder: Path) -> None:
    """Told by app and worker: `settings.data_dir / "exports"`."""
    _Folder.path = folder


def result_file(tenant_id: int, name: str) -> Path:
    """The path of a tenant's result file. Raises NotFoundError for a name no job gives."""
    if _Folder.path is None:
        raise RuntimeError("no folder for exports: the composition root calls keep_in() first")
    if not _FILE.fullmatch(name):
        raise NotFoundError("export", name)
    return _Folder.path / str(int(tenant_id)) / name


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all: a reader never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)
    return path


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
