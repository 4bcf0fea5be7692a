"""A plan's promises recomputed from its stored lines, and what a book's year came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from coop.books import queries as books
from coop.dividends.models import PlanState
from coop.dividends.rules import Plan, Tranche
from ledger import closing
from ledger.balances import trial_balance
from ledger.chart import Chart, Standard, chart_of


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """One household's line of one tranche: its key, the money, the calculation, what was paid of it."""

    id: int
    plan_id: int
    year: int
    entity: str
    state: PlanState
    tranche: Tranche
    household: str
    key: str
    fen: int
    working: str
    working_en: str
    paid_fen: int
    payable_id: int | None
    held: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """A promise of the plan, recomputed: what it says, whether it holds, expected and found in fen."""

    text: str
    text_en: str
    ok: bool
    expected_fen: int
    found_fen: int
    article: str


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What a book's year came to, read from the books: result after the bonus, reserve, money to members;
    fen.
    """

    net_income_fen: int
    reserve_fen: int
    dividend_fen: int


def checks_of(plan: Plan, lines: Sequence[HouseholdLine]) -> tuple[Check, ...]:
    """The promises of a plan against its stored lines: sums to the fen, floors met, nothing beyond the
    waterfall.
    """
    pool = plan.pool
    names = {
        Tranche.dividend: ("股份分红合计 = 方案总额", "share dividends add up to the plan's sum"),
        Tranche.bonus: ("积分奖励合计 = 奖励总额", "points bonuses add up to the bonus pool"),
        Tranche.refund: ("盈余返还合计 = 返还总额", "refunds add up to the refund pool"),
        Tranche.residual: ("剩余盈余分配合计 = 分配总额", "residual shares add up to the residual pool"),
        Tranche.quantified: ("公积金量化合计 = 本年提取", "quantified shares add up to the year's reserve"),
    }
    made = [
        _check(
            *names[tranche.tranche],
            tranche.pool_fen,
            sum(x.fen for x in lines if x.tranche is tranche.tranche),
            "",
        )
        for tranche in plan.tranches
    ]
    spent = pool.net_fen + pool.opening_fen + pool.cover_fen - pool.reserve_fen - pool.undistributed_fen
    made.append(
        _check(
            "分配 = 净收益 + 年初未分配 + 补亏 − 公积 − 年末未分配",
            "the waterfall closes",
            spent,
            pool.dividend_fen,
            "",
        )
    )
    if pool.floor is None:
        made.append(
            _at_most(
                "不超过可分配收益(不举债分红)",
                "within the distributable income",
                pool.limit_fen,
                pool.dividend_fen,
            )
        )
        return tuple(made)
    for text, text_en, floor in (
        (
            "盈余返还 ≥ 当年盈余(弥补亏损、提取公积后)的 60 %",
            "refund ≥ 60 % of this year's surplus",
            pool.floor.legal_floor,
        ),
        ("盈余返还 ≥ 可分配盈余(第16行)的 60 %", "refund ≥ 60 % of row 16", pool.floor.statement_floor),
    ):
        made.append(
            Check(text, text_en, pool.refund_fen >= floor, floor, pool.refund_fen, "农民专业合作社法 第44条")
        )
    return tuple(made)


def _check(text: str, text_en: str, expected: int, found: int, article: str) -> Check:
    return Check(text, text_en, expected == found, expected, found, article)


def _at_most(text: str, text_en: str, limit: int, found: int) -> Check:
    return Check(text, text_en, found <= limit, limit, found, "财农〔2021〕121号 第28条")


def year_totals(session: Session, entity_id: int, year: int) -> YearTotals:
    """Result, reserve and money to members of a year, from the trial balance: 0 where nothing was
    distributed.
    """
    book = books.book_of(session, entity_id)
    chart, lines = chart_of(Standard(book.standard)), trial_balance(session, book.id, year=year)

    def moved(role: str) -> int:
        root = chart.path(role)
        return sum(
            line.movement
            for line in lines
            if line.commodity == "CNY" and (line.account == root or line.account.startswith(f"{root}:"))
        )

    return YearTotals(
        net_income_fen=closing.net_result(chart, lines),
        reserve_fen=moved("distribution_reserve"),
        dividend_fen=sum(moved(role) for role in _member_roles(chart)),
    )


def _member_roles(chart: Chart) -> tuple[str, ...]:
    roles = ("distribution_members", "distribution_refund", "distribution_residual")
    return tuple(role for role in roles if chart.has(role))
