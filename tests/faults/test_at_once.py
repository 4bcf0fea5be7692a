"""Two and more at once on PostgreSQL, from one barrier: nothing is done twice, nothing is lost, nobody meets a deadlock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from coop.accounting import service as accounting
from coop.books import service as books
from coop.books.models import PayableRow
from coop.governance import service as governance
from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.errors import CoopError, LedgerError
from coop.kernel.unit import look, owner_session, unit
from coop.points import service as points
from coop.procurement import service as procurement
from coop.settlement import service as settlement
from coop.splitting import service as splitting
from coop.splitting.models import AllocationRow, AnsweredVia, SplitRow
from coop.splitting.rules import Policy
from ledger.balances import sums_from_postings, sums_stored
from ledger.tables import BookRow, VoucherRow
from ledger.voucher import Voucher, credit, debit
from tests.conftest import Server, Village, fresh_postgres, settings_for
from tests.orders.trade import accepted, file_capacities
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

    assert refused(at_once(*(lambda n=n: weigh(n) for n in range(AT_ONCE)))) == 3
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
    acts += [lambda n=n: trade.weigh(f"H000{1 + n % 2}", ("A", 5 * KG), key=f"k{n}") for n in range(6)]
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

    assert refused(at_once(*[stamp] * AT_ONCE)) == 0
    assert refused(at_once(*[review] * AT_ONCE)) == 0
    assert breaches() == {}


def test_a_split_is_proposed_changed_and_settled_at_once(village: Village, buyer: Actor) -> None:
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

    refused(at_once(propose, publish, *(lambda s=s: change(s, 100_000) for s in shares), propose, publish))

    def answer(share: int) -> None:
        with unit(manager) as work:
            splitting.answer(work, share, yes=True, via=AnsweredVia.paper)

    def confirm() -> None:
        with unit(manager) as work:
            splitting.confirm_split(work, split)

    refused(at_once(confirm, *(lambda s=s: answer(s) for s in shares), confirm, propose))
    assert breaches() == {}


def test_two_orders_do_not_promise_the_same_bags(village: Village, buyer: Actor) -> None:
    file_capacities(village, {"H0001": 8_000, "H0002": 8_000})  # 840 kg each; each order asks for 1,200
    lines = [accepted(village, buyer)[1] for _ in range(4)]

    def propose(line: int) -> None:
        with unit(village.actor(Role.manager)) as work:
            splitting.propose_split(work, line, policy=Policy.equal, lot_g=10_000)

    refused(at_once(*(lambda n=n: propose(n) for n in lines)))
    with owner_session() as session:
        rows = session.execute(
            select(AllocationRow.household_id, func.sum(AllocationRow.decided_g)).group_by(
                AllocationRow.household_id
            )
        )
        assert max(int(total) for _, total in rows) <= 840_000


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
    steps.earn(charter, clock, "H0001", "A01")
    had = steps.balance(charter, "H0001")
    with look(charter.actor()) as view:
        from coop.points.models import GoodsRow

        price = view.session.scalars(select(GoodsRow.points).where(GoodsRow.code == "SOAP")).one()
    ends = at_once(*[lambda: steps.redeem(charter, "H0001", "SOAP")] * AT_ONCE)
    fit = min(AT_ONCE, had // price)
    assert refused(ends) == AT_ONCE - fit
    assert steps.balance(charter, "H0001") == had - fit * price
    assert steps.breaches() == []


@pytest.mark.parametrize("round_", range(3))
def test_points_are_granted_while_others_are_spent(charter: Village, clock: ToldClock, round_: int) -> None:
    """Granting to many households and spending by the same ones lock accounts and books in one order."""
    homes = [f"H{n:04d}" for n in range(1, 9)]
    for home in homes[:2]:
        steps.earn(charter, clock, home, "A01")
    claims = [steps.propose(charter, home, "A02", clock.day) for home in homes]
    steps.score(charter, *claims)
    with unit(charter.actor(Role.supervisor, user=steps.CHAIR)) as work:
        points.publish(work, claims)
    clock.day += timedelta(days=7)

    def finalise(chosen: list[int]) -> None:
        with unit(charter.actor(Role.supervisor, user=steps.CHAIR)) as work:
            points.finalise(work, chosen)

    def expire() -> None:
        with unit(charter.actor(Role.manager)) as work:
            points.expire(work, clock.day - timedelta(days=30))

    spend = [lambda home=home: steps.redeem(charter, home, "SOAP") for home in homes]
    ends = at_once(lambda: finalise(claims), expire, *spend, lambda: finalise(claims))
    refused(ends)
    assert steps.breaches() == []
    assert ends[0] is None or ends[-1] is None


def test_nothing_slips_into_a_month_that_closes(village: Village, clock: ToldClock) -> None:
    """A voucher is in the month before it closes, and stamped then; or it is refused."""

    def post(n: int) -> None:
        with unit(village.actor(Role.accountant, user=n + 10)) as work:
            money = (debit("102", 100), credit("301", 100))
            books.post(work, village.rceo, Voucher(date(2025, 1, 2), "x", money, f"x:{n}"))

    def close() -> None:
        with unit(village.actor(Role.accountant)) as work:
            accounting.close_month(work, village.rceo, 2025, 1)

    ends = at_once(close, *(lambda n=n: post(n) for n in range(AT_ONCE)))
    refused(ends)
    if ends[0] is None:
        assert refused(ends) == AT_ONCE  # it closed first: nothing was posted
