"""The county's page: every village in sight with its people, its orders and its households' money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books.models import PayableKind, PayableRow
from coop.kernel.actor import Actor
from coop.orders.models import LineRow, PartRow
from coop.orders.rules import PartState
from coop.parties.models import HouseholdRow, TenantRow
from coop.settlement.models import SaleRow
from coop.standards.models import ProductRow
from ledger.tables import BookRow


@dataclass(frozen=True, slots=True)
class VillageLine:
    """A village's year so far: quantities as (grams, heads), money in fen. `books` are (code, first year)."""

    tenant_id: int
    code: str
    name: str
    name_en: str
    households: int
    orders: int
    ordered: tuple[int, int]
    collected: tuple[int, int]
    billed_fen: int
    earned_fen: int
    paid_fen: int
    books: tuple[tuple[str, int], ...]


def villages(session: Session, actor: Actor) -> tuple[VillageLine, ...]:
    """The villages an office may read, by code; refused orders and reversed tickets count nothing."""
    ids = sorted(actor.readable - {actor.tenant_id})
    rows = session.scalars(select(TenantRow).where(TenantRow.id.in_(ids)).order_by(TenantRow.code)).all()
    homes = _counts(session, HouseholdRow.tenant_id)
    parts = _counts(session, PartRow.seller_id, PartRow.state != PartState.refused.value)
    ordered, collected = _quantities(session)
    billed = _sums(session, SaleRow.seller_id, SaleRow.amount_fen)
    mine = (PayableRow.kind == PayableKind.produce.value, PayableRow.void_id.is_(None))
    earned = _sums(session, PayableRow.tenant_id, PayableRow.amount_fen, *mine)
    paid = _sums(session, PayableRow.tenant_id, PayableRow.paid_fen, *mine)
    books: dict[int, list[tuple[str, int]]] = {}
    for book in session.scalars(select(BookRow).order_by(BookRow.entity)):
        books.setdefault(book.tenant_id, []).append((book.entity, book.first_year))
    return tuple(
        VillageLine(
            tenant_id=row.id,
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            households=homes.get(row.id, 0),
            orders=parts.get(row.id, 0),
            ordered=ordered.get(row.id, (0, 0)),
            collected=collected.get(row.id, (0, 0)),
            billed_fen=billed.get(row.id, 0),
            earned_fen=earned.get(row.id, 0),
            paid_fen=paid.get(row.id, 0),
            books=tuple(books.get(row.id, ())),
        )
        for row in rows
        if row.id in books or row.id in homes
    )


def _counts(session: Session, tenant: Any, *wanted: Any) -> dict[int, int]:
    query = select(tenant, func.count()).where(*wanted).group_by(tenant)
    return {row[0]: int(row[1]) for row in session.execute(query)}


def _sums(session: Session, tenant: Any, column: Any, *wanted: Any) -> dict[int, int]:
    query = select(tenant, func.sum(column)).where(*wanted).group_by(tenant)
    return {row[0]: int(row[1]) for row in session.execute(query)}


Pairs = dict[int, tuple[int, int]]


def _quantities(session: Session) -> tuple[Pairs, Pairs]:
    query = (
        select(PartRow.seller_id, ProductRow.unit, func.sum(LineRow.quantity), func.sum(LineRow.collected))
        .join(LineRow, LineRow.part_id == PartRow.id)
        .join(ProductRow, ProductRow.code == LineRow.product)
        .where(PartRow.state != PartState.refused.value)
        .group_by(PartRow.seller_id, ProductRow.unit)
    )
    ordered: Pairs = {}
    collected: Pairs = {}
    for seller, unit, quantity, brought in session.execute(query):
        for held, value in ((ordered, int(quantity)), (collected, int(brought))):
            grams, heads = held.get(seller, (0, 0))
            held[seller] = (grams + value, heads) if unit == "gram" else (grams, heads + value)
    return ordered, collected
