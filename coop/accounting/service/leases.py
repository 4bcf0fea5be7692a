"""Leases: agreed, renewed, ended; money received and deposits, each by two persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.accounting.models.assets import AssetCardRow
from coop.accounting.models.leases import LeaseKind, LeaseLimitRow, LeaseMoveKind, LeaseMoveRow, LeaseRow
from coop.accounting.models.petty import Purse
from coop.accounting.postings import leases as postings
from coop.accounting.queries.leases import lease_item, limit_on
from coop.accounting.rules.leases import lease_faults, term_months, term_rent
from coop.accounting.service.subledgers import (
    ShortError,
    done,
    locked,
    own_book,
    own_household,
    refused,
    second_person,
)
from coop.books import service as book_service
from coop.governance.models import ResolutionRow
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow
from ledger.tables import VoucherRow

WORD = "租金收付 lease money"


@dataclass(frozen=True, slots=True)
class LeaseEntry:
    """A contract as typed; fen. `party` is a household's number where `member`, else the code of who is outside."""

    kind: LeaseKind
    subject: str
    party: str
    member: bool
    since: date
    until: date
    year_fen: int
    pay_months: int = 12
    pay_first: date | None = None
    deposit_fen: int = 0
    card_id: int | None = None
    resolution_id: int | None = None
    renews_id: int | None = None


def agree_lease(unit: Unit, entity_id: int, entry: LeaseEntry) -> LeaseRow:
    """Enter a contract. Above the village's limit it names a resolution that carried. Raises InputError."""
    unit.actor.require("登记租赁合同", Role.accountant, Role.manager)
    _book, chart = own_book(unit, entity_id)
    locked(unit, EntityRow, entity_id, "entity")
    pay_first = entry.pay_first or entry.since
    faults = lease_faults(
        subject=entry.subject,
        since=entry.since,
        until=entry.until,
        year_fen=entry.year_fen,
        deposit_fen=entry.deposit_fen,
        pay_months=entry.pay_months,
        pay_first=pay_first,
    )
    months = term_months(entry.since, entry.until) or 0
    faults += [*_resolution_faults(unit, entry, months), *_link_faults(unit, entity_id, entry)]
    home = own_household(unit, entry.party) if entry.member else None
    if faults:
        raise InputError(faults)
    postings.due_account(chart, entry.party, member=entry.member)  # a code that is no path is told here
    tenant = unit.actor.tenant_id
    row = LeaseRow(
        tenant_id=tenant,
        number=document_number(unit.session, tenant, "ZL", entry.since.year),
        entity_id=entity_id,
        kind=entry.kind.value,
        subject=entry.subject.strip(),
        household_id=None if home is None else home.id,
        party=entry.party,
        card_id=entry.card_id,
        since=entry.since,
        until=entry.until,
        months=months,
        year_fen=entry.year_fen,
        total_fen=term_rent(entry.year_fen, months),
        pay_months=min(entry.pay_months, months),
        pay_first=pay_first,
        deposit_fen=entry.deposit_fen,
        resolution_id=entry.resolution_id,
        renews_id=entry.renews_id,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("lease.agree", f"lease:{row.id}", year_fen=row.year_fen, months=months)
    return row


def set_limit(unit: Unit, *, since: date, year_fen: int, months: int) -> LeaseLimitRow:
    """From a day on, contracts above this rent a year or longer than this need a resolution."""
    unit.actor.require("设定租赁限额", Role.manager)
    if year_fen < 0 or months < 1:
        raise InputError([Fault("limit", "限额不小于 0，月数至少 1", "not below 0, and 1 month at least")])
    query = select(LeaseLimitRow).where(
        LeaseLimitRow.tenant_id == unit.actor.tenant_id, LeaseLimitRow.since == since
    )
    row = unit.session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        row = LeaseLimitRow(tenant_id=unit.actor.tenant_id, since=since, year_fen=year_fen, months=months)
        unit.session.add(row)
    row.year_fen, row.months = year_fen, months
    unit.session.flush()
    unit.audit("lease.limit", f"lease_limit:{row.id}", year_fen=year_fen, months=months)
    return row


def end_lease(unit: Unit, lease_id: int, *, day: date, reason: str) -> LeaseRow:
    """The contract ends early; rent is earned up to that day. Raises InputError."""
    unit.actor.require("提前终止租赁", Role.accountant, Role.manager)
    row = locked(unit, LeaseRow, lease_id, "lease")
    faults = [] if reason.strip() else [Fault("reason", "须写明理由", "a reason is needed")]
    posted = lease_item(unit.session, lease_id, day).posted
    if not row.since <= day < row.until or row.ended_on is not None:
        faults.append(Fault("day", "须在租期内，且合同未终止", "within the term, of a contract that runs"))
    if any(month >= (day.year, day.month) for month in posted):
        faults.append(Fault("day", "该月或其后租金已入账", "rent of that month or later is posted"))
    if faults:
        raise InputError(faults)
    row.ended_on, row.ended_why = day, reason
    unit.session.flush()
    unit.audit("lease.end", f"lease:{row.id}", day=day.isoformat())
    return row


def ask_move(
    unit: Unit, lease_id: int, *, kind: LeaseMoveKind, day: date, fen: int, purse: Purse = Purse.bank
) -> LeaseMoveRow:
    """Ask for rent or a deposit received, or a deposit given back. Raises ShortError, InputError."""
    unit.actor.require("登记租金收付", Role.accountant)
    lease = locked(unit, LeaseRow, lease_id, "lease")
    item = lease_item(unit.session, lease_id, day)
    faults = []
    if fen <= 0:
        faults.append(Fault("amount", "金额须大于 0", "the amount must be above 0"))
    if day > unit.today:
        faults.append(Fault("day", "不能晚于今天", "not after today"))
    if item.waiting:
        faults.append(Fault("amount", "该合同有收付待复核", "something of this lease waits for approval"))
    rest = lease.total_fen - item.received_fen
    if kind is LeaseMoveKind.receipt and fen > rest:
        faults.append(
            Fault(
                "amount",
                f"全部租金尚余 {rest} 分未收，收 {fen} 分，多 {fen - rest} 分",
                f"{rest} fen of the whole rent are not received yet, {fen} is {fen - rest} too much",
            )
        )
    if faults:
        raise InputError(faults)
    if kind is LeaseMoveKind.deposit_back and fen > item.deposit_fen:
        _book, chart = own_book(unit, lease.entity_id)
        raise ShortError(chart.path("deposit_held", lease.party), item.deposit_fen, fen)
    row = LeaseMoveRow(
        tenant_id=lease.tenant_id,
        lease_id=lease.id,
        kind=kind.value,
        day=day,
        fen=fen,
        purse=purse.value,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("lease.move", f"lease_move:{row.id}", kind=row.kind, fen=fen)
    return row


def approve_move(unit: Unit, move_id: int) -> LeaseMoveRow:
    """A second person approves, and the money is posted: rent that is due first. Raises SameHandError."""
    unit.actor.require("复核租金收付", Role.checker)
    row = locked(unit, LeaseMoveRow, move_id, "lease move")
    second_person(unit, WORD, row.id, row.maker_id)
    lease = locked(unit, LeaseRow, row.lease_id, "lease")
    locked(unit, EntityRow, lease.entity_id, "entity")  # no rent run counts the same money meanwhile
    if row.kind == LeaseMoveKind.receipt:
        row.due_fen = min(row.fen, max(0, lease_item(unit.session, lease.id, row.day).due_fen))
    posted = _post(unit, lease, row)
    done(unit, row, posted)
    unit.audit("lease.move.approve", f"lease_move:{row.id}", voucher=posted.id)
    return row


def refuse_move(unit: Unit, move_id: int, reason: str) -> LeaseMoveRow:
    """Sent back by the checker, or dropped by the accountant."""
    unit.actor.require("退回租金收付", Role.checker, Role.accountant)
    row = locked(unit, LeaseMoveRow, move_id, "lease move")
    refused(unit, row, reason)
    unit.audit("lease.move.refuse", f"lease_move:{row.id}")
    return row


def _post(unit: Unit, lease: LeaseRow, row: LeaseMoveRow) -> VoucherRow:
    _book, chart = own_book(unit, lease.entity_id)
    money = chart.path(row.purse)
    if row.kind == LeaseMoveKind.receipt:
        voucher = postings.receipt(
            chart,
            move_id=row.id,
            number=lease.number,
            day=row.day,
            money=money,
            fen=row.fen,
            due=postings.due_account(chart, lease.party, member=lease.household_id is not None),
            due_fen=row.due_fen,
            party=lease.party,
        )
    else:
        voucher = postings.deposit(
            chart,
            move_id=row.id,
            number=lease.number,
            day=row.day,
            money=money,
            fen=row.fen,
            party=lease.party,
            back=row.kind == LeaseMoveKind.deposit_back,
        )
    return book_service.post(
        unit, lease.entity_id, voucher, maker_id=row.maker_id, checker_id=unit.actor.user_id
    )


def _resolution_faults(unit: Unit, entry: LeaseEntry, months: int) -> list[Fault]:
    """A resolution named must have carried; above the limit one is named."""
    if entry.resolution_id is not None:
        found = unit.session.get(ResolutionRow, entry.resolution_id)
        if found is not None and found.tenant_id == unit.actor.tenant_id and found.passed:
            return []
        return [Fault("resolution", "没有这项已通过的决议", "there is no such resolution that carried")]
    limit = limit_on(unit.session, entry.since)
    if limit is None or (entry.year_fen <= limit.year_fen and months <= limit.months):
        return []
    return [
        Fault(
            "resolution",
            f"年租金超过 {limit.year_fen} 分或租期超过 {limit.months} 个月，须有决议",
            f"above {limit.year_fen} fen a year or {limit.months} months a resolution is needed",
        )
    ]


def _link_faults(unit: Unit, entity_id: int, entry: LeaseEntry) -> list[Fault]:
    faults = []
    if entry.card_id is not None:
        card = unit.session.get(AssetCardRow, entry.card_id)
        if card is None or card.entity_id != entity_id:
            faults.append(Fault("card", "没有这张资产卡片", "there is no such asset card"))
    if entry.renews_id is not None:
        old = unit.session.get(LeaseRow, entry.renews_id)
        if old is None or old.entity_id != entity_id:
            faults.append(Fault("renews", "没有这份原合同", "there is no such contract to renew"))
        elif (old.ended_on or old.until) >= entry.since:
            faults.append(Fault("since", f"须晚于原合同到期日 {old.until}", f"after {old.until}"))
        elif lease_item(unit.session, old.id, unit.today).renewed_by is not None:
            faults.append(Fault("renews", "原合同已续签", "that contract is renewed already"))
    return faults
