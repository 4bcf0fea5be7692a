"""What the distribution offers: the way back from its vouchers, and plans that wait for somebody."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.dividends.models import PlanRow, PlanState
from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers

WAITING = {
    PlanState.draft: ("分配方案待监督委员会审核", "plans wait for supervision", (Role.supervisor,)),
    PlanState.reviewed: ("分配方案待公示", "plans wait to be published", (Role.manager, Role.accountant)),
    PlanState.noticed: (
        "分配方案公示中，待大会表决",
        "plans wait for the assembly",
        (Role.manager, Role.clerk),
    ),
    PlanState.resolved: ("分配方案已通过，待入账", "plans wait to be posted", (Role.accountant,)),
}


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Plans on their way, for whoever takes the next step."""
    counts = dict(session.execute(select(PlanRow.state, func.count()).group_by(PlanRow.state)).all())
    return [
        Todo(text, text_en, counts[state.value], "DividendView.plans")
        for state, (text, text_en, who) in WAITING.items()
        if counts.get(state.value) and roles & set(who)
    ]


def plan_link(key: str) -> Link:
    """`7:C5` and `7` both lead to plan 7."""
    plan = key.partition(":")[0]
    return Link("DividendView.plan", {"plan_id": int(plan)}, f"分配方案 {plan}", f"distribution plan {plan}")


offers.register("dividends.plans", todos)
links.register("dividend", plan_link)
links.register("plan", plan_link)
