"""Reads of the doors: whose telephone it is, who is invited, who has a card, which enterprises wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coop.kernel.crypt import masked
from coop.kernel.errors import NotFoundError
from coop.parties.models import (
    AccessRow,
    ApplicationRow,
    CardRow,
    HouseholdRow,
    InvitationRow,
    MemberRow,
    TenantKind,
    TenantRow,
)
from coop.parties.queries.register import has_full_capacity
from coop.web.accounts import Account


@dataclass(frozen=True, slots=True)
class Person:
    """A member whose telephone it is."""

    tenant_id: int
    tenant: str
    member_id: int
    number: str
    name: str
    household: str
    household_id: int
    born: date


@dataclass(frozen=True, slots=True)
class UserLine:
    """A user of the tenant. `state` is active, invited, expired or closed."""

    user_id: int
    username: str
    name: str
    roles: tuple[str, ...]
    steward: bool
    state: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class CardLine:
    """A member and the card, if there is one. `phone` is masked; empty where there is none."""

    member_id: int
    number: str
    name: str
    household: str
    phone: str
    version: int
    pin: bool
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """An enterprise's application. Contact and telephone are for the county alone."""

    id: int
    name: str
    name_en: str
    code: str
    credit_code: str
    contact: str
    phone: str
    state: str
    filed_at: datetime
    decided_at: datetime | None
    reason: str
    open: bool  # approved, and nobody of it has come in yet


def village_ids(session: Session) -> frozenset[int]:
    """Every village there is: where a telephone is looked for before anybody is logged in."""
    return frozenset(session.scalars(select(TenantRow.id).where(TenantRow.kind == TenantKind.village.value)))


def people_of_phone(session: Session, index: str, day: date) -> tuple[Person, ...]:
    """The members with that telephone in the registers the session reads, grown-ups first."""
    if not index:
        return ()
    rows = session.execute(
        select(MemberRow, HouseholdRow.number, TenantRow.name)
        .join(HouseholdRow, HouseholdRow.id == MemberRow.household_id)
        .join(TenantRow, TenantRow.id == MemberRow.tenant_id)
        .where(
            MemberRow.phone_index == index,
            MemberRow.joined <= day,
            or_(MemberRow.left.is_(None), MemberRow.left > day),
        )
        .order_by(TenantRow.code, MemberRow.number)
    )
    found = [
        Person(
            member.tenant_id,
            tenant,
            member.id,
            member.number,
            member.name,
            household,
            member.household_id,
            member.born,
        )
        for member, household, tenant in rows
    ]
    return tuple(sorted(found, key=lambda person: not has_full_capacity(person.born, day)))


def users(session: Session, tenant_id: int, day: date, now: datetime) -> tuple[UserLine, ...]:
    """The tenant's staff on a day, by name; villagers log in by telephone or card and stand in the register."""
    rows = session.execute(
        select(AccessRow, Account)
        .join(Account, Account.id == AccessRow.user_id)
        .where(
            AccessRow.tenant_id == tenant_id,
            AccessRow.household == "",
            or_(AccessRow.until.is_(None), AccessRow.until > day),
        )
        .order_by(Account.username)
    ).all()
    invitations: dict[int, InvitationRow] = {
        row.user_id: row
        for row in session.scalars(
            select(InvitationRow)
            .where(
                InvitationRow.home_id == tenant_id,
                InvitationRow.used_at.is_(None),
                InvitationRow.withdrawn_at.is_(None),
            )
            .order_by(InvitationRow.id)
        )
    }
    lines = []
    for access, account in rows:
        invitation = invitations.get(account.id)
        lines.append(
            UserLine(
                account.id,
                str(account.username),
                account.get_full_name(),
                tuple(sorted(str(role) for role in account.role_names)),
                access.steward,
                _state(account, invitation, now),
                invitation.expires_at if invitation else None,
            )
        )
    return tuple(lines)


def _state(account: Account, invitation: InvitationRow | None, now: datetime) -> str:
    if account.shut:
        return "closed"
    if invitation is not None:
        return "invited" if invitation.expires_at > now else "expired"
    return "active" if account.active else "closed"


def cards(session: Session, tenant_id: int, day: date, *, household: str = "") -> tuple[CardLine, ...]:
    """The grown-up members of the tenant with their cards, by number; of one household where it is named."""
    query = (
        select(MemberRow, HouseholdRow.number, CardRow)
        .join(HouseholdRow, HouseholdRow.id == MemberRow.household_id)
        .outerjoin(CardRow, CardRow.member_id == MemberRow.id)
        .where(
            MemberRow.tenant_id == tenant_id,
            MemberRow.joined <= day,
            or_(MemberRow.left.is_(None), MemberRow.left > day),
        )
        .order_by(HouseholdRow.number, MemberRow.number)
    )
    if household:
        query = query.where(HouseholdRow.number == household)
    return tuple(
        CardLine(
            member.id,
            member.number,
            member.name,
            number,
            masked(member.phone) if member.phone else "",
            *_facts(card),
        )
        for member, number, card in session.execute(query)
        if has_full_capacity(member.born, day)
    )


def _facts(card: CardRow | None) -> tuple[int, bool, datetime | None]:
    return (0, False, None) if card is None else (card.version, bool(card.pin_digest), card.issued_at)


def applications(session: Session) -> tuple[ApplicationLine, ...]:
    """All applications, those that wait first."""
    rows = session.scalars(
        select(ApplicationRow).order_by(ApplicationRow.state != "filed", ApplicationRow.id.desc())
    ).all()
    came = _came(session, [row.granted_id for row in rows if row.granted_id])
    return tuple(
        ApplicationLine(
            row.id,
            row.name,
            row.name_en,
            row.code,
            row.credit_code,
            row.contact,
            row.phone,
            row.state,
            row.filed_at,
            row.decided_at,
            row.reason,
            row.granted_id is not None and row.granted_id not in came,
        )
        for row in rows
    )


def granted(session: Session, application_id: int) -> int:
    """The tenant an approved application became. Raises NotFoundError."""
    found = session.scalars(
        select(ApplicationRow.granted_id).where(ApplicationRow.id == application_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("approved application", application_id)
    return found


def _came(session: Session, tenants: Iterable[int]) -> set[int]:
    return set(
        session.scalars(
            select(InvitationRow.home_id).where(
                InvitationRow.home_id.in_(list(tenants)), InvitationRow.used_at.is_not(None)
            )
        )
    )
