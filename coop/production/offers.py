"""What the growing gives to the registries: the way back to purchases and sheets, and the inspections that wait."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers
from coop.kernel.scopes import ScopedSession
from coop.orders.models import PartRow
from coop.production.models import FindingRow
from coop.production.queries.shares import OVER
from coop.splitting.models import AllocationRow, SplitRow
from coop.standards.models import ControlPointRow, StandardRow


def purchase_link(key: str) -> Link:
    return Link(
        "InputView.purchase", {"purchase_id": int(key)}, f"投入品采购单 {key}", f"purchase of inputs {key}"
    )


def issue_link(key: str) -> Link:
    """A sheet's page; a due's source also names the household (`input_issue:7:H0001`)."""
    number = int(key.partition(":")[0])
    return Link("InputView.issued", {"issue_id": number}, f"投入品发放单 {number}", f"input issue {number}")


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Shares of running orders with a control point that no inspection has looked at, or that stands failed."""
    if not roles & {Role.clerk, Role.manager} or not isinstance(session, ScopedSession):
        return []
    count = _open_shares(session, session.scope.write)
    return [Todo("户待巡查的份额", "shares to inspect", count, "ProductionView.index")] if count else []


def _open_shares(session: Session, tenant_id: int) -> int:
    """Counted in the database: a home page is opened often, and a village has hundreds of shares.

    A share is open unless every point of its product's newest standard has a passed finding as its newest.
    """
    later = aliased(FindingRow)
    stands = ~(
        select(later.id)
        .where(
            later.allocation_id == FindingRow.allocation_id,
            later.point == FindingRow.point,
            (later.day > FindingRow.day) | ((later.day == FindingRow.day) & (later.id > FindingRow.id)),
        )
        .exists()
    )
    passed = _counts(
        session.execute(
            select(FindingRow.allocation_id, func.count())
            .where(FindingRow.tenant_id == tenant_id, FindingRow.passed, stands)
            .group_by(FindingRow.allocation_id)
        )
    )
    points = _counts(
        session.execute(
            select(StandardRow.product, func.count())
            .join(ControlPointRow, ControlPointRow.standard == StandardRow.code)
            .group_by(StandardRow.product, StandardRow.since)
            .order_by(StandardRow.since)
        )
    )
    shares = session.execute(
        select(AllocationRow.id, SplitRow.product)
        .join(SplitRow, SplitRow.id == AllocationRow.split_id)
        .join(PartRow, PartRow.id == SplitRow.part_id)
        .where(
            AllocationRow.tenant_id == tenant_id,
            AllocationRow.confirmed_g > 0,
            PartRow.state.not_in([state.value for state in OVER]),
        )
    )
    return sum(passed.get(allocation_id, 0) < points.get(product, 0) for allocation_id, product in shares)


def _counts(rows: Any) -> dict[Any, int]:
    """Pairs of key and count; of a key that comes twice the last stays."""
    return {key: int(count) for key, count in rows}


links.register("input_purchase", purchase_link)
links.register("input_issue", issue_link)
offers.register("production.todos", todos)
