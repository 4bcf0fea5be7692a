"""Reads of what offices issue: policies as they stand on a day, programmes, and what a village still awaits of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow, TenantRow
from coop.policy.models import AwardRow, GrantRow, PolicyRow, PolicyVersionRow, ProgrammeRow
from coop.standards import queries as standards


@dataclass(frozen=True, slots=True)
class PolicyItem:
    """A policy, the version that holds on the day (None: none does), and the products that one concerns."""

    policy: PolicyRow
    issuer: TenantRow
    version: PolicyVersionRow | None
    products: tuple[standards.Product, ...]


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """A policy with all it ever said, newest version first, and its programmes."""

    item: PolicyItem
    versions: tuple[PolicyVersionRow, ...]
    programmes: tuple[ProgrammeRow, ...]


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """A programme, what it awards to whom, and its grants in sight: (award, grants of that legal person)."""

    programme: ProgrammeRow
    issuer: TenantRow
    policy: PolicyRow | None
    awards: tuple[tuple[AwardRow, tuple[GrantRow, ...]], ...]

    @property
    def awarded_fen(self) -> int:
        """What is shared out already."""
        return sum(award.amount_fen for award, _ in self.awards)


def policy_list(session: Session, today: date, *, product: str = "") -> list[PolicyItem]:
    """All policies, the newest first; those that concern a product, where told (and those that concern all)."""
    query = select(PolicyRow, TenantRow).join(TenantRow, TenantRow.id == PolicyRow.issuer_id)
    found = list(session.execute(query.order_by(PolicyRow.id.desc())))
    versions = _versions(session, (row.id for row, _ in found))
    known = standards.products(session)
    items = [_item(row, issuer, versions[row.id], known, today) for row, issuer in found]
    if product:
        items = [i for i in items if i.version and (not i.version.products or product in i.version.products)]
    return items


def policy_page(session: Session, policy_id: int, today: date) -> PolicyPage:
    """A policy and all its versions. Raises NotFoundError."""
    query = select(PolicyRow, TenantRow).join(TenantRow, TenantRow.id == PolicyRow.issuer_id)
    found = session.execute(query.where(PolicyRow.id == policy_id)).one_or_none()
    if found is None:
        raise NotFoundError("policy", policy_id)
    row, issuer = found
    versions = _versions(session, (policy_id,))[policy_id]
    item = _item(row, issuer, versions, standards.products(session), today)
    held = select(ProgrammeRow).where(ProgrammeRow.policy_id == policy_id).order_by(ProgrammeRow.id)
    return PolicyPage(item, tuple(versions), tuple(session.scalars(held)))


def programmes(session: Session) -> list[tuple[ProgrammeRow, TenantRow]]:
    """All programmes with their issuers, newest first."""
    query = select(ProgrammeRow, TenantRow).join(TenantRow, TenantRow.id == ProgrammeRow.issuer_id)
    return [(row, issuer) for row, issuer in session.execute(query.order_by(ProgrammeRow.id.desc()))]


def programme_page(session: Session, programme_id: int) -> ProgrammePage:
    """A programme with its awards, and the receipts of those the reader may see. Raises NotFoundError."""
    row = session.get(ProgrammeRow, programme_id)
    if row is None:
        raise NotFoundError("programme", programme_id)
    grants: defaultdict[str, list[GrantRow]] = defaultdict(list)
    query = select(EntityRow.code, GrantRow).join(EntityRow, EntityRow.id == GrantRow.entity_id)
    for code, grant in session.execute(query.where(GrantRow.programme_id == row.id).order_by(GrantRow.id)):
        grants[code].append(grant)
    awards = session.scalars(
        select(AwardRow).where(AwardRow.programme_id == row.id).order_by(AwardRow.entity)
    )
    return ProgrammePage(
        row,
        session.get_one(TenantRow, row.issuer_id),
        session.get(PolicyRow, row.policy_id) if row.policy_id is not None else None,
        tuple((award, tuple(grants[award.entity])) for award in awards),
    )


def awaited(session: Session, tenant_id: int) -> list[tuple[AwardRow, ProgrammeRow, EntityRow]]:
    """Awards to the tenant's legal persons of which no money is recorded yet."""
    query = (
        select(AwardRow, ProgrammeRow, EntityRow)
        .join(ProgrammeRow, ProgrammeRow.id == AwardRow.programme_id)
        .join(EntityRow, EntityRow.code == AwardRow.entity)
        .outerjoin(
            GrantRow, (GrantRow.programme_id == ProgrammeRow.id) & (GrantRow.entity_id == EntityRow.id)
        )
        .where(EntityRow.tenant_id == tenant_id, GrantRow.id.is_(None))
        .order_by(ProgrammeRow.id, AwardRow.id)
    )
    return [(award, programme, entity) for award, programme, entity in session.execute(query)]


def _versions(session: Session, ids: Iterable[int]) -> defaultdict[int, list[PolicyVersionRow]]:
    found: defaultdict[int, list[PolicyVersionRow]] = defaultdict(list)
    query = select(PolicyVersionRow).where(PolicyVersionRow.policy_id.in_(list(ids)))
    for row in session.scalars(query.order_by(PolicyVersionRow.version.desc())):
        found[row.policy_id].append(row)
    return found


def _item(
    row: PolicyRow,
    issuer: TenantRow,
    versions: list[PolicyVersionRow],
    known: dict[str, standards.Product],
    today: date,
) -> PolicyItem:
    """The newest version whose days include today holds."""
    holds = (v for v in versions if v.since <= today and (v.until is None or today < v.until))
    version = next(holds, None)
    codes = version.products if version else []
    return PolicyItem(row, issuer, version, tuple(known[code] for code in codes if code in known))
