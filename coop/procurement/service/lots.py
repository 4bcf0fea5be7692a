"""Lots: one per graded line of a ticket, and delivery lots merged from them, gram by gram and fen by fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.kernel.numbering import next_number
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from coop.parties.queries import tenant as find_tenant
from coop.procurement import rules
from coop.procurement.models import LotKind, LotRow, LotSourceRow, ReceiptLineRow, ReceiptRow


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


def add_lot(
    unit: Unit,
    *,
    line_id: int,
    product: str,
    grade: str,
    day: date,
    grams: int,
    fen: int,
    household_id: int | None,
) -> LotRow:
    """A new lot under the day's next code: a household's, or (without household) a delivery lot."""
    tenant = unit.actor.tenant_id
    number = next_number(unit.session, tenant, f"LOT-{product}-{day:%y%m%d}", day.year)
    delivery = household_id is None
    row = LotRow(
        tenant_id=tenant,
        code=rules.lot_code(find_tenant(unit.session, tenant).code, product, day, number),
        line_id=line_id,
        product=product,
        grade=grade,
        kind=(LotKind.delivery if delivery else LotKind.household).value,
        household_id=household_id,
        day=day,
        quantity=grams,
        left_g=0 if delivery else grams,
        cost_fen=fen,
        left_fen=0 if delivery else fen,
    )
    unit.session.add(row)
    unit.session.flush()
    return row


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
    drawn = rules.draw(grade, stock, grams)
    product = next(row.product for row in parents.values())
    child = add_lot(
        unit,
        line_id=line_id,
        product=product,
        grade=grade,
        day=day,
        grams=grams,
        fen=sum(part.fen for part in drawn),
        household_id=None,
    )
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
