"""Lots: one per graded line of a ticket, and delivery lots merged from them, gram by gram and fen by fen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select

from coop.kernel.numbering import next_number
from coop.kernel.unit import Unit
from coop.orders.queries import order_line
from coop.parties.models import HouseholdRow
from coop.parties.queries import tenant as find_tenant
from coop.procurement import rules
from coop.procurement.models import LotKind, LotRow, LotSourceRow, ReceiptLineRow, ReceiptRow
from coop.standards.queries import product as find_product

STEP = 500  # parameters of one statement


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot to be: grams (or heads) of a grade and what they cost; a household's, or without one a delivery lot."""

    line_id: int
    product: str
    grade: str
    day: date
    grams: int
    fen: int
    household_id: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """So many grams in a delivery lot come from this ticket of this household."""

    lot_code: str
    household: str
    receipt: str
    grams: int


@dataclass(frozen=True, slots=True)
class MergedLot:
    """A delivery lot and all it was made of; the grams of the sources add up to it."""

    code: str
    product: str
    grade: str
    grams: int
    sources: tuple[Source, ...]


def add_lots(unit: Unit, wanted: Sequence[NewLot]) -> list[int]:
    """New lots, each under its day's next code: households', or delivery lots. Their ids, in the order given."""
    tenant = unit.actor.tenant_id
    village = find_tenant(unit.session, tenant).code
    following: dict[tuple[str, date], int] = {}
    for (product, day), count in sorted(Counter((lot.product, lot.day) for lot in wanted).items()):
        last = next_number(unit.session, tenant, f"LOT-{product}-{day:%y%m%d}", day.year, count=count)
        following[product, day] = last - count + 1
    values = []
    for lot in wanted:
        number = following[lot.product, lot.day]
        following[lot.product, lot.day] += 1
        delivery = lot.household_id is None
        values.append(
            {
                "tenant_id": tenant,
                "code": rules.lot_code(village, lot.product, lot.day, number),
                "line_id": lot.line_id,
                "product": lot.product,
                "grade": lot.grade,
                "kind": (LotKind.delivery if delivery else LotKind.household).value,
                "household_id": lot.household_id,
                "day": lot.day,
                "quantity": lot.grams,
                "left_g": 0 if delivery else lot.grams,
                "cost_fen": lot.fen,
                "left_fen": 0 if delivery else lot.fen,
            }
        )
    # One statement in, and the ids by code: a sheet brings hundreds of lots.
    unit.session.execute(insert(LotRow), values)
    codes = [value["code"] for value in values]
    ids: dict[str, int] = {}
    for start in range(0, len(codes), STEP):
        rows = unit.session.execute(
            select(LotRow.code, LotRow.id).where(
                LotRow.tenant_id == tenant, LotRow.code.in_(codes[start : start + STEP])
            )
        )
        ids |= dict(rows.all())
    return [ids[str(code)] for code in codes]


def merge_lots(unit: Unit, *, line_id: int, grade: str, grams: int, day: date) -> MergedLot:
    """Draw `grams` of a grade from the household lots of an order line, oldest first, into one delivery lot.

    Called by delivery, which asks for the role and holds the lock on the order. Raises ShortStockError.
    """
    session = unit.session
    parents = {
        row.id: row
        for row in session.scalars(
            select(LotRow)
            .where(
                LotRow.line_id == line_id,
                LotRow.grade == grade,
                LotRow.kind == LotKind.household.value,
                LotRow.left_g > 0,
            )
            .order_by(LotRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    stock = [rules.Stock(row.id, row.left_g, row.left_fen) for row in parents.values()]
    made = find_product(session, order_line(session, line_id).product)
    drawn = rules.draw(grade, stock, grams, made.unit)
    product = made.code
    cost = sum(part.fen for part in drawn)
    [child_id] = add_lots(unit, [NewLot(line_id, product, grade, day, grams, cost, None)])
    child = session.get_one(LotRow, child_id)
    for part in drawn:
        parents[part.lot_id].left_g -= part.grams
        parents[part.lot_id].left_fen -= part.fen
        session.add(
            LotSourceRow(
                tenant_id=child.tenant_id,
                child_id=child.id,
                parent_id=part.lot_id,
                grams=part.grams,
                cost_fen=part.fen,
            )
        )
    session.flush()
    unit.audit("lot.merge", f"lot:{child.id}", code=child.code, grams=grams, sources=len(drawn))
    return MergedLot(child.code, product, grade, grams, _sources(unit, drawn))


def _sources(unit: Unit, drawn: tuple[rules.Drawn, ...]) -> tuple[Source, ...]:
    """Whose tickets the drawn lots are, in the order drawn."""
    rows = unit.session.execute(
        select(LotRow.id, LotRow.code, HouseholdRow.number, ReceiptRow.number)
        .join(HouseholdRow, HouseholdRow.id == LotRow.household_id)
        .join(ReceiptLineRow, ReceiptLineRow.lot_id == LotRow.id)
        .join(ReceiptRow, ReceiptRow.id == ReceiptLineRow.receipt_id)
        .where(LotRow.id.in_([part.lot_id for part in drawn]))
    )
    found = {lot_id: (code, household, receipt) for lot_id, code, household, receipt in rows}
    return tuple(Source(*found[part.lot_id], part.grams) for part in drawn)
