"""Reads of earmarked money: what each grant has left, and what it went to, each with its voucher."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow, TenantRow
from coop.policy.models import GrantRow, GrantUseRow, ProgrammeRow, UseKind
from coop.policy.rules import Sums
from ledger.tables import BookRow, VoucherRow


@dataclass(frozen=True, slots=True)
class GrantItem:
    """A grant with its village, its legal person and its sums; `void`: its receipt was reversed."""

    grant: GrantRow
    village: TenantRow
    entity: EntityRow
    sums: Sums
    void: bool


@dataclass(frozen=True, slots=True)
class UseItem:
    """One use of a grant; `void`: its voucher was reversed, so it uses nothing up."""

    use: GrantUseRow
    void: bool


@dataclass(frozen=True, slots=True)
class PurposeSum:
    """What was spent for one purpose, with the uses that make it up."""

    purpose: str
    purpose_en: str
    fen: int
    uses: tuple[GrantUseRow, ...]


@dataclass(frozen=True, slots=True)
class GrantPage:
    """The file of a grant: its uses by day, and what was spent by purpose."""

    item: GrantItem
    programme: ProgrammeRow | None
    uses: tuple[UseItem, ...]
    purposes: tuple[PurposeSum, ...]


def voided(row: type[GrantRow | GrantUseRow]) -> ColumnElement[bool]:
    """Whether the row's voucher has a red-letter twin."""
    twin = aliased(VoucherRow)
    return exists().where(twin.tenant_id == row.tenant_id, twin.reverses_id == row.voucher_id)


def sums(session: Session, grants: Iterable[GrantRow]) -> dict[int, Sums]:
    """What each grant received, spent and gave back, fen; reversed vouchers left out."""
    ids = [row.id for row in grants]
    query = select(GrantRow.id, case((voided(GrantRow), 0), else_=GrantRow.amount_fen))
    received = {key: int(fen) for key, fen in session.execute(query.where(GrantRow.id.in_(ids)))}
    used: defaultdict[tuple[int, bool], int] = defaultdict(int)
    uses = (
        select(GrantUseRow.grant_id, GrantUseRow.kind, func.sum(GrantUseRow.amount_fen))
        .where(GrantUseRow.grant_id.in_(ids), ~voided(GrantUseRow))
        .group_by(GrantUseRow.grant_id, GrantUseRow.kind)
    )
    for key, kind, fen in session.execute(uses):
        used[key, kind == UseKind.returned] += int(fen)
    return {key: Sums(fen, used[key, False], used[key, True]) for key, fen in received.items()}


def entities(session: Session, tenant_id: int) -> list[EntityRow]:
    """The tenant's legal persons that keep books."""
    kept = exists().where(BookRow.entity_id == EntityRow.id)
    query = select(EntityRow).where(EntityRow.tenant_id == tenant_id, kept).order_by(EntityRow.code)
    return list(session.scalars(query))


def grant_list(session: Session, *, project: str = "") -> list[GrantItem]:
    """The grants in sight, newest first: the village's own, the county's villages'."""
    query = (
        select(GrantRow, TenantRow, EntityRow, voided(GrantRow))
        .join(TenantRow, TenantRow.id == GrantRow.tenant_id)
        .join(EntityRow, EntityRow.id == GrantRow.entity_id)
        .order_by(GrantRow.day.desc(), GrantRow.id.desc())
    )
    if project:
        query = query.where(GrantRow.project == project)
    rows = list(session.execute(query))
    found = sums(session, (row for row, *_ in rows))
    return [GrantItem(row, village, entity, found[row.id], void) for row, village, entity, void in rows]


def grant_page(session: Session, grant_id: int) -> GrantPage:
    """The file of a grant. Raises NotFoundError."""
    query = (
        select(GrantRow, TenantRow, EntityRow, voided(GrantRow))
        .join(TenantRow, TenantRow.id == GrantRow.tenant_id)
        .join(EntityRow, EntityRow.id == GrantRow.entity_id)
        .where(GrantRow.id == grant_id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFoundError("grant", grant_id)
    row, village, entity, void = found
    listed = (
        select(GrantUseRow, voided(GrantUseRow))
        .where(GrantUseRow.grant_id == grant_id)
        .order_by(GrantUseRow.day, GrantUseRow.id)
    )
    uses = tuple(UseItem(use, undone) for use, undone in session.execute(listed))
    return GrantPage(
        GrantItem(row, village, entity, sums(session, [row])[row.id], void),
        session.get(ProgrammeRow, row.programme_id) if row.programme_id is not None else None,
        uses,
        _by_purpose(uses),
    )


def grant_id_of_use(session: Session, use_id: int) -> int:
    """The grant a use belongs to. Raises NotFoundError."""
    found = session.scalars(select(GrantUseRow.grant_id).where(GrantUseRow.id == use_id)).one_or_none()
    if found is None:
        raise NotFoundError("grant use", use_id)
    return found


def _by_purpose(uses: Iterable[UseItem]) -> tuple[PurposeSum, ...]:
    """What was spent, by purpose in the order of the first spending; returned and reversed money left out."""
    kept: dict[str, list[GrantUseRow]] = {}
    for item in uses:
        if not item.void and item.use.kind != UseKind.returned:
            kept.setdefault(item.use.purpose, []).append(item.use)
    return tuple(
        PurposeSum(purpose, rows[0].purpose_en, sum(row.amount_fen for row in rows), tuple(rows))
        for purpose, rows in kept.items()
    )
