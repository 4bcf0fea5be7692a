"""The start page: what waits for somebody, and the few figures that person's work turns on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coop.books.models import PayableRow
from coop.kernel.actor import Actor, Role
from coop.kernel.registries import Todo, offers
from coop.orders.models import LineRow, PartRow
from coop.orders.rules import PartState
from coop.parties.models import HouseholdRow
from coop.procurement.models import LotKind, LotRow, ReceiptRow, ReceiptState
from coop.settlement.models import SaleRow, SaleState

LIVE = tuple(
    state.value
    for state in PartState
    if state not in (PartState.received, PartState.refused, PartState.closed)
)
MONEY = frozenset({Role.manager, Role.accountant, Role.checker, Role.supervisor})


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with where it comes from. `kind` is yuan (fen), weight (grams) or number."""

    text: str
    text_en: str
    kind: str
    value: int
    endpoint: str
    icon: str


def waiting(session: Session, roles: frozenset[Role]) -> tuple[Todo, ...]:
    """Everything any subject says waits for these roles."""
    return tuple(todo for _name, offer in offers.items() for todo in offer(session, roles))


def figures(session: Session, actor: Actor, today: date) -> tuple[Figure, ...]:
    """The figures of the actor's roles, of its own tenant alone."""
    found: list[Figure] = []
    if Role.enterprise in actor.roles:
        found += _buyer(session, actor.tenant_id, today)
    if actor.roles & {Role.manager, Role.supervisor}:
        found += _orders(session, PartRow.seller_id == actor.tenant_id)
    if actor.roles & {Role.clerk, Role.manager}:
        found += _scale(session, actor.tenant_id, today)
    if actor.roles & MONEY:
        found += _money(session, actor.tenant_id)
    if Role.county in actor.roles:
        found += _county(session, actor)
    return tuple(found)


def _sum(session: Session, column: Any, *wanted: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.coalesce(func.sum(column), 0)).where(*wanted)) or 0)


def _line_sum(session: Session, column: Any, mine: ColumnElement[bool]) -> int:
    query = (
        select(func.coalesce(func.sum(column), 0))
        .join(PartRow, PartRow.id == LineRow.part_id)
        .where(mine, PartRow.state.in_(LIVE))
    )
    return int(session.scalar(query) or 0)


def _orders(session: Session, mine: ColumnElement[bool]) -> list[Figure]:
    ordered, collected = (
        _line_sum(session, LineRow.quantity, mine),
        _line_sum(session, LineRow.collected, mine),
    )
    return [
        Figure("在手订单", "orders in hand", "weight", ordered, "OrderView.index", "clipboard-list"),
        Figure("已收购", "collected for them", "weight", collected, "ReceiptView.index", "scale"),
    ]


def _scale(session: Session, tenant_id: int, today: date) -> list[Figure]:
    bought = _sum(
        session,
        ReceiptRow.total_g,
        ReceiptRow.tenant_id == tenant_id,
        ReceiptRow.day == today,
        ReceiptRow.state == ReceiptState.posted.value,
    )
    stored = _sum(
        session, LotRow.left_g, LotRow.tenant_id == tenant_id, LotRow.kind == LotKind.household.value
    )
    return [
        Figure("今日收购", "bought today", "weight", bought, "ReceiptView.index", "calendar"),
        Figure("库存待发", "in store to be shipped", "weight", stored, "ShipmentView.index", "package"),
    ]


def _money(session: Session, tenant_id: int) -> list[Figure]:
    owed = _sum(
        session,
        PayableRow.amount_fen - PayableRow.paid_fen,
        PayableRow.tenant_id == tenant_id,
        PayableRow.void_id.is_(None),
    )
    due = _sum(
        session,
        SaleRow.amount_fen - SaleRow.paid_fen,
        SaleRow.seller_id == tenant_id,
        SaleRow.state == SaleState.open.value,
    )
    return [
        Figure("企业待付货款", "the enterprise owes", "yuan", due, "SaleView.index", "building"),
        Figure("欠农户货款和分红", "owed to the households", "yuan", owed, "BatchView.list", "wallet"),
    ]


def _buyer(session: Session, tenant_id: int, today: date) -> list[Figure]:
    mine = PartRow.buyer_id == tenant_id
    owing = (SaleRow.buyer_id == tenant_id, SaleRow.state == SaleState.open.value)
    unpaid = SaleRow.amount_fen - SaleRow.paid_fen
    ordered, taken = _line_sum(session, LineRow.quantity, mine), _line_sum(session, LineRow.taken, mine)
    collected = _line_sum(session, LineRow.collected, mine)
    late = _sum(session, unpaid, *owing, SaleRow.due_day < today)
    return [
        Figure("已订购", "ordered", "weight", ordered, "OrderView.index", "clipboard-list"),
        Figure("村里已收购", "collected in the villages", "weight", collected, "OrderView.index", "scale"),
        Figure("已验收", "taken", "weight", taken, "ShipmentView.index", "truck-delivery"),
        Figure(
            "待付货款", "to be paid", "yuan", _sum(session, unpaid, *owing), "SaleView.index", "coin-yuan"
        ),
        Figure("其中已逾期", "of it overdue", "yuan", late, "SaleView.index", "alert-triangle"),
    ]


def _county(session: Session, actor: Actor) -> list[Figure]:
    villages = sorted(actor.readable - {actor.tenant_id})
    homes = session.scalar(
        select(func.count()).select_from(HouseholdRow).where(HouseholdRow.tenant_id.in_(villages))
    )
    return [
        Figure("可查看的村", "villages in sight", "number", len(villages), "ProgressView.index", "map"),
        Figure("农户", "households", "number", homes or 0, "ProgressView.index", "users-group"),
        *_orders(session, PartRow.seller_id.in_(villages)),
    ]
