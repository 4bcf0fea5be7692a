"""Pay batches: proposed by one, approved by another, paid with one voucher, returned line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from coop.books import postings, queries
from coop.books.models import BatchState, LineState, PayableRow, PayBatchRow, PayLineRow
from coop.books.rules import PayItem, digest
from coop.books.service.errors import (
    BatchChangedError,
    EmptyBatchError,
    OwnBatchError,
    PayableBusyError,
    PaymentNotFoundError,
)
from coop.books.service.posting import post
from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError
from coop.kernel.numbering import document_number
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from ledger.chart import Standard, chart_of

SERIES = "ZF"  # 支付

BATCH_MOVES = Transitions(
    "支付批次 pay batch",
    {
        (BatchState.draft, BatchState.approved),
        (BatchState.approved, BatchState.paid),
        (BatchState.draft, BatchState.withdrawn),
        (BatchState.approved, BatchState.withdrawn),
    },
)
LINE_MOVES = Transitions(
    "支付 payment",
    {
        (LineState.queued, LineState.paid),
        (LineState.queued, LineState.withdrawn),
        (LineState.paid, LineState.returned),
    },
)


def propose_batch(unit: Unit, entity_id: int, payable_ids: Sequence[int], day: date) -> PayBatchRow:
    """A batch that pays the named open items of an entity in full.

    Raises EmptyBatchError, and PayableBusyError with all items that are paid, voided, in another batch or
    not there.
    """
    unit.actor.require("编制支付批次", Role.accountant, Role.manager)
    wanted = sorted(set(payable_ids))
    if not wanted:
        raise EmptyBatchError
    payables = _locked_payables(unit, wanted)
    busy = set(_in_live_lines(unit, wanted))
    ready = {p.id for p in payables if p.entity_id == entity_id and p.open_fen > 0} - busy
    refused = [key for key in wanted if key not in ready]
    if refused:
        raise PayableBusyError(refused)
    tenant = unit.actor.tenant_id
    batch = PayBatchRow(
        tenant_id=tenant,
        number=document_number(unit.session, tenant, SERIES, day.year),
        entity_id=entity_id,
        day=day,
        total_fen=sum(payable.open_fen for payable in payables),
        maker_id=unit.actor.user_id,
    )
    unit.session.add(batch)
    unit.session.flush()
    unit.session.add_all(
        PayLineRow(
            tenant_id=tenant,
            batch_id=batch.id,
            payable_id=payable.id,
            household_id=payable.household_id,
            account=payable.account,
            amount_fen=payable.open_fen,
        )
        for payable in payables
    )
    unit.session.flush()
    batch.digest = _content(unit, batch)
    unit.audit("batch.propose", f"batch:{batch.id}", total_fen=batch.total_fen, count=len(payables))
    return batch


def batch_digest(unit: Unit, batch_id: int) -> str:
    """The digest of what the batch pays now, from its lines: what a stamp or a resolution names."""
    batch = _locked_batch(unit, batch_id)
    return _content(unit, batch)


def approve_batch(unit: Unit, batch_id: int) -> PayBatchRow:
    """Another person than the maker approves. Raises OwnBatchError, BatchChangedError, ForbiddenMoveError."""
    unit.actor.require("复核支付批次", Role.checker)
    batch = _locked_batch(unit, batch_id)
    if batch.maker_id == unit.actor.user_id:
        raise OwnBatchError(batch.number, batch.maker_id)
    _require_unchanged(unit, batch)
    batch.approver_id = unit.actor.user_id
    batch.state = BATCH_MOVES.move(BatchState(batch.state), BatchState.approved)
    unit.audit("batch.approve", f"batch:{batch.id}", digest=batch.digest)
    return batch


def withdraw_batch(unit: Unit, batch_id: int, reason: str) -> PayBatchRow:
    """Drop a batch that is not paid yet; its items are open again."""
    unit.actor.require("撤回支付批次", Role.accountant, Role.manager, Role.checker)
    batch = _locked_batch(unit, batch_id)
    batch.state = BATCH_MOVES.move(BatchState(batch.state), BatchState.withdrawn)
    for line in _lines(unit, batch):
        line.state = LINE_MOVES.move(LineState(line.state), LineState.withdrawn)
        line.reason = reason
    unit.audit("batch.withdraw", f"batch:{batch.id}", total_fen=batch.total_fen)
    return batch


def pay_batch(unit: Unit, batch_id: int, day: date, bank_reference: str) -> PayBatchRow:
    """The bank has paid the file: one voucher, every item is paid. Raises the ledger's errors."""
    unit.actor.require("登记支付", Role.accountant)
    batch = _locked_batch(unit, batch_id)
    paid = BATCH_MOVES.move(BatchState(batch.state), BatchState.paid)
    _require_unchanged(unit, batch)
    lines = _lines(unit, batch)
    payables = {row.id: row for row in _locked_payables(unit, [line.payable_id for line in lines])}
    chart = chart_of(Standard(queries.book_of(unit.session, batch.entity_id).standard))
    voucher = postings.pay(chart, batch_id=batch.id, number=batch.number, day=day, items=_items(unit, lines))
    row = post(unit, batch.entity_id, voucher, checker_id=batch.approver_id)
    for line in lines:
        line.state = LINE_MOVES.move(LineState(line.state), LineState.paid)
        payables[line.payable_id].paid_fen += line.amount_fen
    batch.state, batch.voucher_id, batch.bank_reference = paid, row.id, bank_reference
    unit.audit("batch.pay", f"batch:{batch.id}", total_fen=batch.total_fen, voucher=row.id)
    return batch


def return_line(unit: Unit, batch_id: int, payable_id: int, reason: str, day: date) -> PayLineRow:
    """The bank sent one payment back: booked back, and the item is open for another batch."""
    unit.actor.require("登记银行退票", Role.accountant)
    batch = _locked_batch(unit, batch_id)
    line = next((line for line in _lines(unit, batch) if line.payable_id == payable_id), None)
    if line is None:
        raise PaymentNotFoundError(batch.number, payable_id)
    returned = LINE_MOVES.move(LineState(line.state), LineState.returned)
    [payable] = _locked_payables(unit, [payable_id])
    chart = chart_of(Standard(queries.book_of(unit.session, batch.entity_id).standard))
    voucher = postings.bank_return(
        chart,
        batch_id=batch.id,
        line_id=line.id,
        number=batch.number,
        day=day,
        item=_items(unit, [line])[0],
    )
    row = post(unit, batch.entity_id, voucher)
    line.state, line.return_voucher_id, line.reason = returned, row.id, reason
    payable.paid_fen -= line.amount_fen
    unit.audit("batch.return", f"batch:{batch.id}", payable=payable_id, amount_fen=line.amount_fen)
    return line


def _locked_batch(unit: Unit, batch_id: int) -> PayBatchRow:
    batch = unit.session.scalars(
        select(PayBatchRow)
        .where(PayBatchRow.id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if batch is None:
        raise NotFoundError("pay batch", batch_id)
    return batch


def _locked_payables(unit: Unit, ids: Sequence[int]) -> list[PayableRow]:
    """By id, the order locks are taken in; read anew, for the lock may have waited."""
    return list(
        unit.session.scalars(
            select(PayableRow)
            .where(PayableRow.id.in_(ids))
            .order_by(PayableRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _in_live_lines(unit: Unit, ids: Sequence[int]) -> list[int]:
    live = (LineState.queued.value, LineState.paid.value)
    return list(
        unit.session.scalars(
            select(PayLineRow.payable_id).where(PayLineRow.payable_id.in_(ids), PayLineRow.state.in_(live))
        )
    )


def _lines(unit: Unit, batch: PayBatchRow) -> list[PayLineRow]:
    return list(
        unit.session.scalars(
            select(PayLineRow).where(PayLineRow.batch_id == batch.id).order_by(PayLineRow.payable_id)
        )
    )


def _items(unit: Unit, lines: Sequence[PayLineRow]) -> list[PayItem]:
    ids = {line.household_id for line in lines}
    rows = unit.session.execute(select(HouseholdRow.id, HouseholdRow.number).where(HouseholdRow.id.in_(ids)))
    numbers = {row.id: row.number for row in rows}
    return [
        PayItem(line.payable_id, line.account, numbers[line.household_id], line.amount_fen) for line in lines
    ]


def _content(unit: Unit, batch: PayBatchRow) -> str:
    return digest(batch.entity_id, batch.day, _items(unit, _lines(unit, batch)))


def _require_unchanged(unit: Unit, batch: PayBatchRow) -> None:
    found = _content(unit, batch)
    if found != batch.digest:
        raise BatchChangedError(batch.number, batch.digest, found)
