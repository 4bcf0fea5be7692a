"""Rent month by month: the accountant prepares what the preview shows, a second person posts exactly that."""

from __future__ import annotations

from sqlalchemy import select

from coop.accounting.models.leases import RentLineRow, RentRunRow
from coop.accounting.queries.leases_rent import rent_preview
from coop.accounting.service.depreciation import MonthRunError, StaleRunError
from coop.accounting.service.subledgers import done, locked, own_book, refused, second_person
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow

WORD = "租金确认 rent run"


def prepare_rent(unit: Unit, entity_id: int, year: int, month: int) -> RentRunRow:
    """Hand the month's rent, as previewed, to the checker. Raises MonthRunError, InputError."""
    unit.actor.require("确认租金收入", Role.accountant)
    own_book(unit, entity_id)
    locked(unit, EntityRow, entity_id, "entity")
    found = rent_preview(unit.session, entity_id, (year, month))
    if found.live is not None or found.gap is not None:
        raise MonthRunError(found.month, None if found.live is not None else found.gap)
    if not found.charges:
        raise InputError([Fault("month", "该月没有应确认的租金", "no rent is earned in that month")])
    row = RentRunRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        year=year,
        month=month,
        attempt=found.attempt,
        total_fen=found.total_fen,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.session.add_all(
        RentLineRow(
            tenant_id=row.tenant_id,
            run_id=row.id,
            lease_id=each.item.lease.id,
            prepaid_fen=each.charge.prepaid_fen,
            due_fen=each.charge.due_fen,
        )
        for each in found.charges
    )
    unit.session.flush()
    unit.audit("rent.prepare", f"rent_run:{row.id}", fen=row.total_fen)
    return row


def approve_rent(unit: Unit, run_id: int) -> RentRunRow:
    """A second person posts the run: one voucher. Raises SameHandError, StaleRunError, and the ledger's errors."""
    unit.actor.require("复核租金收入", Role.checker)
    row = locked(unit, RentRunRow, run_id, "rent run")
    second_person(unit, WORD, row.id, row.maker_id)
    locked(unit, EntityRow, row.entity_id, "entity")
    found = rent_preview(unit.session, row.entity_id, (row.year, row.month))
    lines = unit.session.scalars(select(RentLineRow).where(RentLineRow.run_id == row.id))
    asked = {(line.lease_id, line.prepaid_fen, line.due_fen) for line in lines}
    now = {(each.item.lease.id, each.charge.prepaid_fen, each.charge.due_fen) for each in found.charges}
    if asked != now or found.voucher is None:
        raise StaleRunError(row.id, row.total_fen, found.total_fen)
    posted = book_service.post(
        unit, row.entity_id, found.voucher, maker_id=row.maker_id, checker_id=unit.actor.user_id
    )
    done(unit, row, posted)
    unit.audit("rent.post", f"rent_run:{row.id}", voucher=posted.id)
    return row


def refuse_rent(unit: Unit, run_id: int, reason: str) -> RentRunRow:
    """Sent back by the checker, or dropped by the accountant; the month is open again."""
    unit.actor.require("退回租金收入", Role.checker, Role.accountant)
    row = locked(unit, RentRunRow, run_id, "rent run")
    refused(unit, row, reason)
    unit.audit("rent.refuse", f"rent_run:{row.id}")
    return row
