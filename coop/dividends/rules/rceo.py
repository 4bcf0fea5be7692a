"""A shareholding cooperative's distribution (农村集体经济组织法 art. 42; 财农〔2021〕121号 art. 28).

Order: old losses, reserve at the charter's rate, members by their shares; the rest stays. The points bonus
(mode A) is a cost of the year before all that, so that dividends go by shares alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from coop.dividends.rules.values import (
    CoverError,
    Line,
    NoKeysError,
    NothingToDistributeError,
    OverLimitError,
    Parameters,
    Plan,
    Pool,
    RceoInputs,
    Tranche,
    TrancheSum,
)
from coop.dividends.rules.words import sharing, yuan
from ledger.closing import reserve_amount
from ledger.money import apportion


@dataclass(frozen=True, slots=True)
class Appropriation:
    """The first two steps of every waterfall: losses, then the reserve; fen."""

    loss_makeup_fen: int
    reserve_fen: int
    left_fen: int


def appropriate(
    net_fen: int, opening_fen: int, reserve_balance_fen: int, parameters: Parameters
) -> Appropriation:
    """Losses made up from this year's result (after what the reserve covers), the reserve, and what is left.

    >>> appropriate(18_000_000, 1_240_000, 0, Parameters(Fraction(35, 100)))
    Appropriation(loss_makeup_fen=0, reserve_fen=6300000, left_fen=12940000)
    >>> appropriate(1_000_000, -400_000, 0, Parameters(Fraction(10, 100)))
    Appropriation(loss_makeup_fen=400000, reserve_fen=60000, left_fen=540000)
    """
    loss, cover = max(0, -opening_fen), parameters.cover_loss_fen
    limit = min(loss, max(0, reserve_balance_fen))
    if not 0 <= cover <= limit:
        raise CoverError(limit, cover)
    makeup = min(loss - cover, max(0, net_fen))
    reserve = reserve_amount(net_fen, parameters.reserve_rate, loss_makeup_fen=makeup)
    return Appropriation(makeup, reserve, net_fen + opening_fen + cover - reserve)


def bonus_keys(scores: Mapping[str, int], base: int, barred: frozenset[str]) -> dict[str, int]:
    """Points above the base; below it nothing, and nothing for a household that a veto bars this year.

    >>> bonus_keys({"H1": 126, "H2": 95, "H3": 150}, 100, frozenset({"H3"}))
    {'H1': 26, 'H2': 0, 'H3': 0}
    """
    return {home: 0 if home in barred else max(0, score - base) for home, score in sorted(scores.items())}


def compute_rceo(inputs: RceoInputs) -> Plan:
    """The whole plan. Raises NothingToDistributeError, OverLimitError, CoverError, NoKeysError and the
    ledger's RateError.

    domain.md's worked year: 180,000 yuan net, 12,400 from before, 35 % reserve, 116,000 resolved to 612
    shares:

    >>> charter = Parameters(Fraction(35, 100), to_members_fen=11_600_000)
    >>> shares = {"H0001": 306, "H0002": 306}
    >>> plan = compute_rceo(RceoInputs(2025, 18_000_000, 1_240_000, 0, shares, parameters=charter))
    >>> plan.pool.reserve_fen, plan.pool.limit_fen, plan.pool.undistributed_fen
    (6300000, 12940000, 1340000)
    >>> [line.fen for line in plan.lines]
    [5800000, 5800000]
    """
    given = inputs.parameters
    if given.bonus_pool_fen < 0:
        raise OverLimitError("积分奖励(取负)", "points bonus, negated", 0, -given.bonus_pool_fen)
    # The limit counts the whole bonus budget, spent or not, so that points never move a share dividend.
    budget = appropriate(
        inputs.net_fen - given.bonus_pool_fen, inputs.opening_fen, inputs.reserve_balance_fen, given
    )
    if budget.left_fen <= 0:
        raise NothingToDistributeError(inputs.year, budget.left_fen)
    dividend = budget.left_fen if given.to_members_fen is None else given.to_members_fen
    if not 0 <= dividend <= budget.left_fen:
        raise OverLimitError("向成员分配", "distribution to members", budget.left_fen, dividend)
    keys = bonus_keys(inputs.scores, given.bonus_base, inputs.barred)
    bonus = given.bonus_pool_fen if given.bonus_on and any(keys.values()) else 0
    net = inputs.net_fen - bonus
    actual = appropriate(net, inputs.opening_fen, inputs.reserve_balance_fen, given)
    pool = Pool(
        net_fen=net,
        bonus_fen=bonus,
        opening_fen=inputs.opening_fen,
        cover_fen=given.cover_loss_fen,
        loss_makeup_fen=actual.loss_makeup_fen,
        reserve_fen=actual.reserve_fen,
        distributable_fen=net + inputs.opening_fen + given.cover_loss_fen,
        limit_fen=budget.left_fen,
        dividend_fen=dividend,
        refund_fen=0,
        residual_fen=0,
        undistributed_fen=actual.left_fen - dividend,
    )
    dividends, bonuses = _dividends(inputs.shares, dividend), _bonuses(inputs, keys, bonus)
    tranches = (
        TrancheSum(Tranche.dividend, dividend, f"{sum(inputs.shares.values())} 股", _count(dividends)),
        TrancheSum(Tranche.bonus, bonus, f"{sum(keys.values())} 分", _count(bonuses)),
    )
    return Plan(inputs.standard, inputs.year, pool, tranches, (*dividends, *bonuses))


def _count(lines: tuple[Line, ...]) -> int:
    return sum(1 for line in lines if line.fen)


def _dividends(shares: Mapping[str, int], pool: int) -> tuple[Line, ...]:
    every = sum(shares.values())
    if pool and not every:
        raise NoKeysError("股份分红", "the share dividend", pool)
    lines = []
    for home, fen in apportion(pool, shares).items():
        own = shares[home]
        zh, en = sharing(
            (f"你家 {own} 股", f"your {own} share{'s' if own != 1 else ''}"),
            (f"全村 {every} 股", f"the village's {every} shares"),
            (f"可分 {yuan(pool)} 元", f"{yuan(pool)} yuan"),
            Fraction(pool * own, every or 1),
            fen,
        )
        lines.append(Line(Tranche.dividend, home, f"{own} 股", fen, zh, en))
    return tuple(lines)


def _bonuses(inputs: RceoInputs, keys: Mapping[str, int], pool: int) -> tuple[Line, ...]:
    if not pool:
        return ()
    every, base = sum(keys.values()), inputs.parameters.bonus_base
    lines = []
    for home, fen in apportion(pool, keys).items():
        own, score = keys[home], inputs.scores[home]
        if home in inputs.barred:
            zh, en = "本年不参加积分奖励", "takes no part in the points bonus this year"
        elif own == 0:
            zh = f"你家全年 {score} 分，不超过基础 {base} 分，没有积分奖励"
            en = f"your {score} points of the year are not above the base of {base}: no points bonus"
        else:
            zh, en = sharing(
                (
                    f"你家全年 {score} 分减基础 {base} 分得 {own} 分，{own} 分",
                    f"your {score} points less {base}, {own}",
                ),
                (f"全村 {every} 分", f"the village's {every} points above the base"),
                (f"积分奖励 {yuan(pool)} 元", f"a points bonus of {yuan(pool)} yuan"),
                Fraction(pool * own, every),
                fen,
            )
        lines.append(Line(Tranche.bonus, home, f"{own} 分", fen, zh, en))
    return tuple(lines)
