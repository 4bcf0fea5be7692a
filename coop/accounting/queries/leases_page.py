"""What the form of a new contract offers: assets to let, resolutions that carried, contracts to renew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.models.leases import LeaseLimitRow
from coop.accounting.queries.assets import AssetItem, asset_items
from coop.accounting.queries.leases import LeaseItem, lease_board, limit_on
from coop.books import queries as books
from coop.governance.models import ResolutionRow


@dataclass(frozen=True, slots=True)
class LeaseChoices:
    entity: str
    cards: tuple[AssetItem, ...]
    resolutions: tuple[ResolutionRow, ...]
    renewable: tuple[LeaseItem, ...]
    limit: LeaseLimitRow | None


def lease_choices(session: Session, entity: str, day: date) -> LeaseChoices:
    """What a new contract may name. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    resolutions = session.scalars(
        select(ResolutionRow)
        .where(ResolutionRow.tenant_id == book.tenant_id, ResolutionRow.passed.is_(True))
        .order_by(ResolutionRow.id.desc())
    )
    leases = lease_board(session, entity, day).items
    return LeaseChoices(
        entity=book.entity,
        cards=tuple(item for item in asset_items(session, book.entity_id) if item.held),
        resolutions=tuple(resolutions),
        renewable=tuple(item for item in leases if item.renewed_by is None),
        limit=limit_on(session, day),
    )
