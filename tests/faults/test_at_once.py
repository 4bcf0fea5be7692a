"""Two and more at once on PostgreSQL, from one barrier: nothing is done twice, nothing is lost, nobody meets a deadlock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, text

from coop.accounting import service as accounting
from coop.accounting.service.closing import PeriodBusyError
from coop.books import service as books
from coop.books.models import PayableRow
from coop.governance import service as governance
from coop.governance.models import ReviewRow, StampRow
from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.errors import CoopError, LedgerError
from coop.kernel.unit import look, owner_session, unit
from coop.points import service as points
from coop.points.models import GoodsRow
from coop.points.service.shared import find_household, lock_account
from coop.procurement import service as procurement
from coop.settlement import service as settlement
from coop.splitting import service as splitting
from coop.splitting.models import AllocationRow, AnsweredVia, SplitRow
from coop.splitting.rules import Policy
from ledger.balances import sums_from_postings, sums_stored
from ledger.tables import BookRow, VoucherRow
from ledger.voucher import Voucher, credit, debit
from tests.conftest import Server, Village, fresh_postgres, settings_for
from tests.orders.trade import accepted, file_capacities, open_trade
from tests.points import steps
from tests.procurement.trade import DAY, KG, Trade, breaches, make_trade

AT_ONCE = 8


@pytest.fixture
def settings(postgres: Server, tmp_path: Path) -> Settings:
    """PostgreSQL alone: SQLite has one writer at a time."""
    url, owner = fresh_postgres(postgres)
    return settings_for(tmp_path, url, owner)


@pytest.fixture
def trade(village: Village, buyer: Actor, clock: ToldClock) -> Trade:
    clock.day = DAY
    return make_trade(village, buyer)


def at_once(*acts: Callable[[], object]) -> list[BaseException | None]:
    """Do all at the same time, each in its own thread; what each ended with."""
    ends: list[BaseException | None] = [None] * len(acts)
    start = Barrier(len(acts))

    def run(place: int) -> None:
        start.wait(20)
        try:
            acts[place]()
        except BaseException as error:  # noqa: BLE001  (the test looks at it)
            ends[place] = error

    threads = [Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ends


def meanwhile(
    act: Callable[[], object], held: Callable[[Callable[[], None]], object]
) -> list[BaseException | None]:
    """`held` does its work in a unit and calls its argument while it holds its locks: then `act` runs in another

    thread until it is done or waits for a lock, and `held` goes on. What act and held ended with.
    """
    ends: list[BaseException | None] = [None, None]

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (the test looks at it)
            ends[place] = error

    other = Thread(target=run, args=(0, act))

    def let_go() -> None:
        other.start()
        with owner_session() as session:
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while other.is_alive() and not session.scalar(waiting):
                other.join(0.01)

    run(1, partial(held, let_go))
    other.join(60)
    return ends


def refused(ends: Sequence[BaseException | None]) -> int:
    """How many were refused; every end is either done or a fault the user can read."""
    strange = [end for end in ends if end is not None and not isinstance(end, CoopError | LedgerError)]
    assert strange == []
    return sum(end is not None for end in ends)


def test_vouchers_of_one_book_have_no_gap_and_balances_their_sums(village: Village) -> None:
    def post(n: int) -> Callable[[], None]:
        def act() -> None:
            for k in range(5):
                with unit(village.actor(Role.accountant, user=n + 1)) as work:
                    money = (debit("102", 100 + n), credit("301", 100 + n))
                    books.post(work, village.rceo, Voucher(date(2025, 1, 2), "x", money, f"x:{n}:{k}"))

        return act

    assert refused(at_once(*(post(n) for n in range(AT_ONCE)))) == 0
    with owner_session() as session:
        book = session.scalars(select(BookRow.id).where(BookRow.entity_id == village.rceo)).one()
        numbers = session.scalars(select(VoucherRow.number).order_by(VoucherRow.number)).all()
        assert list(numbers) == list(range(1, AT_ONCE * 5 + 1))
        assert sums_stored(session, book) == sums_from_postings(session, book)


def test_a_share_is_never_weighed_above_its_tolerance(trade: Trade) -> None:
    """50 kg and 5 %: of eight sacks of 10 kg five fit."""
    entries = [trade.entry("H0001", ("A", 10 * KG), key=f"k{n}") for n in range(AT_ONCE)]

    def weigh(n: int) -> None:
        with unit(trade.clerk) as work:
            procurement.weigh(work, entries[n])

    assert refused(at_once(*(partial(weigh, n) for n in range(AT_ONCE)))) == 3
    assert breaches() == {}


def test_a_tapped_key_makes_one_ticket(trade: Trade) -> None:
    entry = trade.entry("H0001", ("A", 10 * KG), key="twice")

    def weigh() -> None:
        with unit(trade.clerk) as work:
            procurement.weigh(work, entry)

    assert refused(at_once(*[weigh] * AT_ONCE)) == 0
    with owner_session() as session:
        assert session.scalar(select(func.count()).select_from(PayableRow)) == 1
    assert breaches() == {}


def test_weighing_two_households_and_reversing_at_once(trade: Trade) -> None:
    first = trade.weigh("H0001", ("A", 10 * KG), key="first")

    def reverse() -> None:
        with unit(trade.checker) as work:
            procurement.reverse_receipt(work, first, "磅秤未归零")

    acts: list[Callable[[], object]] = [reverse, reverse]
    acts += [partial(trade.weigh, f"H000{1 + n % 2}", ("A", 5 * KG), key=f"k{n}") for n in range(6)]
    assert refused(at_once(*acts)) == 1
    assert breaches() == {}


def test_a_batch_is_approved_once_and_paid_once(trade: Trade) -> None:
    trade.weigh("H0001", ("A", 10 * KG))
    with unit(trade.accountant) as work:
        money = (debit("102", 10_000_000), credit("311", 10_000_000))
        books.post(work, trade.village.coop, Voucher(DAY, "垫资", money, "capital:1"))
    with unit(trade.supervisor) as work:
        governance.stamp_day(work, trade.village.coop, DAY)
    with unit(trade.accountant) as work:
        batch = settlement.propose_pay(work, trade.village.coop, DAY).id

    def approve() -> None:
        with unit(trade.checker) as work:
            settlement.approve_pay(work, batch)

    def pay() -> None:
        with unit(trade.accountant) as work:
            settlement.pay(work, batch, DAY, "BANK")

    assert refused(at_once(*[approve] * AT_ONCE)) == AT_ONCE - 1
    assert refused(at_once(*[pay] * AT_ONCE)) == AT_ONCE - 1
    assert breaches() == {}


def test_open_items_go_into_one_batch(trade: Trade) -> None:
    trade.weigh("H0001", ("A", 10 * KG))

    def propose() -> None:
        with unit(trade.accountant) as work:
            settlement.propose_pay(work, trade.village.coop, DAY)

    assert refused(at_once(*[propose] * AT_ONCE)) == AT_ONCE - 1


def test_a_day_is_stamped_once(trade: Trade) -> None:
    for n in range(3):
        trade.weigh("H0001", ("A", 10 * KG), key=f"k{n}")

    def stamp() -> None:
        with unit(trade.supervisor) as work:
            governance.stamp_day(work, trade.village.coop, DAY)

    def review() -> None:
        with unit(trade.supervisor) as work:
            governance.review(work, "paper:1", "d" * 64)

    assert refused(at_once(*[stamp] * AT_ONCE)) < AT_ONCE
    assert refused(at_once(*[review] * AT_ONCE)) < AT_ONCE
    with owner_session() as session:
        assert session.scalars(select(StampRow.state)).all() == ["stamped"] * 3
        assert session.scalar(select(func.count()).select_from(ReviewRow)) == 1
    assert breaches() == {}


def test_a_split_is_proposed_changed_and_settled_at_once(village: Village, buyer: Actor) -> None:
    open_trade(village)
    file_capacities(village, {"H0001": 8_000, "H0002": 8_000})
    _, line = accepted(village, buyer)
    manager = village.actor(Role.manager)

    def propose() -> None:
        with unit(manager) as work:
            splitting.propose_split(work, line, policy=Policy.equal, lot_g=10_000)

    assert refused(at_once(*[propose] * 4)) == 0
    with look(manager) as view:
        split = view.session.scalars(select(SplitRow.id)).one()
        shares = view.session.scalars(select(AllocationRow.id).order_by(AllocationRow.id)).all()

    def change(share: int, grams: int) -> None:
        with unit(manager) as work:
            splitting.change_allocation(work, share, grams, "议定")

    def publish() -> None:
        with unit(manager) as work:
            splitting.publish_split(work, split)

    refused(at_once(propose, publish, *(partial(change, s, 100_000) for s in shares), propose, publish))

    def answer(share: int) -> None:
        with unit(manager) as work:
            splitting.answer(work, share, yes=True, via=AnsweredVia.paper)

    def confirm() -> None:
        with unit(manager) as work:
            splitting.confirm_split(work, split)

    refused(at_once(confirm, *(partial(answer, s) for s in shares), confirm, propose))
    assert breaches() == {}


def test_two_orders_do_not_promise_the_same_bags(village: Village, buyer: Actor) -> None:
    """Both are worked out anew when the bags are there: 840 kg each, and each order asks for 1,200."""
    open_trade(village)
    file_capacities(village, {"H0001": 0, "H0002": 0})
    first, second = (accepted(village, buyer)[1] for _ in range(2))

    def propose(line: int, then: Callable[[], None] = lambda: None) -> None:
        with unit(village.actor(Role.manager)) as work:
            splitting.propose_split(work, line, policy=Policy.equal, lot_g=10_000)
            then()

    propose(first)
    propose(second)
    file_capacities(village, {"H0001": 8_000, "H0002": 8_000})
    assert refused(meanwhile(partial(propose, second), partial(propose, first))) == 0
    with owner_session() as session:
        grams = func.sum(AllocationRow.decided_g)
        rows = session.execute(select(grams).group_by(AllocationRow.household_id)).scalars()
        assert [int(total) for total in rows] == [840_000, 840_000]


@pytest.fixture
def charter(village: Village, clock: ToldClock) -> Village:
    clock.day = steps.DAY
    with unit(village.actor(Role.manager)) as work:
        points.adopt_items(work)
    with unit(village.actor(Role.accountant)) as work:
        money = (debit("102", 1_000_000), credit("301", 1_000_000))
        books.post(work, village.rceo, Voucher(date(2025, 1, 2), "资本", money, "capital:1"))
        points.buy_goods(work, goods="SOAP", count=100, cost_fen=33_330, day=steps.DAY)
    return village


def test_points_are_spent_once(charter: Village, clock: ToldClock) -> None:
    steps.earn(charter, clock, "H0001", "S04")
    had = steps.balance(charter, "H0001")
    with look(charter.actor()) as view:
        price = view.session.scalars(select(GoodsRow.points).where(GoodsRow.code == "SOAP")).one()
    ends = at_once(*[lambda: steps.redeem(charter, "H0001", "SOAP")] * AT_ONCE)
    fit = min(AT_ONCE, had // price)
    assert 0 < fit < AT_ONCE
    assert refused(ends) == AT_ONCE - fit
    assert steps.balance(charter, "H0001") == had - fit * price
    assert steps.breaches() == []


def scored(charter: Village, clock: ToldClock, homes: Sequence[str]) -> list[int]:
    """Claims of these households whose notice is over."""
    claims = [steps.propose(charter, home, "S04", clock.day) for home in homes]
    steps.score(charter, *claims)
    with unit(charter.actor(Role.supervisor, user=steps.CHAIR)) as work:
        points.publish(work, claims)
    clock.day += timedelta(days=7)
    return claims


def finalise(charter: Village, claims: Sequence[int]) -> None:
    with unit(charter.actor(Role.supervisor, user=steps.CHAIR)) as work:
        points.finalise(work, claims)


def test_granting_and_spending_take_their_locks_in_one_order(charter: Village, clock: ToldClock) -> None:
    """H0002 is at the counter while the committee grants to H0001 and H0002: no ring of account and book."""
    steps.earn(charter, clock, "H0002", "S04")
    claims = scored(charter, clock, ["H0001", "H0002"])

    def spend(then: Callable[[], None]) -> None:
        with unit(charter.actor(Role.clerk, user=steps.CLERK)) as work:
            lock_account(work, find_household(work, "H0002").id)
            then()
            points.redeem(work, household="H0002", goods="SOAP", count=1, second_id=steps.GRID)

    assert refused(meanwhile(partial(finalise, charter, claims), spend)) == 0
    assert steps.breaches() == []


def test_points_are_granted_spent_and_expire_at_once(charter: Village, clock: ToldClock) -> None:
    homes = [f"H{n:04d}" for n in range(1, 9)]
    for home in homes[:2]:
        steps.earn(charter, clock, home, "S04")
    claims = scored(charter, clock, homes)

    def expire() -> None:
        with unit(charter.actor(Role.manager)) as work:
            points.expire(work, clock.day - timedelta(days=30))

    spend = [partial(steps.redeem, charter, home, "SOAP") for home in homes]
    granted = partial(finalise, charter, claims)
    ends = at_once(granted, expire, *spend, granted)
    refused(ends)
    assert [ends[0] is None, ends[-1] is None].count(True) == 1
    assert steps.breaches() == []


def test_nothing_slips_into_a_month_that_closes(village: Village) -> None:
    """A ticket is being posted while the accountant closes: the close waits, and finds it without a stamp."""

    def post(then: Callable[[], None]) -> None:
        with unit(village.actor(Role.clerk, user=10)) as work:
            money = (debit("102", 100), credit("301", 100))
            books.post(work, village.rceo, Voucher(date(2025, 1, 2), "x", money, "x:1"))
            then()

    def close() -> None:
        with unit(village.actor(Role.accountant)) as work:
            accounting.close_month(work, village.rceo, 2025, 1)

    closed, posted = meanwhile(close, post)
    assert posted is None
    assert isinstance(closed, PeriodBusyError)
