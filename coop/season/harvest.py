"""Two flushes of mushrooms: weighed, graded and bought, shipped, taken and paid; then the households are paid."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from coop.books import service as books
from coop.books.models import PayLineRow
from coop.delivery import service as delivery
from coop.delivery.models import ShipmentLineRow
from coop.governance import service as governance
from coop.parties.models import HouseholdRow
from coop.procurement import service as procurement
from coop.procurement.rules import WeighEntry, WeighLine
from coop.season.opening import SCALE
from coop.season.stage import Stage
from coop.settlement import service as settlement
from coop.splitting.models import AllocationRow, SplitRow

# Shiitake flushes in spring and autumn: (month, day) of the village's weighing days.
SPRING = ((3, 20), (4, 12), (5, 9))
AUTUMN = ((9, 22), (10, 16), (11, 7))
SHARE = {"A": 30, "B": 45, "C": 25}  # per cent of what a household brings


def promised(stage: Stage, line_id: int) -> list[tuple[int, str, int]]:
    """(allocation, household, grams) of all who confirmed, by household number."""
    with stage.see("clerk") as view:
        rows = view.session.execute(
            select(AllocationRow.id, HouseholdRow.number, AllocationRow.decided_g)
            .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
            .join(SplitRow, SplitRow.id == AllocationRow.split_id)
            .where(SplitRow.line_id == line_id, AllocationRow.decided_g > 0)
            .order_by(HouseholdRow.number)
        )
        return [(allocation, number, grams) for allocation, number, grams in rows]


def weigh_flush(
    stage: Stage, line_id: int, days: tuple[tuple[int, int], ...], *, last: bool, seed: int
) -> None:
    """Every household brings a part of its share on each day of the flush; the last flush brings the rest.

    One slip of the spring is keyed in wrong and reversed by another person, then keyed in again.
    """
    random = Random(f"{seed}:{days}")
    homes = promised(stage, line_id)
    for number, (month, day) in enumerate(days):
        stage.on(month, day)
        final = last and number == len(days) - 1
        for place, (allocation, household, grams) in enumerate(homes):
            net = _rest(stage, allocation) if final else _portion(grams, random)
            if net < 100:
                continue
            entry = _ticket(stage, allocation, net, random, key=f"{household}-{month:02d}{day:02d}")
            if place == 2 and number == 1 and not last:
                _wrong_slip(stage, entry)
            with stage.act("clerk") as work:
                procurement.weigh(work, entry)
        stamp_all(stage, stage.today)


def _portion(grams: int, random: Random) -> int:
    """About a seventh of the share, on the scale's 10 g."""
    return grams * random.randint(12, 16) // 100 // 10 * 10


def _rest(stage: Stage, allocation: int) -> int:
    with stage.see("clerk") as view:
        row = view.session.get_one(AllocationRow, allocation)
        return (row.decided_g - row.delivered_g) // 10 * 10


def _ticket(stage: Stage, allocation: int, net: int, random: Random, *, key: str) -> WeighEntry:
    """A ticket as the clerk keys it in; the grades add up to the net weight, on 10 g."""
    first = net * (SHARE["A"] + random.randint(-5, 5)) // 100 // 10 * 10
    second = net * SHARE["B"] // 100 // 10 * 10
    parts = {"A": first, "B": second, "C": net - first - second}
    tare = random.choice((400, 500, 600))
    return WeighEntry(
        client_key=key,
        allocation_id=allocation,
        scale=SCALE,
        day=stage.today,
        gross_g=net + tare,
        tare_g=tare,
        moisture_bp=random.choice((1180, 1240, 1290, 1300)),
        impurity_bp=random.choice((40, 60, 80, 100)),
        lines=tuple(WeighLine(grade, grams) for grade, grams in parts.items() if grams),
    )


def _wrong_slip(stage: Stage, right: WeighEntry) -> None:
    """Keyed in for the wrong sack: bought, found, reversed in red by the checker."""
    wrong = WeighEntry(
        client_key=f"{right.client_key}-wrong",
        allocation_id=right.allocation_id,
        scale=right.scale,
        day=right.day,
        gross_g=right.gross_g + 1000,
        tare_g=right.tare_g,
        moisture_bp=right.moisture_bp,
        impurity_bp=right.impurity_bp,
        lines=(*right.lines[:-1], WeighLine(right.lines[-1].grade, right.lines[-1].net_g + 1000)),
    )
    with stage.act("clerk") as work:
        slip = procurement.weigh(work, wrong)
    with stage.act("checker") as work:
        procurement.reverse_receipt(work, slip.id, "过磅时多录 1 公斤")


def stamp_all(stage: Stage, day: date) -> None:
    """The supervision committee stamps the day's automatic vouchers of both books."""
    with stage.act("supervisor") as work:
        for entity in (stage.rceo, stage.coop):
            governance.stamp_day(work, entity, day)


def ship_and_bill(stage: Stage, part_id: int, month: int, day: int, *, short_g: int, vehicle: str) -> None:
    """All that is collected goes to the enterprise, which finds some grams missing; agreed, billed and paid."""
    sent = stage.on(month, day)
    with stage.act("manager") as work:
        shipment = delivery.ship(
            work, part_id, day=sent, vehicle=vehicle, certificate_no=f"HGZ-{stage.year}-{month:02d}{day:02d}"
        )
    stage.clock.day = sent + timedelta(days=2)
    with stage.act("enterprise") as work:
        lines = work.session.scalars(
            select(ShipmentLineRow)
            .where(ShipmentLineRow.shipment_id == shipment.id)
            .order_by(ShipmentLineRow.id)
        ).all()
        weights = {line.id: line.grams for line in lines}
        weights[lines[0].id] -= short_g
        reasons = {lines[0].id: "到厂复磅短少"} if short_g else {}
        acceptance = delivery.take(work, shipment.id, weights, day=stage.today, reasons=reasons)
    stage.clock.day = sent + timedelta(days=3)
    with stage.act("manager") as work:
        delivery.agree(work, acceptance.id)
        sale = settlement.bill(work, acceptance.id)
    stage.clock.day = sent + timedelta(days=14)
    with stage.act("enterprise") as work:
        payment = settlement.advise_payment(
            work,
            sale.id,
            amount_fen=sale.amount_fen,
            day=stage.today,
            bank_reference=f"QL{stage.today:%Y%m%d}",
        )
    with stage.act("accountant") as work:
        settlement.receive_payment(work, payment.id)
    for back in (11, 0):
        stamp_all(stage, stage.today - timedelta(days=back))


def pay_households(stage: Stage, month: int, day: int, *, returned: bool) -> None:
    """A batch over all that is owed for produce: proposed, approved by another person, paid; the bank may return a line."""
    stage.on(month, day)
    with stage.act("accountant") as work:
        batch = settlement.propose_pay(work, stage.coop, stage.today)
    with stage.act("checker") as work:
        settlement.approve_pay(work, batch.id)
    with stage.act("accountant") as work:
        settlement.pay(work, batch.id, stage.today, f"DF{stage.today:%Y%m%d}")
    stamp_all(stage, stage.today)
    if not returned:
        return
    stage.clock.day += timedelta(days=2)
    with stage.act("accountant") as work:
        line = work.session.scalars(
            select(PayLineRow).where(PayLineRow.batch_id == batch.id).order_by(PayLineRow.id)
        ).first()
        assert line is not None
        books.return_line(work, batch.id, line.payable_id, "账号户名不符", stage.today)
    stamp_all(stage, stage.today)
