"""Invitations: a one-time code, told once and stored as a keyed hash, with which a user sets the own password."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select

from coop.kernel import crypt
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.unit import Unit
from coop.parties import rules
from coop.parties.models import AccessRow, InvitationRow, TenantRow
from coop.parties.service.register import add_access
from coop.web import accounts

PURPOSE = "invitation"


class DeadInvitationError(CoopError):
    """One sentence for unknown, used, withdrawn and expired: it tells nobody which codes there were."""

    def __init__(self) -> None:
        super().__init__(
            zh="邀请码不对，或已用过、已过期；请向邀请人要一个新的",
            en="this code is wrong, used or expired; ask for a new one",
        )


class NotStewardError(CoopError):
    def __init__(self) -> None:
        super().__init__(
            zh="只有本单位的主管账号可以邀请用户", en="only a steward account of this tenant may invite users"
        )


class ShutAccountError(CoopError):
    def __init__(self) -> None:
        super().__init__(
            zh="这个账号已被管理员停用，不能再发邀请码；请先由管理员启用",
            en="an administrator closed this account: no code for it before it is opened again",
        )


class MemberAccountError(CoopError):
    def __init__(self) -> None:
        super().__init__(
            zh="村民凭手机验证码或二维码卡登录，不用邀请",
            en="villagers log in by telephone or card and need no invitation",
        )


@dataclass(frozen=True, slots=True)
class Invited:
    """A user who was invited. `code` is shown once and stored nowhere."""

    user_id: int
    username: str
    name: str
    code: str


def invite(unit: Unit, *, username: str, name: str, roles: Iterable[Role], steward: bool = False) -> Invited:
    """A new user of the unit's tenant, who sets the own password with the code this returns.

    Raises NotStewardError, and InputError for a login name that is taken, missing fields, or roles that nobody
    of such a tenant holds.
    """
    tenant = require_steward(unit)
    wanted = frozenset(roles)
    faults = [
        Fault(place, "必填", "required")
        for place, text in (("username", username), ("name", name), ("roles", "".join(wanted)))
        if not text.strip()
    ]
    faults += [
        Fault("roles", f"本单位没有角色 {role}", f"nobody of this tenant is {role}")
        for role in rules.strange_roles(tenant.kind, wanted)
    ]
    if faults:
        raise InputError(faults)
    return make_user(unit, tenant.id, username=username, name=name, roles=wanted, steward=steward)


def make_user(
    unit: Unit, tenant_id: int, *, username: str, name: str, roles: Iterable[Role], steward: bool
) -> Invited:
    """The account, its post from today on and its code. For `invite`, the first day and the county's approval."""
    account = accounts.account_without_password(
        unit.session, username=username, name=name, roles=roles, active=False
    )
    if tenant_id:
        add_access(unit, account.id, tenant_id, unit.today, steward=steward)
    return Invited(account.id, username, name, _issue(unit, account.id, tenant_id))


def renew(unit: Unit, user_id: int) -> Invited:
    """A new code for somebody of the unit's tenant: the old ones end. Also the way out of a forgotten password.

    Raises NotStewardError, NotFoundError, MemberAccountError, ShutAccountError: a code would open the account again.
    """
    require_steward(unit)
    post = _post_of(unit, user_id)
    if post.household:
        raise MemberAccountError
    account = accounts.account(unit.session, user_id)
    if account is None:
        raise NotFoundError("user", user_id)
    if account.shut:
        raise ShutAccountError
    for row in unit.session.scalars(_open(user_id).with_for_update()):
        row.withdrawn_at = unit.now
    return Invited(
        user_id, str(account.username), account.get_full_name(), _issue(unit, user_id, post.tenant_id)
    )


def withdraw(unit: Unit, user_id: int) -> None:
    """The codes of a user of the unit's tenant end unused."""
    require_steward(unit)
    _post_of(unit, user_id)
    for row in unit.session.scalars(_open(user_id).with_for_update()):
        row.withdrawn_at = unit.now
    unit.audit("invitation.withdraw", f"user:{user_id}")


def find_home(unit: Unit, code: str) -> int:
    """The tenant an open code leads to, so that its acceptance is noted there. Raises DeadInvitationError."""
    return _row(unit, code).home_id


def accept(unit: Unit, code: str, password: str) -> int:
    """Set the own password with a code, once; returns the user. Raises DeadInvitationError, InputError.

    The code is locked first: of two who send it at once, one is refused.
    """
    row = _row(unit, code)
    account = accounts.account(unit.session, row.user_id)
    if account is None or account.shut:
        raise DeadInvitationError
    accounts.set_first_password(account, password)
    row.used_at = unit.now
    unit.audit("invitation.accept", f"user:{row.user_id}")
    return row.user_id


def require_steward(unit: Unit) -> TenantRow:
    """The tenant of a unit whose actor may invite: the system, or one of its stewards."""
    tenant = unit.session.get(TenantRow, unit.actor.tenant_id)
    if tenant is None:
        raise NotStewardError
    if Role.admin not in unit.actor.roles and not is_steward(unit):
        raise NotStewardError
    return tenant


def is_steward(unit: Unit) -> bool:
    today: date = unit.today
    return (
        unit.session.scalars(
            select(AccessRow.id).where(
                AccessRow.user_id == unit.actor.user_id,
                AccessRow.tenant_id == unit.actor.tenant_id,
                AccessRow.steward.is_(True),
                AccessRow.since <= today,
                or_(AccessRow.until.is_(None), AccessRow.until > today),
            )
        ).first()
        is not None
    )


def _issue(unit: Unit, user_id: int, tenant_id: int) -> str:
    raw = "".join(secrets.choice(rules.ALPHABET) for _ in range(rules.CODE_LENGTH))
    unit.session.add(
        InvitationRow(
            digest=crypt.blind(PURPOSE, raw),
            user_id=user_id,
            home_id=tenant_id,
            invited_by=unit.actor.user_id,
            expires_at=unit.now + rules.INVITATION_LASTS,
        )
    )
    unit.session.flush()
    unit.audit("invitation.issue", f"user:{user_id}", tenant=tenant_id)
    return rules.shown_code(raw)


def _row(unit: Unit, code: str) -> InvitationRow:
    row = unit.session.scalars(
        select(InvitationRow)
        .where(InvitationRow.digest == crypt.blind(PURPOSE, rules.typed_code(code)))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.used_at or row.withdrawn_at or row.expires_at <= unit.now:
        raise DeadInvitationError
    return row


def _open(user_id: int) -> Select[InvitationRow]:
    return select(InvitationRow).where(
        InvitationRow.user_id == user_id,
        InvitationRow.used_at.is_(None),
        InvitationRow.withdrawn_at.is_(None),
    )


def _post_of(unit: Unit, user_id: int) -> AccessRow:
    row = unit.session.scalars(
        select(AccessRow)
        .where(AccessRow.user_id == user_id, AccessRow.tenant_id == unit.actor.tenant_id)
        .order_by(AccessRow.since.desc())
    ).first()
    if row is None:
        raise NotFoundError("user", user_id)
    return row
