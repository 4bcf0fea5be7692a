"""What the village's pages of a split show beside the table: the order's lines, and who heads each household.

Names are in-village only (users.md §1.7): these reads are for the seller's own staff.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.actor import Actor, Role
from coop.orders.models import LineRow, PartRow
from coop.orders.queries import Order, OrderLine, order
from coop.orders.rules import PartState
from coop.parties.models import HouseholdRow
from coop.splitting.models import SplitRow, SplitState
from coop.splitting.queries.reads import split_of, split_table
from coop.splitting.queries.values import ShareLine, SplitTable


@dataclass(frozen=True, slots=True)
class SplitPage:
    """A split with its order and the households' heads by number."""

    order: Order
    table: SplitTable
    heads: dict[str, str]

    @property
    def offered(self) -> tuple[ShareLine, ...]:
        """The households whose answer may still be keyed in: all that were ever asked."""
        return tuple(line for line in self.table.lines if line.state != "proposed")


@dataclass(frozen=True, slots=True)
class OrderSplits:
    """An order's lines, each with its split where there is one."""

    order: Order
    lines: tuple[tuple[OrderLine, SplitTable | None], ...]


def heads(session: Session, tenant_id: int) -> dict[str, str]:
    """The heads of a village's households by number."""
    rows = session.execute(
        select(HouseholdRow.number, HouseholdRow.head).where(HouseholdRow.tenant_id == tenant_id)
    )
    return {row.number: row.head for row in rows}


def split_page(session: Session, split_id: int) -> SplitPage:
    """One split with names. Raises NotFoundError."""
    table = split_table(session, split_id)
    found = order(session, table.part_id)
    return SplitPage(found, table, heads(session, found.seller_id))


def may_propose(session: Session, actor: Actor, line_id: int) -> bool:
    """Whether this actor may work the line's split out now: a manager, while nothing of it is published."""
    if Role.manager not in actor.roles:
        return False
    row = session.execute(
        select(PartRow.state, SplitRow.state)
        .join(LineRow, LineRow.part_id == PartRow.id)
        .outerjoin(SplitRow, SplitRow.line_id == LineRow.id)
        .where(LineRow.id == line_id, PartRow.seller_id == actor.tenant_id)
    ).one_or_none()
    return row is not None and row[0] == PartState.accepted and row[1] in (None, SplitState.proposed)


def splits(session: Session, tenant_id: int) -> tuple[SplitTable, ...]:
    """A village's splits, newest first."""
    ids = session.scalars(
        select(SplitRow.id).where(SplitRow.tenant_id == tenant_id).order_by(SplitRow.id.desc())
    )
    return tuple(split_table(session, split_id) for split_id in ids.all())


def order_splits(session: Session, part_id: int) -> OrderSplits:
    """An order's lines with their splits. Raises NotFoundError."""
    found = order(session, part_id)
    return OrderSplits(found, tuple((line, split_of(session, line.line_id)) for line in found.lines))
