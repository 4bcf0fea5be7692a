"""Villagers' ways in: six digits sent to a telephone, and the card with a code on it.

What counts tries returns its answer instead of raising, because a refused try must be stored.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from sqlalchemy import func, or_, select

from coop.kernel import crypt
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.unit import Unit
from coop.parties import rules
from coop.parties.models import AccessRow, CardRow, HouseholdRow, LoginCodeRow, MemberRow, TenantRow
from coop.parties.service.register import grant_access
from coop.web import accounts


class TooManyCodesError(CoopError):
    """The same for known and unknown telephones."""

    def __init__(self) -> None:
        super().__init__(
            zh="验证码要得太勤：同一手机每分钟 1 次、每小时 5 次。请稍后再试",
            en="too many codes: one a minute and five an hour for a telephone. Try again later",
        )


class ClosedAccountError(CoopError):
    def __init__(self) -> None:
        super().__init__(
            zh="这个账号已停用，请找村里的工作人员", en="this account is closed; ask the village's staff"
        )


@dataclass(frozen=True, slots=True)
class Card:
    """What a printed card carries: which member of which tenant, which print, and the proof that it is ours."""

    tenant_id: int
    member_id: int
    version: int

    @property
    def token(self) -> str:
        body = f"{self.tenant_id}.{self.member_id}.{self.version}"
        return f"{body}.{crypt.blind('card', body)[:32]}"


def new_code(unit: Unit, index: str, address: str) -> str:
    """A code for the telephone of that index, known or not. Raises TooManyCodesError."""
    since = unit.now - rules.WINDOW
    of_phone = unit.session.scalars(
        select(LoginCodeRow.sent_at).where(LoginCodeRow.phone_index == index, LoginCodeRow.sent_at > since)
    ).all()
    of_address = unit.session.scalar(
        select(func.count(LoginCodeRow.id)).where(
            LoginCodeRow.address_index == address, LoginCodeRow.sent_at > since
        )
    )
    hasty = any(sent > unit.now - rules.PAUSE for sent in of_phone)
    if hasty or len(of_phone) >= rules.PER_PHONE or (of_address or 0) >= rules.PER_ADDRESS:
        raise TooManyCodesError
    raw = f"{secrets.randbelow(10**rules.DIGITS):0{rules.DIGITS}d}"
    unit.session.add(
        LoginCodeRow(
            phone_index=index,
            address_index=address,
            digest=_digest(index, raw),
            sent_at=unit.now,
            expires_at=unit.now + rules.CODE_LASTS,
        )
    )
    return raw


def check_code(unit: Unit, index: str, typed: str) -> bool:
    """Whether the newest code of that telephone was typed: once, within five minutes, in five tries."""
    row = unit.session.scalars(
        select(LoginCodeRow)
        .where(LoginCodeRow.phone_index == index)
        .order_by(LoginCodeRow.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if row is None or row.used_at or row.expires_at <= unit.now or row.tries >= rules.CODE_TRIES:
        return False
    row.tries += 1
    if not compare_digest(row.digest, _digest(index, typed)):
        return False
    row.used_at = unit.now
    return True


def member_account(unit: Unit, member_id: int, *, way: str) -> int:
    """The account of a member of the unit's tenant; the first login makes it. `way` is told to the audit.

    Raises NotFoundError, ClosedAccountError.
    """
    tenant = unit.actor.tenant_id
    found = unit.session.execute(
        select(MemberRow.number, MemberRow.name, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == MemberRow.household_id)
        .where(
            MemberRow.id == member_id,
            MemberRow.tenant_id == tenant,
            or_(MemberRow.left.is_(None), MemberRow.left > unit.today),
        )
        .with_for_update(of=MemberRow)
    ).one_or_none()
    if found is None:
        raise NotFoundError("member", member_id)
    number, name, household = found
    user_id = unit.session.scalars(
        select(AccessRow.user_id).where(
            AccessRow.tenant_id == tenant,
            AccessRow.member == number,
            AccessRow.household == household,
            AccessRow.since <= unit.today,
            or_(AccessRow.until.is_(None), AccessRow.until > unit.today),
        )
    ).first()
    if user_id is None:
        code = unit.session.get_one(TenantRow, tenant).code
        user_id = accounts.account_without_password(
            unit.session, username=f"{code}-{number}", name=name, roles=[Role.household], active=True
        ).id
        grant_access(unit, user_id, tenant, unit.today, household=household, member=number)
    account = accounts.account(unit.session, user_id)
    if account is None or not account.active:
        raise ClosedAccountError
    unit.audit("login", f"user:{user_id}", way=way)
    return user_id


def issue_cards(unit: Unit, member_ids: Sequence[int]) -> int:
    """A card for each of these members; who has one gets a new version, and the old print is worthless."""
    unit.actor.require("制发二维码卡", Role.manager, Role.clerk)
    tenant = unit.actor.tenant_id
    known = set(
        unit.session.scalars(
            select(MemberRow.id).where(MemberRow.tenant_id == tenant, MemberRow.id.in_(member_ids))
        )
    )
    for member_id in sorted(set(member_ids)):
        if member_id not in known:
            raise NotFoundError("member", member_id)
        row = _card(unit, member_id)
        if row is None:
            row = CardRow(tenant_id=tenant, member_id=member_id, version=0)
            unit.session.add(row)
        row.version = (row.version or 0) + 1
        row.failures, row.locked_until = 0, None
        row.issued_at, row.issued_by = unit.now, unit.actor.user_id
        unit.audit("card.issue", f"member:{member_id}", version=row.version)
    unit.session.flush()
    return len(set(member_ids))


def new_pin(unit: Unit, member_id: int) -> str:
    """Six digits for a card whose member has no telephone: told once, stored as a keyed hash."""
    unit.actor.require("重设卡密码", Role.manager, Role.clerk)
    row = _card(unit, member_id)
    if row is None:
        raise NotFoundError("card", member_id)
    pin = f"{secrets.randbelow(10**rules.DIGITS):0{rules.DIGITS}d}"
    row.pin_digest = _pin(row.tenant_id, member_id, pin)
    row.failures, row.locked_until = 0, None
    unit.audit("card.pin", f"member:{member_id}")
    return pin


def read_token(token: str) -> Card | None:
    """The card of a token we signed; None for anything else."""
    parts = token.strip().split(".")
    if len(parts) != 4 or not all(part.isdecimal() and len(part) < 16 for part in parts[:3]):
        return None
    card = Card(int(parts[0]), int(parts[1]), int(parts[2]))
    return card if compare_digest(card.token.encode(), token.strip().encode()) else None


def open_card(unit: Unit, card: Card, secret: str) -> bool:
    """Whether this is the newest print and the secret is right: the PIN where one is set, else the last four digits of
    the member's telephone. Wrong tries are counted; after five the card rests.
    """
    row = _card(unit, card.member_id)
    if row is None or row.version != card.version:
        return False
    if row.locked_until and row.locked_until > unit.now:
        return False
    if _secret_fits(unit, row, secret.strip()):
        row.failures, row.locked_until = 0, None
        return True
    row.failures += 1
    rest = rules.rest_after(row.failures)
    row.locked_until = unit.now + rest if rest else None
    return False


def _secret_fits(unit: Unit, row: CardRow, secret: str) -> bool:
    if row.pin_digest:
        return compare_digest(row.pin_digest, _pin(row.tenant_id, row.member_id, secret))
    phone = unit.session.scalars(select(MemberRow.phone).where(MemberRow.id == row.member_id)).one()
    return len(phone) >= 4 and compare_digest(phone[-4:].encode(), secret.encode())


def _card(unit: Unit, member_id: int) -> CardRow | None:
    own = (CardRow.tenant_id == unit.actor.tenant_id, CardRow.member_id == member_id)
    return unit.session.scalars(select(CardRow).where(*own).with_for_update()).one_or_none()


def _digest(index: str, code: str) -> str:
    return crypt.blind("login", f"{index}:{code}")


def _pin(tenant_id: int, member_id: int, pin: str) -> str:
    return crypt.blind("pin", f"{tenant_id}:{member_id}:{pin}")
