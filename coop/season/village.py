"""Village life beside the harvest: points and the shop, the month's ordinary vouchers, the months closed."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from sqlalchemy import select

from coop.accounting import service as accounting
from coop.accounting.service import DraftLine
from coop.kernel import work as queue
from coop.points import service as points
from coop.points.models import ClaimRow, ClaimState
from coop.season.harvest import stamp_all
from coop.season.opening import YUAN
from coop.season.stage import Stage

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


def quarter(stage: Stage, number: int, homes: list[str]) -> None:
    """One quarter's review: proposed, checked, scored by the committee, published, final after its days."""
    month = number * 3
    stage.on(month, 5)
    with stage.act("clerk") as work:
        for item, step, first in DEEDS[number]:
            for home in homes[first::step]:
                points.propose(work, household=home, item=item, day=stage.today, evidence="网格员走访记录")
    _finalise(stage, date(stage.year, month, 10), date(stage.year, month, 19))


def reward_deliveries(stage: Stage) -> None:
    """The deliveries that were kept in full proposed themselves to the committee (charter item C01)."""
    queue.drain()
    _finalise(stage, date(stage.year, 12, 3), date(stage.year, 12, 12))


def _finalise(stage: Stage, reviewed: date, final: date) -> None:
    stage.clock.day = reviewed
    with stage.act("manager") as work:
        for claim in work.session.scalars(select(ClaimRow).where(ClaimRow.state == ClaimState.proposed)):
            points.check(work, claim.id)
    with stage.act("supervisor") as work:
        claims = list(work.session.scalars(select(ClaimRow.id).where(ClaimRow.state == ClaimState.checked)))
        if not claims:  # a very small village has quarters without a deed
            return
        points.score(work, claims)
        points.publish(work, claims)
    stage.clock.day = final
    with stage.act("manager") as work:
        points.finalise(work, claims)
    stamp_all(stage, final)


def shop_stock(stage: Stage) -> None:
    """Demei House is stocked."""
    stage.on(4, 8)
    with stage.act("clerk") as work:
        for goods, count, cost in (("TOOTHPASTE", 40, 5_00), ("SOAP", 40, 3_20), ("DETERGENT", 20, 10_50)):
            points.buy_goods(work, goods=goods, count=count, cost_fen=count * cost, day=stage.today)
    stamp_all(stage, stage.today)


def shop_opens(stage: Stage, homes: list[str]) -> None:
    """Some households come with their points; two persons hand over."""
    stage.on(7, 12)
    with stage.act("clerk") as work:
        for home in homes[0:9:3]:
            points.redeem(work, household=home, goods="SOAP", count=1, second_id=stage.users["supervisor"])
    stamp_all(stage, stage.today)


def month_end(stage: Stage, month: int) -> None:
    """The month's manual vouchers, made by one and checked by another; then both books close the month."""
    stage.clock.day = date(stage.year, month, monthrange(stage.year, month)[1])
    for book, when, summary, debit, credit, yuan in ORDINARY:
        if when not in (0, month):
            continue
        entity, times = (stage.rceo, 1) if book == "rceo" else (stage.coop, stage.households)
        fen = yuan * YUAN * times
        lines = (DraftLine(debit, debit_fen=fen), DraftLine(credit, credit_fen=fen))
        with stage.act("accountant") as work:
            made = accounting.draft(
                work, entity, day=stage.today, summary=summary, lines=lines, attachments=1
            )
        with stage.act("checker") as work:
            accounting.approve(work, made.id)
    with stage.act("accountant") as work:
        for entity in (stage.rceo, stage.coop):
            accounting.close_month(work, entity, stage.year, month)
