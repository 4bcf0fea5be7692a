"""The whole year in order, each step through its service; a killed run is told from a finished one."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import func, select

from coop.kernel.actor import system
from coop.kernel.clock import SystemClock, ToldClock, business_day
from coop.kernel.config import Settings
from coop.kernel.errors import CoopError
from coop.kernel.unit import look, unit
from coop.parties.models import TenantRow
from coop.season import agenda, cast, grants, opening
from coop.season.figures import figures
from coop.season.models import DemoRunRow
from coop.season.stage import Stage, Village
from coop.season.wipe import taken_now

# What is told next, and how much of the whole is told by then, in per cent.
Progress = Callable[[str, int], None]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


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
    progress("核对 verify", 97)
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
    stage = Stage(ToldClock(date(year, 1, 1)), year, seed)
    sizes = cast.sizes(households)
    for village in cast.VILLAGES:
        if village.code in sizes:
            stage.villages.append(
                Village(stage, village, cast.homes(village, sizes[village.code], year, seed))
            )
    with unit(system(), stage.clock) as work:
        work.session.add(DemoRunRow(year=year, seed=seed, households=households, started_at=work.now))
    chapters = [*_chapters(stage)]
    for place, (name, act) in enumerate(chapters):
        progress(name, place * 97 // len(chapters))
        with unit(system(), stage.clock) as work:
            work.session.scalars(select(DemoRunRow)).one().step = name
        act()
    left = taken_now()
    with unit(system(), stage.clock) as work:
        run = work.session.scalars(select(DemoRunRow)).one()
        run.finished_at, run.census = SystemClock().now(), left


def _chapters(stage: Stage) -> Iterator[tuple[str, Callable[[], None]]]:
    """The year as it happened: the founding, the twelve months, and each village's closing."""

    def first_days() -> None:
        opening.found(stage)
        grants.announce(stage)
        for village in stage.villages:
            opening.register(village)
            opening.open_books(village)

    yield "建账、名册 register and books", first_days
    events = agenda.events(stage)
    for month in range(1, 13):
        yield f"{month} 月 {month_name[month]}", _month(events, month)
    for village, close in zip(stage.villages, agenda.closings(stage), strict=True):
        yield f"决算、分红 closing and dividend {village.cast.short}", close


def _month(events: list[agenda.Event], month: int) -> Callable[[], None]:
    def tell_month() -> None:
        for event in events:
            if event.day.month == month:
                event.act()

    return tell_month
