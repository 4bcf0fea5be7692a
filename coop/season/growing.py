"""Between the split and the scale: agreements, inputs on credit, the field log, inspections with a failure mended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from coop.parties.models import HouseholdRow
from coop.production import service as production
from coop.production.service import FieldEntry, FieldKind, Finding, IssueEntry
from coop.season.trade import Placed
from coop.splitting.models import AllocationRow, SplitRow


@dataclass(frozen=True, slots=True)
class Supply:
    """What the cooperative gives on credit for a product: the input, its cost and its price in fen, what a unit needs."""

    code: str
    cost_fen: int
    price_fen: int
    percent: int  # of a household's capacity


# Bags are subsidised to 2.60 yuan; chicks are 12 yuan. Not everybody takes them.
SUPPLIES = {"XG": Supply("XG-BAG", 240, 260, 40), "TJ": Supply("CHICK", 1_150, 1_200, 100)}
EVERY = 3
STARTING = 5
POINT = "D1"  # of every product's standard: the visit during production


def prepare(placed: Placed, month: int, day: int) -> None:
    """Agreements signed on paper, the inputs bought and handed out on credit, the first visit in the field."""
    for product, line in placed.lines.items():
        if product in SUPPLIES:
            _supply(placed, product, line, month, day)


def _supply(placed: Placed, product: str, line: int, month: int, day: int) -> None:
    village, stage = placed.village, placed.village.stage
    today = stage.on(month, day)
    supply, season = SUPPLIES[product], str(stage.year)
    homes = {home.number: home for home in village.homes}
    takers = [number for _, number in confirmed(placed, line) if homes[number].member][::EVERY]
    counts = {number: homes[number].capacity[product] * supply.percent // 100 for number in takers}
    counts[takers[-1]] *= STARTING  # a household that begins anew: the year's deliveries do not pay it off
    with village.act("clerk") as work:
        for number in takers:
            production.sign_agreement(
                work, household=number, product=product, season=season, day=today, via="paper"
            )
    total = sum(counts.values())
    with village.act("manager") as work:
        production.buy_inputs(
            work,
            entity_id=village.coop,
            code=supply.code,
            count=total + 50,
            cost_fen=(total + 50) * supply.cost_fen,
            day=today,
        )
    with village.act("clerk") as work:
        production.issue_inputs(
            work,
            entity_id=village.coop,
            entries=[
                IssueEntry(number, supply.code, count, supply.price_fen) for number, count in counts.items()
            ],
            product=product,
            season=season,
            day=today,
        )
    village.stamp(today)


def visit(placed: Placed, product: str, month: int, day: int) -> None:
    """One entry in the field log and one inspection an allocation; the fifth fails and is mended two days later."""
    village, stage = placed.village, placed.village.stage
    today = stage.on(month, day)
    allocations = [allocation for allocation, _ in confirmed(placed, placed.lines[product])]
    failing = allocations[4:5]
    with village.act("clerk") as work:
        production.log_field(
            work,
            [
                FieldEntry(allocation, FieldKind.care, today, "入户查看长势，记录菌棚、圈舍通风与用水")
                for allocation in allocations
            ],
        )
        production.inspect(
            work,
            [
                Finding(
                    allocation,
                    POINT,
                    allocation not in failing,
                    "棚内卫生不合格，限期整改" if allocation in failing else "符合标准",
                    today,
                )
                for allocation in allocations
            ],
        )
    if not failing:
        return
    stage.on(month, day + 2)
    with village.act("clerk") as work:
        production.inspect(
            work, [Finding(allocation, POINT, True, "已整改", stage.today) for allocation in failing]
        )


def confirmed(placed: Placed, line: int) -> list[tuple[int, str]]:
    """(allocation, household) of all who promised, by household number."""
    with placed.village.see("clerk") as view:
        rows = view.session.execute(
            select(AllocationRow.id, HouseholdRow.number)
            .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
            .join(SplitRow, SplitRow.id == AllocationRow.split_id)
            .where(SplitRow.line_id == line, AllocationRow.decided_g > 0)
            .order_by(HouseholdRow.number)
        )
        return [(allocation, number) for allocation, number in rows]
