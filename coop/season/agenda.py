"""The county's year as a list of days: what happens in which village, in the order in which it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from coop.season import grants, growing, harvest, trade, village, year_end
from coop.season.stage import Stage, Village
from coop.season.trade import DEALS, Deal, Placed

# The days lorries leave, by the first product of the order; a first lorry finds some grams missing at the gate.
LORRIES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "TM": ((3, 14, 400),),
    "XG": ((5, 14, 350), (7, 17, 0), (11, 12, 0)),
    "FM": ((9, 3, 200),),
    "TJ": ((12, 3, 0),),
}
PAY_DAYS = ((2, 26), (4, 20), (6, 10), (9, 25), (11, 28), (12, 18))
# When the inputs are handed out on credit and when the field is seen, by product.
PREPARE = {"XG": (2, 22), "TJ": (5, 24)}
VISITS = {"XG": (3, 4), "ME": (5, 4), "FM": (8, 6), "TJ": (9, 8), "TM": (1, 21)}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that begins on a day; `order` keeps the villages and the list's own order on one day."""

    day: date
    order: tuple[int, int]
    act: Callable[[], None]


def events(stage: Stage) -> list[Event]:
    """The whole of the demo's year, from the first prices to the last month's close, by day."""
    found = []
    for place, home in enumerate(stage.villages):
        acts = [*_year(home)]
        found += [
            Event(date(stage.year, month, day), (place, number), act)
            for number, (month, day, act) in enumerate(acts)
        ]
    return sorted(found, key=lambda event: (event.day, event.order))


def _year(home: Village) -> Iterator[tuple[int, int, Callable[[], None]]]:
    """One village's year: (month, day, what happens)."""
    yield 1, 5, lambda: trade.set_prices(home)
    for deal in DEALS:
        if deal.village == home.cast.code:
            yield from _deal(home, deal)
    yield from grants.days(home)
    yield 9, 15, lambda: trade.market_falls(home)
    for number in (1, 2, 3, 4):
        yield number * 3, 5, _bind(village.quarter, home, number)
    yield 4, 8, lambda: village.shop_stock(home)
    yield 7, 12, lambda: village.shop_opens(home)
    yield 6, 15, lambda: village.a_death(home)
    yield 8, 6, lambda: village.a_divorce(home)
    yield 12, 20, lambda: village.reward_deliveries(home)
    for number, (month, day) in enumerate(PAY_DAYS):
        yield month, day, _pay(home, month, day, returned=number == 2)
    for month in range(1, 13):
        yield month, 28, _bind(village.month_end, home, month)


def _deal(home: Village, deal: Deal) -> Iterator[tuple[int, int, Callable[[], None]]]:
    """One order's way: handed in, split, prepared, visited, weighed, shipped."""
    made: list[Placed] = []
    month, day = deal.handed_in

    def begin() -> None:
        made.append(trade.place(home, deal))
        trade.split(made[0])

    yield month, day, begin
    if deal.products[0] in PREPARE:
        yield *PREPARE[deal.products[0]], lambda: growing.prepare(made[0], *PREPARE[deal.products[0]])
    for product in deal.products:
        yield *VISITS[product], _visit(made, product)
        for number, (on_month, on_day, _) in enumerate(harvest.DAYS[product]):
            yield on_month, on_day, _weigh(made, product, number)
    for number, (on_month, on_day, short) in enumerate(LORRIES[deal.products[0]]):
        if number == 1 and len(deal.products) == 1:
            continue  # only orders with a summer product send a lorry in July
        yield on_month, on_day, _lorry(made, on_month, on_day, short)


def _bind(act: Callable[[Village, int], None], home: Village, number: int) -> Callable[[], None]:
    return lambda: act(home, number)


def _pay(home: Village, month: int, day: int, *, returned: bool) -> Callable[[], None]:
    return lambda: harvest.pay_households(home, month, day, returned=returned)


def _visit(made: list[Placed], product: str) -> Callable[[], None]:
    return lambda: growing.visit(made[0], product, *VISITS[product])


def _weigh(made: list[Placed], product: str, number: int) -> Callable[[], None]:
    return lambda: harvest.weigh_day(made[0], product, number)


def _lorry(made: list[Placed], month: int, day: int, short: int) -> Callable[[], None]:
    return lambda: harvest.ship_and_bill(made[0], month, day, short=short)


def closings(stage: Stage) -> list[Callable[[], None]]:
    """The year's end of every village."""
    return [lambda home=home: year_end.distribute(home) for home in stage.villages]  # type: ignore[misc]
