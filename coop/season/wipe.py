"""`coop demo --wipe`: says whether a database is a demo and nothing else. Emptying it is the command's, by migration.

A finished demo remembers how many tenants, users, books and vouchers it left; one more or less means that somebody
has worked in it. A demo that was killed has no such mark: there it counts that nobody has ever logged in or applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.kernel.errors import CoopError
from coop.kernel.unit import owner_session
from coop.parties.models import AccessRow, ApplicationRow, EntityRow, TenantRow
from coop.season.models import DemoRunRow
from ledger.tables import BookRow, VoucherRow

WORDS = {
    "tenant": ("单位", "tenants"),
    "legal_entity": ("法人", "legal entities"),
    "access": ("账号授权", "posts"),
    "ab_user": ("用户", "users"),
    "application": ("入驻申请", "applications"),
    "ledger_book": ("账簿", "books"),
    "ledger_voucher": ("凭证", "vouchers"),
}
COUNTED: dict[str, Any] = {
    "tenant": TenantRow.id,
    "legal_entity": EntityRow.id,
    "access": AccessRow.id,
    "ab_user": User.id,
    "application": ApplicationRow.id,
    "ledger_book": BookRow.id,
    "ledger_voucher": VoucherRow.id,
}


class NoDemoError(CoopError):
    def __init__(self) -> None:
        super().__init__(
            zh="数据库里没有演示的记录，不予清空；什么都没有改动",
            en="the database holds no demo, so it is not emptied; nothing was changed",
        )


class NotOnlyDemoError(CoopError):
    """Something there is not the demo's."""

    def __init__(self, found: Mapping[str, tuple[int, int]]) -> None:
        self.found = dict(found)
        zh = "、".join(f"{WORDS[name][0]}应为 {was}，实为 {now}" for name, (was, now) in found.items())
        en = ", ".join(f"{WORDS[name][1]}: expected {was}, found {now}" for name, (was, now) in found.items())
        super().__init__(
            zh=f"数据库里有演示以外的数据（{zh}），不予清空；什么都没有改动",
            en=f"the database holds more than the demo ({en}), so it is not emptied; nothing was changed",
        )


class UsedDemoError(CoopError):
    def __init__(self, logins: int, applications: int) -> None:
        super().__init__(
            zh=f"演示中途停下后有人用过（登录 {logins} 人，入驻申请 {applications} 份），不予清空；什么都没有改动",
            en=f"somebody has used the stopped demo ({logins} have logged in, {applications} applications), so it is "
            "not emptied; nothing was changed",
        )


def census(session: Session) -> dict[str, int]:
    """What the demo's own rows count, over all tenants: the owner's session only."""
    return {name: _count(session, key) for name, key in COUNTED.items()}


def taken_now() -> dict[str, int]:
    """The census of this moment; the demo stores it when its story is told."""
    with owner_session() as session:
        return census(session)


def require_only_demo() -> None:
    """Raise NoDemoError, NotOnlyDemoError or UsedDemoError unless all there is was made by the demo."""
    with owner_session() as session:
        run = session.scalars(select(DemoRunRow).order_by(DemoRunRow.id.desc())).first()
        if run is None:
            raise NoDemoError
        applications = _count(session, ApplicationRow.id)
        logins = _count(session, User.id, User.login_count > 0)
        if run.finished_at is None:
            if logins or applications:
                raise UsedDemoError(logins, applications)
            return
        now = census(session)
        differ = {
            name: (run.census.get(name, 0), now[name]) for name in now if run.census.get(name) != now[name]
        }
        if differ:
            raise NotOnlyDemoError(differ)


def _count(session: Session, key: Any, *wanted: Any) -> int:
    return int(session.execute(select(func.count(key)).where(*wanted)).scalar_one())
