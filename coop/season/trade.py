"""The order: handed in as a workbook, accepted, split, answered by the households, settled."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from coop.orders import service as orders
from coop.orders.imports import read_order
from coop.orders.models import LineRow
from coop.parties.models import HouseholdRow
from coop.season.stage import Stage
from coop.splitting import service as splitting
from coop.splitting.models import AllocationRow, AnsweredVia, AnswerState
from coop.splitting.rules import Policy
from coop.standards import service as standards
from coop.standards.queries import products

PRODUCT = "XG"
LOT_G = 5_000
# Yuan per kg in 1/10000: what the enterprise pays, what the village pays its households, and the floor of both.
GRADES = {
    "A": (780_000, 742_000, 720_000),
    "B": (640_000, 606_000, 580_000),
    "C": (460_000, 428_000, 400_000),
}


def set_prices(stage: Stage) -> None:
    """Purchase prices of the season: proposed by the manager, approved by another person."""
    since = stage.on(2, 8)
    with stage.act("manager") as work:
        proposed = [
            standards.propose_price(
                work,
                entity_id=stage.coop,
                product=PRODUCT,
                grade=grade,
                since=since,
                price=price,
                floor=floor,
            ).id
            for grade, (_, price, floor) in GRADES.items()
        ]
    with stage.act("checker") as work:
        for price_id in proposed:
            standards.approve_price(work, price_id)


def order(stage: Stage, workbook: bytes) -> int:
    """The enterprise sends its order, the village accepts it; returns the order line."""
    stage.on(2, 10)
    with stage.act("enterprise") as work:
        part = orders.submit(work, read_order(workbook, products(work.session)))
    stage.on(2, 12)
    with stage.act("manager") as work:
        orders.accept(work, part.id)
        return work.session.scalars(select(LineRow.id).where(LineRow.part_id == part.id)).one()


def split(stage: Stage, line_id: int) -> None:
    """Split in the courtyard, ask every household, share out again what was declined, settle."""
    stage.on(2, 14)
    with stage.act("manager") as work:
        row = splitting.propose_split(work, line_id, policy=Policy.season_fair, lot_g=LOT_G)
        splitting.publish_split(work, row.id, answer_by=date(stage.year, 2, 20))
    stage.on(2, 18)
    offered = _offered(stage, row.id)
    for place, (allocation, household) in enumerate(offered):
        if place == len(offered) - 1 and place > 1:
            continue  # the last one says nothing, and silence is no
        login, via = (
            (household, AnsweredVia.self) if household in stage.users else ("clerk", AnsweredVia.paper)
        )
        with stage.act(login) as work:
            splitting.answer(work, allocation, yes=place != 6, via=via)
    stage.on(2, 21)
    with stage.act("manager") as work:
        splitting.reallocate(work, row.id, answer_by=date(stage.year, 2, 25))
    stage.on(2, 24)
    for allocation, _ in _offered(stage, row.id):
        with stage.act("clerk") as work:
            splitting.answer(work, allocation, yes=True, via=AnsweredVia.paper)
    stage.on(2, 27)
    with stage.act("manager") as work:
        splitting.confirm_split(work, row.id)


def _offered(stage: Stage, split_id: int) -> list[tuple[int, str]]:
    """(allocation, household) of those who are asked and have not answered, by household number."""
    with stage.see("manager") as view:
        rows = view.session.execute(
            select(AllocationRow.id, HouseholdRow.number)
            .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
            .where(AllocationRow.split_id == split_id, AllocationRow.state == AnswerState.offered)
            .order_by(HouseholdRow.number)
        )
        return [(allocation, number) for allocation, number in rows]


def window(year: int) -> tuple[date, date]:
    return date(year, 3, 1), date(year, 3, 1) + timedelta(days=290)
