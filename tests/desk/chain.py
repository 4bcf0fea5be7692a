"""A small village with one order carried from the file to the money, and a login for every role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coop.delivery import service as delivery
from coop.delivery.models import ShipmentLineRow
from coop.kernel.actor import Actor, Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.unit import look, owner_session, unit
from coop.orders import service as orders
from coop.orders.rules import GradeEntry, LineEntry, OrderEntry
from coop.parties import service as parties
from coop.procurement import service as procurement
from coop.procurement.rules import WeighEntry, WeighLine
from coop.settlement import service as settlement
from coop.splitting import service as splitting
from coop.splitting.models import AllocationRow, AnsweredVia
from coop.splitting.rules import Policy
from coop.standards import service as standards
from coop.web.accounts import new_account
from tests.conftest import Village

PASSWORD = "mushrooms of the forest"
ORDERED = date(2025, 3, 1)
WEIGHED = date(2025, 4, 10)
SHIPPED = date(2025, 4, 12)
PAID = date(2025, 4, 28)
LOGINS = {
    "manager": Role.manager,
    "clerk": Role.clerk,
    "accountant": Role.accountant,
    "checker": Role.checker,
    "supervisor": Role.supervisor,
    "H0001": Role.household,
    "H0002": Role.household,
    "buyer": Role.enterprise,
    "stranger": Role.manager,
}


@dataclass(slots=True)
class Chain:
    """The ids of what the story made, as far as it was told."""

    village: Village
    buyer: Actor
    clock: ToldClock
    users: dict[str, int]
    part: int = 0
    line: int = 0
    split: int = 0
    receipt: int = 0
    shipment: int = 0
    acceptance: int = 0
    sale: int = 0
    payment: int = 0
    batch: int = 0

    def actor(self, *roles: Role, login: str = "") -> Actor:
        return self.village.actor(*roles, user=self.users[login or str(roles[0])])

    def shares(self) -> list[AllocationRow]:
        with look(self.village.actor(Role.manager)) as seen:
            rows = seen.session.scalars(select(AllocationRow).order_by(AllocationRow.id))
            return list(rows)


def accounts(village: Village, buyer: Actor, stranger: Village) -> dict[str, int]:
    """A login for each name of LOGINS, with the post that makes it an actor."""
    with owner_session(write=True) as session:
        users = {
            name: new_account(session, username=name, name=f"账号{name}", roles=[role], password=PASSWORD).id
            for name, role in LOGINS.items()
        }
    for name, user in users.items():
        tenant = {"buyer": buyer.tenant_id, "stranger": stranger.tenant}.get(name, village.tenant)
        with unit(system(tenant, *Role)) as work:
            home = name if name.startswith("H0") else ""
            parties.grant_access(work, user, tenant, date(2025, 1, 1), household=home)
    return users


def catalogue(chain: Chain) -> None:
    """Product, prices of two persons, a scale, bags of four households, and a seller in the directory."""
    village = chain.village
    with unit(system(village.tenant, Role.admin)) as work:
        standards.load_catalogue(work)
    for grade, price in (("A", 800_000), ("B", 650_000)):
        with unit(chain.actor(Role.manager)) as work:
            row = standards.propose_price(
                work, entity_id=village.coop, product="XG", grade=grade, since=date(2025, 1, 1), price=price
            )
            price_id = row.id
        with unit(chain.actor(Role.checker)) as work:
            standards.approve_price(work, price_id)
    with unit(chain.actor(Role.manager)) as work:
        procurement.register_scale(work, "S1", "村部磅秤", date(2025, 12, 31))
        entries = [splitting.CapacityEntry(f"H{n:04d}", "XG", "2025", 1_000) for n in range(1, 5)]
        splitting.file_capacity(work, entries)
        orders.list_seller(work, village.coop)


def entry() -> OrderEntry:
    grades = (GradeEntry("A", 880_000, 800_000), GradeEntry("B", 700_000, 0))
    return OrderEntry(
        buyer="QLSZ",
        seller_entity="TYP-COOP",
        contract="HT-2025-001",
        window_from=date(2025, 4, 1),
        window_to=date(2025, 5, 31),
        tolerance_bp=500,
        payment_days=15,
        place="留坝县冷库",
        lines=(LineEntry("XG", 200_000, grades),),
    )


def hand_in(chain: Chain) -> None:
    chain.clock.day = ORDERED
    with unit(
        Actor(chain.users["buyer"], "buyer", chain.buyer.tenant_id, frozenset({Role.enterprise}))
    ) as work:
        chain.part = orders.submit(work, entry()).id


def split_up(chain: Chain) -> None:
    """Accepted and published; nobody has answered yet."""
    with unit(chain.actor(Role.manager)) as work:
        part = orders.accept(work, chain.part)
        chain.line = part.lines[0].id
        chain.split = splitting.propose_split(
            work, chain.line, policy=Policy.by_capacity, lot_g=5_000, minimum_g=0
        ).id
        splitting.publish_split(work, chain.split)


def confirm(chain: Chain) -> None:
    """Every household says yes to the clerk; the split is settled."""
    shares = [row.id for row in chain.shares()]
    with unit(chain.actor(Role.clerk)) as work:
        for share in shares:
            splitting.answer(work, share, yes=True, via=AnsweredVia.clerk)
    with unit(chain.actor(Role.manager)) as work:
        splitting.confirm_split(work, chain.split)


def weigh(chain: Chain, *, share: int = 0, key: str = "first") -> None:
    """The household of a share brings 50 kg: 30 of grade A, 20 of grade B, at the standard moisture."""
    chain.clock.day = WEIGHED
    allocation = chain.shares()[share].id
    with unit(chain.actor(Role.clerk)) as work:
        lines = (WeighLine("A", 30_000), WeighLine("B", 20_000))
        ticket = WeighEntry(key, allocation, "S1", WEIGHED, 50_500, 500, 1_300, 100, lines)
        chain.receipt = procurement.weigh(work, ticket).id


def ship(chain: Chain) -> None:
    chain.clock.day = SHIPPED
    with unit(chain.actor(Role.manager)) as work:
        chain.shipment = delivery.ship(work, chain.part, day=SHIPPED, vehicle="陕F12345").id


def settle(chain: Chain) -> None:
    """The buyer takes all but half a kilogram, the seller agrees and bills, the buyer advises its payment."""
    buyer = Actor(chain.users["buyer"], "buyer", chain.buyer.tenant_id, frozenset({Role.enterprise}))
    with unit(buyer) as work:
        lines = shipment_lines(work.session, chain.shipment)
        grams = {lines[0]: 29_500, lines[1]: 20_000}
        chain.acceptance = delivery.take(
            work, chain.shipment, grams, day=SHIPPED, reasons={lines[0]: "短重"}
        ).id
    with unit(chain.actor(Role.manager)) as work:
        delivery.agree(work, chain.acceptance)
        bill = settlement.bill(work, chain.acceptance)
        chain.sale, amount = bill.id, bill.amount_fen
    with unit(buyer) as work:
        chain.payment = settlement.advise_payment(
            work, chain.sale, amount_fen=amount, day=SHIPPED, bank_reference="BANK-1"
        ).id
    with unit(chain.actor(Role.accountant)) as work:
        chain.batch = settlement.propose_pay(work, chain.village.coop, SHIPPED).id


def shipment_lines(session: Session, shipment_id: int) -> list[int]:
    """The lines of a shipment, best grade first."""
    query = select(ShipmentLineRow.id).where(ShipmentLineRow.shipment_id == shipment_id)
    return list(session.scalars(query.order_by(ShipmentLineRow.grade)))


def log_in(client: FlaskClient, name: str) -> TestResponse:
    return client.post("/login/", data={"username": name, "password": PASSWORD})
