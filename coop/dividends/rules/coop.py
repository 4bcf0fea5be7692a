"""A farmers' cooperative's distribution (农民专业合作社法 arts. 42 and 44).

Order: old losses, reserve, patronage refund of at least 60 % by the members' transactions, the residual by
contribution, quantified reserve and equal share of grants. Each floor is rounded up, under both readings
of its base, and both are met.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from coop.dividends.rules.rceo import appropriate
from coop.dividends.rules.values import (
    LAWFUL_REFUND,
    BelowFloorError,
    CoopInputs,
    Line,
    NoKeysError,
    NothingToDistributeError,
    OverLimitError,
    Plan,
    Pool,
    QuantifyBy,
    Tranche,
    TrancheSum,
)
from coop.dividends.rules.words import exact_yuan, sharing, yuan
from ledger.closing import refund_floor
from ledger.money import apportion


def compute_coop(inputs: CoopInputs) -> Plan:
    """The whole plan. Raises NothingToDistributeError, BelowFloorError, OverLimitError, CoverError,
    NoKeysError, RateError.

    The refund of users.md §3: of a surplus of 27,625.32 yuan at least 16,575.192, hence 16,575.20:

    >>> even = {"H1": 1, "H2": 1}
    >>> plan = compute_coop(CoopInputs(2025, 2_762_532, 0, 0, 0, {"H1": 3, "H2": 1}, even, even))
    >>> plan.pool.refund_fen, plan.pool.residual_fen, [line.fen for line in plan.lines][:2]
    (1657520, 1105012, [1243140, 414380])
    """
    given = inputs.parameters
    if not LAWFUL_REFUND <= given.refund_rate <= 1:
        raise BelowFloorError(LAWFUL_REFUND, given.refund_rate)
    first = appropriate(inputs.net_fen, inputs.opening_fen, inputs.reserve_balance_fen, given)
    if first.left_fen <= 0:
        raise NothingToDistributeError(inputs.year, first.left_fen)
    figures = {
        "surplus_fen": inputs.net_fen,
        "loss_makeup_fen": first.loss_makeup_fen,
        "reserve_fen": first.reserve_fen,
        "distributable_fen": first.left_fen,
    }
    floor = refund_floor(**figures, rate=LAWFUL_REFUND)
    refund = refund_floor(**figures, rate=given.refund_rate).required
    limit = first.left_fen - refund
    residual = limit if given.residual_fen is None else given.residual_fen
    if not 0 <= residual <= limit:
        raise OverLimitError("剩余盈余分配", "residual surplus", limit, residual)
    pool = Pool(
        net_fen=inputs.net_fen,
        bonus_fen=0,
        opening_fen=inputs.opening_fen,
        cover_fen=given.cover_loss_fen,
        loss_makeup_fen=first.loss_makeup_fen,
        reserve_fen=first.reserve_fen,
        distributable_fen=first.left_fen,
        limit_fen=first.left_fen,
        dividend_fen=refund + residual,
        refund_fen=refund,
        residual_fen=residual,
        undistributed_fen=limit - residual,
        floor=floor,
    )
    refunds = _by_transaction(Tranche.refund, inputs.transactions, refund)
    residuals = _residuals(inputs, residual)
    quantified = _quantified(inputs, first.reserve_fen)
    sold = f"{yuan(sum(inputs.transactions.values()))} 元"
    tranches = (
        TrancheSum(Tranche.refund, refund, sold, _count(refunds)),
        TrancheSum(
            Tranche.residual,
            residual,
            f"{exact_yuan(sum(_rights(inputs).values(), Fraction()))} 元",
            _count(residuals),
        ),
        TrancheSum(Tranche.quantified, first.reserve_fen, given.quantify_by.value, _count(quantified)),
    )
    return Plan(inputs.standard, inputs.year, pool, tranches, (*refunds, *residuals, *quantified))


def _count(lines: tuple[Line, ...]) -> int:
    return sum(1 for line in lines if line.fen)


def _by_transaction(tranche: Tranche, sold: Mapping[str, int], pool: int) -> tuple[Line, ...]:
    every = sum(sold.values())
    if pool and not every:
        raise NoKeysError("按交易额分配的", "what goes by transactions,", pool)
    what = (
        ("返还总额", "a refund of")
        if tranche is Tranche.refund
        else ("本年提取公积金", "this year's reserve of")
    )
    lines = []
    for home, fen in apportion(pool, sold).items():
        own = sold[home]
        zh, en = sharing(
            (f"你家交售 {yuan(own)} 元", f"your sales of {yuan(own)} yuan"),
            (f"全社成员交售 {yuan(every)} 元", f"all members' {yuan(every)} yuan"),
            (f"{what[0]} {yuan(pool)} 元", f"{what[1]} {yuan(pool)} yuan"),
            Fraction(pool * own, every or 1),
            fen,
        )
        lines.append(_line(tranche, home, own, fen, (zh, en)))
    return tuple(lines)


def _line(tranche: Tranche, home: str, own: int, fen: int, words: tuple[str, str]) -> Line:
    zh, en = words
    if tranche is Tranche.quantified:
        zh, en = f"{zh}；记入成员账户，不发现金", f"{en}; in the member account, not paid out"
    return Line(tranche, home, f"{yuan(own)} 元", fen, zh, en)


def _grant_share(inputs: CoopInputs, home: str) -> Fraction:
    """Property made of State grants is quantified equally to the members (art. 44)."""
    heads = sum(inputs.members.values())
    return Fraction(max(0, inputs.grant_fen) * inputs.members.get(home, 0), heads) if heads else Fraction(0)


def _rights(inputs: CoopInputs) -> dict[str, Fraction]:
    return {
        home: inputs.contributions[home] + inputs.quantified.get(home, 0) + _grant_share(inputs, home)
        for home in sorted(inputs.contributions)
    }


def _residuals(inputs: CoopInputs, pool: int) -> tuple[Line, ...]:
    rights = _rights(inputs)
    every = sum(rights.values(), Fraction(0))
    if pool and not every:
        raise NoKeysError("剩余盈余", "the residual surplus", pool)
    lines = []
    for home, fen in apportion(pool, rights).items():
        own = rights[home]
        paid, kept = yuan(inputs.contributions[home]), yuan(inputs.quantified.get(home, 0))
        grant = exact_yuan(_grant_share(inputs, home))
        zh, en = sharing(
            (
                f"你家出资 {paid} + 公积金份额 {kept} + 财政补助平均份额 {grant} = {exact_yuan(own)} 元，此数",
                f"your contribution {paid} + reserve share {kept} + grants {grant} = {exact_yuan(own)} yuan",
            ),
            (f"全社 {exact_yuan(every)} 元", f"all members' {exact_yuan(every)} yuan"),
            (f"剩余盈余 {yuan(pool)} 元", f"a residual surplus of {yuan(pool)} yuan"),
            pool * own / (every or 1),
            fen,
        )
        lines.append(Line(Tranche.residual, home, f"{exact_yuan(own)} 元", fen, zh, en))
    return tuple(lines)


def _quantified(inputs: CoopInputs, reserve: int) -> tuple[Line, ...]:
    """The year's reserve as each member's share of it, by transactions or by contributions as the charter
    says.
    """
    if not reserve:
        return ()
    if inputs.parameters.quantify_by is QuantifyBy.transaction:
        return _by_transaction(Tranche.quantified, inputs.transactions, reserve)
    every = sum(inputs.contributions.values())
    if not every:
        raise NoKeysError("本年提取公积金", "this year's reserve", reserve)
    lines = []
    for home, fen in apportion(reserve, inputs.contributions).items():
        own = inputs.contributions[home]
        zh, en = sharing(
            (f"你家出资 {yuan(own)} 元", f"your contribution of {yuan(own)} yuan"),
            (f"全社出资 {yuan(every)} 元", f"all members' {yuan(every)} yuan"),
            (f"本年提取公积金 {yuan(reserve)} 元", f"this year's reserve of {yuan(reserve)} yuan"),
            Fraction(reserve * own, every),
            fen,
        )
        lines.append(_line(Tranche.quantified, home, own, fen, (zh, en)))
    return tuple(lines)
