"""A year's distribution from draft to bank batch, on both back ends."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, text

from coop.books import queries as books_queries
from coop.books import service as books
from coop.dividends import checks, queries
from coop.dividends import rules as dividend_rules
from coop.dividends import service as dividends
from coop.dividends.models import PlanLineRow, PlanRow, PlanState
from coop.dividends.rules import Parameters, Tranche
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.unit import look, owner_session, unit
from coop.parties.models import EntityRow
from coop.points import service as points
from ledger.errors import LedgerError
from ledger.tables import VoucherRow
from ledger.voucher import credit, debit
from tests.conftest import Village
from tests.dividends.year import (
    ACCOUNTANT,
    CHECKER,
    COOP,
    MANAGER,
    RCEO,
    SUPERVISOR,
    Year,
    booked,
    breaches,
    pay,
    post,
)


def test_a_collective_from_draft_to_bank(year: Year) -> None:
    village = year.village
    plan = year.resolved(village.rceo, RCEO)
    assert year.post(plan) is PlanState.posted
    assert booked(village, village.rceo, "322:01") == booked(village, village.rceo, "321") == 0
    assert booked(village, village.rceo, "322:02") == -(18_000_000 + 1_240_000 - 6_300_000 - 9_000_000)
    assert booked(village, village.rceo, "311") == -6_300_000
    assert booked(village, village.rceo, "113") == -9_000_000
    with look(village.actor()) as seen:
        totals = queries.year_totals(seen.session, village.rceo, 2025)
        assert (totals.net_income_fen, totals.reserve_fen, totals.dividend_fen) == (
            18_000_000,
            6_300_000,
            9_000_000,
        )
        page = queries.plan_page(seen.session, plan)
        vouchers = [seen.session.get_one(VoucherRow, key) for key in page.vouchers]
        assert {(v.period, v.day, v.year) for v in vouchers} == {(13, date(2025, 12, 31), 2025)}
        assert {v.resolution for v in vouchers} == {page.gates.resolution} == {"JY-2026-0001"}
        assert all(check.ok for check in page.checks)
        [mine] = queries.household_lines(seen.session, "H0004")
        assert (mine.tranche, mine.key, mine.paid_fen) == (Tranche.dividend, "1 股", 0)
        assert mine.working.startswith("你家 1 股 ÷ 全村 75 股 × 可分 90,000.00 元 = 1,200.00 元")
        assert "your 1 share ÷ the village's 75 shares × 90,000.00 yuan" in mine.working_en
    assert breaches() == []
    year.close(plan)
    pay(year, plan, village.rceo, 9_000_000)
    assert booked(village, village.rceo, "113") == 0
    assert breaches() == []


def test_a_cooperative_from_draft_to_bank(year: Year) -> None:
    village = year.village
    plan = year.resolved(village.coop, COOP)
    year.post(plan)
    with look(village.actor()) as seen:
        row = seen.session.get_one(PlanRow, plan)
        assert (row.legal_base_fen, row.legal_floor_fen) == (2_762_532, 1_657_520)
        assert (row.statement_base_fen, row.statement_floor_fen) == (3_262_532, 1_957_520)
        assert row.refund_fen == 1_957_520
        totals = queries.year_totals(seen.session, village.coop, 2025)
        assert (totals.net_income_fen, totals.reserve_fen, totals.dividend_fen) == (
            3_069_480,
            306_948,
            3_262_532,
        )
        lines = queries.household_lines(seen.session, "H0001")
        assert {line.tranche for line in lines} == {Tranche.refund, Tranche.residual, Tranche.quantified}
        assert all(line.payable_id is None for line in lines if line.tranche is Tranche.quantified)
    assert booked(village, village.coop, "221") == -1_957_520
    assert booked(village, village.coop, "222") == -1_305_012
    assert booked(village, village.coop, "332") == 0
    assert breaches() == []
    year.close(plan)
    pay(year, plan, village.coop, 3_262_532)
    assert breaches() == []


def test_sales_count_net_of_reversals(year: Year) -> None:
    village = year.village
    with look(village.actor()) as seen:
        sold = queries.member_sales(seen.session, village.coop, 2025)
        voucher = books_queries.vouchers_of_source(seen.session, "receipt:H0001:1012345")[0].id
        assert (sold["H0001"], sold["H0010"], "H0011" in sold) == (1_012_345, 1_123_450, False)
    year.clock.day = date(2026, 1, 10)
    with unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        books.open_year(work, village.coop, 2026)
    with unit(village.actor(Role.checker, user=CHECKER)) as work:
        books.reverse(work, voucher, day=date(2026, 1, 10), reason="错单", maker_id=15)
    with look(village.actor()) as seen:
        assert "H0001" not in queries.member_sales(seen.session, village.coop, 2025)


def test_points_bonus_is_charged_before_the_result(year: Year) -> None:
    village, clock = year.village, year.clock
    with unit(village.actor(Role.manager, user=MANAGER)) as work:
        points.adopt_items(work)
        ids = [
            points.propose(work, household=home, item=item, day=date(2025, 11, 1), evidence="见证").id
            for home, item in (("H0001", "S03"), ("H0002", "S04"), ("H0003", "Q06"))
        ]
    with unit(village.actor(Role.clerk, user=15)) as work:
        for claim in ids:
            points.check(work, claim)
    with unit(village.actor(Role.supervisor, user=SUPERVISOR)) as work:
        points.score(work, ids)
        points.publish(work, ids)
    clock.day += timedelta(days=7)
    with unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        books.open_year(work, village.rceo, 2026)
    with unit(village.actor(Role.supervisor, user=SUPERVISOR)) as work:
        points.finalise(work, ids)
    charter = Parameters(Fraction(35, 100), to_members_fen=9_000_000, bonus_pool_fen=1_000_000)
    plan = year.resolved(village.rceo, charter)
    year.post(plan)
    assert booked(village, village.rceo, "113:H0001") < booked(village, village.rceo, "113:H0005")
    with look(village.actor()) as seen:
        totals = queries.year_totals(seen.session, village.rceo, 2025)
        assert (totals.net_income_fen, totals.reserve_fen, totals.dividend_fen) == (
            17_000_000,
            5_950_000,
            9_000_000,
        )
        lines = {line.tranche: line for line in queries.household_lines(seen.session, "H0001")}
        assert lines[Tranche.bonus].fen == 666_667
        assert lines[Tranche.bonus].working.startswith(
            "你家全年 120 分减基础 100 分得 20 分，20 分 ÷ 全村 30 分"
        )
        assert queries.plan_page(seen.session, plan).head.bonus_fen == 1_000_000
    assert breaches() == []


def test_posting_twice_posts_once(year: Year) -> None:
    plan = year.resolved(year.village.rceo, RCEO)
    year.post(plan)
    with look(year.village.actor()) as seen:
        before = len(seen.session.scalars(select(VoucherRow.id)).all())
    assert year.post(plan) is PlanState.posted
    with look(year.village.actor()) as seen:
        assert len(seen.session.scalars(select(VoucherRow.id)).all()) == before
    with pytest.raises(dividends.AlreadyPostedError):
        year.draft(year.village.rceo, COOP)


def test_nothing_to_distribute_is_no_plan(village: Village, clock: ToldClock) -> None:
    post(village, village.rceo, "loss:1", debit("513:03", 10), credit("211:X", 10))
    with pytest.raises(dividend_rules.NothingToDistributeError):
        Year(village, clock).draft(village.rceo, Parameters())


def test_a_held_line_waits_and_the_year_must_be_closed(year: Year) -> None:
    village = year.village
    plan = year.resolved(village.rceo, RCEO)
    year.post(plan)
    with unit(village.actor(Role.supervisor, user=SUPERVISOR)) as work:
        line = work.session.scalars(select(PlanLineRow).order_by(PlanLineRow.id)).first()
        assert line is not None
        dividends.hold_line(work, line.id, "股数有异议")
        held, fen = line.id, line.fen
    with pytest.raises(dividends.PlanNotReadyError), unit(village.actor(Role.accountant)) as work:
        dividends.propose_pay(work, plan, year.clock.day)
    with pytest.raises(dividends.YearError), unit(village.actor(Role.accountant)) as work:
        dividends.propose_pay(work, plan, date(2025, 12, 31))
    year.close(plan)
    with pytest.raises(LedgerError):
        year.close(plan)
    pay(year, plan, village.rceo, 9_000_000 - fen)
    with unit(village.actor(Role.supervisor, user=SUPERVISOR)) as work:
        dividends.release_line(work, held, "经核实股数无误")
    with unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        assert dividends.propose_pay(work, plan, year.clock.day).total_fen == fen


def test_next_year_knows_this_years_quantified_reserve(year: Year) -> None:
    village = year.village
    plan = year.resolved(village.coop, COOP)
    year.post(plan)
    year.close(plan)
    with unit(village.actor(Role.accountant, user=ACCOUNTANT)) as work:
        books.open_year(work, village.coop, 2026)
    post(
        village,
        village.coop,
        "sale:2",
        debit("102", 900_000),
        credit("501:01", 900_000),
        day=date(2026, 1, 20),
    )
    with look(village.actor()) as seen:
        inputs = queries.gather(seen.session, seen.session.get_one(EntityRow, village.coop), 2026, COOP)
        assert isinstance(inputs, dividend_rules.CoopInputs)
        assert sum(inputs.quantified.values()) == 100_000 + 306_948 == inputs.reserve_balance_fen
        assert inputs.quantified["H0001"] > inputs.quantified["H0011"] > 0, (
            "by sales, and the old reserve by contribution"
        )
        assert inputs.opening_fen == 0


def test_the_register_check_finds_shares_held_twice_and_moved_afterwards(year: Year) -> None:
    village = year.village
    plan = year.resolved(village.rceo, RCEO)
    year.post(plan)
    with owner_session(write=True) as session:
        session.execute(text("UPDATE holding SET amount = 3 WHERE id = 1 AND kind = 'share'"))
    with owner_session() as session:
        [found] = checks.check_register(session)
        assert "the register has 77, difference -2" in found
    with owner_session(write=True) as session:
        session.execute(text("UPDATE holding SET amount = 1 WHERE id = 1"))
        session.execute(
            text(
                "INSERT INTO holding (tenant_id, entity_id, member_id, kind, amount, since) "
                "SELECT tenant_id, entity_id, member_id, kind, amount, '2026-01-01' FROM holding "
                "WHERE id = 1"
            )
        )
    with owner_session() as session:
        [found] = checks.check_register(session)
        assert found.startswith(f"tenant {village.tenant}: member")
        assert "twice on 2026-01-01" in found
