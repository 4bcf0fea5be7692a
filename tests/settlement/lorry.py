"""A trade of two products, mushrooms by weight and chickens by head, with an advance of 20 %, and prices a loss can
come from: ready to be shipped on one lorry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.delivery import service as delivery
from coop.delivery.models import ShipmentLineRow
from coop.delivery.rules import Quarantine
from coop.kernel.actor import Actor, Role, system
from coop.kernel.unit import look, unit
from coop.orders import service as orders
from coop.orders.queries import order
from coop.orders.rules import GradeEntry, LineEntry, OrderEntry
from coop.procurement import service as procurement
from coop.procurement.rules import WeighEntry, WeighLine
from coop.splitting import service as splitting
from coop.splitting.models import AnsweredVia
from coop.splitting.queries import split_of
from coop.standards import service as standards
from tests.conftest import Village
from tests.procurement.trade import DAY, KG

ENTRY = OrderEntry(
    buyer="QLSZ",
    seller_entity="TYP-COOP",
    contract="QL-2025-02",
    window_from=date(2025, 3, 1),
    window_to=date(2025, 6, 30),
    tolerance_bp=500,
    payment_days=15,
    place="县城加工厂",
    # At best prices 100 kg x 76 + 40 birds x 120 (the floor) = 12,400.00 yuan; 20 % of it are 2,480.00.
    lines=(
        LineEntry("XG", 100 * KG, (GradeEntry("A", 760_000), GradeEntry("B", 560_000))),
        LineEntry("TJ", 40, (GradeEntry("A", 1_100_000, 1_200_000),)),
    ),
    advance_bp=2_000,
)
PRICES = (("XG", "A", 737_000), ("XG", "B", 600_000), ("TJ", "A", 1_150_000))
PAPER = Quarantine("61A-2025-0007", DAY, 20)


@dataclass(frozen=True, slots=True)
class Lorry:
    """Who acts, the order and its two lines."""

    village: Village
    buyer: Actor
    part: int
    mushrooms: int
    chickens: int

    def actor(self, role: Role) -> Actor:
        return self.village.actor(role, user=10 + list(Role).index(role))

    @property
    def manager(self) -> Actor:
        return self.actor(Role.manager)

    @property
    def accountant(self) -> Actor:
        return self.actor(Role.accountant)

    def weigh(self, line: int, household: str, lines: tuple[tuple[str, int], ...], net_g: int) -> None:
        with look(self.manager) as view:
            table = split_of(view.session, line)
            assert table is not None
            shares = {row.household: row.allocation_id for row in table.lines}
        entry = WeighEntry(
            client_key=f"{line}-{household}-{lines}",
            allocation_id=shares[household],
            scale="S1",
            day=DAY,
            gross_g=net_g + 500,
            tare_g=500,
            moisture_bp=0,
            impurity_bp=0,
            lines=tuple(WeighLine(grade, quantity) for grade, quantity in lines),
        )
        with unit(self.actor(Role.clerk)) as work:
            procurement.weigh(work, entry)

    def take(self, shipment: int, missing: dict[tuple[str, str], int] | None = None) -> int:
        """The buyer accepts all but what is missing by (product, grade), the seller agrees; the acceptance."""
        with unit(self.buyer) as work:
            lines = work.session.scalars(
                select(ShipmentLineRow).where(ShipmentLineRow.shipment_id == shipment)
            ).all()
            short = {line: (missing or {}).get((line.product, line.grade), 0) for line in lines}
            grams = {line.id: line.grams - gone for line, gone in short.items()}
            reasons = {line.id: "途中损失" for line, gone in short.items() if gone}
            acceptance = delivery.take(work, shipment, grams, reasons=reasons, day=DAY).id
        with unit(self.manager) as work:
            delivery.agree(work, acceptance)
        return acceptance


def open_trade(village: Village) -> None:
    """The catalogue, approved purchase prices, a scale, capacities of two households, a seller in the directory."""
    manager, checker = village.actor(Role.manager, user=2), village.actor(Role.checker, user=5)
    with unit(system(0, Role.admin)) as work:
        standards.load_catalogue(work)
    with unit(manager) as work:
        known = {"entity_id": village.coop, "since": date(2025, 1, 1)}
        ids = [
            standards.propose_price(work, **known, product=product, grade=grade, price=price).id  # type: ignore[arg-type]
            for product, grade, price in PRICES
        ]
    with unit(checker) as work:
        for price_id in ids:
            standards.approve_price(work, price_id)
    with unit(manager) as work:
        orders.list_seller(work, village.coop)
        procurement.register_scale(work, "S1", "村部磅秤", date(2025, 12, 31))
        entries = [
            splitting.CapacityEntry(household, product, "2025", count)
            for household in ("H0001", "H0002")
            for product, count in (("XG", 600), ("TJ", 40))
        ]
        splitting.file_capacity(work, entries)


def make_lorry(village: Village, buyer: Actor) -> Lorry:
    """The order accepted and split: 50 kg and 20 birds each for H0001 and H0002."""
    open_trade(village)
    manager = village.actor(Role.manager, user=2)
    with unit(buyer) as work:
        part = orders.submit(work, ENTRY).id
    with unit(manager) as work:
        orders.accept(work, part)
    with look(manager) as view:
        xg, tj = (line.line_id for line in order(view.session, part).lines)
    for line, lot in ((xg, 10 * KG), (tj, 1)):
        with unit(manager) as work:
            split = splitting.propose_split(work, line, policy=splitting.Policy.equal, lot_g=lot)
            splitting.publish_split(work, split.id)
            split_id = split.id
        with look(manager) as view:
            table = split_of(view.session, line)
            assert table is not None
            shares = [row.allocation_id for row in table.lines]
        with unit(manager) as work:
            for allocation in shares:
                splitting.answer(work, allocation, yes=True, via=AnsweredVia.paper)
            splitting.confirm_split(work, split_id)
    return Lorry(village, buyer, part, xg, tj)


def collect(lorry: Lorry) -> None:
    """40 kg of grade A and 10 kg of B by weight, 20 birds of 2.3 kg.

    Bought for 2,948.00 + 600.00 + 20 x 120.00 (the order's floor) = 5,948.00 yuan; to be sold at 3,040.00 + 560.00 +
    2,400.00 = 6,000.00. Grade B costs more than it brings.
    """
    lorry.weigh(lorry.mushrooms, "H0001", (("A", 40 * KG), ("B", 10 * KG)), 50 * KG)
    lorry.weigh(lorry.chickens, "H0002", (("A", 20),), 46 * KG)
