"""What an office issues: policies with their versions, and programmes with who gets how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select

from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.unit import Unit
from coop.parties import queries as parties
from coop.parties.models import TenantKind
from coop.policy import rules
from coop.policy.models import AwardRow, PolicyRow, PolicyVersionRow, ProgrammeRow
from coop.policy.service.errors import (
    AwardsTooMuchError,
    NoIssuerError,
    PolicyNumberError,
    ProjectTakenError,
)
from coop.standards.queries import products as all_products

OFFICES = (TenantKind.county.value, TenantKind.township.value)


def issue(
    unit: Unit,
    *,
    number: str,
    title: str,
    title_en: str,
    since: date,
    text: str,
    text_en: str,
    until: date | None = None,
    products: Sequence[str] = (),
) -> PolicyRow:
    """Issue a policy; it holds from `since` until `until` (exclusive; None: until further notice).

    `products` are the codes it concerns, none for all. Raises NoIssuerError, PolicyNumberError, InputError.
    """
    _require_office(unit, "发布政策")
    faults = _faults(unit, since, until, products)
    for place, value in (("/number", number), ("/title", title), ("/text", text)):
        if not value.strip():
            faults.append(Fault(place, "必填", "required"))
    if faults:
        raise InputError(faults)
    issuer = unit.actor.tenant_id
    held = select(PolicyRow.id).where(PolicyRow.issuer_id == issuer, PolicyRow.number == number.strip())
    if unit.session.scalars(held).first() is not None:
        raise PolicyNumberError(number)
    row = PolicyRow(issuer_id=issuer, number=number.strip(), title=title, title_en=title_en or title)
    unit.session.add(row)
    unit.session.flush()
    unit.session.add(
        PolicyVersionRow(
            issuer_id=issuer,
            policy_id=row.id,
            version=1,
            since=since,
            until=until,
            text=text,
            text_en=text_en or text,
            products=sorted(set(products)),
        )
    )
    unit.session.flush()
    unit.audit("policy.issue", f"policy:{row.id}", number=row.number)
    return row


def amend(
    unit: Unit,
    policy_id: int,
    *,
    since: date,
    text: str,
    text_en: str,
    until: date | None = None,
    products: Sequence[str] = (),
) -> PolicyVersionRow:
    """A new version of an own policy; what an earlier one said stays readable."""
    _require_office(unit, "修订政策")
    row = unit.session.scalars(
        select(PolicyRow)
        .where(PolicyRow.id == policy_id, PolicyRow.issuer_id == unit.actor.tenant_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("policy", policy_id)
    faults = _faults(unit, since, until, products)
    if not text.strip():
        faults.append(Fault("/text", "必填", "required"))
    if faults:
        raise InputError(faults)
    last = select(func.max(PolicyVersionRow.version)).where(PolicyVersionRow.policy_id == row.id)
    version = (unit.session.scalar(last) or 0) + 1
    made = PolicyVersionRow(
        issuer_id=unit.actor.tenant_id,
        policy_id=row.id,
        version=version,
        since=since,
        until=until,
        text=text,
        text_en=text_en or text,
        products=sorted(set(products)),
    )
    unit.session.add(made)
    unit.session.flush()
    unit.audit("policy.amend", f"policy:{row.id}", version=version)
    return made


def announce(
    unit: Unit,
    *,
    project: str,
    name: str,
    name_en: str,
    document: str,
    amount_fen: int,
    purpose: str,
    purpose_en: str,
    awards: Mapping[str, int] | None = None,
    policy_id: int | None = None,
    contact: str = "",
    complaints: str = "",
) -> ProgrammeRow:
    """Announce a programme with earmarked money. `awards`: legal person's code -> fen; none leaves it open to all.

    Raises InputError, ProjectTakenError, AwardsTooMuchError, NotFoundError for another's policy.
    """
    _require_office(unit, "下达补助项目")
    given = dict(awards or {})
    faults = []
    if not rules.PROJECT.fullmatch(project):
        faults.append(
            Fault("/project", "项目代码为 1–20 位大写字母、数字或连字符", "A-Z, 0-9 and -, 1 to 20")
        )
    for place, value in (("/name", name), ("/document", document), ("/purpose", purpose)):
        if not value.strip():
            faults.append(Fault(place, "必填", "required"))
    for place, fen in (("/amount_fen", amount_fen), *((f"/awards/{code}", f) for code, f in given.items())):
        if fen <= 0:
            faults.append(Fault(place, f"应大于 0，实为 {fen}", f"more than 0, not {fen}"))
    if faults:
        raise InputError(faults)
    if sum(given.values()) > amount_fen:
        raise AwardsTooMuchError(project, amount_fen, sum(given.values()))
    issuer = unit.actor.tenant_id
    if policy_id is not None:
        own = select(PolicyRow.id).where(PolicyRow.id == policy_id, PolicyRow.issuer_id == issuer)
        if unit.session.scalars(own).one_or_none() is None:
            raise NotFoundError("policy", policy_id)
    if unit.session.scalars(select(ProgrammeRow.id).where(ProgrammeRow.project == project)).first():
        raise ProjectTakenError(project)
    row = ProgrammeRow(
        issuer_id=issuer,
        policy_id=policy_id,
        project=project,
        name=name,
        name_en=name_en or name,
        document=document.strip(),
        amount_fen=amount_fen,
        purpose=purpose,
        purpose_en=purpose_en or purpose,
        contact=contact,
        complaints=complaints,
        day=unit.today,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.session.add_all(
        AwardRow(issuer_id=issuer, programme_id=row.id, entity=code, amount_fen=fen)
        for code, fen in sorted(given.items())
    )
    unit.session.flush()
    unit.audit("programme.announce", f"programme:{row.id}", project=project, fen=amount_fen)
    return row


def _require_office(unit: Unit, act: str) -> None:
    unit.actor.require(act, Role.county)
    kind = parties.tenant(unit.session, unit.actor.tenant_id).kind
    if kind not in OFFICES:
        raise NoIssuerError(kind)


def _faults(unit: Unit, since: date, until: date | None, products: Sequence[str]) -> list[Fault]:
    faults = []
    if until is not None and until <= since:
        faults.append(
            Fault("/until", f"应晚于 {since}，实为 {until}", f"after {since} expected, {until} found")
        )
    unknown = set(products) - all_products(unit.session).keys()
    faults += [
        Fault(f"/products/{code}", f"没有产品 {code}", f"no product {code}") for code in sorted(unknown)
    ]
    return faults
