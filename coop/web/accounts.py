"""The login account: FAB's user row with the columns of ours, its roles, and how an account is made.

The table stays FAB's `ab_user` in FAB's metadata. People (households, staff) live in `parties`, which holds
person <-> user id; an account is only what logs in. Knows no request.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.security import generate_password_hash

from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from ledger.tables import UtcDateTime

PUBLIC_ROLE = "Public"
MINIMUM_LENGTH = 8
NO_PASSWORD = "!"  # noqa: S105  (no hash at all: no password ever matches it)
# Beside length, the few that are tried first everywhere; the account's own name is refused as well.
COMMON = frozenset((Path(__file__).parent / "common_passwords.txt").read_text("utf-8").split())


class Account(User):
    """FAB's user with a session epoch and a lock; one field holds the whole name (姓名), e-mail is never
    asked for.
    """

    # Every logout and password change adds one; a session remembers the number it began with and dies when
    # it differs.
    session_epoch: Mapped[int] = mapped_column(default=0, server_default="0", nullable=False)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def get_full_name(self) -> str:
        """The name as it is written in Chinese; older two-part names keep their order."""
        if not self.last_name:
            return str(self.first_name)
        ascii_name = f"{self.first_name}{self.last_name}".isascii()
        return f"{self.first_name} {self.last_name}" if ascii_name else f"{self.last_name}{self.first_name}"

    @property
    def role_names(self) -> frozenset[Role]:
        """The house's roles this account holds, directly or by group; names of other roles mean nothing
        here.
        """
        rows = [*self.roles, *(role for group in self.groups for role in group.roles)]
        return frozenset(Role(row.name) for row in rows if row.name in Role.__members__)

    @property
    def shut(self) -> bool:
        """Whether an administrator closed it. Who was invited and has set no password yet is not active either."""
        return not self.active and self.password != NO_PASSWORD

    def end_sessions(self) -> None:
        """Make every session of this account end at its next request; the caller saves."""
        self.session_epoch = (self.session_epoch or 0) + 1


@event.listens_for(Account, "before_insert")
def _fill_in(_mapper: Any, _connection: Any, account: Account) -> None:
    # FAB wants both NOT NULL and e-mail unique; `.invalid` is reserved, so nothing can ever be sent there.
    account.last_name = account.last_name or ""
    account.email = account.email or f"{uuid4().hex}@siwei.invalid"


def password_fault(password: str, username: str = "") -> Fault | None:
    """Why a password will not do: too short, or among those everybody tries first.

    >>> password_fault("a long sentence") is None
    True
    """
    if len(password) < MINIMUM_LENGTH:
        return Fault("password", f"密码至少 {MINIMUM_LENGTH} 位", f"at least {MINIMUM_LENGTH} characters")
    if password.lower() in COMMON or password == username:
        return Fault("password", "这个密码太常见，请换一个", "this password is too easy to guess")
    return None


def password_hash(password: str) -> str:
    return generate_password_hash(password, method="scrypt")


def ensure_roles(session: Session) -> dict[str, RoleRow]:
    """Add the roles that are missing (the house's and FAB's empty public one); the caller commits."""
    held = {row.name: row for row in session.scalars(select(RoleRow))}
    for name in (PUBLIC_ROLE, *Role):
        if str(name) not in held:
            held[str(name)] = RoleRow(name=str(name))
            session.add(held[str(name)])
    session.flush()
    return held


def new_account(
    session: Session, *, username: str, name: str, roles: Iterable[Role], password: str
) -> Account:
    """Store an account in the caller's transaction and return it with its id.

    `username` is the telephone or member number the person logs in with. Raises InputError for a weak
    password or a name already taken.
    """
    faults = [fault] if (fault := password_fault(password, username)) else []
    if taken(session, username):
        faults.append(Fault("username", "这个登录号已被使用", "this login name is taken"))
    if faults:
        raise InputError(faults)
    return _stored(session, username, name, roles, password=password_hash(password), active=True)


def account_without_password(
    session: Session, *, username: str, name: str, roles: Iterable[Role], active: bool
) -> Account:
    """Store an account nobody can log in to with a password: one that is invited (not active until the person
    has set a password), or one that logs in by telephone or card. Raises InputError for a name taken.
    """
    if taken(session, username):
        raise InputError([Fault("username", "这个登录号已被使用", "this login name is taken")])
    return _stored(session, username, name, roles, password=NO_PASSWORD, active=active)


def set_first_password(account: Account, password: str) -> None:
    """The invited person's own password: the account opens. Raises InputError for a weak one."""
    if fault := password_fault(password, str(account.username)):
        raise InputError([fault])
    account.password, account.active = password_hash(password), True
    account.fail_login_count, account.locked_until = 0, None
    account.end_sessions()


def taken(session: Session, username: str) -> bool:
    return session.scalar(select(Account.id).where(Account.username == username)) is not None


def account(session: Session, user_id: int) -> Account | None:
    return session.get(Account, user_id)


def _stored(
    session: Session, username: str, name: str, roles: Iterable[Role], *, password: str, active: bool
) -> Account:
    rows = ensure_roles(session)
    account = Account(
        username=username,
        first_name=name,
        last_name="",
        active=active,
        password=password,
        roles=[rows[str(role)] for role in sorted(set(roles))],
    )
    session.add(account)
    session.flush()
    return account
