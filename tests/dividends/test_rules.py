"""The golden year, the laws' floors, and properties of both distributions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.dividends import postings, rules
from coop.dividends.rules import CoopInputs, Parameters, RceoInputs, Tranche
from ledger.balance_line import BalanceLine, after
from ledger.chart import chart_of
from ledger.closing import net_result, result_vouchers

RATE = Fraction(35, 100)


def golden_shares() -> dict[str, int]:
    """612 shares over 186 households: 54 of four, 132 of three."""
    shares = {f"H{n:04d}": 4 if n <= 54 else 3 for n in range(1, 187)}
    assert sum(shares.values()) == 612
    return shares


def golden(**changes: object) -> RceoInputs:
    charter = Parameters(RATE, to_members_fen=11_600_000)
    return replace(RceoInputs(2025, 18_000_000, 1_240_000, 0, golden_shares(), parameters=charter), **changes)  # type: ignore[arg-type]


def fen_of(plan: rules.Plan, tranche: Tranche) -> dict[str, int]:
    return {line.household: line.fen for line in plan.lines if line.tranche is tranche}


def test_the_golden_year() -> None:
    plan = rules.compute(golden())
    pool = plan.pool
    assert (pool.reserve_fen, pool.distributable_fen, pool.undistributed_fen) == (
        6_300_000,
        19_240_000,
        1_340_000,
    )
    got = fen_of(plan, Tranche.dividend)
    assert sum(got.values()) == 11_600_000
    # 4 shares are 758.16993… yuan, 3 are 568.62745…: the largest remainders go to households of four.
    assert {got[f"H{n:04d}"] for n in range(1, 55)} == {75_817}
    assert sorted({got[f"H{n:04d}"] for n in range(55, 187)}) == [56_862, 56_863]
    extra = [home for home, fen in got.items() if fen == 56_863]
    assert extra == [f"H{n:04d}" for n in range(55, 55 + len(extra))], "ties by household number"
    line = plan.lines[0]
    assert line.working == (
        "你家 4 股 ÷ 全村 612 股 × 可分 116,000.00 元 = 758.1699… 元，零头较大，进 1 分，得 758.17 元"
    )


def test_the_waterfall_adds_up() -> None:
    for plan in (rules.compute(golden()), rules.compute(cooperative())):
        steps = rules.waterfall(plan)
        assert (
            sum(step.fen for step in steps if not step.total) == plan.pool.undistributed_fen == steps[-1].fen
        )
        assert all(step.article and step.article_en and step.text_en for step in steps)


def test_losses_come_first_and_block() -> None:
    plan = rules.compute(golden(opening_fen=-2_000_000, parameters=Parameters(RATE)))
    pool = plan.pool
    assert (pool.loss_makeup_fen, pool.reserve_fen) == (2_000_000, 5_600_000)
    assert pool.dividend_fen == pool.limit_fen == 10_400_000
    with pytest.raises(rules.NothingToDistributeError):
        rules.compute(golden(opening_fen=-18_000_000, parameters=Parameters(RATE)))
    with pytest.raises(rules.NothingToDistributeError):
        rules.compute(golden(net_fen=-1, opening_fen=0))


def test_the_reserve_may_cover_an_old_loss() -> None:
    plan = rules.compute(
        golden(
            opening_fen=-2_000_000,
            reserve_balance_fen=1_500_000,
            parameters=Parameters(RATE, cover_loss_fen=1_500_000),
        )
    )
    assert (plan.pool.loss_makeup_fen, plan.pool.cover_fen) == (500_000, 1_500_000)
    assert plan.pool.reserve_fen == 6_125_000
    with pytest.raises(rules.CoverError):
        rules.compute(golden(opening_fen=-2_000_000, parameters=Parameters(RATE, cover_loss_fen=1)))


def test_more_than_there_is_is_refused() -> None:
    with pytest.raises(rules.OverLimitError) as caught:
        rules.compute(golden(parameters=Parameters(RATE, to_members_fen=12_940_001)))
    assert (caught.value.limit, caught.value.found) == (12_940_000, 12_940_001)


def test_nobody_to_share_is_refused() -> None:
    with pytest.raises(rules.NoKeysError):
        rules.compute(golden(shares={"H0001": 0}))


def scored(on: bool = True, barred: frozenset[str] = frozenset()) -> RceoInputs:
    charter = Parameters(RATE, bonus_pool_fen=1_000_000, bonus_on=on)
    scores = {"H0001": 126, "H0002": 95, "H0003": 113}
    return golden(scores=scores, barred=barred, parameters=charter)


def test_the_points_bonus_is_a_cost_and_never_moves_share_dividends() -> None:
    with_points, without = rules.compute(scored()), rules.compute(scored(on=False))
    assert fen_of(with_points, Tranche.bonus) == {"H0001": 666_667, "H0002": 0, "H0003": 333_333}
    assert with_points.pool.net_fen == 17_000_000
    assert without.pool.bonus_fen == 0
    assert fen_of(with_points, Tranche.dividend) == fen_of(without, Tranche.dividend)
    assert without.pool.undistributed_fen == with_points.pool.undistributed_fen + 650_000, "the budget stays"


def test_a_veto_bars_from_the_bonus_alone() -> None:
    plan = rules.compute(scored(barred=frozenset({"H0001"})))
    assert fen_of(plan, Tranche.bonus) == {"H0001": 0, "H0002": 0, "H0003": 1_000_000}
    assert fen_of(plan, Tranche.dividend) == fen_of(rules.compute(scored()), Tranche.dividend)
    nobody = rules.compute(scored(barred=frozenset({"H0001", "H0003"})))
    assert nobody.pool.bonus_fen == 0


def cooperative(**changes: object) -> CoopInputs:
    base = CoopInputs(
        year=2025,
        net_fen=3_069_480,
        opening_fen=500_000,
        reserve_balance_fen=100_000,
        grant_fen=60_000_000,
        transactions={"H0001": 1_200_000, "H0002": 800_000, "H0003": 0},
        contributions={"H0001": 100_000, "H0002": 100_000, "H0003": 300_000},
        members={"H0001": 1, "H0002": 1, "H0003": 1},
        quantified={"H0001": 60_000, "H0002": 40_000},
        parameters=Parameters(Fraction(10, 100)),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_both_floors_are_recorded_and_met() -> None:
    plan = rules.compute(cooperative())
    pool, floor = plan.pool, plan.pool.floor
    assert floor is not None
    assert pool.reserve_fen == 306_948
    assert (floor.legal_base, floor.legal_floor) == (2_762_532, 1_657_520)  # 1,657,519.2 rounded up
    assert (floor.statement_base, floor.statement_floor) == (3_262_532, 1_957_520)
    assert pool.refund_fen == 1_957_520
    assert fen_of(plan, Tranche.refund) == {"H0001": 1_174_512, "H0002": 783_008, "H0003": 0}


def test_the_residual_goes_by_contribution_reserve_share_and_equal_grants() -> None:
    plan = rules.compute(cooperative())
    residual = fen_of(plan, Tranche.residual)
    assert sum(residual.values()) == plan.pool.residual_fen == 3_262_532 - 1_957_520
    rights = {"H0001": 160_000 + 20_000_000, "H0002": 140_000 + 20_000_000, "H0003": 300_000 + 20_000_000}
    assert residual["H0003"] == round(
        plan.pool.residual_fen * Fraction(rights["H0003"], sum(rights.values()))
    )
    assert "你家出资 1,000.00 + 公积金份额 600.00 + 财政补助平均份额 200,000.00" in next(
        line.working for line in plan.lines if line.tranche is Tranche.residual
    )
    quantified = fen_of(plan, Tranche.quantified)
    assert sum(quantified.values()) == plan.pool.reserve_fen


def test_a_refund_below_the_law_is_refused() -> None:
    with pytest.raises(rules.BelowFloorError):
        rules.compute(cooperative(parameters=Parameters(refund_rate=Fraction(59, 100))))
    with pytest.raises(rules.OverLimitError):
        rules.compute(cooperative(parameters=Parameters(residual_fen=2_000_000)))
    with pytest.raises(rules.NoKeysError):
        rules.compute(cooperative(transactions={"H0001": 0}))


def test_the_digest_names_every_figure() -> None:
    inputs = golden()
    plan = rules.compute(inputs)
    digest = rules.digest("TYP-RCEO", inputs, plan)
    assert digest == rules.digest("TYP-RCEO", rules.inputs_from_json(rules.inputs_to_json(inputs)), plan)
    changed = golden(shares={**golden_shares(), "H0001": 5})
    assert rules.digest("TYP-RCEO", changed, rules.compute(changed)) != digest
    assert rules.digest("SBG-RCEO", inputs, plan) != digest


shares = st.dictionaries(
    st.from_regex(r"H\d{4}", fullmatch=True), st.integers(0, 50), min_size=1, max_size=40
).filter(lambda s: any(s.values()))
scores = st.dictionaries(st.from_regex(r"H\d{4}", fullmatch=True), st.integers(0, 300), max_size=20)
money = st.integers(1, 10**10)


years = st.tuples(money, st.integers(-(10**6), 10**6), st.integers(0, 100))


@given(shares, years, scores, st.integers(0, 10**6), st.booleans())
def test_rceo_properties(
    held: dict[str, int], year: tuple[int, int, int], points: dict[str, int], bonus: int, on: bool
) -> None:
    net, opening, rate = year
    charter = Parameters(Fraction(rate, 100), bonus_pool_fen=bonus, bonus_on=on)
    inputs = RceoInputs(2025, net, opening, 0, held, points, parameters=charter)
    try:
        plan = rules.compute(inputs)
    except rules.NothingToDistributeError:
        return
    got, pool = fen_of(plan, Tranche.dividend), plan.pool
    assert sum(got.values()) == pool.dividend_fen <= pool.limit_fen
    assert all(line.fen >= 0 for line in plan.lines)
    assert pool.undistributed_fen >= 0, "nothing is borrowed to pay"
    assert pool.net_fen + opening - pool.reserve_fen - pool.dividend_fen == pool.undistributed_fen
    steps = pairwise(sorted(held, key=lambda home: held[home]))
    assert all(got[a] <= got[b] + (held[a] == held[b]) for a, b in steps), "monotone in shares"
    backwards = replace(inputs, shares=dict(reversed(held.items())), scores=dict(reversed(points.items())))
    assert rules.compute(backwards) == plan, "independent of order"
    other = rules.compute(replace(inputs, parameters=replace(charter, bonus_on=not on)))
    assert fen_of(other, Tranche.dividend) == got, "points never change share dividends"
    assert sum(fen_of(plan, Tranche.bonus).values()) == pool.bonus_fen


@given(shares, shares, years, st.integers(60, 100), st.integers(0, 10**8))
def test_coop_properties(
    sold: dict[str, int], paid: dict[str, int], year: tuple[int, int, int], refund: int, grant: int
) -> None:
    net, opening, rate = year
    charter = Parameters(Fraction(rate, 100), refund_rate=Fraction(refund, 100))
    inputs = CoopInputs(2025, net, opening, 0, grant, sold, paid, dict.fromkeys(paid, 1), parameters=charter)
    try:
        plan = rules.compute(inputs)
    except rules.NothingToDistributeError:
        return
    pool, floor = plan.pool, plan.pool.floor
    assert floor is not None
    for base, least in ((floor.legal_base, floor.legal_floor), (floor.statement_base, floor.statement_floor)):
        assert pool.refund_fen >= least >= Fraction(60, 100) * base > least - 1
    assert sum(fen_of(plan, Tranche.refund).values()) == pool.refund_fen
    assert sum(fen_of(plan, Tranche.residual).values()) == pool.residual_fen
    assert sum(fen_of(plan, Tranche.quantified).values()) == pool.reserve_fen
    assert pool.undistributed_fen == 0
    assert rules.compute(replace(inputs, transactions=dict(reversed(sold.items())))) == plan


def line(account: str, closing: int) -> BalanceLine:
    return BalanceLine(account, "CNY", 0, max(0, closing), max(0, -closing), closing)


@pytest.mark.parametrize("inputs", [scored(), golden(), cooperative()])
def test_the_vouchers_leave_the_books_as_the_plan_says(inputs: rules.Inputs) -> None:
    plan = rules.compute(inputs)
    chart = chart_of(inputs.standard)
    before = (
        line(chart.path("income_ops", "01"), -inputs.net_fen - 70),
        line(chart.path("admin"), 70),
        line(chart.path("undistributed"), -inputs.opening_fen),
        line("102", inputs.net_fen + inputs.opening_fen),
    )
    entries = postings.entries(plan, before, source="dividend:1", resolution="resolution:5")
    lines = after(before, [entry.voucher for entry in entries])
    by_account = {entry.account: entry.closing for entry in lines}
    assert net_result(chart, lines) == plan.pool.net_fen
    assert -by_account[chart.path("undistributed")] == plan.pool.undistributed_fen
    assert -by_account[chart.path("reserve")] == plan.pool.reserve_fen
    assert by_account.get(chart.path("current_result"), 0) == 0
    gone = [chart.path("distribution"), "5"]
    assert all(fen == 0 for account, fen in by_account.items() if account.startswith(tuple(gone)))
    assert {entry.voucher.period for entry in entries} == {13}
    assert {entry.voucher.resolution for entry in entries} == {"resolution:5"}
    owed = {
        entry.tranche: -sum(p.amount for p in entry.voucher.postings[1:])
        for entry in entries
        if entry.tranche
    }
    assert sum(owed.values()) == plan.pool.dividend_fen + plan.pool.bonus_fen


def test_a_result_that_was_transferred_before_gives_the_same_books() -> None:
    inputs = replace(
        scored(), parameters=Parameters(RATE, to_members_fen=9_000_000, bonus_pool_fen=1_000_000)
    )
    plan, chart = rules.compute(inputs), chart_of(inputs.standard)
    before = (line("501:01", -inputs.net_fen), line("322:02", -inputs.opening_fen))
    moved = after(before, result_vouchers(chart, before, year=2025))
    ends = []
    for lines in (before, moved):
        entries = postings.entries(plan, lines, source="dividend:1", resolution="resolution:5")
        done = after(lines, [entry.voucher for entry in entries])
        ends.append({entry.account: entry.closing for entry in done if entry.closing})
    assert ends[0] == ends[1]
    assert -ends[0]["322:02"] == plan.pool.undistributed_fen
