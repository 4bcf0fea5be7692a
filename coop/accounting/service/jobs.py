"""Long work of the accountant's desk as job rows: a year's beancount file and statements, the check of the books."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coop.accounting import exports
from coop.books import queries as books
from coop.kernel import results
from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError
from coop.kernel.jobs import JobRow, readers, titles
from coop.kernel.unit import Look, Unit
from ledger.beancount import export_book, years_of
from ledger.tables import BookRow
from ledger.verify import check_book

EXPORT, STATEMENTS, VERIFY = "books.export", "books.statements", "books.verify"
ASKERS = (Role.accountant, Role.manager, Role.supervisor, Role.checker)


def ask_export(unit: Unit, entity: str, year: int) -> JobRow:
    """Enqueue the beancount file of an entity's year; the job's result names the file. Raises NotFoundError."""
    return _ask(unit, EXPORT, entity, year)


def ask_statements(unit: Unit, entity: str, year: int) -> JobRow:
    """Enqueue the workbook of an entity's statements of a year. Raises NotFoundError."""
    return _ask(unit, STATEMENTS, entity, year)


def ask_verify(unit: Unit) -> JobRow:
    """Enqueue the check of every book of the tenant; the job's result holds the findings."""
    unit.actor.require("核对账簿", *ASKERS)
    return unit.enqueue(VERIFY)


def _ask(unit: Unit, kind: str, entity: str, year: int) -> JobRow:
    unit.actor.require("导出账簿", *ASKERS)
    book = books.book_by_code(unit.session, entity)
    if book.tenant_id != unit.actor.tenant_id:  # readable under a mandate, but a job works in its own tenant
        raise NotFoundError("book", entity)
    if year not in years_of(unit.session, book.id):
        raise NotFoundError("year", f"{entity} {year}")
    unit.audit(kind.replace("books.", "book."), f"book:{book.id}", year=year)
    return unit.enqueue(kind, entity=entity, year=year)


def export(look: Look, payload: dict[str, Any]) -> dict[str, Any]:
    """Write the file; a second run writes the same bytes again. The result: file, bytes, sha256."""
    book = books.book_by_code(look.session, str(payload["entity"]))
    year = int(payload["year"])
    look.report(0, 2, "读取凭证", "reading the vouchers")
    content = export_book(look.session, book.id, year).encode()
    look.report(1, 2, "写出文件", "writing the file")
    return results.store(look.actor.tenant_id, f"{book.entity}-{year}.beancount", content)


def statements(look: Look, payload: dict[str, Any]) -> dict[str, Any]:
    """Write the workbook of the year's statements, as `export` does its file."""
    book = books.book_by_code(look.session, str(payload["entity"]))
    year = int(payload["year"])
    look.report(0, 2, "编制报表", "making the statements")
    content = exports.statements_workbook(look.session, book, year)
    look.report(1, 2, "写出文件", "writing the file")
    return results.store(look.actor.tenant_id, f"{book.entity}-{year}-statements.xlsx", content)


def verify(look: Look, _payload: dict[str, Any]) -> dict[str, Any]:
    """Check every book of the tenant, beancount's reading included."""
    own = select(BookRow).where(BookRow.tenant_id == look.actor.tenant_id).order_by(BookRow.entity)
    rows = look.session.scalars(own).all()
    found = []
    for at, book in enumerate(rows):
        look.report(at, len(rows), f"核对 {book.entity}", f"checking {book.entity}")
        found += [
            {"id": finding.id, "zh": finding.zh, "en": finding.en}
            for finding in check_book(look.session, book.id)
        ]
    return {"ok": not found, "books": [book.entity for book in rows], "findings": found}


readers.register(EXPORT, export)
readers.register(STATEMENTS, statements)
readers.register(VERIFY, verify)
titles.register(EXPORT, ("导出 beancount 账簿文件", "beancount file of a book"))
titles.register(STATEMENTS, ("导出会计报表（Excel）", "statements as a workbook"))
titles.register(VERIFY, ("核对账簿", "check of the books"))
