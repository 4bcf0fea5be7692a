"""Counting the cash box (现金盘点): one counts, another looks on; a difference is explained and can be booked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from coop.accounting.models import CashCountRow, CountState, DraftRow, DraftState
from coop.accounting.queries.cash import cash_fen
from coop.accounting.rules import DraftLine
from coop.accounting.rules.cash import count_faults, counted_fen
from coop.accounting.service.drafts import draft
from coop.books import queries as books
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from ledger.chart import Standard, chart_of
from ledger.money import fen_text

DESK = (Role.accountant, Role.checker)
MOVES = Transitions(
    "现金盘点 cash count",
    {(CountState.counted, CountState.witnessed), (CountState.counted, CountState.refused)},
)


class OwnCountError(CoopError):
    def __init__(self, count_id: int, counter_id: int) -> None:
        super().__init__(
            zh=f"盘点 {count_id} 由用户 {counter_id} 清点，监盘须由另一人",
            en=f"count {count_id} was made by user {counter_id}; another person must witness it",
        )


class CountDraftError(CoopError):
    """A difference is booked once, of a witnessed count."""

    def __init__(self, count_id: int, state: str, difference_fen: int, draft_id: int | None) -> None:
        gap = fen_text(difference_fen)
        super().__init__(
            zh=f"盘点 {count_id} 不能起草凭证：须已监盘且有差额，现为 {state}，差额 {gap}，草稿 {draft_id or '无'}",
            en=f"count {count_id} cannot be drafted: expected witnessed with a difference, found {state}, "
            f"difference {gap}, draft {draft_id or 'none'}",
        )


def count_cash(
    unit: Unit, entity_id: int, *, day: date, pieces: Mapping[int, int], reason: str = ""
) -> CashCountRow:
    """The notes and coins counted on a day, denomination in fen -> how many, against the book of that day.

    A difference needs its reason. Raises InputError with all faults.
    """
    unit.actor.require("盘点现金", *DESK)
    book = books.book_of(unit.session, entity_id)
    account = chart_of(Standard(book.standard)).path("cash")
    held = {value: count for value, count in sorted(pieces.items(), reverse=True) if count}
    faults = count_faults(held)
    if day > unit.today:
        faults.append(
            Fault(
                "day",
                f"不能晚于今天 {unit.today}，实为 {day}",
                f"expected {unit.today} or earlier, found {day}",
            )
        )
    counted, expected = counted_fen(held), cash_fen(unit.session, book.id, account, day)
    if counted != expected and not reason.strip():
        told = fen_text(counted), fen_text(expected), fen_text(counted - expected)
        faults.append(
            Fault(
                "reason",
                f"有差额须写明原因：账面 {told[1]}，实点 {told[0]}，差 {told[2]}",
                f"a difference needs its reason: expected {told[1]}, found {told[0]}, difference {told[2]}",
            )
        )
    if faults:
        raise InputError(faults)
    row = CashCountRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        book_id=book.id,
        account=account,
        day=day,
        pieces={str(value): count for value, count in held.items()},
        counted_fen=counted,
        book_fen=expected,
        reason=reason.strip(),
        counter_id=unit.actor.user_id,
        at=unit.now,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("cash.count", f"cash_count:{row.id}", counted_fen=counted, book_fen=expected)
    return row


def witness_count(unit: Unit, count_id: int) -> CashCountRow:
    """Another person saw the same money. Raises OwnCountError, ForbiddenMoveError."""
    unit.actor.require("监盘现金", *DESK)
    row = _locked(unit, count_id)
    state = MOVES.move(CountState(row.state), CountState.witnessed)
    if row.counter_id == unit.actor.user_id:
        raise OwnCountError(count_id, row.counter_id)
    row.state, row.witness_id = state.value, unit.actor.user_id
    unit.audit("cash.witness", f"cash_count:{count_id}", difference_fen=row.difference_fen)
    return row


def refuse_count(unit: Unit, count_id: int, why: str) -> CashCountRow:
    """The count was wrong: it stays to be seen and counts for nothing; the cash is counted anew."""
    unit.actor.require("监盘现金", *DESK)
    row = _locked(unit, count_id)
    state = MOVES.move(CountState(row.state), CountState.refused)
    if not why.strip():
        raise InputError([Fault("why", "须写明理由", "a reason is needed")])
    row.state, row.witness_id, row.refusal = state.value, unit.actor.user_id, why.strip()
    unit.audit("cash.refuse", f"cash_count:{count_id}")
    return row


def draft_difference(unit: Unit, count_id: int, *, counter: str = "") -> DraftRow:
    """The difference of a witnessed count as a draft voucher, against 待处理财产损溢 unless another account is told."""
    unit.actor.require("制单", Role.accountant)
    row = _locked(unit, count_id)
    earlier = None
    if row.draft_id is not None:
        earlier = unit.session.scalars(select(DraftRow).where(DraftRow.id == row.draft_id)).one()
    live = earlier is not None and earlier.state != DraftState.refused.value
    gap = row.difference_fen
    if row.state != CountState.witnessed.value or not gap or live:
        raise CountDraftError(count_id, row.state, gap, row.draft_id)
    chart = chart_of(Standard(books.book_of(unit.session, row.entity_id).standard))
    other = counter or chart.path("pending_loss")
    if gap > 0:
        lines = [DraftLine(row.account, debit_fen=gap), DraftLine(other, credit_fen=gap)]
    else:
        lines = [DraftLine(other, debit_fen=-gap), DraftLine(row.account, credit_fen=-gap)]
    word = "长款" if gap > 0 else "短款"
    made = draft(
        unit,
        row.entity_id,
        day=row.day,
        summary=f"现金盘点{word}：{row.reason}"[:200],
        lines=lines,
        attachments=1,
    )
    row.draft_id = made.id
    unit.audit("cash.draft", f"cash_count:{count_id}", draft=made.id, difference_fen=gap)
    return made


def _locked(unit: Unit, count_id: int) -> CashCountRow:
    row = unit.session.scalars(
        select(CashCountRow)
        .where(CashCountRow.id == count_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("cash count", count_id)
    return row
