"""A sheet: many tickets of one scale and day with ONE summary voucher; all of them or none, faults by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.procurement.models import SheetRow
from coop.procurement.rules import WeighEntry, sheet_digest
from coop.procurement.service.buying import buy
from coop.procurement.service.cases import Case, Reckoned, load, reckon, sellers
from coop.procurement.service.weighing import known_tickets
from coop.splitting import service as splitting
from coop.splitting.models import AllocationRow

SERIES = "HZ"  # 汇总


def weigh_sheet(unit: Unit, entries: Sequence[WeighEntry], *, scale: str, day: date) -> SheetRow:
    """Buy all that was weighed on a scale on a day: a ticket an entry, one summary voucher over all of them.

    The same sheet again gives the sheet there is. What each ticket comes to is `weigh`'s matter. Raises InputError
    with the faults of all rows (`/entries/3/lines/0/grade`), NotFoundError for the scale, orders' errors where
    an order line would be collected above its tolerance, and the ledger's.
    """
    unit.actor.require("开收购单", Role.clerk)
    digest = sheet_digest(entries)
    faults = _form_faults(entries, scale, day)
    _refuse(faults)
    known_ids = _own_allocations(unit, entries)
    faults = [
        Fault(
            f"{_row(n)}/allocation_id", f"没有分解份额 {e.allocation_id}", f"no allocation {e.allocation_id}"
        )
        for n, e in enumerate(entries)
        if e.allocation_id not in known_ids
    ]
    _refuse(faults)
    shares = splitting.lock_shares(unit, known_ids)
    before = unit.session.scalars(
        select(SheetRow).where(SheetRow.tenant_id == unit.actor.tenant_id, SheetRow.digest == digest)
    ).one_or_none()
    if before is not None:
        return before
    seller = _one_seller(unit, entries, shares)
    case = load(unit, shares, seller=seller, scale=scale, day=day)
    tickets = _reckon_all(unit, case, entries)
    sheet = SheetRow(
        tenant_id=unit.actor.tenant_id,
        number=document_number(unit.session, unit.actor.tenant_id, SERIES, day.year),
        digest=digest,
        entity_id=case.entity.id,
        scale_id=case.scale.id,
        day=day,
        slips=len(tickets),
        total_fen=sum(ticket.total_fen for ticket in tickets),
        fee_fen=0,
        set_off_fen=0,
        payable_fen=0,
        clerk_id=unit.actor.user_id,
    )
    unit.session.add(sheet)
    unit.session.flush()
    rows = buy(unit, case, tickets, sheet=sheet)
    sheet.fee_fen = sum(row.fee_fen for row in rows)
    sheet.set_off_fen = sum(row.set_off_fen for row in rows)
    sheet.payable_fen = sum(row.payable_fen for row in rows)
    sheet.voucher_id = rows[0].voucher_id
    unit.session.flush()
    unit.audit(
        "sheet.post",
        f"sheet:{sheet.id}",
        number=sheet.number,
        slips=sheet.slips,
        first=rows[0].number,
        last=rows[-1].number,
        total_fen=sheet.total_fen,
        fee_fen=sheet.fee_fen,
        set_off_fen=sheet.set_off_fen,
    )
    return sheet


def _row(number: int) -> str:
    return f"/entries/{number}"


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise InputError(list(faults))


def _form_faults(entries: Sequence[WeighEntry], scale: str, day: date) -> list[Fault]:
    """What is wrong with the sheet as a sheet: no rows, another scale or day, a key twice."""
    if not entries:
        return [Fault("/entries", "没有收购单", "a sheet needs one ticket at least")]
    found = []
    first: dict[str, int] = {}
    for number, entry in enumerate(entries):
        if entry.scale != scale:
            zh, en = f"磅秤应为 {scale}，实为 {entry.scale}", f"scale {scale} expected, {entry.scale} found"
            found.append(Fault(f"{_row(number)}/scale", zh, en))
        if entry.day != day:
            zh, en = f"日期应为 {day}，实为 {entry.day}", f"day {day} expected, {entry.day} found"
            found.append(Fault(f"{_row(number)}/day", zh, en))
        if entry.client_key in first:
            other = _row(first[entry.client_key])
            zh, en = f"提交标识与 {other} 相同", f"the same key as {other}"
            found.append(Fault(f"{_row(number)}/client_key", zh, en))
        first.setdefault(entry.client_key, number)
    return found


def _own_allocations(unit: Unit, entries: Sequence[WeighEntry]) -> set[int]:
    wanted = {entry.allocation_id for entry in entries}
    return set(
        unit.session.scalars(
            select(AllocationRow.id).where(
                AllocationRow.tenant_id == unit.actor.tenant_id, AllocationRow.id.in_(wanted)
            )
        )
    )


def _one_seller(unit: Unit, entries: Sequence[WeighEntry], shares: dict[int, splitting.Share]) -> str:
    """A voucher is in one book: all rows are one entity's."""
    of_part = sellers(unit, shares)
    found = [of_part[shares[entry.allocation_id][1].part_id] for entry in entries]
    _refuse(
        [
            Fault(
                f"{_row(number)}/allocation_id",
                f"卖方应与首行相同为 {found[0]}，实为 {seller}",
                f"the seller should be {found[0]}, as in the first row, found {seller}",
            )
            for number, seller in enumerate(found)
            if seller != found[0]
        ]
    )
    return found[0]


def _reckon_all(unit: Unit, case: Case, entries: Sequence[WeighEntry]) -> list[Reckoned]:
    """Every row's figures; raises InputError with the faults of all rows."""
    known = known_tickets(unit, [entry.client_key for entry in entries])
    brought: Counter[int] = Counter()
    tickets: list[Reckoned] = []
    faults: list[Fault] = []
    for number, entry in enumerate(entries):
        place = _row(number)
        if entry.client_key in known:
            ticket_number = known[entry.client_key].number
            zh, en = f"提交标识已用于收购单 {ticket_number}", f"the key is already ticket {ticket_number}"
            faults.append(Fault(f"{place}/client_key", zh, en))
            continue
        try:
            ticket = reckon(unit, case, entry)
        except InputError as error:
            faults += [Fault(f"{place}{fault.place}", fault.zh, fault.en) for fault in error.faults]
            continue
        except CoopError as error:
            faults.append(Fault(place, error.zh, error.en))
            continue
        brought[entry.allocation_id] += ticket.total_g
        found = ticket.allocation.delivered_g + brought[entry.allocation_id]
        limit = splitting.delivery_limit(ticket.allocation, ticket.split)
        if found > limit:
            over = splitting.OverDeliveryError(case.households[ticket.allocation.household_id], limit, found)
            faults.append(Fault(place, over.zh, over.en))
        tickets.append(ticket)
    _refuse(faults)
    return tickets
