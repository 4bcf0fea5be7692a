"""The close of many months as one job: month by month in order, as far as nothing stops it.

What a month's close demands is demanded here too, by the same service. A worker that dies leaves nothing half-done: the
job's one transaction falls away, and the next worker takes the job up again from the first month that is still open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coop.accounting.service.closing import PeriodBusyError, UnsoundBookError, close_month
from coop.books import queries as books
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.jobs import JobRow, runners, titles
from coop.kernel.unit import Unit
from ledger import periods
from ledger.tables import BookRow

CLOSE = "books.close"


def ask_close(unit: Unit, entity_id: int, year: int, upto: int) -> JobRow:
    """Enqueue the close of every open month of the year up to `upto`. Raises InputError, NotFoundError."""
    unit.actor.require("结账", Role.accountant)
    if not 1 <= upto <= 12:
        raise InputError([Fault("upto", f"应为 1 至 12，实为 {upto}", f"expected 1 to 12, found {upto}")])
    book = books.book_of(unit.session, entity_id)
    if book.tenant_id != unit.actor.tenant_id or (year, 1) not in periods.states(unit.session, book.id):
        raise NotFoundError("book", f"{entity_id} {year}")
    unit.audit("period.ask_close", f"book:{book.id}", year=year, upto=upto)
    return unit.enqueue(CLOSE, entity=book.entity, year=year, upto=upto)


def close_run(unit: Unit, payload: dict[str, Any]) -> dict[str, Any]:
    """Close what can be closed; the result: the months closed, and what stopped the next one."""
    book = books.book_by_code(unit.session, str(payload["entity"]))
    year, upto = int(payload["year"]), int(payload["upto"])
    states = periods.states(unit.session, book.id)
    waiting = [month for month in range(1, upto + 1) if states.get((year, month)) == "open"]
    closed: list[int] = []
    for month in waiting:
        unit.report(len(closed), len(waiting), f"结账 {year}-{month:02d}", f"closing {year}-{month:02d}")
        try:
            close_month(unit, book.entity_id, year, month)
        except PeriodBusyError as error:
            return _told(book, year, closed, month, [(one.kind, one.zh, one.en) for one in error.blockers])
        except UnsoundBookError as error:
            return _told(book, year, closed, month, [("verify", zh, en) for zh, en in error.faults])
        closed.append(month)
    return _told(book, year, closed, None, ())


def _told(
    book: BookRow, year: int, closed: list[int], stopped: int | None, faults: Sequence[tuple[str, str, str]]
) -> dict[str, Any]:
    """What the job's page shows: how far it went, and what stopped it."""
    zh = f"已结账 {len(closed)} 个月" + (f"，停在 {year}-{stopped:02d}" if stopped else "")
    en = f"{len(closed)} months closed" + (f", stopped at {year}-{stopped:02d}" if stopped else "")
    return {
        "ok": not stopped,
        "closed": closed,
        "stopped_at": stopped,
        "said": {"zh": zh, "en": en},
        "findings": [{"id": kind, "zh": zh, "en": en} for kind, zh, en in faults],
        "page": f"/periods/?entity_id={book.entity_id}&year={year}",
    }


runners.register(CLOSE, close_run)
titles.register(CLOSE, ("按月结账", "close of months"))
