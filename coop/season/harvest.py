"""The harvest: weighed in day sheets, graded and bought, shipped, taken and paid; then the households are paid."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select

from coop.books import service as books
from coop.books.models import PayLineRow
from coop.books.queries import open_payables
from coop.delivery import service as delivery
from coop.delivery.models import ShipmentLineRow
from coop.delivery.rules import Quarantine
from coop.parties.models import HouseholdRow
from coop.procurement import service as procurement
from coop.procurement.rules import WeighEntry, WeighLine
from coop.season.opening import SCALE
from coop.season.stage import Village
from coop.season.trade import Placed
from coop.settlement import service as settlement
from coop.splitting.models import AllocationRow, SplitRow

# When a village weighs a product, and how many per cent of its share a household brings each time; the last day
# brings the rest. Shiitake comes in spring and autumn flushes, honey once, tianma from November to March.
DAYS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "TM": ((1, 23, 30), (2, 24, 35), (3, 12, 0)),
    "XG": ((3, 20, 14), (4, 12, 15), (5, 9, 14), (9, 22, 14), (10, 16, 15), (11, 7, 0)),
    "ME": ((5, 20, 30), (6, 18, 30), (7, 16, 0)),
    "FM": ((8, 25, 0),),
    "TJ": ((12, 1, 0),),
}
# Per cent of a delivery by grade; the last grade takes what is left.
SHARES = {"XG": (30, 45), "ME": (55,), "FM": (60,), "TM": (65,), "TJ": (70,)}
MOISTURE = {"XG": (1180, 1240, 1290, 1300), "ME": (1080, 1150, 1200), "FM": (1780, 1850, 1940)}
LIVE_G = {"A": 2_050, "B": 1_720}
ROUND_G = 10


def weigh_day(placed: Placed, product: str, number: int) -> None:
    """One day at the scale: everybody who promised brings a part of the share; one sheet, one summary voucher.

    On the second spring day one slip is keyed in wrong by the clerk and reversed in red by the checker.
    """
    village, stage = placed.village, placed.village.stage
    month, day, share = DAYS[product][number]
    stage.on(month, day)
    last = number == len(DAYS[product]) - 1
    random = Random(f"{stage.seed}:{placed.deal.name}:{product}:{number}")
    entries = []
    for allocation, household, promised, delivered in _promised(placed, product):
        amount = promised - delivered if last else promised * (share + random.randint(-2, 2)) // 100
        entry = _slip(
            placed, product, allocation, amount, random, key=f"{product}-{household}-{month:02d}{day:02d}"
        )
        if entry is not None:
            entries.append(entry)
    if product == "XG" and number == 1 and len(entries) > 2:
        _wrong_slip(village, entries[2])
    with village.act("clerk") as work:
        procurement.weigh_sheet(work, entries, scale=SCALE, day=stage.today)
    village.stamp(stage.today)


def _promised(placed: Placed, product: str) -> list[tuple[int, str, int, int]]:
    """(allocation, household, promised, delivered so far) of all who confirmed, by household number."""
    with placed.village.see("clerk") as view:
        rows = view.session.execute(
            select(
                AllocationRow.id,
                HouseholdRow.number,
                AllocationRow.decided_g,
                AllocationRow.delivered_g,
            )
            .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
            .join(SplitRow, SplitRow.id == AllocationRow.split_id)
            .where(SplitRow.line_id == placed.lines[product], AllocationRow.decided_g > 0)
            .order_by(HouseholdRow.number)
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]


def _slip(
    placed: Placed, product: str, allocation: int, amount: int, random: Random, *, key: str
) -> WeighEntry | None:
    """A slip as the clerk keys it in; the grades add up to the net weight on 10 g, or to the heads."""
    stage = placed.village.stage
    heads = product == "TJ"
    net = amount if heads else amount // ROUND_G * ROUND_G
    if net < (1 if heads else 100):
        return None
    step = 1 if heads else ROUND_G
    shares = SHARES[product]
    first = net * (shares[0] + random.randint(-5, 5)) // 100 // step * step
    parts = [first, *(net * share // 100 // step * step for share in shares[1:])]
    parts.append(net - sum(parts))
    lines = tuple(WeighLine("ABC"[place], part) for place, part in enumerate(parts) if part)
    tare = random.choice((4_000, 5_000)) if heads else random.choice((400, 500, 600))
    weight = sum(LIVE_G[line.grade] * line.net_g for line in lines) if heads else net
    return WeighEntry(
        client_key=key,
        allocation_id=allocation,
        scale=SCALE,
        day=stage.today,
        gross_g=weight + tare,
        tare_g=tare,
        moisture_bp=random.choice(MOISTURE.get(product, (0,))),
        impurity_bp=random.choice((40, 60, 80, 100)) if product in ("XG", "ME") else 0,
        lines=lines,
    )


def _wrong_slip(village: Village, right: WeighEntry) -> None:
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
    with village.act("clerk") as work:
        slip = procurement.weigh(work, wrong)
    with village.act("checker") as work:
        procurement.reverse_receipt(work, slip.id, "过磅时多录 1 公斤")


def ship_and_bill(placed: Placed, month: int, day: int, *, short: int = 0) -> None:
    """All that is collected goes to the enterprise, which may find some missing; agreed, billed, and paid in time."""
    village, stage = placed.village, placed.village.stage
    sent = stage.on(month, day)
    quarantine = None
    if "TJ" in placed.lines:
        heads = sum(row[3] for row in _promised(placed, "TJ"))
        quarantine = Quarantine(f"JY{stage.year}{month:02d}{day:02d}{placed.part:03d}", sent, heads)
    with village.act("manager") as work:
        shipment = delivery.ship(
            work, placed.part, day=sent, vehicle=f"陕F·演示{placed.part}", quarantine=quarantine
        )
    stage.clock.day = sent + timedelta(days=2)
    with stage.firm(placed.deal.firm) as work:
        lines = work.session.scalars(
            select(ShipmentLineRow)
            .where(ShipmentLineRow.shipment_id == shipment.id)
            .order_by(ShipmentLineRow.id)
        ).all()
        weights = {line.id: line.grams for line in lines}
        missing = min(short, weights[lines[0].id] // 20)
        weights[lines[0].id] -= missing
        reasons = {lines[0].id: "到厂复磅短少"} if missing else {}
        acceptance = delivery.take(work, shipment.id, weights, day=stage.today, reasons=reasons)
    stage.clock.day = sent + timedelta(days=3)
    with village.act("manager") as work:
        delivery.agree(work, acceptance.id)
        sale = settlement.bill(work, acceptance.id)
        owed = sale.amount_fen - sale.set_off_fen
    billed = stage.today
    stage.clock.day = sent + timedelta(days=14)
    if owed:
        with stage.firm(placed.deal.firm) as work:
            payment = settlement.advise_payment(
                work,
                sale.id,
                amount_fen=owed,
                day=stage.today,
                bank_reference=f"{placed.deal.firm}{stage.today:%Y%m%d}{sale.id}",
            )
        with village.act("accountant") as work:
            settlement.receive_payment(work, payment.id)
    village.stamp(billed, stage.today)


def pay_households(village: Village, month: int, day: int, *, returned: bool = False) -> None:
    """A batch over all that is owed for produce: proposed, approved by another person, paid; the bank may return a line."""
    stage = village.stage
    stage.on(month, day)
    with village.see("accountant") as view:
        if not open_payables(view.session, village.coop):
            return
    with village.act("accountant") as work:
        batch = settlement.propose_pay(work, village.coop, stage.today)
    with village.act("checker") as work:
        settlement.approve_pay(work, batch.id)
    with village.act("accountant") as work:
        settlement.pay(work, batch.id, stage.today, f"DF{stage.today:%Y%m%d}")
    village.stamp(stage.today)
    if not returned:
        return
    stage.clock.day += timedelta(days=2)
    with village.act("accountant") as work:
        line = work.session.scalars(
            select(PayLineRow).where(PayLineRow.batch_id == batch.id).order_by(PayLineRow.id)
        ).first()
        assert line is not None
        books.return_line(work, batch.id, line.payable_id, "账号户名不符", stage.today)
    village.stamp(stage.today)
