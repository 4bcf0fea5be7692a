"""What the points offer: links from vouchers back to claims and hand-outs, and what waits for whom."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers
from coop.points.models import ClaimRow, ClaimState

WAITING = {
    ClaimState.proposed: (
        "积分申报待初核",
        "points claims wait for the first check",
        (Role.clerk, Role.manager),
    ),
    ClaimState.checked: (
        "积分申报待评议",
        "points claims wait for the committee",
        (Role.supervisor, Role.manager),
    ),
    ClaimState.scored: (
        "评议结果待公示",
        "scored claims wait for the notice board",
        (Role.supervisor, Role.manager),
    ),
    ClaimState.published: (
        "公示积分待入账",
        "published claims wait to be made final",
        (Role.supervisor, Role.manager),
    ),
}


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Claims that wait for the committee and its helpers."""
    counts = dict(session.execute(select(ClaimRow.state, func.count()).group_by(ClaimRow.state)).all())
    return [
        Todo(text, text_en, counts[state.value], "PointsView.claims")
        for state, (text, text_en, who) in WAITING.items()
        if counts.get(state.value) and roles & set(who)
    ]


offers.register("points.claims", todos)
links.register(
    "claim",
    lambda key: Link("PointsView.claim", {"claim_id": int(key)}, f"积分申报 {key}", f"points claim {key}"),
)
links.register(
    "redemption",
    lambda key: Link(
        "PointsView.redemption", {"redemption_id": int(key)}, f"积分兑换 {key}", f"redemption {key}"
    ),
)
links.register(
    "shop",
    lambda key: Link(
        "PointsView.purchase", {"purchase_id": int(key)}, f"德美屋采购 {key}", f"shop purchase {key}"
    ),
)
links.register(
    "expiry",
    lambda key: Link("PointsView.expiry", {"expiry_id": int(key)}, f"积分过期 {key}", f"expiry {key}"),
)
