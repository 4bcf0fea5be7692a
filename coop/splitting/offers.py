"""What splitting gives to the registries: the way to a split's page, and what waits for whom."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers
from coop.kernel.scopes import ScopedSession
from coop.splitting.models import AllocationRow, AnswerState, SplitRow, SplitState

ENDPOINT = "SplitView.show"


def split_link(key: str) -> Link:
    return Link(ENDPOINT, {"split_id": int(key)}, f"分解单 {key}", f"split {key}")


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Splits to publish and to settle (manager), answers to hear (clerk)."""
    if not roles & {Role.manager, Role.clerk} or not isinstance(session, ScopedSession):
        return []
    own = session.scope.write
    rows = session.execute(
        select(SplitRow.state, func.count()).where(SplitRow.tenant_id == own).group_by(SplitRow.state)
    )
    splits = dict(rows.all())
    answers = session.scalar(
        select(func.count()).where(
            AllocationRow.tenant_id == own, AllocationRow.state == AnswerState.offered.value
        )
    )
    manager = [
        (splits.get(SplitState.proposed, 0), "待公布的分解单", "splits to publish"),
        (splits.get(SplitState.published, 0), "待定案的分解单", "splits to settle"),
    ]
    hearing = [(answers or 0, "户待答复的份额", "households to answer")]
    waiting = [*(manager if Role.manager in roles else []), *(hearing if Role.clerk in roles else [])]
    return [Todo(text, text_en, count, "SplitView.index") for count, text, text_en in waiting if count]


links.register("split", split_link)
offers.register("splitting.todos", todos)
