"""The county's policy and its earmarked money: announced, received, spent on a dryer and on training, the rest returned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from coop.policy import service as policy
from coop.season.opening import YUAN
from coop.season.stage import Stage, Village

DOCUMENT = "留农发〔{year}〕演示3号"
PROJECT = "HGJ{year}"  # 烘干机
NAME, NAME_EN = "产地烘干和培训补助（演示）", "Drying and training grant (demo)"
AMOUNT, DRYER, TRAINING = 80_000 * YUAN, 62_000 * YUAN, 15_000 * YUAN
LEFT = AMOUNT - DRYER - TRAINING


def announce(stage: Stage) -> None:
    """The county's policy of the year with its programme."""
    day = stage.on(1, 2)
    with stage.office() as work:
        row = policy.issue(
            work,
            number=DOCUMENT.format(year=stage.year),
            title="特色产业订单扶持办法（演示）",
            title_en="Support for contract farming (demo)",
            text="对承接企业订单的村合作社，补助产地烘干设备和标准化培训；专款专用，结余退回。",
            text_en="Drying plant and training for cooperatives that take orders; earmarked, what is left is returned.",
            since=day,
            until=date(stage.year, 12, 31),
            products=("XG", "ME"),
        )
        policy.announce(
            work,
            project=PROJECT.format(year=stage.year),
            name=NAME,
            name_en=NAME_EN,
            document=DOCUMENT.format(year=stage.year),
            amount_fen=AMOUNT * len(stage.villages),
            purpose="产地烘干设备、标准化生产培训",
            purpose_en="drying plant, training in the production standard",
            awards={village.cast.coop: AMOUNT for village in stage.villages},
            policy_id=row.id,
            contact="县农业农村局（演示）0916-0000000",
            complaints="12345",
        )


def days(home: Village) -> Iterator[tuple[int, int, Callable[[], None]]]:
    """The grant's year in a village."""
    held: list[int] = []
    stage = home.stage

    def receive() -> None:
        stage.on(4, 2)
        with home.act("accountant") as work:
            held.append(
                policy.receive_grant(
                    work,
                    entity_id=home.coop,
                    project=PROJECT.format(year=stage.year),
                    name=NAME,
                    document=DOCUMENT.format(year=stage.year),
                    amount_fen=AMOUNT,
                    day=stage.today,
                ).id
            )
        home.stamp(stage.today)

    def spend() -> None:
        stage.on(8, 12)
        with home.act("accountant") as work:
            policy.spend_grant(
                work,
                held[0],
                amount_fen=DRYER,
                day=stage.today,
                account="151",
                purpose="购置烘干机一台",
                purpose_en="one dryer",
                on_asset=True,
            )
        stage.on(8, 20)
        with home.act("accountant") as work:
            policy.spend_grant(
                work,
                held[0],
                amount_fen=TRAINING,
                day=stage.today,
                account="",
                purpose="标准化生产培训",
                purpose_en="training in the production standard",
                on_asset=False,
            )
        home.stamp(date(stage.year, 8, 12), stage.today)

    def give_back() -> None:
        stage.on(12, 10)
        with home.act("accountant") as work:
            policy.return_grant(work, held[0], amount_fen=LEFT, day=stage.today)
        home.stamp(stage.today)

    yield 4, 2, receive
    yield 8, 12, spend
    yield 12, 10, give_back
