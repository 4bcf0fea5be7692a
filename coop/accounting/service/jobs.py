"""Long work of the accountant's desk as job rows: the beancount file of a year, the check of the books."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from coop.accounting import exports
from coop.books import queries as books
from coop.kernel.actor import Role
from coop.kernel.jobs import JobRow, runners
from coop.kernel.unit import Unit
from ledger.beancount import export_book
from ledger.tables import BookRow
from ledger.verify import check_book

EXPORT, VERIFY = "books.export", "books.verify"


def ask_export(unit: Unit, entity: str, year: int) -> JobRow:
    """Enqueue the beancount file of an entity's year; the job's result names the file."""
    unit.actor.require("导出账簿", Role.accountant, Role.manager, Role.supervisor)
    book = books.book_by_code(unit.session, entity)
    unit.audit("book.export", f"book:{book.id}", year=year)
    return unit.enqueue(EXPORT, entity=entity, year=year)


def ask_verify(unit: Unit) -> JobRow:
    """Enqueue the check of every book of the tenant; the job's result holds the findings."""
    unit.actor.require("核对账簿", Role.accountant, Role.manager, Role.supervisor, Role.checker)
    return unit.enqueue(VERIFY)


def export(unit: Unit, payload: dict[str, Any]) -> dict[str, Any]:
    """Write the file; a second run writes the same bytes again. The result: file, bytes, sha256."""
    book = books.book_by_code(unit.session, str(payload["entity"]))
    year = int(payload["year"])
    content = export_book(unit.session, book.id, year).encode()
    name = f"{book.entity}-{year}.beancount"
    exports.write_atomically(exports.result_file(unit.actor.tenant_id, name), content)
    return {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def verify(unit: Unit, _payload: dict[str, Any]) -> dict[str, Any]:
    """Check every book of the tenant, beancount's reading included."""
    own = select(BookRow).where(BookRow.tenant_id == unit.actor.tenant_id).order_by(BookRow.entity)
    rows = unit.session.scalars(own).all()
    found = [
        {"id": finding.id, "zh": finding.zh, "en": finding.en}
        for book in rows
        for finding in check_book(unit.session, book.id)
    ]
    return {"ok": not found, "books": [book.entity for book in rows], "findings": found}


runners.register(EXPORT, export)
runners.register(VERIFY, verify)
