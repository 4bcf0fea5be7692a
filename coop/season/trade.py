"""The orders: handed in as workbooks, accepted, advanced, split, answered by the households, settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.orders import service as orders
from coop.orders.imports import read_order, write_order
from coop.orders.models import LineRow
from coop.orders.rules import GradeEntry, LineEntry, OrderEntry
from coop.parties.models import HouseholdRow
from coop.season.cast import FIRMS
from coop.season.stage import Village
from coop.settlement import service as settlement
from coop.splitting import service as splitting
from coop.splitting.models import AllocationRow, AnsweredVia, AnswerState
from coop.splitting.rules import Policy
from coop.standards import service as standards
from coop.standards.queries import products

# Product -> grade -> (what the enterprise pays, what the village pays, the floor of both), 1/10000 yuan per kg or head.
GRADES: dict[str, dict[str, tuple[int, int, int]]] = {
    "XG": {
        "A": (780_000, 742_000, 720_000),
        "B": (640_000, 606_000, 580_000),
        "C": (460_000, 428_000, 400_000),
    },
    "ME": {"A": (760_000, 716_000, 680_000), "B": (600_000, 562_000, 520_000)},
    "FM": {"A": (1_180_000, 1_100_000, 800_000), "B": (960_000, 900_000, 800_000)},
    "TM": {"A": (260_000, 240_000, 180_000), "B": (210_000, 195_000, 180_000)},
    "TJ": {"A": (760_000, 700_000, 600_000), "B": (620_000, 570_000, 480_000)},
}
# What the enterprise's price table and the village's differ by the season's end: below the floor, so the floor is paid.
AUTUMN_C = 372_000
LOTS = {"XG": 5_000, "ME": 2_000, "FM": 1_000, "TM": 10_000, "TJ": 10}
FEE_BP = 100  # the agency fee of a slip, 1 %
SET_OFF_BP = 5_000  # at most half of a slip goes against inputs on credit, as the village voted


@dataclass(frozen=True, slots=True)
class Deal:
    """An enterprise's order to a village: what, when it is handed in, when it is delivered, and how it is split."""

    firm: str
    village: str
    products: tuple[str, ...]
    handed_in: tuple[int, int]
    window: tuple[tuple[int, int], tuple[int, int]]
    policy: Policy
    advance_bp: int = 0
    tolerance_bp: int = 500

    @property
    def name(self) -> str:
        return f"{self.firm}-{self.village}-{self.products[0]}"


DEALS = (
    Deal("LHSY", "XCK", ("TM",), (1, 6), ((1, 15), (3, 31)), Policy.by_capacity, 1_000),
    Deal("QLSZ", "TYP", ("XG",), (2, 3), ((3, 1), (12, 15)), Policy.season_fair, 2_000),
    Deal("QLSZ", "SBG", ("XG", "ME"), (2, 4), ((3, 1), (12, 15)), Policy.by_capacity, 2_000),
    Deal("QLSZ", "XCK", ("XG", "ME"), (2, 5), ((3, 1), (12, 15)), Policy.season_fair, 1_000),
    Deal("QLSZ", "ZSC", ("XG",), (2, 6), ((3, 1), (12, 15)), Policy.equal),
    Deal("ZBQY", "TYP", ("TJ",), (5, 6), ((11, 20), (12, 20)), Policy.equal, 2_000),
    Deal("ZBQY", "ZSC", ("TJ",), (5, 7), ((11, 20), (12, 20)), Policy.by_shares),
    Deal("QLSZ", "SBG", ("FM",), (7, 3), ((8, 1), (9, 30)), Policy.by_capacity),
    Deal("QLSZ", "ZSC", ("FM",), (7, 4), ((8, 1), (9, 30)), Policy.by_capacity),
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A deal once it is an order: its part and its lines by product."""

    deal: Deal
    village: Village
    part: int
    lines: Mapping[str, int]


def set_prices(village: Village) -> None:
    """Purchase prices and terms of the season: proposed by the manager, approved by another person."""
    since = village.stage.on(1, 5)
    with village.act("manager") as work:
        prices = [
            standards.propose_price(
                work,
                entity_id=village.coop,
                product=product,
                grade=grade,
                since=since,
                price=price,
                floor=floor,
            ).id
            for product in village.cast.products
            for grade, (_, price, floor) in GRADES[product].items()
        ]
        terms = [
            standards.propose_terms(
                work,
                entity_id=village.coop,
                product=product,
                since=since,
                fee_bp=FEE_BP,
                set_off_bp=SET_OFF_BP,
            ).id
            for product in village.cast.products
        ]
    with village.act("checker") as work:
        for price_id in prices:
            standards.approve_price(work, price_id)
        for terms_id in terms:
            standards.approve_terms(work, terms_id)


def market_falls(village: Village) -> None:
    """The third grade falls below its floor in autumn: the table follows the market, the floor is still paid."""
    since = village.stage.on(9, 15)
    with village.act("manager") as work:
        price = standards.propose_price(
            work,
            entity_id=village.coop,
            product="XG",
            grade="C",
            since=since,
            price=AUTUMN_C,
            floor=GRADES["XG"]["C"][2],
        ).id
    with village.act("checker") as work:
        standards.approve_price(work, price)


def place(village: Village, deal: Deal) -> Placed:
    """The enterprise sends its workbook, the village accepts two days later, the advance comes in."""
    stage = village.stage
    day = stage.on(*deal.handed_in)
    with stage.firm(deal.firm) as work:
        catalogue = products(work.session)
        part = orders.submit(work, read_order(write_order(_entry(village, deal), catalogue), catalogue))
    stage.clock.day = date(day.year, day.month, day.day + 2)
    with village.act("manager") as work:
        orders.accept(work, part.id)
        lines = {
            row.product: row.id
            for row in work.session.scalars(select(LineRow).where(LineRow.part_id == part.id))
        }
    if deal.advance_bp:
        _advance(village, deal, part.id)
    return Placed(deal, village, part.id, lines)


def _entry(village: Village, deal: Deal) -> OrderEntry:
    year = village.stage.year
    (from_month, from_day), (to_month, to_day) = deal.window
    return OrderEntry(
        buyer=deal.firm,
        seller_entity=village.cast.coop,
        contract=f"{deal.name}-{year}",
        window_from=date(year, from_month, from_day),
        window_to=date(year, to_month, to_day),
        tolerance_bp=deal.tolerance_bp,
        payment_days=15,
        place=f"{FIRMS[deal.firm].name[:4]}演示仓库",
        advance_bp=deal.advance_bp,
        lines=tuple(
            LineEntry(
                product,
                wanted(village, product),
                tuple(
                    GradeEntry(grade, price, floor) for grade, (price, _, floor) in GRADES[product].items()
                ),
            )
            for product in deal.products
        ),
    )


# What a unit of capacity yields in the product's base unit, as in the catalogue.
YIELDS = {"XG": 105, "ME": 45, "FM": 7_000, "TM": 5_000, "TJ": 1}
PART_LOT = {"XG": 2_000}  # the mushroom orders end in a part of a lot, as real ones do


def wanted(village: Village, product: str) -> int:
    """What the enterprise orders: about four fifths of what the village can grow, in whole lots and perhaps a rest."""
    capacity = sum(home.capacity.get(product, 0) for home in village.homes) * YIELDS[product]
    lot = LOTS[product]
    return max(lot, capacity * 4 // 5 // lot * lot) + PART_LOT.get(product, 0)


def _advance(village: Village, deal: Deal, part_id: int) -> None:
    """What the contract lets the seller have in advance: agreed at the second grade's price, in whole yuan."""
    stage = village.stage
    value = 0
    for product in deal.products:
        price = min(price for price, _, _ in GRADES[product].values())
        per = 1 if product == "TJ" else 1_000
        value += wanted(village, product) * price // per // 100
    with stage.firm(deal.firm) as work:
        advance = settlement.advise_advance(
            work,
            part_id,
            amount_fen=value * deal.advance_bp // 10_000 // 100 * 100,
            day=stage.today,
            bank_reference=f"YF{deal.name}",
        )
    with village.act("accountant") as work:
        settlement.receive_advance(work, advance.id)
    village.stamp(stage.today)


def split(placed: Placed) -> None:
    """Split in the courtyard, ask every household, share out again what was declined, settle: ten days, a line each."""
    for line in placed.lines.items():
        _split_line(placed, *line)


def _split_line(placed: Placed, product: str, line_id: int) -> None:
    village, deal = placed.village, placed.deal
    stage = village.stage
    month, day = deal.handed_in
    stage.on(month, day + 4)
    with village.act("manager") as work:
        row = splitting.propose_split(work, line_id, policy=deal.policy, lot_g=LOTS[product])
        splitting.publish_split(work, row.id, answer_by=date(stage.year, month, day + 9))
    stage.on(month, day + 8)
    _answers(village, row.id)
    stage.on(month, day + 10)
    with village.act("manager") as work:
        splitting.reallocate(work, row.id, answer_by=date(stage.year, month, day + 13))
    stage.on(month, day + 12)
    again = {allocation: True for allocation, _ in _offered(village, row.id)}
    with village.act("clerk") as work:
        splitting.answer_all(work, row.id, again)
    stage.on(month, day + 14)
    with village.act("manager") as work:
        splitting.confirm_split(work, row.id)


def _answers(village: Village, split_id: int) -> None:
    """The seventh declines, the last says nothing, and silence is no; the others agree."""
    offered = _offered(village, split_id)
    said = offered[:-1] if len(offered) > 2 else offered
    paper = {
        allocation: place != 6
        for place, (allocation, household) in enumerate(said)
        if not village.logs_in(household)
    }
    with village.act("clerk") as work:
        splitting.answer_all(work, split_id, paper)
    for allocation, household in said:
        if village.logs_in(household):
            with village.act(household) as work:
                splitting.answer(work, allocation, yes=True, via=AnsweredVia.self)


def _offered(village: Village, split_id: int) -> list[tuple[int, str]]:
    """(allocation, household) of those who are asked and have not answered, by household number."""
    with village.see("manager") as view:
        rows = view.session.execute(
            select(AllocationRow.id, HouseholdRow.number)
            .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
            .where(AllocationRow.split_id == split_id, AllocationRow.state == AnswerState.offered)
            .order_by(HouseholdRow.number)
        )
        return [(allocation, number) for allocation, number in rows]
