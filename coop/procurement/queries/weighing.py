"""What the scale's pages need before a ticket exists: who may deliver, at which prices, on which scales."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.queries import open_due
from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit
from coop.orders.models import PartRow
from coop.orders.queries import order_line
from coop.parties.models import HouseholdRow
from coop.parties.queries import entity
from coop.procurement.models import ScaleRow
from coop.procurement.rules import GradePrice
from coop.production.queries import blocks
from coop.splitting.models import AllocationRow, SplitRow
from coop.splitting.queries import HouseholdShare, allocation, deliverable
from coop.standards.queries import Product, Terms, price_table, product, terms_on


@dataclass(frozen=True, slots=True)
class ToWeigh:
    """A household that still has something to bring, and who heads it."""

    share: HouseholdShare
    head: str


@dataclass(frozen=True, slots=True)
class GradeRate:
    """A grade of the order and what is paid for it that day; None without an approved price.

    Of a product by head, the average live weight a head may have, in grams; 0 and 0 where none is asked.
    """

    grade: str
    name: str
    name_en: str
    price: int | None
    live_min_g: int
    live_max_g: int


@dataclass(frozen=True, slots=True)
class WeighPage:
    """One household's open share at the scale; `due_fen` is what it owes for inputs, `terms` what may be kept.

    `blocked` says in Chinese and English why nothing may be bought of it that day, empty where it may.
    """

    share: HouseholdShare
    head: str
    product: Product
    grades: tuple[GradeRate, ...]
    scales: tuple[tuple[str, str], ...]
    expired: tuple[str, ...]
    terms: Terms
    due_fen: int
    blocked: tuple[str, str]

    @property
    def by_head(self) -> bool:
        return self.product.unit is Unit.head


@dataclass(frozen=True, slots=True)
class SheetForm:
    """A day's sheet of a product to be keyed in: a row a share that may be delivered on, by household.

    `products` are those with such shares; `blocked` says in both languages why a share may not be bought.
    """

    products: tuple[tuple[str, str, str], ...]
    product: Product | None
    rows: tuple[ToWeigh, ...]
    blocked: dict[int, tuple[str, str]]
    scales: tuple[tuple[str, str], ...]
    expired: tuple[str, ...]

    @property
    def by_head(self) -> bool:
        return self.product is not None and self.product.unit is Unit.head


def sheet_form(session: Session, tenant_id: int, code: str | None, day: date) -> SheetForm:
    """The sheet of a product, the first with open shares where none is told. Raises NotFoundError."""
    everyone = weigh_list(session, tenant_id)
    offered = {row.share.product: (row.share.product_name, row.share.product_name_en) for row in everyone}
    chosen = code or next(iter(sorted(offered)), None)
    rows = tuple(row for row in everyone if row.share.product == chosen)
    ids = [row.share.allocation_id for row in rows]
    own = select(ScaleRow).where(ScaleRow.tenant_id == tenant_id).order_by(ScaleRow.code)
    scales = session.scalars(own).all()
    return SheetForm(
        products=tuple((each, *names) for each, names in sorted(offered.items())),
        product=None if chosen is None else product(session, chosen),
        rows=rows,
        blocked={} if chosen is None else blocks(session, ids, chosen, day),
        scales=tuple((scale.code, f"{scale.code} {scale.name}") for scale in scales),
        expired=tuple(scale.code for scale in scales if scale.calibrated_until < day),
    )


def weigh_list(session: Session, tenant_id: int) -> tuple[ToWeigh, ...]:
    """The village's households that may deliver, by number."""
    names = session.execute(
        select(HouseholdRow.id, HouseholdRow.head).where(HouseholdRow.tenant_id == tenant_id)
    )
    heads = {row.id: row.head for row in names}
    shares = (share for share in deliverable(session) if share.line.household_id in heads)
    return tuple(ToWeigh(share, heads[share.line.household_id]) for share in shares)


def weigh_page(session: Session, allocation_id: int, day: date) -> WeighPage:
    """The form of one share on a day: grades with the price that will be paid. Raises NotFoundError."""
    share = allocation(session, allocation_id)
    found = session.execute(
        select(SplitRow.line_id, PartRow.seller_entity, HouseholdRow.id, HouseholdRow.head)
        .join(AllocationRow, AllocationRow.split_id == SplitRow.id)
        .join(PartRow, PartRow.id == SplitRow.part_id)
        .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
        .where(AllocationRow.id == allocation_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("allocation", allocation_id)
    line_id, seller, household_id, head = found
    owner = entity(session, seller)
    made = product(session, share.product)
    prices = {line.grade: line for line in price_table(session, owner.id, day, product_code=share.product)}
    grades = tuple(
        GradeRate(
            grade.grade,
            grade.name,
            grade.name_en,
            GradePrice(table.price, max(table.floor, grade.floor)).paid
            if (table := prices.get(grade.grade))
            else None,
            made.grade(grade.grade).live_min_g,
            made.grade(grade.grade).live_max_g,
        )
        for grade in order_line(session, line_id).grades
    )
    scales = session.scalars(select(ScaleRow).order_by(ScaleRow.code)).all()
    return WeighPage(
        share=share,
        head=head,
        product=made,
        grades=grades,
        scales=tuple((scale.code, f"{scale.code} {scale.name}") for scale in scales),
        expired=tuple(scale.code for scale in scales if scale.calibrated_until < day),
        terms=terms_on(session, owner.id, share.product, day),
        due_fen=open_due(session, owner.id, [household_id])[household_id],
        blocked=blocks(session, [allocation_id], share.product, day).get(allocation_id, ("", "")),
    )
