"""What policy gives to the registries: ways back to grants and what they went to, and awards that wait for their money."""

from __future__ import annotations

from sqlalchemy.orm import Session

from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers
from coop.kernel.scopes import ScopedSession
from coop.policy import queries

links.register(
    "policy", lambda key: Link("PolicyView.show", {"policy_id": int(key)}, f"政策 {key}", f"policy {key}")
)
links.register(
    "programme",
    lambda key: Link("ProgrammeView.show", {"programme_id": int(key)}, f"补助项目 {key}", f"programme {key}"),
)
links.register(
    "grant", lambda key: Link("GrantView.show", {"grant_id": int(key)}, f"专项资金 {key}", f"grant {key}")
)
links.register(
    "grant_use",
    lambda key: Link("GrantView.use", {"use_id": int(key)}, f"专项资金支出 {key}", f"grant spending {key}"),
)
links.register(
    "grant_return",
    lambda key: Link("GrantView.use", {"use_id": int(key)}, f"专项资金退回 {key}", f"grant return {key}"),
)


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Announced money that no receipt is recorded of."""
    if not isinstance(session, ScopedSession) or Role.accountant not in roles:
        return []
    count = len(queries.awaited(session, session.scope.write))
    return (
        [Todo("已下达待登记的专项资金", "awarded grants to record", count, "GrantView.list")] if count else []
    )


offers.register("policy.grants", todos)
