"""Reads of a share's growing: its agreement, inputs, log, findings and what blocks it; for staff and household."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coop.kernel.actor import Actor
from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit
from coop.orders.models import PartRow
from coop.orders.rules import PartState
from coop.parties.models import EntityRow, HouseholdRow
from coop.production.models import FindingRow
from coop.production.queries.agreements import Agreement, Draft, agreements, draft_agreement
from coop.production.queries.blocking import blocks
from coop.production.queries.inputs import Issued, issued
from coop.production.queries.records import FindingLine, LogLine, finding_lines, log_lines
from coop.production.rules import Words
from coop.splitting.models import AllocationRow, SplitRow
from coop.standards.controls import ControlPoint, InputItem, Standard, input_items, standard_on
from coop.standards.models import ProductRow

# The order is over: nothing is inspected any more.
OVER = (PartState.received, PartState.refused, PartState.closed)


@dataclass(frozen=True, slots=True)
class Share:
    """A confirmed share in the list: how many points were never inspected or stand failed, and what blocks it."""

    allocation_id: int
    split_id: int
    household_id: int
    household: str
    head: str
    entity: str
    order_number: str
    product: str
    product_name: str
    product_name_en: str
    unit: Unit
    season: str
    quantity: int
    delivered: int
    over: bool
    agreement_id: int | None
    points: int
    missing: int
    failed: int
    block: str
    block_en: str

    @property
    def open(self) -> bool:
        """Whether an inspection waits: a point never looked at, or one that stands failed."""
        return not self.over and self.missing + self.failed > 0


@dataclass(frozen=True, slots=True)
class PointState:
    """A control point with its newest finding; None where it was never looked at."""

    point: ControlPoint
    finding: FindingLine | None


@dataclass(frozen=True, slots=True)
class SharePage:
    """All of a share's growing. `draft` is what may be signed where no agreement is."""

    share: Share
    agreement: Agreement | None
    draft: Draft | None
    inputs: tuple[Issued, ...]
    log: tuple[LogLine, ...]
    standard: Standard | None
    points: tuple[PointState, ...]
    findings: tuple[FindingLine, ...]
    items: tuple[InputItem, ...]

    @property
    def input_fen(self) -> int:
        """What the standing issues of this product and season come to, fen."""
        return sum(line.amount_fen for line in self.inputs if not line.reversed)


def share_page(session: Session, actor: Actor, allocation_id: int, today: date, *, own: bool) -> SharePage:
    """A share's page for the village's staff, or (`own`) for its household alone. Raises NotFoundError."""
    wanted = [AllocationRow.id == allocation_id]
    if own:
        wanted += [AllocationRow.tenant_id == actor.tenant_id, HouseholdRow.number == actor.household]
    found = _shares(session, today, *wanted)
    if not found:
        raise NotFoundError("allocation", allocation_id)
    return _page(session, found[0], today)


def shares(session: Session, tenant_id: int, today: date, *, season: str | None = None) -> tuple[Share, ...]:
    """A village's confirmed shares, by household, with what is open on each."""
    wanted = [AllocationRow.tenant_id == tenant_id]
    if season is not None:
        wanted.append(SplitRow.season == season)
    return _shares(session, today, *wanted)


def own_shares(session: Session, actor: Actor, today: date) -> tuple[Share, ...]:
    """The confirmed shares of the actor's own household."""
    if not actor.household:
        return ()
    return _shares(
        session, today, AllocationRow.tenant_id == actor.tenant_id, HouseholdRow.number == actor.household
    )


def open_inspections(session: Session, tenant_id: int, today: date) -> tuple[Share, ...]:
    """The shares with a control point never inspected, or one that stands failed."""
    return tuple(share for share in shares(session, tenant_id, today) if share.open)


def _shares(session: Session, today: date, *wanted: ColumnElement[bool]) -> tuple[Share, ...]:
    rows = session.execute(
        select(AllocationRow, SplitRow, HouseholdRow, ProductRow, PartRow, EntityRow.id)
        .join(SplitRow, SplitRow.id == AllocationRow.split_id)
        .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
        .join(ProductRow, ProductRow.code == SplitRow.product)
        .join(PartRow, PartRow.id == SplitRow.part_id)
        .join(EntityRow, EntityRow.code == PartRow.seller_entity)
        .where(AllocationRow.confirmed_g > 0, *wanted)
        .order_by(SplitRow.season.desc(), HouseholdRow.number, AllocationRow.id)
    ).all()
    by_product: dict[str, list[int]] = defaultdict(list)
    for row, owner, *_ in rows:
        by_product[owner.product].append(row.id)
    points = {product: _codes(standard_on(session, product, today)) for product in by_product}
    stopped: dict[int, Words] = {}
    for product, ids in by_product.items():
        stopped |= blocks(session, ids, product, today)
    newest = _newest(session, [row.id for row, *_ in rows], today)
    signed = {
        (each.entity_id, each.household_id, each.product, each.season): each.agreement_id
        for tenant_id in sorted({row.tenant_id for row, *_ in rows})
        for each in agreements(session, tenant_id)
    }
    made = []
    for row, owner, home, product_row, part, entity_id in rows:
        codes, found = points[owner.product], newest[row.id]
        block = stopped.get(row.id, ("", ""))
        made.append(
            Share(
                allocation_id=row.id,
                split_id=owner.id,
                household_id=home.id,
                household=home.number,
                head=home.head,
                entity=part.seller_entity,
                order_number=part.number,
                product=owner.product,
                product_name=product_row.name,
                product_name_en=product_row.name_en,
                unit=Unit(product_row.unit),
                season=owner.season,
                quantity=row.decided_g,
                delivered=row.delivered_g,
                over=part.state in OVER,
                agreement_id=signed.get((entity_id, home.id, owner.product, owner.season)),
                points=len(codes),
                missing=sum(code not in found for code in codes),
                failed=sum(not found[code].passed for code in codes if code in found),
                block=block[0],
                block_en=block[1],
            )
        )
    return tuple(made)


def _codes(standard: Standard | None) -> tuple[str, ...]:
    return tuple(point.code for point in standard.points) if standard else ()


def _newest(session: Session, ids: list[int], today: date) -> defaultdict[int, dict[str, FindingRow]]:
    """Allocation -> control point -> the finding that stands."""
    found: defaultdict[int, dict[str, FindingRow]] = defaultdict(dict)
    for row in session.scalars(
        select(FindingRow)
        .where(FindingRow.allocation_id.in_(ids), FindingRow.day <= today)
        .order_by(FindingRow.day, FindingRow.id)
    ):
        found[row.allocation_id][row.point] = row
    return found


def _page(session: Session, share: Share, today: date) -> SharePage:
    tenant_id = session.scalars(
        select(AllocationRow.tenant_id).where(AllocationRow.id == share.allocation_id)
    ).one()
    seller = session.scalars(select(EntityRow.id).where(EntityRow.code == share.entity)).one()
    held = [
        each
        for each in agreements(session, tenant_id, household_id=share.household_id, season=share.season)
        if each.agreement_id == share.agreement_id
    ]
    draft = None
    if not held:
        draft = draft_agreement(
            session,
            tenant_id=tenant_id,
            household=share.household,
            product_code=share.product,
            season=share.season,
            day=today,
            entity_id=seller,
        )
    standard = standard_on(session, share.product, today)
    findings = finding_lines(session, share.allocation_id)
    newest = {line.point: line for line in reversed(findings)}
    items = input_items(session)
    return SharePage(
        share=share,
        agreement=held[0] if held else None,
        draft=draft,
        inputs=issued(session, tenant_id, share.household_id, product=share.product, season=share.season),
        log=log_lines(session, share.allocation_id, items),
        standard=standard,
        points=tuple(
            PointState(point, newest.get(point.code)) for point in (standard.points if standard else ())
        ),
        findings=findings,
        items=tuple(items.values()),
    )
