"""What tickets are reckoned by, loaded and locked once for all tickets of a unit; and the reckoning of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.kernel.errors import InputError, NotFoundError
from coop.kernel.unit import Unit
from coop.kernel.units import Unit as BaseUnit
from coop.orders.models import PartRow
from coop.orders.queries import OrderLine, order_line
from coop.parties.models import EntityRow, HouseholdRow
from coop.parties.queries import member_households
from coop.procurement.models import ScaleRow
from coop.procurement.rules import (
    GradePrice,
    Live,
    PricedLine,
    Quality,
    WeighEntry,
    head_faults,
    priced_heads,
    priced_line,
    weight_faults,
)
from coop.procurement.service.errors import BlockedError, NotThatDayError
from coop.production import queries as production
from coop.splitting import service as splitting
from coop.splitting.models import AllocationRow, SplitRow
from coop.standards.queries import NoPriceError, PriceLine, Product, Terms, price_table, products, terms_on


@dataclass(frozen=True, slots=True)
class Case:
    """The shares (locked), their order lines, what their products are and cost that day, and who they are."""

    entity: EntityRow
    scale: ScaleRow
    day: date
    shares: dict[int, splitting.Share]
    lines: dict[int, OrderLine]
    products: dict[str, Product]
    prices: dict[tuple[str, str], PriceLine]
    terms: dict[str, Terms]
    blocked: dict[int, tuple[str, str]]
    households: dict[int, str]
    # Which of them are members of the seller that day: the others are owed in 211 and earn no patronage.
    members: frozenset[int]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A ticket with its figures, before anything is deducted."""

    entry: WeighEntry
    allocation: AllocationRow
    split: SplitRow
    quality: Quality
    lines: tuple[PricedLine, ...]
    live: dict[str, Live]

    @property
    def total_g(self) -> int:
        return sum(line.settle_g for line in self.lines)

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def load(unit: Unit, shares: dict[int, splitting.Share], *, seller: str, scale: str, day: date) -> Case:
    """All that tickets of these shares are reckoned by. The shares are one seller's. Raises NotFoundError."""
    session, tenant = unit.session, unit.actor.tenant_id
    entity = session.scalars(
        select(EntityRow).where(EntityRow.code == seller, EntityRow.tenant_id == tenant)
    ).one_or_none()
    if entity is None:
        raise NotFoundError("entity", seller)
    own = select(ScaleRow).where(ScaleRow.tenant_id == tenant, ScaleRow.code == scale)
    found = session.scalars(own).one_or_none()
    if found is None:
        raise NotFoundError("scale", scale)
    owners = [owner for _, owner in shares.values()]
    codes = {owner.product for owner in owners}
    homes = {row.household_id for row, _ in shares.values()}
    return Case(
        entity=entity,
        scale=found,
        day=day,
        shares=shares,
        lines={key: order_line(session, key) for key in sorted({owner.line_id for owner in owners})},
        products=products(session),
        prices={(line.product, line.grade): line for line in price_table(session, entity.id, day)},
        terms={code: terms_on(session, entity.id, code, day) for code in codes},
        blocked=_blocked(unit, shares, day),
        households={
            row.id: row.number
            for row in session.execute(
                select(HouseholdRow.id, HouseholdRow.number).where(HouseholdRow.id.in_(homes))
            )
        },
        members=member_households(session, entity.id, day) & homes,
    )


def _blocked(unit: Unit, shares: dict[int, splitting.Share], day: date) -> dict[int, tuple[str, str]]:
    """Shares of which nothing may be bought that day, and why."""
    by_product: dict[str, list[int]] = {}
    for allocation_id, (_, owner) in shares.items():
        by_product.setdefault(owner.product, []).append(allocation_id)
    found: dict[int, tuple[str, str]] = {}
    for product, ids in sorted(by_product.items()):
        found |= production.blocks(unit.session, ids, product, day)
    return found


def reckon(unit: Unit, case: Case, entry: WeighEntry) -> Reckoned:
    """The figures of a ticket: settlement weights or heads, prices of the day never below the floors, amounts.

    Raises InputError with all faults of the figures, NotThatDayError, BlockedError, standards' TooMoistError and
    NoPriceError, splitting's SplitFixedError.
    """
    allocation, split = case.shares[entry.allocation_id]
    line, product = case.lines[split.line_id], case.products[split.product]
    if entry.day > unit.today:
        raise NotThatDayError(unit.today, entry.day)
    splitting.require_deliverable(split)
    if allocation.id in case.blocked:
        raise BlockedError(case.households[allocation.household_id], *case.blocked[allocation.id])
    heads = product.unit is BaseUnit.head
    live = {
        grade.code: Live(grade.live_min_g, grade.live_max_g)
        for grade in product.grades
        if grade.code in {ordered.grade for ordered in line.grades}
    }
    if faults := head_faults(entry, live) if heads else weight_faults(entry, frozenset(live)):
        raise InputError(faults)
    quality = Quality(
        moisture_bp=entry.moisture_bp,
        moisture_std_bp=product.moisture_std_bp,
        moisture_max_bp=product.moisture_max_bp,
        impurity_bp=entry.impurity_bp,
        impurity_std_bp=product.impurity_std_bp,
    )
    return Reckoned(entry, allocation, split, quality, _priced(case, entry, line, quality, heads=heads), live)


def _priced(
    case: Case, entry: WeighEntry, line: OrderLine, quality: Quality, *, heads: bool
) -> tuple[PricedLine, ...]:
    promised = {grade.grade: grade.floor for grade in line.grades}
    priced = []
    for weighed in entry.lines:
        table = case.prices.get((line.product, weighed.grade))
        if table is None:
            raise NoPriceError(line.product, weighed.grade, entry.day)
        price = GradePrice(table.price, max(table.floor, promised[weighed.grade]))
        priced.append(priced_heads(weighed, price) if heads else priced_line(weighed, quality, price))
    return tuple(priced)


def sellers(unit: Unit, shares: dict[int, splitting.Share]) -> dict[int, str]:
    """The entity that sells, by order part."""
    ids = sorted({owner.part_id for _, owner in shares.values()})
    rows = unit.session.execute(select(PartRow.id, PartRow.seller_entity).where(PartRow.id.in_(ids)))
    return dict(rows.all())
