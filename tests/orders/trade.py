"""A village that trades: the catalogue, a listed seller, an order, capacities. For tests that begin there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from coop.kernel.actor import Actor, Role, system
from coop.kernel.unit import look, unit
from coop.orders import queries as orders
from coop.orders import service as ordering
from coop.orders.rules import GradeEntry, LineEntry, OrderEntry
from coop.splitting import service as splitting
from coop.standards.service import load_catalogue

if TYPE_CHECKING:
    from tests.conftest import Village

GRADES = (
    GradeEntry("A", 880_000, 720_000),
    GradeEntry("B", 640_000, 580_000),
    GradeEntry("C", 380_000, 400_000),
)
ORDER = OrderEntry(
    buyer="QLSZ",
    seller_entity="TYP-COOP",
    contract="QL-2025-01",
    window_from=date(2025, 9, 1),
    window_to=date(2025, 11, 30),
    tolerance_bp=500,
    payment_days=15,
    place="留坝县城",
    lines=(LineEntry("XG", 1_200_000, GRADES),),
)


def open_trade(village: Village) -> None:
    """Load the catalogue and list the village's cooperative as a seller."""
    with unit(system(0, Role.admin)) as work:
        load_catalogue(work)
    with unit(village.actor(Role.manager)) as work:
        ordering.list_seller(work, village.coop)


def submit(actor: Actor, **changes: object) -> int:
    """The standard order with some terms changed; returns the part's id."""
    with unit(actor) as work:
        return ordering.submit(work, replace(ORDER, **changes)).id  # type: ignore[arg-type]  # a test names real fields


def accepted(village: Village, buyer: Actor, **changes: object) -> tuple[int, int]:
    """A submitted and accepted order: (part, its first line)."""
    part = submit(buyer, **changes)
    with unit(village.actor(Role.manager)) as work:
        ordering.accept(work, part)
    with look(buyer) as view:
        return part, orders.order(view.session, part).lines[0].line_id


def file_capacities(village: Village, bags: dict[str, int], product: str = "XG") -> None:
    """Bags by household number, for 2025."""
    entries = [splitting.CapacityEntry(number, product, "2025", count) for number, count in bags.items()]
    with unit(village.actor(Role.clerk)) as work:
        splitting.file_capacity(work, entries)
