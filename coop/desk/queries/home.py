"""The start page: what waits for somebody, and the three figures that person's work turns on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coop.accounting.models import DraftRow, DraftState
from coop.books.models import BatchState, PayableKind, PayableRow, PayBatchRow
from coop.governance.queries import notices, stamp_days
from coop.kernel.actor import Actor, Role
from coop.kernel.registries import Todo, offers
from coop.orders.models import LineRow, PartRow
from coop.orders.rules import PartState
from coop.parties.models import HouseholdRow
from coop.procurement.models import LotKind, LotRow, ReceiptRow, ReceiptState
from coop.settlement.models import SaleRow, SaleState
from coop.splitting.models import AllocationRow, AnswerState
from coop.standards.models import ProductRow

LIVE = tuple(
    state.value
    for state in PartState
    if state not in (PartState.received, PartState.refused, PartState.closed)
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with where it comes from. `kind` is yuan (fen), weight (grams) or number.

    `heads` counts what is bought by head beside the grams; `note` is a second sentence under the figure.
    """

    text: str
    text_en: str
    kind: str
    value: int
    endpoint: str
    icon: str
    heads: int = 0
    note: str = ""
    note_en: str = ""


def waiting(session: Session, roles: frozenset[Role]) -> tuple[Todo, ...]:
    """Everything any subject says waits for these roles."""
    return tuple(todo for _name, offer in offers.items() for todo in offer(session, roles))


def figures(session: Session, actor: Actor, today: date) -> tuple[Figure, ...]:
    """The figures of the actor's roles, three a role, of its own tenant alone; none twice."""
    found = [
        figure
        for role, maker in MAKERS
        if role in actor.roles
        for figure in maker(session, actor.tenant_id, today)
    ]
    if Role.county in actor.roles:
        found += _county(session, actor)
    return tuple({figure.text: figure for figure in found}.values())


def _sum(session: Session, column: Any, *wanted: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.coalesce(func.sum(column), 0)).where(*wanted)) or 0)


def _count(session: Session, kind: type[Any], *wanted: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(kind).where(*wanted)) or 0


def _by_unit(session: Session, query: Any) -> tuple[int, int]:
    """(grams, heads) of a query of (unit, sum)."""
    found = {unit: int(total or 0) for unit, total in session.execute(query)}
    return found.get("gram", 0), found.get("head", 0)


def _line_sum(session: Session, column: Any, mine: ColumnElement[bool]) -> tuple[int, int]:
    return _by_unit(
        session,
        select(ProductRow.unit, func.sum(column))
        .join(LineRow, LineRow.product == ProductRow.code)
        .join(PartRow, PartRow.id == LineRow.part_id)
        .where(mine, PartRow.state.in_(LIVE))
        .group_by(ProductRow.unit),
    )


def _weight(words: tuple[str, str], found: tuple[int, int], endpoint: str, icon: str) -> Figure:
    return Figure(*words, "weight", found[0], endpoint, icon, heads=found[1])


def _manager(session: Session, tenant_id: int, today: date) -> list[Figure]:
    mine = PartRow.seller_id == tenant_id
    open_bills = (SaleRow.seller_id == tenant_id, SaleRow.state == SaleState.open.value)
    unpaid = SaleRow.amount_fen - SaleRow.paid_fen
    late = _sum(session, unpaid, *open_bills, SaleRow.due_day < today)
    return [
        _weight(
            ("在手订单", "orders in hand"),
            _line_sum(session, LineRow.quantity, mine),
            "OrderView.index",
            "clipboard-list",
        ),
        _weight(
            ("已收购", "collected for them"),
            _line_sum(session, LineRow.collected, mine),
            "ReceiptView.index",
            "scale",
        ),
        _bills("企业待付货款", "the enterprise owes", _sum(session, unpaid, *open_bills), late),
    ]


def _bills(text: str, text_en: str, fen: int, late: int) -> Figure:
    return Figure(
        text,
        text_en,
        "yuan",
        fen,
        "SaleView.index",
        "building",
        note=f"其中已逾期 {_yuan(late)} 元" if late else "",
        note_en=f"of it overdue: {_yuan(late)} yuan" if late else "",
    )


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


def _buyer(session: Session, tenant_id: int, today: date) -> list[Figure]:
    mine = PartRow.buyer_id == tenant_id
    owing = (SaleRow.buyer_id == tenant_id, SaleRow.state == SaleState.open.value)
    unpaid = SaleRow.amount_fen - SaleRow.paid_fen
    late = _sum(session, unpaid, *owing, SaleRow.due_day < today)
    return [
        _weight(
            ("已订购", "ordered"),
            _line_sum(session, LineRow.quantity, mine),
            "OrderView.index",
            "clipboard-list",
        ),
        _weight(
            ("村里已收购", "collected in the villages"),
            _line_sum(session, LineRow.collected, mine),
            "ProgressView.index",
            "scale",
        ),
        _bills("待付货款", "to be paid", _sum(session, unpaid, *owing), late),
    ]


def _owed(session: Session, tenant_id: int, _today: date) -> Figure:
    open_fen = PayableRow.amount_fen - PayableRow.paid_fen
    owed = _sum(session, open_fen, PayableRow.tenant_id == tenant_id, PayableRow.void_id.is_(None))
    return Figure("欠农户货款和分红", "owed to the households", "yuan", owed, "BatchView.list", "wallet")


def _unstamped(session: Session) -> Figure:
    count = sum(day.waiting + day.refused for day in stamp_days(session))
    return Figure(
        "未盖章凭证", "vouchers without the stamp", "number", count, "StampView.list", "rubber-stamp"
    )


def _drafts(session: Session, tenant_id: int) -> Figure:
    count = _count(
        session, DraftRow, DraftRow.tenant_id == tenant_id, DraftRow.state == DraftState.draft.value
    )
    return Figure("未复核手工凭证", "drafts not checked yet", "number", count, "DraftView.list", "writing")


def _accountant(session: Session, tenant_id: int, today: date) -> list[Figure]:
    return [_drafts(session, tenant_id), _unstamped(session), _owed(session, tenant_id, today)]


def _checker(session: Session, tenant_id: int, today: date) -> list[Figure]:
    mine = (PayBatchRow.tenant_id == tenant_id, PayBatchRow.state == BatchState.draft.value)
    batches = Figure(
        "待复核支付",
        "payments to approve",
        "yuan",
        _sum(session, PayBatchRow.total_fen, *mine),
        "BatchView.list",
        "checklist",
    )
    return [_drafts(session, tenant_id), batches, _owed(session, tenant_id, today)]


def _clerk(session: Session, tenant_id: int, today: date) -> list[Figure]:
    bought = (
        select(ProductRow.unit, func.sum(ReceiptRow.total_g))
        .join(ReceiptRow, ReceiptRow.product == ProductRow.code)
        .where(
            ReceiptRow.tenant_id == tenant_id,
            ReceiptRow.day == today,
            ReceiptRow.state == ReceiptState.posted.value,
        )
        .group_by(ProductRow.unit)
    )
    stored = (
        select(ProductRow.unit, func.sum(LotRow.left_g))
        .join(LotRow, LotRow.product == ProductRow.code)
        .where(LotRow.tenant_id == tenant_id, LotRow.kind == LotKind.household.value)
        .group_by(ProductRow.unit)
    )
    coming = _count(
        session,
        AllocationRow,
        AllocationRow.tenant_id == tenant_id,
        AllocationRow.state == AnswerState.confirmed.value,
        AllocationRow.delivered_g < AllocationRow.decided_g,
    )
    return [
        _weight(("今日收购", "bought today"), _by_unit(session, bought), "ReceiptView.index", "calendar"),
        Figure("待交售份额", "shares still to come", "number", coming, "WeighView.index", "users-group"),
        _weight(
            ("库存待发", "in store to be shipped"), _by_unit(session, stored), "ShipmentView.index", "package"
        ),
    ]


def _supervisor(session: Session, tenant_id: int, today: date) -> list[Figure]:
    hanging = sum(row.since <= today < row.until for row in notices(session))
    return [
        _unstamped(session),
        Figure("正在公示", "notices on the board", "number", hanging, "NoticeView.list", "speakerphone"),
        _owed(session, tenant_id, today),
    ]


def _county(session: Session, actor: Actor) -> list[Figure]:
    villages = sorted(actor.readable - {actor.tenant_id})
    homes = _count(session, HouseholdRow, HouseholdRow.tenant_id.in_(villages))
    paid = _sum(
        session,
        PayableRow.paid_fen,
        PayableRow.tenant_id.in_(villages),
        PayableRow.kind == PayableKind.produce.value,
        PayableRow.void_id.is_(None),
    )
    return [
        Figure(
            "可查看的村",
            "villages in sight",
            "number",
            len(villages),
            "CountyView.index",
            "map",
            note=f"农户 {homes:,} 户",
            note_en=f"{homes:,} households",
        ),
        _weight(
            ("各村在手订单", "orders in the villages"),
            _line_sum(session, LineRow.quantity, PartRow.seller_id.in_(villages)),
            "ProgressView.index",
            "clipboard-list",
        ),
        Figure("已付农户货款", "paid for produce", "yuan", paid, "CountyView.index", "wallet"),
    ]


Maker = Callable[[Session, int, date], list[Figure]]
MAKERS: tuple[tuple[Role, Maker], ...] = (
    (Role.enterprise, _buyer),
    (Role.manager, _manager),
    (Role.clerk, _clerk),
    (Role.accountant, _accountant),
    (Role.checker, _checker),
    (Role.supervisor, _supervisor),
)
