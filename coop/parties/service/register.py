"""Use cases on the parties: tenants, entities, the register, shares, access and mandates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.kernel.actor import Role, system
from coop.kernel.errors import CoopError, ScopeError
from coop.kernel.unit import Unit
from coop.parties.models import (
    AccessRow,
    AreaRow,
    EntityRow,
    HoldingKind,
    HoldingRow,
    HouseholdRow,
    MandateRow,
    MemberRow,
    TenantKind,
    TenantRow,
)


class AlreadyThereError(CoopError):
    def __init__(self, kind: str, code: str) -> None:
        super().__init__(zh=f"{kind} {code} 已经存在", en=f"{kind} {code} is there already")


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """One line of the village register as it is filed. Shares are counted, the contribution is in fen."""

    household: str
    head: str
    grid: str
    monitored: bool
    number: str
    name: str
    born: date
    phone: str
    bank_account: str
    shares: int
    contribution_fen: int


def add_area(unit: Unit, code: str, name: str, name_en: str, parent: str | None = None) -> AreaRow:
    row = AreaRow(code=code, name=name, name_en=name_en, parent=parent)
    unit.session.add(row)
    unit.audit("area.add", f"area:{code}")
    return row


def add_tenant(
    unit: Unit, kind: TenantKind, code: str, name: str, name_en: str, *, area: str | None = None
) -> TenantRow:
    """A new tenant; refuses a code that is taken."""
    if unit.session.scalars(select(TenantRow).where(TenantRow.code == code)).first() is not None:
        raise AlreadyThereError("tenant", code)
    row = TenantRow(kind=kind.value, code=code, name=name, name_en=name_en, area=area)
    unit.session.add(row)
    unit.session.flush()
    unit.audit("tenant.add", f"tenant:{row.id}", code=code)
    return row


def add_entity(unit: Unit, code: str, name: str, name_en: str, standard: str = "") -> EntityRow:
    """A legal person of the unit's tenant. `code` is ASCII `[A-Z0-9-]+`; `standard` is a chart's name, empty for none."""
    row = EntityRow(tenant_id=unit.actor.tenant_id, code=code, name=name, name_en=name_en, standard=standard)
    unit.session.add(row)
    unit.session.flush()
    unit.audit("entity.add", f"entity:{row.id}", code=code, standard=standard)
    return row


def grant_access(
    unit: Unit,
    user_id: int,
    tenant_id: int,
    since: date,
    *,
    household: str = "",
    member: str = "",
    steward: bool = False,
) -> None:
    """Let a user act for a tenant from a day: granted by that tenant, or by the system on the first day.

    `steward`: the user may invite further users of that tenant.
    """
    unit.actor.require("授权账号", Role.admin, Role.manager)
    if unit.actor.tenant_id not in (tenant_id, system().tenant_id):
        raise ScopeError("access", unit.actor.tenant_id, tenant_id)
    add_access(unit, user_id, tenant_id, since, household=household, member=member, steward=steward)


def add_access(
    unit: Unit,
    user_id: int,
    tenant_id: int,
    since: date,
    *,
    household: str = "",
    member: str = "",
    steward: bool = False,
) -> None:
    """The row itself, for services of this subject that have checked who may grant it."""
    unit.session.add(
        AccessRow(
            user_id=user_id,
            tenant_id=tenant_id,
            since=since,
            household=household,
            member=member,
            steward=steward,
        )
    )
    unit.audit("access.grant", f"user:{user_id}", tenant=tenant_id)


def grant_mandate(unit: Unit, holder_id: int, since: date, until: date | None = None) -> None:
    """The unit's tenant lets the holder read it from `since`."""
    unit.actor.require("委托查阅", Role.admin, Role.manager)
    unit.session.add(
        MandateRow(grantor_id=unit.actor.tenant_id, holder_id=holder_id, since=since, until=until)
    )
    unit.audit("mandate.grant", f"tenant:{holder_id}")


def enter_register(
    unit: Unit, entries: Sequence[MemberEntry], *, day: date, share_entity: int, contribution_entity: int
) -> tuple[int, int]:
    """File the register: households, members, shares and contributions; returns (new households, new members).

    Filing the same lines again changes nothing; a member who is there already is left as is.
    """
    unit.actor.require("录入成员名册", Role.manager, Role.accountant)
    tenant = unit.actor.tenant_id
    # The village's own: whoever holds a mandate reads other villages' households of the same numbers too.
    own = select(HouseholdRow).where(HouseholdRow.tenant_id == tenant)
    households = {row.number: row for row in unit.session.scalars(own)}
    known = set(unit.session.scalars(select(MemberRow.number).where(MemberRow.tenant_id == tenant)))
    before, new = len(households), [entry for entry in entries if entry.number not in known]
    for entry in new:
        if entry.household not in households:
            row = HouseholdRow(
                tenant_id=tenant,
                number=entry.household,
                head=entry.head,
                grid=entry.grid,
                monitored=entry.monitored,
                joined=day,
            )
            unit.session.add(row)
            households[entry.household] = row
    unit.session.flush()
    members = [
        MemberRow(
            tenant_id=tenant,
            household_id=households[entry.household].id,
            number=entry.number,
            name=entry.name,
            born=entry.born,
            phone=entry.phone,
            bank_account=entry.bank_account,
            joined=day,
        )
        for entry in new
    ]
    unit.session.add_all(members)
    unit.session.flush()
    for entry, member in zip(new, members, strict=True):
        for entity, kind, amount in (
            (share_entity, HoldingKind.share, entry.shares),
            (contribution_entity, HoldingKind.contribution, entry.contribution_fen),
        ):
            if amount:
                unit.session.add(
                    HoldingRow(
                        tenant_id=tenant,
                        entity_id=entity,
                        member_id=member.id,
                        kind=kind.value,
                        amount=amount,
                        since=day,
                    )
                )
    if new:
        unit.audit(
            "register.enter", f"tenant:{tenant}", members=len(new), households=len(households) - before
        )
    return len(households) - before, len(new)
