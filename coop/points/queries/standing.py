"""Every household's points at once, the village a reader looks at, and who may hand over together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coop.kernel.actor import Actor
from coop.kernel.errors import NotFoundError
from coop.parties.models import AccessRow, HouseholdRow, TenantKind, TenantRow
from coop.points.models import AccountRow
from coop.points.queries.scores import Totals, totals, vetoed, year_scores


@dataclass(frozen=True, slots=True)
class Standing:
    """A household's line: what it may redeem, its honour score of the year, whether a veto bars it."""

    household: str
    balance: int
    score: int
    vetoed: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The households of a village with its totals; `year` is that of the scores."""

    year: int
    standings: tuple[Standing, ...]
    totals: Totals


def villages_in_sight(session: Session, actor: Actor) -> list[TenantRow]:
    """The villages the actor may read, the own one first."""
    query = select(TenantRow).where(
        TenantRow.id.in_(sorted(actor.readable)), TenantRow.kind == TenantKind.village.value
    )
    rows = list(session.scalars(query.order_by(TenantRow.code)))
    return sorted(rows, key=lambda row: row.id != actor.tenant_id)


def village_in_sight(session: Session, actor: Actor, code: str = "") -> TenantRow:
    """The village of that code, else the first the actor may read. Raises NotFoundError."""
    rows = [row for row in villages_in_sight(session, actor) if code in ("", row.code)]
    if not rows:
        raise NotFoundError("village", code or "—")
    return rows[0]


def board(session: Session, year: int, tenant_id: int) -> Board:
    """Every household of the village by number, those that left included while they hold points."""
    rows = session.execute(
        select(HouseholdRow.number, AccountRow.balance)
        .join(HouseholdRow, HouseholdRow.id == AccountRow.household_id)
        .where(AccountRow.tenant_id == tenant_id)
    )
    held = {number: int(points) for number, points in rows}
    barred = vetoed(session, year, tenant_id)
    scores = year_scores(session, year, tenant_id)
    lines = [
        Standing(household, held.get(household, 0), score, household in barred)
        for household, score in sorted(scores.items())
    ]
    return Board(year, tuple(lines), totals(session, tenant_id))


def household_number(session: Session, household: str, tenant_id: int) -> str:
    """The number as the register has it. Raises NotFoundError for one the village does not know."""
    found = session.scalars(
        select(HouseholdRow.number).where(
            HouseholdRow.tenant_id == tenant_id, HouseholdRow.number == household
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError("household", household)
    return found


def numbers(session: Session, tenant_id: int) -> list[str]:
    """The household numbers of the village's register."""
    query = select(HouseholdRow.number).where(HouseholdRow.tenant_id == tenant_id)
    return list(session.scalars(query.order_by(HouseholdRow.number)))


def colleagues(session: Session, actor: Actor, day: date) -> list[int]:
    """Users who act for the village on the day, households and the actor left out: second persons."""
    query = select(AccessRow.user_id).where(
        AccessRow.tenant_id == actor.tenant_id,
        AccessRow.household == "",
        AccessRow.user_id != actor.user_id,
        AccessRow.since <= day,
        or_(AccessRow.until.is_(None), AccessRow.until > day),
    )
    return sorted(set(session.scalars(query)))
