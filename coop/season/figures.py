"""The figures the demo ends with (design §7), read back from the rows by the operator's login."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books.models import PayableKind, PayableRow
from coop.books.queries import books
from coop.desk.verify import verify_all
from coop.dividends.queries import year_totals
from coop.kernel.unit import owner_session
from coop.kernel.units import Unit as BaseUnit
from coop.orders.models import LineRow, PartRow
from coop.parties.models import HouseholdRow
from coop.points.queries import totals
from coop.standards.models import ProductRow
from ledger.tables import VoucherRow


def figures(year: int) -> dict[str, Any]:
    """The JSON value of `coop demo --json`: quantities in grams, money in fen, `verify` recomputed at the end."""
    with owner_session() as session:
        found: dict[str, Any] = {
            "year": year,
            "households": _count(session, HouseholdRow),
            "orders": _count(session, PartRow),
            "ordered_g": _grams(session, LineRow.quantity),
            "delivered_g": _grams(session, LineRow.collected),
            "paid_households_fen": _paid(session),
            "books": [
                {
                    "entity": book.entity,
                    "standard": book.standard,
                    "vouchers": session.execute(
                        select(func.count()).select_from(VoucherRow).where(VoucherRow.book_id == book.id)
                    ).scalar_one(),
                    **asdict(year_totals(session, book.entity_id, year)),
                }
                for book in books(session)
            ],
            "points": asdict(totals(session)),
        }
    return {**found, "verify": verify_all()}


def _count(session: Session, kind: type[Any]) -> int:
    return int(session.execute(select(func.count()).select_from(kind)).scalar_one())


def _grams(session: Session, column: Any) -> int:
    """A sum over the order lines whose product is weighed; heads are no grams."""
    weighed = select(ProductRow.code).where(ProductRow.unit == BaseUnit.gram.value)
    total = select(func.coalesce(func.sum(column), 0)).where(LineRow.product.in_(weighed))
    return int(session.execute(total).scalar_one())


def _paid(session: Session) -> int:
    """What the households got for their produce; dividends count apart, in the books' own figures."""
    return int(
        session.execute(
            select(func.coalesce(func.sum(PayableRow.paid_fen), 0)).where(
                PayableRow.kind == PayableKind.produce.value
            )
        ).scalar_one()
    )
