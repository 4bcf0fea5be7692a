"""What the settlement gives to the registries: ways back to payments and bills, and what waits for whom.

Pay batches have theirs in books.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from coop.delivery.models import AcceptanceRow, AcceptanceState
from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers
from coop.kernel.scopes import ScopedSession
from coop.settlement.models import AdvanceRow, PaymentRow, PaymentState, SaleRow, SaleState


def payment_link(key: str) -> Link:
    return Link("SaleView.payment", {"payment_id": int(key)}, f"货款 {key}", f"payment {key}")


def advance_link(key: str) -> Link:
    return Link("SaleView.advance", {"advance_id": int(key)}, f"预付款 {key}", f"advance {key}")


def sale_link(key: str) -> Link:
    return Link("SaleView.show", {"sale_id": int(key)}, f"结算单 {key}", f"bill {key}")


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Acceptances to bill, payments to find on the bank statement; to the enterprise, bills to pay."""
    if not isinstance(session, ScopedSession):
        return []
    tenant, found = session.scope.write, []
    if roles & {Role.manager, Role.accountant}:
        unbilled = (
            AcceptanceRow.seller_id == tenant,
            AcceptanceRow.state == AcceptanceState.agreed.value,
            ~exists().where(SaleRow.acceptance_id == AcceptanceRow.id),
        )
        count = _count(session, AcceptanceRow, *unbilled)
        found.append(Todo("待结算的验收单", "acceptances to bill", count, "SaleView.index"))
    if Role.accountant in roles:
        advised = (PaymentRow.seller_id == tenant, PaymentRow.state == PaymentState.advised.value)
        count = _count(session, PaymentRow, *advised)
        found.append(
            Todo("待核对到账的货款", "payments to find on the bank statement", count, "SaleView.index")
        )
        waiting = (AdvanceRow.seller_id == tenant, AdvanceRow.state == PaymentState.advised.value)
        count = _count(session, AdvanceRow, *waiting)
        found.append(
            Todo("待核对到账的预付款", "advances to find on the bank statement", count, "SaleView.index")
        )
    if Role.enterprise in roles:
        count = _count(session, SaleRow, SaleRow.buyer_id == tenant, SaleRow.state == SaleState.open.value)
        found.append(Todo("待付款的结算单", "bills to pay", count, "SaleView.index"))
    return [todo for todo in found if todo.count]


def _count(
    session: Session,
    kind: type[AcceptanceRow | AdvanceRow | PaymentRow | SaleRow],
    *wanted: ColumnElement[bool],
) -> int:
    return session.scalar(select(func.count()).select_from(kind).where(*wanted)) or 0


links.register("advance", advance_link)
links.register("payment", payment_link)
links.register("sale", sale_link)
offers.register("settlement.todos", todos)
