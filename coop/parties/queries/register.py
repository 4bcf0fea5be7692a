"""Reads of the parties: who a user is, the register on a day, holdings per household."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from coop.kernel.actor import Actor, Role
from coop.kernel.errors import NotFoundError
from coop.parties.models import (
    AccessRow,
    EntityRow,
    HoldingKind,
    HoldingRow,
    HouseholdRow,
    MandateRow,
    MemberRow,
    StayRow,
    TenantRow,
)

FULL_CAPACITY_AGE = 18  # 民法典 art. 17


@dataclass(frozen=True, slots=True)
class Holding:
    """What one member holds on a day, with the numbers that order and address it."""

    member_id: int
    member: str
    household_id: int
    household: str
    amount: int


def readable_tenants(session: Session, tenant_id: int, day: date) -> frozenset[int]:
    """The tenant itself, and those that gave it a mandate which holds on the day."""
    mandates = session.scalars(
        select(MandateRow.grantor_id).where(
            MandateRow.holder_id == tenant_id,
            MandateRow.since <= day,
            or_(MandateRow.until.is_(None), MandateRow.until > day),
        )
    )
    return frozenset({tenant_id, *mandates})


@dataclass(frozen=True, slots=True)
class Post:
    """A tenant a user may act for today."""

    tenant_id: int
    code: str
    name: str
    name_en: str
    household: str


def posts_of(session: Session, user_id: int, day: date) -> tuple[Post, ...]:
    """The tenants a user may act for on a day, the newest access first; each once."""
    query = (
        select(AccessRow, TenantRow)
        .join(TenantRow, TenantRow.id == AccessRow.tenant_id)
        .where(
            AccessRow.user_id == user_id,
            AccessRow.since <= day,
            or_(AccessRow.until.is_(None), AccessRow.until > day),
        )
        .order_by(AccessRow.since.desc(), AccessRow.id.desc())
    )
    found: dict[int, Post] = {}
    for access, row in session.execute(query):
        found.setdefault(row.id, Post(row.id, row.code, row.name, row.name_en, access.household))
    return tuple(found.values())


def actor_for_user(
    session: Session, user_id: int, name: str, roles: frozenset[Role], day: date, *, chosen: int | None = None
) -> Actor | None:
    """The actor a user is on a day: for the tenant chosen, else of the newest access that holds; None without any."""
    posts = posts_of(session, user_id, day)
    if not posts:
        return None
    post = next((one for one in posts if one.tenant_id == chosen), posts[0])
    tenants = readable_tenants(session, post.tenant_id, day)
    return Actor(user_id, name, post.tenant_id, roles, tenants, post.household)


def across(session: Session, actor: Actor, day: date) -> Actor:
    """The same person reading every tenant whose post they hold: for boards over several villages. It writes none more."""
    tenants = frozenset(post.tenant_id for post in posts_of(session, actor.user_id, day))
    return replace(actor, readable=actor.readable | tenants)


def tenant_by_code(session: Session, code: str) -> TenantRow:
    row = session.scalars(select(TenantRow).where(TenantRow.code == code)).one_or_none()
    if row is None:
        raise NotFoundError("tenant", code)
    return row


def tenant(session: Session, tenant_id: int) -> TenantRow:
    row = session.get(TenantRow, tenant_id)
    if row is None:
        raise NotFoundError("tenant", tenant_id)
    return row


def entity(session: Session, code: str) -> EntityRow:
    row = session.scalars(select(EntityRow).where(EntityRow.code == code)).one_or_none()
    if row is None:
        raise NotFoundError("entity", code)
    return row


def household(session: Session, number: str) -> HouseholdRow:
    row = session.scalars(select(HouseholdRow).where(HouseholdRow.number == number)).one_or_none()
    if row is None:
        raise NotFoundError("household", number)
    return row


def households(session: Session, day: date) -> list[HouseholdRow]:
    """The village's households on a day, by number, with their members."""
    return list(
        session.scalars(
            select(HouseholdRow)
            .where(HouseholdRow.joined <= day, or_(HouseholdRow.left.is_(None), HouseholdRow.left > day))
            .order_by(HouseholdRow.number)
            .options(selectinload(HouseholdRow.members))
        )
    )


def members(session: Session, day: date) -> list[MemberRow]:
    return list(
        session.scalars(
            select(MemberRow)
            .where(MemberRow.joined <= day, or_(MemberRow.left.is_(None), MemberRow.left > day))
            .order_by(MemberRow.number)
        )
    )


def has_full_capacity(born: date, day: date) -> bool:
    """Eighteen on or before the day.

    >>> has_full_capacity(date(2007, 3, 1), date(2025, 3, 1)), has_full_capacity(date(2007, 3, 2), date(2025, 3, 1))
    (True, False)
    """
    return (day.year - born.year, day.month, day.day) >= (FULL_CAPACITY_AGE, born.month, born.day)


def holdings(session: Session, entity_id: int, kind: HoldingKind, day: date) -> list[Holding]:
    """The share register of an entity on a day, by member number."""
    rows = session.execute(
        select(HoldingRow.amount, MemberRow.id, MemberRow.number, HouseholdRow.id, HouseholdRow.number)
        .join(MemberRow, MemberRow.id == HoldingRow.member_id)
        .join(HouseholdRow, HouseholdRow.id == MemberRow.household_id)
        .where(
            HoldingRow.entity_id == entity_id,
            HoldingRow.kind == kind.value,
            HoldingRow.since <= day,
            or_(HoldingRow.until.is_(None), HoldingRow.until > day),
        )
        .order_by(MemberRow.number)
    )
    moved = homes_then(session, day)
    found = []
    for amount, member_id, number, household_id, household_number in rows:
        home = moved.get(member_id, (household_id, household_number))
        found.append(Holding(member_id, number, *home, amount))
    return found


def member_households(session: Session, entity_id: int, day: date) -> frozenset[int]:
    """The households of which somebody holds a share of, or a contribution to, the entity on a day.

    合作社法 art. 19-22: a member is who joined and contributed; who only sells to the cooperative is none.
    """
    return frozenset(
        holding.household_id for kind in HoldingKind for holding in holdings(session, entity_id, kind, day)
    )


def homes_then(session: Session, day: date) -> dict[int, tuple[int, str]]:
    """Members who lived elsewhere on a day than they do now: member id -> (household id, number) of that day."""
    stays = session.execute(
        select(StayRow.member_id, HouseholdRow.id, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == StayRow.household_id)
        .where(StayRow.until > day)
        .order_by(StayRow.until.desc())  # the earliest end after the day is written last, and stands
    )
    return {member: (household, number) for member, household, number in stays}


def per_household(held: list[Holding]) -> dict[str, int]:
    """Holdings added up by household number.

    >>> per_household([Holding(1, "M1", 1, "H1", 2), Holding(2, "M2", 1, "H1", 3)])
    {'H1': 5}
    """
    sums: dict[str, int] = defaultdict(int)
    for holding in held:
        sums[holding.household] += holding.amount
    return dict(sums)
