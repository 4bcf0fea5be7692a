"""Petty cash: posts that hold it, money handed to them and given back, counts of the drawer."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select

from coop.accounting.models.petty import PettyCountRow, PettyHolderRow, PettyKind, PettyMoveRow, Purse
from coop.accounting.postings import petty as postings
from coop.accounting.service.subledgers import (
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
from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.unit import Unit
from ledger import journal

POST = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}", re.ASCII)
WORD = "备用金 petty cash"


class OverLimitError(CoopError):
    def __init__(self, post: str, limit_fen: int, would_fen: int) -> None:
        super().__init__(
            zh=f"岗位 {post} 备用金限额 {limit_fen} 分，拨付后为 {would_fen} 分，超出 {would_fen - limit_fen} 分",
            en=f"post {post} may hold {limit_fen} fen, would hold {would_fen}, over by {would_fen - limit_fen}",
        )


def add_holder(unit: Unit, entity_id: int, code: str, title: str, *, limit_fen: int = 0) -> PettyHolderRow:
    """A post that claims expenses and may hold petty cash; its accounts are opened under its title."""
    unit.actor.require("设置报账岗位", Role.accountant, Role.manager)
    book, chart = own_book(unit, entity_id)
    faults = []
    if not POST.fullmatch(code):
        faults.append(Fault("code", "岗位代码如 BZ01", "a code such as BZ01"))
    elif _holder(unit, entity_id, code) is not None:
        faults.append(Fault("code", f"岗位 {code} 已经存在", f"post {code} is there already"))
    if not title.strip():
        faults.append(Fault("title", "必填", "required"))
    if faults:
        raise InputError(faults)
    row = PettyHolderRow(
        tenant_id=unit.actor.tenant_id, entity_id=entity_id, code=code, title=title, limit_fen=limit_fen
    )
    unit.session.add(row)
    unit.session.flush()
    for role in ("petty_cash", "other_payable"):
        journal.open_account(unit.session, book, chart.path(role, code), title, code)
    unit.audit("petty.holder", f"petty_holder:{row.id}", code=code, limit_fen=limit_fen)
    return row


def ask(unit: Unit, holder_id: int, *, kind: PettyKind, purse: Purse, day: date, fen: int) -> PettyMoveRow:
    """Ask to hand a post money, or to take money back from it; another person approves. Raises ShortError,
    OverLimitError.
    """
    unit.actor.require("办理备用金", Role.accountant)
    holder = locked(unit, PettyHolderRow, holder_id, "post")
    if fen <= 0:
        raise InputError([Fault("amount", "金额须大于 0", "the amount must be above 0")])
    _require_room(unit, holder, kind, fen)
    row = PettyMoveRow(
        tenant_id=unit.actor.tenant_id,
        holder_id=holder.id,
        kind=kind.value,
        purse=purse.value,
        day=day,
        amount_fen=fen,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("petty.ask", f"petty:{row.id}", kind=kind.value, fen=fen)
    return row


def approve(unit: Unit, move_id: int) -> PettyMoveRow:
    """A second person approves, and the voucher is posted. Raises SameHandError, ShortError, OverLimitError."""
    unit.actor.require("复核备用金", Role.checker)
    row = locked(unit, PettyMoveRow, move_id, "petty cash")
    second_person(unit, WORD, row.id, row.maker_id)
    holder = locked(unit, PettyHolderRow, row.holder_id, "post")
    _book, chart = own_book(unit, holder.entity_id)
    _require_room(unit, holder, PettyKind(row.kind), row.amount_fen)
    voucher = postings.move(
        chart,
        holder_id=holder.id,
        move_id=row.id,
        post=holder.code,
        kind=row.kind,
        purse=row.purse,
        day=row.day,
        fen=row.amount_fen,
    )
    posted = book_service.post(
        unit, holder.entity_id, voucher, maker_id=row.maker_id, checker_id=unit.actor.user_id
    )
    done(unit, row, posted)
    unit.audit("petty.approve", f"petty:{row.id}", voucher=posted.id)
    return row


def refuse(unit: Unit, move_id: int, reason: str) -> PettyMoveRow:
    """Sent back by the checker, or dropped by the accountant."""
    unit.actor.require("退回备用金", Role.checker, Role.accountant)
    row = locked(unit, PettyMoveRow, move_id, "petty cash")
    refused(unit, row, reason)
    unit.audit("petty.refuse", f"petty:{row.id}")
    return row


def count(unit: Unit, holder_id: int, *, day: date, counted_fen: int, note: str = "") -> PettyCountRow:
    """Note what was in the drawer beside what the books say now; a difference is explained in the note."""
    unit.actor.require("盘点备用金", Role.accountant, Role.supervisor, Role.clerk)
    holder = locked(unit, PettyHolderRow, holder_id, "post")
    book, chart = own_book(unit, holder.entity_id)
    booked = held_fen(unit, book, chart.path("petty_cash", holder.code))
    if counted_fen != booked and not note.strip():
        gap = counted_fen - booked
        raise InputError(
            [
                Fault(
                    "note",
                    f"账面 {booked} 分，实点 {counted_fen} 分，差 {gap} 分：须写明原因",
                    f"books {booked} fen, counted {counted_fen}, difference {gap}: say why",
                )
            ]
        )
    row = PettyCountRow(
        tenant_id=unit.actor.tenant_id,
        holder_id=holder.id,
        day=day,
        counted_fen=counted_fen,
        book_fen=booked,
        note=note,
        counter_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("petty.count", f"petty_holder:{holder.id}", counted_fen=counted_fen, book_fen=booked)
    return row


def _holder(unit: Unit, entity_id: int, code: str) -> PettyHolderRow | None:
    query = select(PettyHolderRow).where(PettyHolderRow.entity_id == entity_id, PettyHolderRow.code == code)
    return unit.session.scalars(query).one_or_none()


def _require_room(unit: Unit, holder: PettyHolderRow, kind: PettyKind, fen: int) -> None:
    book, chart = own_book(unit, holder.entity_id)
    account = chart.path("petty_cash", holder.code)
    held = held_fen(unit, book, account)
    if kind is PettyKind.give_back:
        if held < fen:
            raise ShortError(account, held, fen)
    elif holder.limit_fen and held + fen > holder.limit_fen:
        raise OverLimitError(holder.code, holder.limit_fen, held + fen)
