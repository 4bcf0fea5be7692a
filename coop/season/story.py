"""The whole year in order, each step through its service; a killed run is told from a finished one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import func, select

from coop.kernel.actor import system
from coop.kernel.clock import SystemClock, ToldClock, business_day
from coop.kernel.config import Settings
from coop.kernel.errors import CoopError
from coop.kernel.unit import look, unit
from coop.orders.models import LineRow
from coop.parties.models import TenantRow
from coop.season import cast, files, harvest, opening, trade, village, year_end
from coop.season.figures import figures
from coop.season.models import DemoRunRow
from coop.season.stage import Stage
from coop.standards.queries import products

Progress = Callable[[str], None]


class NotEmptyError(CoopError):
    """A database with real data never becomes a demo."""

    def __init__(self, tenants: int) -> None:
        super().__init__(
            zh=f"数据库中已有 {tenants} 个单位，演示只在空库中运行",
            en=f"the database already holds {tenants} tenants; the demo runs on an empty one only",
        )


class StoppedDemoError(CoopError):
    """An earlier demo was killed half-way."""

    def __init__(self, step: str) -> None:
        super().__init__(
            zh=f"上次演示在“{step}”一步中断；账目完整（可用 coop verify 核对），但故事没有讲完。"
            "请换一个空的数据目录或数据库再运行",
            en=f"an earlier demo stopped at “{step}”; its books are intact (coop verify checks them), but the story is "
            "not told to its end. Run again on an empty data folder or database",
        )


class OtherDemoError(CoopError):
    def __init__(self, found: tuple[int, int, int], asked: tuple[int, int, int]) -> None:
        super().__init__(
            zh=f"数据库中是另一个演示（年度、种子、户数 {found}），本次要求 {asked}",
            en=f"the database holds another demo (year, seed, households {found}); asked for {asked}",
        )


class ProductionDemoError(CoopError):
    def __init__(self) -> None:
        super().__init__(zh="生产环境不运行演示", en="production runs no demo")


def last_full_year() -> int:
    return business_day(SystemClock().now()).year - 1


def tell(
    settings: Settings, *, households: int, year: int | None, seed: int, progress: Progress
) -> dict[str, Any]:
    """Tell the year and return the figures. On a database where this very demo is finished, only the figures.

    Raises ProductionDemoError, NotEmptyError, StoppedDemoError, OtherDemoError.
    """
    if settings.production:
        raise ProductionDemoError
    asked = (year or last_full_year(), seed, households)
    if not _begun_before(asked):
        _tell(asked, progress)
    progress("核对 verify …")
    return figures(asked[0])


def _begun_before(asked: tuple[int, int, int]) -> bool:
    with look(system()) as view:
        run = view.session.scalars(select(DemoRunRow).order_by(DemoRunRow.id.desc())).first()
        tenants = view.session.execute(select(func.count()).select_from(TenantRow)).scalar_one()
    if run is None:
        if tenants:
            raise NotEmptyError(tenants)
        return False
    found = (run.year, run.seed, run.households)
    if run.finished_at is None:
        raise StoppedDemoError(run.step)
    if found != asked:
        raise OtherDemoError(found, asked)
    return True


def _tell(asked: tuple[int, int, int], progress: Progress) -> None:
    year, seed, households = asked
    stage = Stage(ToldClock(date(year, 1, 1)), year, households)
    homes = cast.village(households, year, seed)
    with unit(system(), stage.clock) as work:
        work.session.add(DemoRunRow(year=year, seed=seed, households=households, started_at=work.now))
    for name, act in _chapters(stage, homes, seed):
        progress(name)
        with unit(system(), stage.clock) as work:
            _run(work.session.scalars(select(DemoRunRow)).one(), name)
        act()
    with unit(system(), stage.clock) as work:
        work.session.scalars(select(DemoRunRow)).one().finished_at = SystemClock().now()


def _run(row: DemoRunRow, step: str) -> None:
    row.step = step


def _chapters(stage: Stage, homes: tuple[cast.Home, ...], seed: int) -> list[tuple[str, Callable[[], None]]]:
    """The year as it happened, one line a chapter."""
    numbers = [home.number for home in homes]
    line: list[int] = []

    def part() -> int:
        with stage.see("manager") as view:
            return view.session.scalars(select(LineRow.part_id).where(LineRow.id == line[0])).one()

    def spring() -> None:
        village.quarter(stage, 1, numbers)
        harvest.weigh_flush(stage, line[0], harvest.SPRING[:1], last=False, seed=seed)
        village.month_end(stage, 3)
        village.shop_stock(stage)
        harvest.weigh_flush(stage, line[0], harvest.SPRING[1:2], last=False, seed=seed + 1)
        village.month_end(stage, 4)
        harvest.weigh_flush(stage, line[0], harvest.SPRING[2:], last=False, seed=seed + 2)
        harvest.ship_and_bill(stage, part(), 5, 14, short_g=350, vehicle="陕F·演示1")
        village.month_end(stage, 5)

    def summer() -> None:
        harvest.pay_households(stage, 6, 10, returned=True)
        village.quarter(stage, 2, numbers)
        village.month_end(stage, 6)
        village.shop_opens(stage, numbers)
        village.month_end(stage, 7)
        village.month_end(stage, 8)

    def autumn() -> None:
        village.quarter(stage, 3, numbers)
        harvest.weigh_flush(stage, line[0], harvest.AUTUMN[:1], last=False, seed=seed + 3)
        village.month_end(stage, 9)
        harvest.weigh_flush(stage, line[0], harvest.AUTUMN[1:2], last=False, seed=seed + 4)
        village.month_end(stage, 10)
        harvest.weigh_flush(stage, line[0], harvest.AUTUMN[2:], last=True, seed=seed + 5)
        harvest.ship_and_bill(stage, part(), 11, 12, short_g=0, vehicle="陕F·演示2")
        village.month_end(stage, 11)

    def winter() -> None:
        village.reward_deliveries(stage)
        harvest.pay_households(stage, 12, 15, returned=False)
        village.quarter(stage, 4, numbers)
        village.month_end(stage, 12)

    def first_days() -> None:
        opening.found(stage)
        opening.register(stage, files.village_workbook(homes, stage.year))
        opening.open_books(stage, sum(cast.SHARE_PRICE_FEN for _ in homes))

    def order() -> None:
        village.month_end(stage, 1)
        trade.set_prices(stage)
        with stage.see("manager") as view:
            workbook = files.order_workbook(cast.order_quantity(homes), stage.year, products(view.session))
        line.append(trade.order(stage, workbook))
        trade.split(stage, line[0])
        village.month_end(stage, 2)

    return [
        ("建账、名册 register and books", first_days),
        ("订单、分解 order and split", order),
        ("春菇收购 spring harvest", spring),
        ("夏季 summer", summer),
        ("秋菇收购 autumn harvest", autumn),
        ("年末 end of the year", winter),
        ("决算、分红 closing and dividend", lambda: year_end.distribute(stage)),
    ]
