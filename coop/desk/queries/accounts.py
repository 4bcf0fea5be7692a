"""What a technical administrator's start page shows: accounts and their roles. No tenant's row is read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.desk.queries.boards import Board, BoardRow, Measure
from coop.desk.queries.home import Figure
from coop.kernel.actor import Role
from coop.web.accounts import Account

WORDS = {
    Role.admin: ("管理员", "administrator"),
    Role.manager: ("合作社经理", "cooperative manager"),
    Role.enterprise: ("企业", "enterprise"),
    Role.accountant: ("会计", "accountant"),
    Role.checker: ("复核", "checker"),
    Role.clerk: ("收购员", "village clerk"),
    Role.household: ("农户", "household"),
    Role.supervisor: ("监督", "supervisor"),
    Role.county: ("县级部门", "county office"),
}


def account_figures(session: Session, now: datetime) -> tuple[Figure, ...]:
    """Accounts that log in, those that rest after wrong passwords, those nobody has used yet."""

    def count(*wanted: object) -> int:
        query = select(func.count()).select_from(Account).where(*wanted)  # type: ignore[arg-type]
        return session.scalar(query) or 0

    page = "Accounts.list"
    return (
        Figure("启用的账号", "active accounts", "number", count(Account.active.is_(True)), page, "users"),
        Figure("已锁定的账号", "locked accounts", "number", count(Account.locked_until > now), page, "lock"),
        Figure(
            "从未登录的账号",
            "accounts never used",
            "number",
            count(func.coalesce(Account.login_count, 0) == 0),
            page,
            "key",
        ),
    )


def account_boards(session: Session) -> tuple[Board, ...]:
    """How many accounts hold each role, and how many of them may log in."""
    held = dict.fromkeys(Role, 0)
    active = dict.fromkeys(Role, 0)
    for account in session.scalars(select(Account)).unique():
        for role in account.role_names:
            held[role] += 1
            active[role] += bool(account.active)
    rows = tuple(
        BoardRow(*WORDS[role], (active[role], held[role] - active[role]), "Accounts.list")
        for role in Role
        if held[role]
    )
    columns = (("启用", "active"), ("停用", "switched off"))
    return (
        Board(
            "accounts",
            "各角色账号数",
            "Accounts by role",
            "角色",
            "Role",
            Measure.number,
            columns,
            rows,
            flat=True,
            stacked=True,
        ),
    )
