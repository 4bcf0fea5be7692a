"""Reads of acting for a household (代办): who may act for whom on a day, and what was done under a mandate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from coop.kernel.actor import Actor, Role
from coop.kernel.audit import AuditRow
from coop.parties.models import AccessRow, ActingMandateRow, HouseholdRow
from coop.web.accounts import Account

SHOWN = 20
"""How many acts a household's page lists."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """A login may act for a household. `deputy` is the deputy's household number, empty for a clerk.

    `last` is the last day (inclusive), None where no end is set; `state` is coming, live, ended or revoked.
    """

    id: int
    household: str
    head: str
    deputy: str
    deputy_name: str
    login: str
    since: date
    last: date | None
    ground: str
    document: str
    revoked_on: date | None
    state: str

    @property
    def open(self) -> bool:
        """Whether it may still be revoked."""
        return self.state in ("coming", "live")


@dataclass(frozen=True, slots=True)
class ActDone:
    """One act done for a household. `deputy` is the deputy's household number, empty for a clerk."""

    at: datetime
    deputy: str
    action: str
    ref: str


def deputy_role(household: str) -> Role:
    """The role a deputy's account must hold: a household's login, or a clerk of the village.

    >>> deputy_role("H0003"), deputy_role("")
    (<Role.household: 'household'>, <Role.clerk: 'clerk'>)
    """
    return Role.household if household else Role.clerk


def _mandates(*wanted: Any) -> Select[ActingMandateRow, HouseholdRow, Account]:
    return (
        select(ActingMandateRow, HouseholdRow, Account)
        .join(HouseholdRow, HouseholdRow.id == ActingMandateRow.household_id)
        .join(Account, Account.id == ActingMandateRow.deputy_id)
        .where(*wanted)
        .order_by(ActingMandateRow.revoked_on.is_not(None), HouseholdRow.number, ActingMandateRow.id)
    )


def _line(row: ActingMandateRow, home: HouseholdRow, account: Account, day: date) -> Mandate:
    return Mandate(
        id=row.id,
        household=home.number,
        head=home.head,
        deputy=row.deputy_household,
        deputy_name=account.get_full_name(),
        login=str(account.username),
        since=row.since,
        last=None if row.until is None else row.until - timedelta(days=1),
        ground=row.ground,
        document=row.document,
        revoked_on=row.revoked_on,
        state=_state(row, day),
    )


def _state(row: ActingMandateRow, day: date) -> str:
    if row.revoked_on is not None:
        return "revoked"
    if row.until is not None and row.until <= day:
        return "ended"
    return "live" if row.since <= day else "coming"


def acting_mandates(
    session: Session, tenant_id: int, day: date, *, offset: int = 0, size: int = 50
) -> tuple[tuple[Mandate, ...], int]:
    """A village's mandates, those not revoked first, by household; and how many there are in all."""
    own = ActingMandateRow.tenant_id == tenant_id
    total = session.scalar(select(func.count(ActingMandateRow.id)).where(own)) or 0
    rows = session.execute(_mandates(own).offset(offset).limit(size))
    return tuple(_line(*row, day) for row in rows), total


def deputies_of(session: Session, tenant_id: int, household_id: int, day: date) -> tuple[Mandate, ...]:
    """Who may act for a household on the day."""
    wanted = (ActingMandateRow.tenant_id == tenant_id, ActingMandateRow.household_id == household_id)
    rows = session.execute(_mandates(*wanted, *_live(day)))
    return tuple(_line(*row, day) for row in rows)


def may_act_for(session: Session, actor: Actor, day: date) -> tuple[Mandate, ...]:
    """The mandates under which the actor's login may act on the day, by household."""
    wanted = (
        ActingMandateRow.tenant_id == actor.tenant_id,
        ActingMandateRow.deputy_id == actor.user_id,
        or_(HouseholdRow.left.is_(None), HouseholdRow.left > day),
        *_live(day),
    )
    return tuple(
        _line(row, home, account, day)
        for row, home, account in session.execute(_mandates(*wanted)).all()
        if _still_deputy(session, row, account, day)
    )


def acting_actor(session: Session, actor: Actor, mandate_id: int, day: date) -> Actor | None:
    """The actor as deputy under that mandate, None where it is not, or no longer, the actor's: asked on every request."""
    found = [mandate for mandate in may_act_for(session, actor, day) if mandate.id == mandate_id]
    return actor.on_behalf(found[0].household, mandate_id) if found else None


def _live(day: date) -> tuple[Any, ...]:
    return (
        ActingMandateRow.revoked_on.is_(None),
        ActingMandateRow.since <= day,
        or_(ActingMandateRow.until.is_(None), ActingMandateRow.until > day),
    )


def _still_deputy(session: Session, row: ActingMandateRow, account: Account, day: date) -> bool:
    """Whether the deputy is who was named: a login of that household, or a clerk, of this village."""
    post = select(AccessRow.id).where(
        AccessRow.user_id == row.deputy_id,
        AccessRow.tenant_id == row.tenant_id,
        AccessRow.household == row.deputy_household,
        AccessRow.since <= day,
        or_(AccessRow.until.is_(None), AccessRow.until > day),
    )
    return (
        bool(account.active)
        and deputy_role(row.deputy_household) in account.role_names
        and session.scalars(post).first() is not None
    )


def done_for(session: Session, tenant_id: int, household_id: int, number: str) -> tuple[ActDone, ...]:
    """What was done for a household under mandates, newest first: from the audit, which holds it for good."""
    rows = session.scalars(
        select(ActingMandateRow).where(
            ActingMandateRow.tenant_id == tenant_id, ActingMandateRow.household_id == household_id
        )
    ).all()
    if not rows:  # for most households: the audit need not be asked
        return ()
    deputies = {row.id: row.deputy_household for row in rows}
    acts = session.scalars(
        select(AuditRow)
        .where(
            AuditRow.tenant_id == tenant_id,
            AuditRow.user_id.in_({row.deputy_id for row in rows}),
            AuditRow.facts["acting_for"].as_string() == number,
        )
        .order_by(AuditRow.number.desc())
        .limit(SHOWN)
    )
    return tuple(ActDone(act.at, deputies.get(act.facts["mandate"], ""), act.action, act.ref) for act in acts)
