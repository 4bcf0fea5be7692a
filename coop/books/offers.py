"""Links to pay batches and what waits: batches to approve, to pay, and open items to put into one."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books.models import BatchState, LineState, PayableRow, PayBatchRow, PayLineRow
from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers


def _batch(key: str) -> Link:
    return Link("BatchView.show", {"batch_id": int(key)}, f"支付批次 {key}", f"pay batch {key}")


def _return(key: str) -> Link:
    batch_id, _, line_id = key.partition(":")
    return Link(
        "BatchView.show", {"batch_id": int(batch_id)}, f"银行退票 {line_id}", f"bank return {line_id}"
    )


links.register("batch", _batch)
links.register("return", _return)


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """What the roles have to do about payments."""
    found = []
    if Role.accountant in roles:
        found.append(
            Todo("待付款未编入批次", "open items in no pay batch", _open_items(session), "BatchView.list")
        )
        found.append(
            Todo("已复核待支付批次", "approved batches to pay", _count(session, "approved"), "BatchView.list")
        )
    if Role.checker in roles:
        found.append(
            Todo("待复核支付批次", "pay batches to approve", _count(session, "draft"), "BatchView.list")
        )
    return [todo for todo in found if todo.count]


def _count(session: Session, state: str) -> int:
    query = select(func.count()).select_from(PayBatchRow).where(PayBatchRow.state == BatchState(state).value)
    return session.scalar(query) or 0


def _open_items(session: Session) -> int:
    queued = select(PayLineRow.payable_id).where(PayLineRow.state == LineState.queued.value)
    query = (
        select(func.count())
        .select_from(PayableRow)
        .where(
            PayableRow.void_id.is_(None),
            PayableRow.paid_fen < PayableRow.amount_fen,
            PayableRow.id.not_in(queued),
        )
    )
    return session.scalar(query) or 0


offers.register("books.payments", todos)
