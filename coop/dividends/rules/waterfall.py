"""The waterfall as it is read: from the year's result to what stays, step by step, with the article behind
each.
"""

from __future__ import annotations

from dataclasses import dataclass

from coop.dividends.rules.values import Plan, Pool
from ledger.chart import Standard


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its figure (negative where it takes away), whether it is a subtotal, and its source in
    law.
    """

    key: str
    text: str
    text_en: str
    fen: int
    total: bool
    article: str
    article_en: str


RULES_121 = ("财农〔2021〕121号 第28条", "Cai Nong [2021] No. 121, art. 28")
RCEO_42 = ("农村集体经济组织法 第42条", "Rural Collective Economic Organizations Law, art. 42")
RCEO_51 = (
    "农村集体经济组织法 第51条；积分奖励列公益支出",
    "same law, art. 51; the bonus is public-welfare spending",
)
COOP_42 = ("农民专业合作社法 第42条", "Farmers' Specialized Cooperatives Law, art. 42")
COOP_44 = ("农民专业合作社法 第44条", "Farmers' Specialized Cooperatives Law, art. 44")
RCEO_FORM = ("收益及收益分配表", "statement of income and its distribution")
COOP_FORM = ("盈余及盈余分配表 第12、13、16、20行", "statement of surplus, rows 12, 13, 16 and 20")


def waterfall(plan: Plan) -> tuple[Step, ...]:
    """The steps of a plan; the steps that are no subtotals add up to what stays undistributed."""
    return _rceo(plan.pool) if plan.standard is Standard.rceo_2023 else _coop(plan.pool)


def _step(
    key: str, text: str, text_en: str, fen: int, source: tuple[str, str], *, total: bool = False
) -> Step:
    return Step(key, text, text_en, fen, total, *source)


def _rceo(pool: Pool) -> tuple[Step, ...]:
    return (
        _step(
            "result",
            "本年收益(积分奖励前)",
            "result of the year before the bonus",
            pool.net_fen + pool.bonus_fen,
            RCEO_FORM,
        ),
        _step(
            "bonus", "减：积分奖励(公益支出)", "less points bonus (public welfare)", -pool.bonus_fen, RCEO_51
        ),
        _step("net", "本年净收益", "net income", pool.net_fen, RCEO_FORM, total=True),
        _step(
            "opening",
            "年初未分配收益(负数为以前年度亏损)",
            "undistributed before (below 0: old losses)",
            pool.opening_fen,
            RULES_121,
        ),
        _step(
            "cover", "加：公积公益金补亏", "plus losses covered from the reserve", pool.cover_fen, RULES_121
        ),
        _step(
            "distributable",
            "可分配收益",
            "distributable income",
            pool.distributable_fen,
            RCEO_FORM,
            total=True,
        ),
        _step(
            "reserve", "减：提取公积公益金", "less appropriation to the reserve", -pool.reserve_fen, RCEO_42
        ),
        _step(
            "members",
            "减：按份额向成员分配",
            "less distribution to members by shares",
            -pool.dividend_fen,
            RCEO_42,
        ),
        _step(
            "undistributed",
            "年末未分配收益",
            "undistributed at year end",
            pool.undistributed_fen,
            RCEO_FORM,
            total=True,
        ),
    )


def _coop(pool: Pool) -> tuple[Step, ...]:
    return (
        _step("net", "本年盈余", "surplus of the year", pool.net_fen, COOP_FORM),
        _step(
            "opening",
            "年初未分配盈余(负数为以前年度亏损)",
            "undistributed before (below 0: old losses)",
            pool.opening_fen,
            COOP_44,
        ),
        _step("cover", "加：盈余公积补亏", "plus losses covered from the reserve", pool.cover_fen, COOP_42),
        _step("reserve", "减：提取盈余公积", "less appropriation to the reserve", -pool.reserve_fen, COOP_42),
        _step(
            "distributable",
            "可分配盈余",
            "distributable surplus",
            pool.distributable_fen,
            COOP_FORM,
            total=True,
        ),
        _step(
            "refund",
            "减：按交易额返还(不低于 60 %)",
            "less patronage refund (at least 60 %)",
            -pool.refund_fen,
            COOP_44,
        ),
        _step(
            "residual", "减：剩余盈余分配", "less residual surplus to members", -pool.residual_fen, COOP_44
        ),
        _step(
            "undistributed",
            "年末未分配盈余",
            "undistributed at year end",
            pool.undistributed_fen,
            COOP_FORM,
            total=True,
        ),
    )
