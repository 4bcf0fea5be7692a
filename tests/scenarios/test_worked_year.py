"""The worked year of a collective (`rceo_2023`), entered voucher by voucher through the public services, on both back ends.

Published figures: net income 180,000.00 yuan, distributable 192,400.00, reserve 63,000.00, to members 116,000.00, closing
undistributed 13,400.00. The village has 612 members of one share each in 245 households. What the worked year leaves open
(how its sums came to be, and the balance sheet) is chosen here, so that every row of every form has one right figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from coop.accounting import service as accounting
from coop.accounting.queries.reports import StatementSet, statement_set
from coop.accounting.rules import DraftLine
from coop.books import queries as books_queries
from coop.books import service as books
from coop.dividends import queries as dividend_queries
from coop.dividends.models import PlanState
from coop.dividends.rules import Parameters, Tranche
from coop.governance import service as governance
from coop.governance.service import Body
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.db import Database
from coop.kernel.registries import invariants
from coop.kernel.unit import Unit, look, owner_session, unit
from coop.points import service as points
from coop.policy import service as policy
from coop.settlement import postings as settlement
from ledger.balances import balance, trial_balance
from ledger.beancount import export_book, read_text
from ledger.chart import Standard, chart_of
from ledger.layout import ColumnId
from ledger.money import apportion
from ledger.tables import VoucherRow
from ledger.voucher import Voucher
from tests.conftest import YEAR, Village, make_village
from tests.dividends.year import ACCOUNTANT, CHECKER, SUPERVISOR, Year, pay
from tests.scenarios.worked_year import EQUITY, INCOME, MONTHLY, OPENING, QUARTERLY, SHEET, SOMETIMES

RCEO = chart_of(Standard.rceo_2023)
YUAN = 100
HOMES, SHARES = 245, 612
CLERK, GRID, CHAIR = 21, 22, 23
REWARDED, TISSUES = 80, 15  # households that spend points in the shop, and the points of what they take there


@pytest.fixture
def village(db: Database) -> Village:
    """245 households of one to four members: 612 shares, as the worked year has them."""
    return make_village(households=HOMES)


@contextmanager
def acting(village: Village, role: Role, user: int) -> Iterator[Unit]:
    with unit(village.actor(role, user=user)) as work:
        yield work


def by_hand(village: Village, day: date, entries: Iterable[tuple[str, str, str, int]]) -> None:
    """制单 by the accountant, 审核 and 记账 by the checker."""
    with acting(village, Role.accountant, ACCOUNTANT) as work:
        drafts = [
            accounting.draft(
                work, village.rceo, day=day, summary=summary, attachments=1,
                lines=(DraftLine(left, debit_fen=yuan * YUAN), DraftLine(right, credit_fen=yuan * YUAN)),
            ).id
            for summary, left, right, yuan in entries
        ]  # fmt: skip
    with acting(village, Role.checker, CHECKER) as work:
        for draft in drafts:
            accounting.approve(work, draft)


def by_document(village: Village, *vouchers: Voucher) -> None:
    with acting(village, Role.manager, 5) as work:
        books.post_all(work, village.rceo, vouchers)


def month(village: Village, number: int) -> None:
    """What happens in a month."""
    day = date(YEAR, number, 20)
    by_hand(village, date(YEAR, number, 2), SOMETIMES.get(number, ()))
    by_hand(village, day, MONTHLY)
    if number % 3 == 0:
        by_hand(village, day, QUARTERLY)
    if number > 1:
        by_hand(village, date(YEAR, number, 5), (("发放上月报酬", "212", "102", 3_000),))
    paid = settlement.payment(
        RCEO, payment_id=number, number=f"FK-{YEAR}-{number:04d}", day=day, buyer="QLSZ", amount_fen=105_000 * YUAN
    )  # fmt: skip
    by_document(village, paid)


def grant(village: Village) -> None:
    """50,000 yuan of earmarked money, 30,000 of it built into an asset."""
    with acting(village, Role.accountant, ACCOUNTANT) as work:
        received = policy.receive_grant(
            work, entity_id=village.rceo, project="GY", name="烘干房项目", name_en="drying house",
            document="留财农〔2025〕8号", amount_fen=50_000 * YUAN, day=date(YEAR, 4, 10),
        )  # fmt: skip
        policy.spend_grant(
            work, received.id, amount_fen=30_000 * YUAN, day=date(YEAR, 5, 10), account="151:GY", purpose="烘干房",
            purpose_en="drying house", on_asset=True,
        )  # fmt: skip


def shop(village: Village, clock: ToldClock) -> None:
    """8,000 yuan of goods bought for the shop and given out for points, from claim to counter."""
    homes = [f"H{n:04d}" for n in range(1, REWARDED + 1)]
    with acting(village, Role.manager, 5) as work:
        points.adopt_items(work)
    with acting(village, Role.accountant, ACCOUNTANT) as work:
        points.buy_goods(work, goods="TISSUE", count=REWARDED, cost_fen=8_000 * YUAN, day=clock.day)
    with acting(village, Role.clerk, CLERK) as work:
        claims = [
            points.propose(work, household=home, item="S03", day=clock.day, evidence="院坝会记录").id
            for home in homes
        ]
    with acting(village, Role.clerk, GRID) as work:
        points.check_all(work, claims)
    with acting(village, Role.supervisor, CHAIR) as work:
        points.score(work, claims)
        points.publish(work, claims)
    clock.day += timedelta(days=7)
    with acting(village, Role.supervisor, CHAIR) as work:
        points.finalise(work, claims)
    with acting(village, Role.clerk, CLERK) as work:
        for home in homes:
            points.redeem(work, household=home, goods="TISSUE", count=1, second_id=GRID)


def close_months(village: Village) -> None:
    """The committee stamps day by day what documents posted, then the accountant closes month by month."""
    with acting(village, Role.supervisor, SUPERVISOR) as work:
        for day in work.session.scalars(
            select(VoucherRow.day).where(VoucherRow.entity_id == village.rceo).distinct()
        ):
            governance.stamp_day(work, village.rceo, day)
    with acting(village, Role.accountant, ACCOUNTANT) as work:
        for number in range(1, 13):
            accounting.close_month(work, village.rceo, YEAR, number)


def distribute(year: Year) -> int:
    """The plan with its points bonus: drafted, reviewed, ten days on the board, voted, posted in the 13th period."""
    village = year.village
    charter = Parameters(Fraction(35, 100), to_members_fen=116_000 * YUAN, bonus_pool_fen=10_000 * YUAN)
    plan = year.draft(village.rceo, charter)
    year.review(plan)
    year.publish(plan)
    meeting = year.meet(village.rceo, body=Body.rceo_assembly, days=10)
    assert year.vote(plan, meeting, 600)
    assert year.post(plan) is PlanState.posted
    return plan


def figures(made: StatementSet, form: str) -> dict[str, tuple[int, ...]]:
    """Every row of figures of a form: its cells that hold one, in fen."""
    statement = next(statement for statement in made.statements if statement.form == form)
    rows = {
        row.row: tuple(0 if cell is None else cell for cell in row.amounts_fen)
        for row in statement.rows
        if any(cell is not None for cell in row.amounts_fen)
    }
    if form == "income_distribution":
        column = statement.column_ids.index(ColumnId.this_year)
        return {row: (cells[column],) for row, cells in rows.items()}
    return rows


def fen(*yuan: int) -> tuple[int, ...]:
    return tuple(each * YUAN for each in yuan)


def check_statements(village: Village) -> None:
    with look(village.actor()) as seen:
        made = statement_set(seen.session, "TYP-RCEO", YEAR)
        book = books_queries.book_of(seen.session, village.rceo).id
        assert balance(seen.session, book, "322:02", year=YEAR) == -13_400 * YUAN
        assert (
            balance(seen.session, book, "322:01", year=YEAR)
            == balance(seen.session, book, "321", year=YEAR)
            == 0
        )
    assert made.mismatches == ()
    assert figures(made, "income_distribution") == {row: fen(yuan) for row, yuan in INCOME.items()}
    sheet = figures(made, "balance_sheet")
    assert SHEET.keys() <= sheet.keys()
    assert sheet == {row: fen(*SHEET.get(row, (0, 0))) for row in sheet}
    assert figures(made, "equity_changes") == {row: fen(*yuan) for row, yuan in EQUITY.items()}


def check_households(village: Village) -> None:
    """116,000.00 over 612 shares, household by household: 189.54 and a bit a share, and not a fen lost."""
    shares = {f"H{n:04d}": 1 + n % 4 for n in range(1, HOMES + 1)}
    assert sum(shares.values()) == SHARES
    expected = apportion(116_000 * YUAN, shares)
    assert sum(expected.values()) == 116_000 * YUAN
    given: Counter[str] = Counter()
    with look(village.actor()) as seen:
        for home in shares:
            for line in dividend_queries.household_lines(seen.session, home):
                if line.tranche is Tranche.dividend:
                    given[home] += line.fen
        credited = {
            line.account.rpartition(":")[2]: -line.closing
            for line in trial_balance(
                seen.session, books_queries.book_of(seen.session, village.rceo).id, year=YEAR
            )
            if line.account.startswith("113:H")
        }
    assert given == expected
    bonus = {f"H{n:04d}": 12_500 for n in range(1, REWARDED + 1)}
    owed = {home: expected[home] + bonus.get(home, 0) for home in shares}
    assert credited == {**owed, "H0001": owed["H0001"] + 5_000 * YUAN}
    assert all(18_954 * count <= expected[home] <= 18_954 * count + count for home, count in shares.items())


def check_proof(village: Village) -> None:
    """Every invariant of the whole product, and beancount reading the same balances from our export."""
    with owner_session() as session:
        assert {name: found for name, check in invariants.items() if (found := check(session))} == {}
        book = books_queries.book_of(session, village.rceo).id
        for year in (YEAR, YEAR + 1):
            reading = read_text(export_book(session, book, year))
            assert reading.errors == ()
            ours = {
                (line.account, line.commodity): line.closing
                for line in trial_balance(session, book, year=year)
            }
            assert {key: amount for key, amount in reading.balances.items() if amount} == {
                key: amount for key, amount in ours.items() if amount
            }


@pytest.mark.parametrize(
    ("settings", "carried"),
    [("sqlite", False), ("sqlite", True), ("postgres", False)],
    indirect=["settings"],
    ids=["sqlite", "sqlite_result_carried_first", "postgres"],
)
def test_the_worked_year(village: Village, clock: ToldClock, carried: bool) -> None:
    with acting(village, Role.accountant, ACCOUNTANT) as work:
        accounting.opening(work, village.rceo, YEAR, {path: yuan * YUAN for path, yuan in OPENING.items()})
    for number in range(1, 13):
        month(village, number)
    clock.day = date(YEAR, 12, 8)
    grant(village)
    shop(village, clock)
    close_months(village)
    clock.day = date(YEAR + 1, 1, 10)
    if carried:  # the accountant carries the result over first; the bonus then follows by itself
        with acting(village, Role.accountant, ACCOUNTANT) as work:
            assert len(accounting.transfer_result(work, village.rceo, YEAR, "JY-0")) == 3
    year = Year(village, clock)
    plan = distribute(year)
    check_statements(village)
    check_households(village)
    year.close(plan)
    check_statements(village)
    pay(year, plan, village.rceo, 126_000 * YUAN)
    with look(village.actor()) as seen:
        owed = balance(seen.session, books_queries.book_of(seen.session, village.rceo).id, "113")
    assert owed == -5_000 * YUAN
    check_statements(village)
    check_proof(village)
