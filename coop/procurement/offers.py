"""What the purchase gives to the registries: the way back to a ticket, and what waits at the scale."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers
from coop.kernel.scopes import ScopedSession
from coop.orders.models import PartRow
from coop.orders.rules import PartState
from coop.splitting.models import AllocationRow, AnswerState, SplitRow


def receipt_link(key: str) -> Link:
    return Link("ReceiptView.show", {"receipt_id": int(key)}, f"收购单 {key}", f"weigh ticket {key}")


def sheet_link(key: str) -> Link:
    return Link("WeighSheetView.show", {"sheet_id": int(key)}, f"收购汇总单 {key}", f"weigh sheet {key}")


def takeback_link(key: str) -> Link:
    """A ticket of a sheet that was taken back: its voucher leads to the ticket."""
    return Link(
        "ReceiptView.show", {"receipt_id": int(key)}, f"冲销收购单 {key}", f"reversed weigh ticket {key}"
    )


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Households that said yes and have not brought all of it."""
    if Role.clerk not in roles or not isinstance(session, ScopedSession):
        return []
    count = session.scalar(
        select(func.count())
        .select_from(AllocationRow)
        .join(SplitRow, SplitRow.id == AllocationRow.split_id)
        .join(PartRow, PartRow.id == SplitRow.part_id)
        .where(
            AllocationRow.tenant_id == session.scope.write,
            AllocationRow.state == AnswerState.confirmed.value,
            AllocationRow.delivered_g < AllocationRow.decided_g,
            PartRow.state.not_in(
                [PartState.received.value, PartState.accepted.value, PartState.closed.value]
            ),
        )
    )
    return [Todo("待交售的农户", "households still to deliver", count, "ReceiptView.index")] if count else []


links.register("receipt", receipt_link)
links.register("sheet", sheet_link)
links.register("takeback", takeback_link)
offers.register("procurement.todos", todos)
