"""T2: no row points into another tenant. The database's composite keys forbid it; this counts anew, from the rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ForeignKeyConstraint, MetaData, Table, and_, func, select
from sqlalchemy.orm import Session

from coop.kernel.db import Base
from coop.kernel.registries import invariants
from ledger.tables import LedgerBase

OWNERS = {"tenant_id", "buyer_id", "seller_id"}


def crossing_keys(metadatas: tuple[MetaData, ...]) -> Iterator[tuple[Table, ForeignKeyConstraint]]:
    """Every reference that carries a tenant."""
    for metadata in metadatas:
        for table in metadata.tables.values():
            for key in table.foreign_key_constraints:
                if OWNERS & set(key.column_keys) and len(key.column_keys) > 1:
                    yield table, key


def check_crossings(session: Session) -> list[str]:
    breaches = []
    for table, key in crossing_keys((Base.metadata, LedgerBase.metadata)):
        referred = key.elements[0].column.table
        parent = referred.alias("parent")
        pairs = [(table.c[e.parent.name], parent.c[e.column.name]) for e in key.elements]
        orphans = session.execute(
            select(func.count())
            .select_from(table.outerjoin(parent, and_(*(child == up for child, up in pairs))))
            .where(pairs[-1][1].is_(None), *(child.is_not(None) for child, _ in pairs))
        ).scalar_one()
        if orphans:
            breaches.append(
                f"{table.name}: {orphans} rows refer to no {referred.description} of their own tenant"
            )
    return breaches


invariants.register("T2", check_crossings)
