"""Enterprises that ask to be let in: filed by anybody, vetted by the county, founded as a tenant with one invitation."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from coop.parties import rules
from coop.parties.models import (
    AccessRow,
    ApplicationRow,
    ApplicationState,
    EntityRow,
    InvitationRow,
    TenantKind,
    TenantRow,
)
from coop.parties.service.invitations import Invited, make_user, renew
from coop.parties.service.register import add_entity, add_tenant

MOVES = Transitions(
    "企业入驻申请 application",
    {
        (ApplicationState.filed, ApplicationState.approved),
        (ApplicationState.filed, ApplicationState.refused),
    },
)


class TooManyApplicationsError(CoopError):
    def __init__(self) -> None:
        super().__init__(
            zh="同一网络一小时内最多提交 5 份申请，请稍后再试",
            en="five applications an hour from one place at most; try again later",
        )


@dataclass(frozen=True, slots=True)
class ApplicationEntry:
    """What an enterprise files. The contact becomes its first user and logs in with the telephone."""

    name: str
    name_en: str
    code: str
    credit_code: str
    contact: str
    phone: str


def entry_faults(entry: ApplicationEntry) -> list[Fault]:
    """Everything wrong with what was typed."""
    faults = [
        Fault(place, "必填", "required")
        for place, text in (("name", entry.name), ("contact", entry.contact))
        if not text.strip()
    ]
    if rules.CODE.fullmatch(entry.code) is None or not 2 <= len(entry.code) <= 20:
        zh, en = "2 至 20 位大写字母、数字或连字符", "up to 20 capitals, digits or hyphens"
        faults.append(Fault("code", zh, en))
    if rules.CREDIT_CODE.fullmatch(entry.credit_code) is None:
        faults.append(
            Fault("credit_code", "应为 18 位统一社会信用代码", "the 18 characters of the credit code")
        )
    if not rules.typed_phone(entry.phone):
        faults.append(Fault("phone", "应为 11 位手机号", "a mobile number of 11 digits"))
    return faults


def file_application(unit: Unit, entry: ApplicationEntry, *, address: str) -> ApplicationRow:
    """File an application: no tenant, no account yet. Raises InputError, TooManyApplicationsError."""
    if faults := entry_faults(entry):
        raise InputError(faults)
    lately = unit.session.scalar(
        select(func.count(ApplicationRow.id)).where(
            ApplicationRow.address_index == address, ApplicationRow.filed_at > unit.now - rules.WINDOW
        )
    )
    if (lately or 0) >= rules.APPLICATIONS_PER_ADDRESS:
        raise TooManyApplicationsError
    row = ApplicationRow(
        name=entry.name,
        name_en=entry.name_en or entry.name,
        code=entry.code,
        credit_code=entry.credit_code,
        contact=entry.contact,
        phone=rules.typed_phone(entry.phone),
        address_index=address,
        filed_at=unit.now,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("application.file", f"application:{row.id}", code=entry.code)
    return row


def approve(unit: Unit, application_id: int) -> int:
    """The county lets the enterprise in: its tenant is made; returns it. `open_up` follows in the tenant's own unit.

    Raises AlreadyThereError where the code is taken.
    """
    unit.actor.require("审核企业入驻", Role.county)
    row = _locked(unit, application_id)
    state = MOVES.move(ApplicationState(row.state), ApplicationState.approved)
    tenant = add_tenant(unit, TenantKind.enterprise, row.code, row.name, row.name_en)
    row.state, row.granted_id = state.value, tenant.id
    row.decided_at, row.decided_by = unit.now, unit.actor.user_id
    unit.audit("application.approve", f"application:{row.id}", tenant=tenant.id)
    return tenant.id


def open_up(unit: Unit, application_id: int) -> Invited:
    """In the new tenant's unit: its legal entity, its first user and the code for it. Again: a new code, the old one ends.

    Only the contact of the application is invited, and only as long as nobody of the enterprise has come in.
    """
    row = _locked(unit, application_id)
    tenant = unit.session.get(TenantRow, unit.actor.tenant_id)
    if tenant is None or row.granted_id != tenant.id:
        raise NotFoundError("application", application_id)
    entity = unit.session.scalars(select(EntityRow).where(EntityRow.tenant_id == tenant.id)).first()
    if entity is None:
        add_entity(unit, row.code, row.name, row.name_en)
    user_id = unit.session.scalars(select(AccessRow.user_id).where(AccessRow.tenant_id == tenant.id)).first()
    if user_id is None:
        return make_user(
            unit, tenant.id, username=row.phone, name=row.contact, roles=[Role.enterprise], steward=True
        )
    came = unit.session.scalars(
        select(InvitationRow.id).where(InvitationRow.home_id == tenant.id, InvitationRow.used_at.is_not(None))
    ).first()
    if came is not None:
        raise NotFoundError("open invitation", application_id)
    return renew(unit, user_id)


def refuse(unit: Unit, application_id: int, reason: str) -> ApplicationRow:
    """The county refuses, with the reason."""
    unit.actor.require("审核企业入驻", Role.county)
    if not reason.strip():
        raise InputError([Fault("reason", "须写明理由", "a reason is needed")])
    row = _locked(unit, application_id)
    row.state = MOVES.move(ApplicationState(row.state), ApplicationState.refused).value
    row.decided_at, row.decided_by, row.reason = unit.now, unit.actor.user_id, reason.strip()
    unit.audit("application.refuse", f"application:{row.id}")
    return row


def _locked(unit: Unit, application_id: int) -> ApplicationRow:
    row = unit.session.scalars(
        select(ApplicationRow)
        .where(ApplicationRow.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("application", application_id)
    return row
