"""A village at its year's end, and the steps of its distribution, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import select

from coop.books import queries as books_queries
from coop.books import service as books
from coop.books.models import PayableKind
from coop.dividends import service as dividends
from coop.dividends.models import PlanState
from coop.dividends.rules import Parameters
from coop.governance import queries as meetings
from coop.governance import service as governance
from coop.governance.service import Body
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.registries import invariants
from coop.kernel.unit import look, owner_session, unit
from coop.parties.models import HouseholdRow
from ledger import periods
from ledger.balances import balance
from ledger.tables import VoucherRow
from ledger.voucher import Posting, Voucher, VoucherKind, credit, debit
from tests.conftest import Village

ACCOUNTANT, SUPERVISOR, CHECKER, MANAGER = 11, 12, 13, 14
RCEO = Parameters(Fraction(35, 100), to_members_fen=9_000_000)
COOP = Parameters(Fraction(10, 100))


def post(
    village: Village, entity: int, source: str, *postings: Posting, day: date = date(2025, 6, 1)
) -> VoucherRow:
    with unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        return books.post(work, entity, Voucher(day, "测试业务", postings, source))


def close_months(village: Village, entity: int, upto: int = 12) -> None:
    """What the accountant's desk does month by month; here only the ledger's part of it."""
    with unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        book = books_queries.book_of(work.session, entity)
        for month in range(1, upto + 1):
            periods.close_period(work.session, book.id, 2025, month, by_id=ACCOUNTANT, at=work.now)


def sell(village: Village, household: str, fen: int) -> int:
    """Produce of a household, as a weigh ticket would post it in the cooperative's book."""
    source = f"receipt:{household}:{fen}"
    row = post(village, village.coop, source, debit("128:XG", fen), credit(f"114:{household}", fen))
    with unit(village.actor(Role.clerk, user=15)) as work:
        home = work.session.scalars(select(HouseholdRow.id).where(HouseholdRow.number == household)).one()
        books.add_payable(
            work,
            entity_id=village.coop,
            voucher=row,
            line=2,
            household_id=home,
            kind=PayableKind.produce,
            source=source,
            amount_fen=fen,
            day=date(2025, 6, 1),
        )
    return row.id


@dataclass(frozen=True, slots=True)
class Year:
    """A village whose year is closed, with 180,000 yuan net in the RCEO and 27,625.32 in the cooperative."""

    village: Village
    clock: ToldClock

    def draft(self, entity: int, parameters: Parameters) -> int:
        with unit(self.village.actor(Role.accountant, user=ACCOUNTANT)) as work:
            return dividends.draft_plan(work, entity, 2025, parameters).id

    def review(self, plan: int) -> None:
        with unit(self.village.actor(Role.supervisor, user=SUPERVISOR)) as work:
            dividends.review(work, plan)

    def publish(self, plan: int) -> None:
        with unit(self.village.actor(Role.manager, user=MANAGER)) as work:
            dividends.publish(work, plan)

    def meet(self, entity: int, *, body: Body, days: int, come: int | None = None) -> int:
        """Call the assembly that many days ahead; everybody of age comes, or the first `come`."""
        with unit(self.village.actor(Role.manager, user=MANAGER)) as work:
            meeting = governance.call_meeting(
                work,
                body=body,
                day=work.today + timedelta(days=days),
                agenda="年度分配方案",
                agenda_en="distribution",
                entity_id=entity,
            ).id
            roll = [m.id for m in meetings.roll(work.session, body, entity, work.today) if m.capable]
        self.clock.day += timedelta(days=days)
        with unit(self.village.actor(Role.clerk, user=15)) as work:
            governance.attend(work, meeting, roll[:come])
        return meeting

    def vote(self, plan: int, meeting: int, votes: int) -> bool:
        with unit(self.village.actor(Role.manager, user=MANAGER)) as work:
            return dividends.resolve(work, plan, meeting, votes_for=votes).passed

    def resolved(self, entity: int, parameters: Parameters) -> int:
        """All the way to a resolution."""
        plan = self.draft(entity, parameters)
        self.review(plan)
        self.publish(plan)
        rceo = entity == self.village.rceo
        meeting = self.meet(
            entity, body=Body.rceo_assembly if rceo else Body.coop_assembly, days=10 if rceo else 15
        )
        assert self.vote(plan, meeting, 60 if rceo else 20)
        return plan

    def post(self, plan: int) -> PlanState:
        with unit(self.village.actor(Role.accountant, user=ACCOUNTANT)) as work:
            return PlanState(dividends.post_plan(work, plan).state)

    def close(self, plan: int) -> None:
        with unit(self.village.actor(Role.accountant, user=ACCOUNTANT)) as work:
            dividends.close_books(work, plan)


def opening(village: Village) -> None:
    with unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        for entity, lines in (
            (
                village.rceo,
                (debit("102", 101_240_000), credit("301", 100_000_000), credit("322:02", 1_240_000)),
            ),
            (
                village.coop,
                (
                    debit("102", 63_600_000),
                    credit("301", 3_000_000),
                    credit("311", 60_000_000),
                    credit("322", 100_000),
                    credit("332:02", 500_000),
                ),
            ),
        ):
            books.post(
                work,
                entity,
                Voucher(date(2025, 1, 1), "期初", lines, f"opening:{entity}", kind=VoucherKind.opening),
            )


def booked(village: Village, entity: int, account: str) -> int:
    with look(village.actor()) as seen:
        return balance(seen.session, books_queries.book_of(seen.session, entity).id, account)


def breaches() -> list[str]:
    with owner_session() as session:
        return [
            f"{key}: {text}"
            for key, check in invariants.items()
            if key in ("D1", "D2", "P1", "P2", "L2", "L3", "L6", "L7", "L8", "T3")
            for text in check(session)
        ]


def pay(year: Year, plan: int, entity: int, expected: int) -> None:
    village = year.village
    with unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        books.open_year(work, entity, 2026)
        batch = dividends.propose_pay(work, plan, year.clock.day)
        assert batch.total_fen == expected
    with unit(village.actor(Role.checker, user=CHECKER)) as work:
        books.approve_batch(work, batch.id)
    with unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        books.pay_batch(work, batch.id, year.clock.day, "银行回单1")
