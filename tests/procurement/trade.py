"""A small trade in a bound database: an order for 100 kg, split over two households, ready to be weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from coop.books import service as books
from coop.books.models import DueKind
from coop.kernel.actor import Actor, Role, system
from coop.kernel.registries import invariants
from coop.kernel.unit import look, owner_session, unit
from coop.orders import service as orders
from coop.orders.queries import order
from coop.orders.rules import GradeEntry, LineEntry, OrderEntry
from coop.parties.models import HoldingKind
from coop.parties.queries import holdings
from coop.parties.queries import household as find_household
from coop.parties.service.holdings import change_holding
from coop.procurement import service as procurement
from coop.procurement.rules import WeighEntry, WeighLine
from coop.splitting import service as splitting
from coop.splitting.models import AnsweredVia
from coop.splitting.queries import split_of
from coop.standards import service as standards
from coop.subjects import load_subjects
from ledger.voucher import Voucher, credit, debit
from tests.conftest import Village

DAY = date(2025, 4, 10)
KG = 1000


@dataclass(frozen=True, slots=True)
class Trade:
    """Who acts, and the ids of what is there. Purchase prices: A 73.7 (floor 72), B 55 (floor 58) yuan/kg."""

    village: Village
    buyer: Actor
    part: int
    line: int
    shares: dict[str, int]  # household number -> allocation

    @property
    def manager(self) -> Actor:
        return self.village.actor(Role.manager, user=2)

    @property
    def clerk(self) -> Actor:
        return self.village.actor(Role.clerk, user=3)

    @property
    def accountant(self) -> Actor:
        return self.village.actor(Role.accountant, user=4)

    @property
    def checker(self) -> Actor:
        return self.village.actor(Role.checker, user=5)

    @property
    def supervisor(self) -> Actor:
        return self.village.actor(Role.supervisor, user=6)

    def entry(
        self, household: str, *lines: tuple[str, int], key: str = "", moisture_bp: int = 1200, day: date = DAY
    ) -> WeighEntry:
        """A ticket of that household: (grade, net grams) lines on half a kilogram of sacks."""
        net = sum(grams for _, grams in lines)
        return WeighEntry(
            client_key=key or f"{household}-{lines}",
            allocation_id=self.shares[household],
            scale="S1",
            day=day,
            gross_g=net + 500,
            tare_g=500,
            moisture_bp=moisture_bp,
            impurity_bp=0,
            lines=tuple(WeighLine(grade, grams) for grade, grams in lines),
        )

    def weigh(self, household: str, *lines: tuple[str, int], key: str = "") -> int:
        with unit(self.clerk) as work:
            return procurement.weigh(work, self.entry(household, *lines, key=key)).id


def make_trade(village: Village, buyer: Actor) -> Trade:
    """The order confirmed at 50 kg each for H0001 and H0002, with a tolerance of 5 %."""
    made = Trade(village, buyer, 0, 0, {})
    with unit(system(0, Role.admin)) as work:
        standards.load_catalogue(work)
    set_prices(made, "XG", (("A", 737_000, 720_000), ("B", 550_000, 580_000)))
    with unit(made.manager) as work:
        orders.list_seller(work, village.coop)
        procurement.register_scale(work, "S1", "村部磅秤", date(2025, 12, 31))
        bags = [splitting.CapacityEntry(household, "XG", "2025", 600) for household in ("H0001", "H0002")]
        splitting.file_capacity(work, bags)
    return place_order(made, _order().lines[0], lot=10 * KG)


def place_order(made: Trade, ordered: LineEntry, *, lot: int, contract: str = "QL-2025-01") -> Trade:
    """An order of one line, split equally over who has capacity for it, and confirmed by all."""
    with unit(made.buyer) as work:
        part = orders.submit(work, replace(_order(), lines=(ordered,), contract=contract))
        line = order(work.session, part.id).lines[0].line_id
    with unit(made.manager) as work:
        orders.accept(work, part.id)
        split = splitting.propose_split(work, line, policy=splitting.Policy.equal, lot_g=lot)
        splitting.publish_split(work, split.id)
    with look(made.manager) as view:
        table = split_of(view.session, line)
        assert table is not None
        shares = {row.household: row.allocation_id for row in table.lines}
    with unit(made.manager) as work:
        for allocation in shares.values():
            splitting.answer(work, allocation, yes=True, via=AnsweredVia.paper)
        splitting.confirm_split(work, split.id)
    return Trade(made.village, made.buyer, part.id, line, shares)


def set_prices(made: Trade, product: str, prices: Sequence[tuple[str, int, int]]) -> None:
    """(grade, price, floor) from January on: proposed by the manager, approved by the checker."""
    ids = []
    with unit(made.manager) as work:
        for grade, price, floor in prices:
            row = standards.propose_price(
                work,
                entity_id=made.village.coop,
                product=product,
                grade=grade,
                since=date(2025, 1, 1),
                price=price,
                floor=floor,
            )
            ids.append(row.id)
    with unit(made.checker) as work:
        for price_id in ids:
            standards.approve_price(work, price_id)


def set_terms(made: Trade, product: str, *, fee_bp: int, set_off_bp: int) -> None:
    with unit(made.manager) as work:
        terms = standards.propose_terms(
            work,
            entity_id=made.village.coop,
            product=product,
            since=date(2025, 1, 1),
            fee_bp=fee_bp,
            set_off_bp=set_off_bp,
        ).id
    with unit(made.checker) as work:
        standards.approve_terms(work, terms)


def owe(made: Trade, household: str, fen: int, *, number: int = 1) -> None:
    """Inputs on credit in March: the household owes so much."""
    with unit(made.accountant) as work:
        owner = find_household(work.session, household).id
        lines = (debit(f"114:{household}", fen, household), credit("121:BAG", fen))
        voucher = Voucher(date(2025, 3, 1), f"赊销 {number}", lines, f"issue:{number}")
        row = books.post(work, made.village.coop, voucher)
        entry = books.DueEntry(
            made.village.coop, row, 1, owner, DueKind.input, f"issue:{number}:{household}", fen, row.day
        )
        books.add_dues(work, [entry])


def _order() -> OrderEntry:
    return OrderEntry(
        buyer="QLSZ",
        seller_entity="TYP-COOP",
        contract="QL-2025-01",
        window_from=date(2025, 3, 1),
        window_to=date(2025, 6, 30),
        tolerance_bp=500,
        payment_days=15,
        place="县城加工厂",
        lines=(
            LineEntry("XG", 100 * KG, (GradeEntry("A", 760_000, 720_000), GradeEntry("B", 560_000, 580_000))),
        ),
    )


def leave(trade: Trade, household: str) -> int:
    """The household takes its contribution back: from that day on it is no member. Its id."""
    with unit(trade.manager) as work:
        for held in holdings(work.session, trade.village.coop, HoldingKind.contribution, DAY):
            if held.household == household:
                change_holding(
                    work,
                    entity_id=trade.village.coop,
                    member_id=held.member_id,
                    kind=HoldingKind.contribution,
                    change=-held.amount,
                    day=DAY,
                )
        return find_household(work.session, household).id


def breaches() -> dict[str, list[str]]:
    """What `verify` would say of every invariant that is registered; only the broken ones."""
    load_subjects()
    with owner_session() as session:
        found = {key: check(session) for key, check in invariants.items()}
    return {key: texts for key, texts in found.items() if texts}
