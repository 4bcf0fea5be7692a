"""Village life beside the harvest: points and the shop, grants, the month's ordinary vouchers, the months closed."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from sqlalchemy import select

from coop.accounting import service as accounting
from coop.accounting.service import DraftLine
from coop.kernel import work as queue
from coop.kernel.unit import Unit
from coop.parties import service as parties
from coop.points import service as points
from coop.points.models import ClaimRow, ClaimState
from coop.season.bank import reconcile
from coop.season.opening import YUAN
from coop.season.stage import Village

# What the charter's quarters bring: item and which households (every n-th, beginning at the k-th).
DEEDS = {
    1: (("X01", 3, 0), ("S01", 4, 1), ("M01", 5, 2)),
    2: (("S05", 7, 1), ("M02", 3, 0), ("Q02", 4, 3), ("M05", 11, 5)),
    3: (("X01", 3, 1), ("S04", 9, 4), ("C04", 5, 0)),
    4: (("M01", 4, 2), ("F01", 10, 3), ("Q03", 8, 6)),
}

# (book, month or 0 for every month, summary, debit, credit, yuan; in the cooperative's book yuan a household)
ORDINARY = (
    ("rceo", 0, "村级组织运转支出", "513:01", "102", 3_200),
    ("rceo", 3, "收取林地发包费", "102", "501:03", 48_000),
    ("rceo", 4, "收到村级组织运转补助", "102", "503", 60_000),
    ("rceo", 6, "修缮村道", "514:01", "102", 12_000),
    ("rceo", 9, "重阳节慰问", "514:02", "102", 4_500),
    ("rceo", 12, "存款利息", "102", "504", 860),
    ("rceo", 12, "本年折旧", "513:04", "152", 21_000),
    ("coop", 5, "包装材料", "521", "102", 18),
    ("coop", 6, "运费", "521", "102", 25),
    ("coop", 11, "包装材料", "521", "102", 20),
    ("coop", 11, "运费", "521", "102", 27),
    ("coop", 12, "办公费", "523", "102", 15),
    ("coop", 12, "存款利息", "102", "524", 24),
)


def quarter(village: Village, number: int) -> None:
    """One quarter's review: proposed, checked, scored by the committee, published, final after its days."""
    stage = village.stage
    month = number * 3
    stage.on(month, 5)
    with village.act("clerk") as work:
        for item, step, first in DEEDS[number]:
            for home in village.numbers[first::step]:
                points.propose(work, household=home, item=item, day=stage.today, evidence="网格员走访记录")
    _finalise(village, date(stage.year, month, 10), date(stage.year, month, 19))


def reward_deliveries(village: Village) -> None:
    """The deliveries that were kept in full proposed themselves to the committee (charter item C01)."""
    stage = village.stage
    stage.on(12, 20)
    queue.drain()
    _finalise(village, date(stage.year, 12, 21), date(stage.year, 12, 30))


def _finalise(village: Village, reviewed: date, final: date) -> None:
    clock = village.stage.clock
    clock.day = reviewed
    with village.act("manager") as work:
        if proposed := _claims(work, village, ClaimState.proposed):
            points.check_all(work, proposed)
    with village.act("supervisor") as work:
        claims = _claims(work, village, ClaimState.checked)
        if not claims:  # a very small village has quarters without a deed
            return
        points.score(work, claims)
        points.publish(work, claims)
    clock.day = final
    with village.act("manager") as work:
        points.finalise(work, claims)
    village.stamp(final)


def _claims(work: Unit, village: Village, state: ClaimState) -> list[int]:
    rows = select(ClaimRow.id).where(ClaimRow.tenant_id == village.tenant, ClaimRow.state == state)
    return list(work.session.scalars(rows.order_by(ClaimRow.id)))


def a_death(village: Village) -> None:
    """The head of a household dies in June; the next of the household inherits the share and the contribution."""
    stage = village.stage
    home = [home for home in village.homes if len(home.people) > 1][-1]
    stage.on(6, 15)
    with village.act("manager") as work:
        parties.record_death(work, member=home.people[0].number, day=stage.today, heir=home.people[1].number)


def a_divorce(village: Village) -> None:
    """Somebody moves back to the parents' household in August, with the own share (农村集体经济组织法 art. 8)."""
    stage = village.stage
    home = next(home for home in village.homes if len(home.people) > 1)
    stage.on(8, 6)
    with village.act("manager") as work:
        parties.move_member(
            work, member=home.people[1].number, household=village.homes[-1].number, day=stage.today
        )


def shop_stock(village: Village) -> None:
    """Demei House is stocked."""
    stage = village.stage
    stage.on(4, 8)
    with village.act("clerk") as work:
        for goods, count, cost in (("TOOTHPASTE", 40, 5_00), ("SOAP", 40, 3_20), ("DETERGENT", 20, 10_50)):
            points.buy_goods(work, goods=goods, count=count, cost_fen=count * cost, day=stage.today)
    village.stamp(stage.today)


def shop_opens(village: Village) -> None:
    """Some households come with their points; two persons hand over."""
    stage = village.stage
    stage.on(7, 12)
    with village.act("clerk") as work:
        for home in village.numbers[0:24:3]:
            points.redeem(work, household=home, goods="SOAP", count=1, second_id=village.user("supervisor"))
    village.stamp(stage.today)


def month_end(village: Village, month: int) -> None:
    """The month's manual vouchers, made by one and checked by another; then both books close the month."""
    stage = village.stage
    stage.clock.day = date(stage.year, month, monthrange(stage.year, month)[1])
    made = []
    with village.act("accountant") as work:
        for book, when, summary, debit, credit, yuan in ORDINARY:
            if when not in (0, month):
                continue
            entity, times = (
                (village.rceo, village.cast.size) if book == "rceo" else (village.coop, len(village.homes))
            )
            fen = int(yuan * times) * YUAN
            lines = (DraftLine(debit, debit_fen=fen), DraftLine(credit, credit_fen=fen))
            made.append(
                accounting.draft(
                    work, entity, day=stage.today, summary=summary, lines=lines, attachments=1
                ).id
            )
    with village.act("checker") as work:
        for voucher in made:
            accounting.approve(work, voucher)
    if village is stage.villages[0]:
        reconcile(village, month)
    with village.act("accountant") as work:
        for entity in village.entities:
            accounting.close_month(work, entity, stage.year, month)
