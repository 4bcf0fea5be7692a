"""When a member dies or moves to another household: what they held passes on, dated, and nothing is lost.

A share is the member's own and does not end with a death; it passes to an heir of the register (农村集体经济组织法
art. 40 lets it be inherited by the charter). A divorce or a new household takes the member's holdings along.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.unit import Unit
from coop.parties.models import HoldingRow, HouseholdRow, MemberRow, StayRow


class HeirError(CoopError):
    """Who inherits must be another member of the same village who is there on the day."""

    def __init__(self, member: str, heir: str, day: date) -> None:
        super().__init__(
            zh=f"{heir} 不能在 {day} 继承 {member} 的份额：应为当日在册的另一名成员",
            en=f"{heir} cannot inherit from {member} on {day}: another member in the register of that day is needed",
        )


class GoneError(CoopError):
    def __init__(self, member: str, left: date) -> None:
        super().__init__(
            zh=f"成员 {member} 已于 {left} 离册", en=f"member {member} left the register on {left}"
        )


class SameHomeError(CoopError):
    def __init__(self, member: str, household: str) -> None:
        super().__init__(
            zh=f"成员 {member} 已在 {household} 户内",
            en=f"member {member} is in household {household} already",
        )


def record_death(unit: Unit, *, member: str, day: date, heir: str) -> MemberRow:
    """The member leaves the register on the day; every holding ends then and the heir's begins with it.

    The household stays, also where nobody is left in it: what it is owed waits for the heir. Raises NotFoundError,
    GoneError, HeirError.
    """
    unit.actor.require("登记成员去世", Role.manager, Role.accountant)
    gone = _there(unit, member, day)
    takes = _member(unit, heir)
    if takes.id == gone.id or takes.joined > day or (takes.left is not None and takes.left <= day):
        raise HeirError(member, heir, day)
    gone.left = day
    passed = _pass_on(unit, gone, takes, day)
    unit.session.flush()
    unit.audit("member.death", f"member:{gone.id}", heir=takes.number, holdings=passed)
    return gone


def move_member(unit: Unit, *, member: str, household: str, day: date, head: bool = False) -> MemberRow:
    """The member lives in another household from the day on, with all they hold: a marriage, a divorce, a household
    that splits. An unknown number founds a household in the member's old grid. Raises NotFoundError, GoneError,
    SameHomeError.
    """
    unit.actor.require("成员迁户", Role.manager, Role.accountant)
    row = _there(unit, member, day)
    old = unit.session.get_one(HouseholdRow, row.household_id)
    if old.number == household:
        raise SameHomeError(member, household)
    tenant = unit.actor.tenant_id
    target = unit.session.scalars(
        select(HouseholdRow).where(HouseholdRow.tenant_id == tenant, HouseholdRow.number == household)
    ).one_or_none()
    if target is None:
        target = HouseholdRow(
            tenant_id=tenant,
            number=household,
            head=row.name,
            grid=old.grid,
            joined=day,
            monitored=old.monitored,
        )
        unit.session.add(target)
        unit.session.flush()
    elif head:
        target.head = row.name
    unit.session.add(StayRow(tenant_id=tenant, member_id=row.id, household_id=old.id, until=day))
    row.household_id = target.id
    unit.session.flush()
    unit.audit("member.move", f"member:{row.id}", found=old.number, household=target.number)
    return row


def _member(unit: Unit, number: str) -> MemberRow:
    row = unit.session.scalars(
        select(MemberRow)
        .where(MemberRow.tenant_id == unit.actor.tenant_id, MemberRow.number == number)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("member", number)
    return row


def _there(unit: Unit, number: str, day: date) -> MemberRow:
    row = _member(unit, number)
    if row.left is not None and row.left <= day:
        raise GoneError(number, row.left)
    return row


def _pass_on(unit: Unit, gone: MemberRow, heir: MemberRow, day: date) -> int:
    """End what the one holds and begin it with the other, on top of what that one has."""
    tenant = unit.actor.tenant_id
    of = select(HoldingRow).where(
        HoldingRow.tenant_id == tenant, HoldingRow.since <= day, HoldingRow.until.is_(None)
    )
    held = unit.session.scalars(of.where(HoldingRow.member_id == gone.id).order_by(HoldingRow.id)).all()
    for row in held:
        own = unit.session.scalars(
            of.where(
                HoldingRow.member_id == heir.id,
                HoldingRow.entity_id == row.entity_id,
                HoldingRow.kind == row.kind,
            )
        ).one_or_none()
        amount = row.amount + (own.amount if own is not None else 0)
        for ending in (row, own):
            if ending is not None:
                ending.until = day
        unit.session.flush()
        unit.session.add(
            HoldingRow(
                tenant_id=tenant,
                entity_id=row.entity_id,
                member_id=heir.id,
                kind=row.kind,
                amount=amount,
                since=day,
            )
        )
    unit.session.flush()
    return len(held)
