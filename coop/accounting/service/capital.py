"""Member capital: contributions paid in, and a cooperative's members leaving. The register and the books move together."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coop.accounting.models.capital import CapitalKind, CapitalMoveRow
from coop.accounting.models.petty import Purse
from coop.accounting.models.subledgers import HandState
from coop.accounting.postings import capital as postings
from coop.accounting.rules.capital import effective_on, from_own_account
from coop.accounting.service.subledgers import (
    HAND_MOVES,
    ShortError,
    done,
    held_fen,
    locked,
    own_book,
    refused,
    second_person,
)
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.unit import Unit
from coop.parties import service as parties
from coop.parties.models import HoldingKind, HoldingRow, MemberRow
from ledger.chart import Standard

WORD = "股金 capital"


class NoExitError(CoopError):
    """Only a cooperative's members may take their contribution out (合作社法 art. 25)."""

    def __init__(self, entity: str) -> None:
        super().__init__(
            zh=f"{entity} 不是农民专业合作社，成员出资不能退出",
            en=f"{entity} is no specialized cooperative; its members' capital is not paid out",
        )


class TooEarlyError(CoopError):
    def __init__(self, day: date, effective: date) -> None:
        super().__init__(
            zh=f"退社自 {effective} 年度终了生效，支付日 {day} 须在其后",
            en=f"the exit takes effect at the end of {effective}; {day} is not after it",
        )


class AlreadyLeavingError(CoopError):
    def __init__(self, member: str) -> None:
        super().__init__(zh=f"成员 {member} 已有退社申请", en=f"member {member} has applied to leave already")


def contribute(
    unit: Unit, entity_id: int, *, member: str, fen: int, day: date, purse: Purse = Purse.bank
) -> CapitalMoveRow:
    """A member pays in; another person approves, then the voucher is posted and the register changes."""
    unit.actor.require("登记股金", Role.accountant)
    own_book(unit, entity_id)
    person = _member(unit, member)
    if fen <= 0:
        raise InputError([Fault("amount", "金额须大于 0", "the amount must be above 0")])
    return _add(
        unit,
        CapitalMoveRow(
            tenant_id=unit.actor.tenant_id,
            entity_id=entity_id,
            member_id=person.id,
            household_id=person.household_id,
            kind=CapitalKind.contribute.value,
            day=day,
            amount_fen=fen,
            purse=purse.value,
            maker_id=unit.actor.user_id,
        ),
    )


def apply_exit(unit: Unit, entity_id: int, *, member: str, applied_on: date) -> CapitalMoveRow:
    """A member applies to leave a cooperative. Raises NoExitError, AlreadyLeavingError, NotFoundError."""
    unit.actor.require("登记退社申请", Role.accountant, Role.manager)
    book, chart = own_book(unit, entity_id)
    if chart.standard is not Standard.coop_2021:
        raise NoExitError(book.entity)
    person = _member(unit, member)
    waiting = (HandState.applied.value, HandState.asked.value)
    if unit.session.scalars(
        select(CapitalMoveRow).where(
            CapitalMoveRow.entity_id == entity_id,
            CapitalMoveRow.member_id == person.id,
            CapitalMoveRow.kind == CapitalKind.leave.value,
            CapitalMoveRow.state.in_(waiting),
        )
    ).first():
        raise AlreadyLeavingError(member)
    ends = effective_on(applied_on)
    return _add(
        unit,
        CapitalMoveRow(
            tenant_id=unit.actor.tenant_id,
            entity_id=entity_id,
            member_id=person.id,
            household_id=person.household_id,
            kind=CapitalKind.leave.value,
            state=HandState.applied.value,
            day=ends,
            applied_on=applied_on,
            effective_on=ends,
            maker_id=unit.actor.user_id,
        ),
    )


def settle_exit(
    unit: Unit, move_id: int, *, day: date, reserve_fen: int, purse: Purse = Purse.bank
) -> CapitalMoveRow:
    """Ask for what the member takes along: the whole contribution and the reserve share of the member's account,
    never the share in granted property, and never less for what the household owes. Raises TooEarlyError, ShortError.
    """
    unit.actor.require("结算退社", Role.accountant)
    row = locked(unit, CapitalMoveRow, move_id, "capital")
    book, chart = own_book(unit, row.entity_id)
    state = HAND_MOVES.move(HandState(row.state), HandState.asked)
    if row.effective_on is None or day <= row.effective_on:
        raise TooEarlyError(day, row.effective_on or day)
    reserve = -held_fen(unit, book, chart.path("reserve"))
    if reserve_fen > max(0, reserve):
        raise ShortError(chart.path("reserve"), reserve, reserve_fen)
    row.amount_fen, row.reserve_fen = contribution_of(unit, row.entity_id, row.member_id), reserve_fen
    row.day, row.purse, row.state, row.maker_id = day, purse.value, state.value, unit.actor.user_id
    unit.session.flush()
    unit.audit("capital.settle", f"capital:{row.id}", fen=row.amount_fen, reserve_fen=reserve_fen)
    return row


def approve(unit: Unit, move_id: int) -> CapitalMoveRow:
    """A second person approves: the voucher and the share register change in one. Raises SameHandError, NotHeldError."""
    unit.actor.require("复核股金", Role.checker)
    row = locked(unit, CapitalMoveRow, move_id, "capital")
    HAND_MOVES.move(HandState(row.state), HandState.done)
    second_person(unit, WORD, row.id, row.maker_id)
    book, chart = own_book(unit, row.entity_id)
    household = unit.session.get_one(MemberRow, row.member_id).household.number
    if row.kind == CapitalKind.contribute:
        voucher, change = (
            postings.contribute(
                chart,
                move_id=row.id,
                household=household,
                purse=row.purse,
                day=row.day,
                fen=row.amount_fen,
            ),
            row.amount_fen,
        )
    else:
        own = -held_fen(unit, book, chart.path("capital", household))
        own_fen, control_fen = from_own_account(row.amount_fen, own)
        voucher = postings.leave(
            chart,
            move_id=row.id,
            household=household,
            purse=row.purse,
            day=row.day,
            own_fen=own_fen,
            control_fen=control_fen,
            reserve_fen=row.reserve_fen,
        )
        change = -row.amount_fen
    posted = book_service.post(
        unit, row.entity_id, voucher, maker_id=row.maker_id, checker_id=unit.actor.user_id
    )
    if change:
        parties.change_holding(
            unit,
            entity_id=row.entity_id,
            member_id=row.member_id,
            kind=HoldingKind.contribution,
            change=change,
            day=row.day,
        )
    done(unit, row, posted)
    unit.audit("capital.approve", f"capital:{row.id}", voucher=posted.id)
    return row


def refuse(unit: Unit, move_id: int, reason: str) -> CapitalMoveRow:
    """Sent back by the checker, or dropped by the accountant."""
    unit.actor.require("退回股金", Role.checker, Role.accountant)
    row = locked(unit, CapitalMoveRow, move_id, "capital")
    refused(unit, row, reason)
    unit.audit("capital.refuse", f"capital:{row.id}")
    return row


def contribution_of(unit: Unit, entity_id: int, member_id: int) -> int:
    """What the register says the member has paid in, fen."""
    query = select(HoldingRow.amount).where(
        HoldingRow.tenant_id == unit.actor.tenant_id,
        HoldingRow.entity_id == entity_id,
        HoldingRow.member_id == member_id,
        HoldingRow.kind == HoldingKind.contribution.value,
        HoldingRow.until.is_(None),
    )
    return unit.session.scalars(query).one_or_none() or 0


def _member(unit: Unit, number: str) -> MemberRow:
    row = unit.session.scalars(
        select(MemberRow)
        .where(MemberRow.tenant_id == unit.actor.tenant_id, MemberRow.number == number)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("member", number)
    return row


def _add(unit: Unit, row: CapitalMoveRow) -> CapitalMoveRow:
    unit.session.add(row)
    unit.session.flush()
    unit.audit("capital.add", f"capital:{row.id}", kind=row.kind, fen=row.amount_fen)
    return row
