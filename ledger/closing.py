"""The entries of a year's end: close the result (C1-C3), distribute it (C4-C7), close the distribution (C8).

Pure: a chart, trial-balance lines and resolved amounts in, balanced vouchers out. All belong to the
thirteenth period, dated 31 December. How much is appropriated or declared is decided elsewhere (village
rules, a vote); here are only the entries and two sums of the law, the reserve and the floor of the refund.

C1-C3 and C8 are transfers inside the books and of kind `closing`: statements leave them out of the year's
movement. C4-C7 are decisions about money, of kind `automatic`, and are what the distribution rows show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.balance_line import BalanceLine
from ledger.chart import Chart, Kind
from ledger.errors import LedgerError
from ledger.money import ceil_div, round_half_up
from ledger.voucher import Posting, Voucher, VoucherKind, credit, debit

Amounts = Mapping[str, int]
"""Fen by household, party or account path."""


class DistributionAmountError(LedgerError):
    """An amount of a distribution below zero, or a distribution of nothing."""

    def __init__(self, what: str, what_en: str, found: int) -> None:
        self.found = found
        super().__init__(
            zh=f"{what}：金额应大于 0 分，实为 {found} 分，差 {1 - found} 分",
            en=f"{what_en}: expected an amount above 0 fen, found {found} fen, difference {1 - found} fen",
        )


class ResolutionMissingError(LedgerError):
    """A distribution entry without the resolution that allows it."""

    def __init__(self, what: str, what_en: str) -> None:
        super().__init__(
            zh=f"{what}：应注明决议编号，实为空", en=f"{what_en}: expected the id of a resolution, found none"
        )


class RateError(LedgerError):
    """A rate outside 0..1."""

    def __init__(self, rate: Fraction) -> None:
        self.rate = rate
        super().__init__(zh=f"比例应在 0 与 1 之间，实为 {rate}", en=f"rate: expected 0 to 1, found {rate}")


@dataclass(frozen=True, slots=True)
class RefundFloor:
    """The least patronage refund in fen, under both bases; `required` meets both."""

    legal_base: int
    legal_floor: int
    statement_base: int
    statement_floor: int

    @property
    def required(self) -> int:
        """The larger of the two floors."""
        return max(self.legal_floor, self.statement_floor)


def net_result(chart: Chart, lines: Iterable[BalanceLine]) -> int:
    """Net income (surplus) of the year in fen, loss negative; the same before and after the close."""
    return -sum(line.movement for line in _money(lines) if _is_result(chart, line))


def reserve_amount(net_fen: int, rate: Fraction, *, loss_makeup_fen: int = 0) -> int:
    """What to appropriate to the reserve: rate x (net - losses made up), never below 0, rounded half-up once.

    财农〔2021〕121号 art. 28: losses first, then the reserve at the charter's rate. Raises RateError.

    >>> reserve_amount(18_000_000, Fraction(35, 100))
    6300000
    >>> reserve_amount(1_001, Fraction(1, 2)), reserve_amount(-500, Fraction(1, 2))
    (501, 0)
    """
    if not 0 <= rate <= 1:
        raise RateError(rate)
    base = max(0, net_fen - loss_makeup_fen)
    return round_half_up(base * rate.numerator, rate.denominator)


def refund_floor(
    *, surplus_fen: int, loss_makeup_fen: int, reserve_fen: int, distributable_fen: int,
    rate: Fraction = Fraction(60, 100),
) -> RefundFloor:  # fmt: skip
    """The least patronage refund (农民专业合作社法 art. 44: 60 %), each floor rounded up to the fen.

    The legal base is this year's surplus after loss and reserve; the form's 可分配盈余 (`distributable_fen`)
    also holds what was left from earlier years. A refund must meet both. Raises RateError.

    27,625.32 yuan x 60 % = 16,575.192 yuan, so at least 16,575.20:

    >>> refund_floor(surplus_fen=2_762_532, loss_makeup_fen=0, reserve_fen=0, distributable_fen=0).required
    1657520
    """
    if not 0 <= rate <= 1:
        raise RateError(rate)
    legal = max(0, surplus_fen - loss_makeup_fen - reserve_fen)
    stated = max(0, distributable_fen)
    floors = [ceil_div(base * rate.numerator, rate.denominator) for base in (legal, stated)]
    return RefundFloor(legal, floors[0], stated, floors[1])


def result_vouchers(
    chart: Chart, lines: Iterable[BalanceLine], *, year: int, source: str = "", resolution: str = ""
) -> tuple[Voucher, ...]:
    """C1-C3: income to the current result, expense to it, the result to undistributed.

    An income account whose net balance stands on the debit side (an investment loss) goes with the expenses.
    A step with nothing to close is left out, so a second call after posting returns nothing. `source` is the
    stem of the vouchers' sources, by default `closing:<year>`; a renewed close needs a stem of its own.
    """
    stem = source or f"closing:{year}"
    money = sorted(_money(lines), key=lambda line: line.account)
    nets: defaultdict[str, int] = defaultdict(int)
    for line in money:
        nets[chart.account(line.account).code] += line.closing
    result = chart.path("current_result")
    balances = {line.account: line.closing for line in money if _under(line.account, result)}
    steps: list[tuple[str, str, list[Posting]]] = [
        ("C1", "结转本年收入 / Close income", []),
        ("C2", "结转本年支出 / Close expenses", []),
    ]
    for line in money:
        if _is_result(chart, line) and line.closing:
            account = chart.account(line.account)
            gain = account.kind is Kind.income and nets[account.code] <= 0
            steps[0 if gain else 1][2].append(Posting(line.account, -line.closing))
    for _, _, postings in steps:
        net = sum(posting.amount for posting in postings)
        if net:
            postings.append(Posting(result, -net))
            balances[result] = balances.get(result, 0) - net
    last = [Posting(path, -amount) for path, amount in sorted(balances.items()) if amount]
    total = sum(posting.amount for posting in last)
    if total:
        last.append(Posting(chart.path("undistributed"), -total))
    steps.append(("C3", "结转本年收益 / Transfer the result", last))
    return tuple(
        _voucher(
            year, summary, postings, source=f"{stem}:{step}", resolution=resolution, kind=VoucherKind.closing
        )
        for step, summary, postings in steps
        if postings
    )


def cover_loss(chart: Chart, amount_fen: int, *, year: int, resolution: str, source: str) -> Voucher:
    """C4: an old loss is covered from the reserve. Dr reserve, Cr undistributed."""
    return _decided(
        chart, "公积补亏 / Cover losses from the reserve", "reserve",
        {chart.path("undistributed"): amount_fen}, year=year, resolution=resolution, source=source,
    )  # fmt: skip


def appropriate_reserve(chart: Chart, amount_fen: int, *, year: int, resolution: str, source: str) -> Voucher:
    """C5: appropriation to the reserve. Dr distribution, Cr reserve."""
    return _decided(
        chart, "提取公积 / Appropriate to the reserve", "distribution_reserve",
        {chart.path("reserve"): amount_fen}, year=year, resolution=resolution, source=source,
    )  # fmt: skip


def declare_to_members(chart: Chart, amounts: Amounts, *, year: int, resolution: str, source: str) -> Voucher:
    """C6, `rceo_2023`: member dividends by household, fen. Dr distribution, Cr 113 per household."""
    return _decided(
        chart, "向成员分配 / Declare member dividends", "distribution_members",
        _below(chart, "member_current", amounts), year=year, resolution=resolution, source=source,
    )  # fmt: skip


def declare_outside(chart: Chart, amounts: Amounts, *, year: int, resolution: str, source: str) -> Voucher:
    """C7, `rceo_2023`: shares of outside investors by party, fen. Dr distribution, Cr 211 per party."""
    return _decided(
        chart, "外来投资分利 / Declare outside investors' shares", "distribution_outside",
        _below(chart, "other_payable", amounts), year=year, resolution=resolution, source=source,
    )  # fmt: skip


def declare_other(
    chart: Chart, credits_by_account: Amounts, *, year: int, resolution: str, source: str
) -> Voucher:
    """Other distributions, `rceo_2023` (121号 art. 28, fourth), by the account path credited, fen."""
    return _decided(
        chart, "其他分配 / Declare other distributions", "distribution_other", credits_by_account,
        year=year, resolution=resolution, source=source,
    )  # fmt: skip


def declare_refund(chart: Chart, amounts: Amounts, *, year: int, resolution: str, source: str) -> Voucher:
    """`coop_2021`: patronage refunds by household, fen. Dr distribution, Cr 221 per household."""
    return _decided(
        chart, "盈余返还 / Declare patronage refunds", "distribution_refund",
        _below(chart, "refund_payable", amounts), year=year, resolution=resolution, source=source,
    )  # fmt: skip


def declare_residual(chart: Chart, amounts: Amounts, *, year: int, resolution: str, source: str) -> Voucher:
    """`coop_2021`: residual surplus by household, fen. Dr distribution, Cr 222 per household."""
    return _decided(
        chart, "剩余盈余分配 / Declare residual surplus", "distribution_residual",
        _below(chart, "residual_payable", amounts), year=year, resolution=resolution, source=source,
    )  # fmt: skip


def convert_to_shares(chart: Chart, amounts: Amounts, *, year: int, resolution: str, source: str) -> Voucher:
    """`coop_2021`: surplus turned into shares by household, fen. Dr distribution, Cr 301 per household."""
    return _decided(
        chart, "盈余转为成员出资 / Turn surplus into member shares", "distribution_shares",
        _below(chart, "capital", amounts), year=year, resolution=resolution, source=source,
    )  # fmt: skip


def close_distribution(
    chart: Chart, lines: Iterable[BalanceLine], *, year: int, resolution: str, source: str = ""
) -> Voucher | None:
    """C8: every balance under 各项分配 goes to undistributed; None when there is none. Both standards."""
    root = chart.path("distribution")
    balances = sorted(
        (line.account, line.closing) for line in _money(lines) if _under(line.account, root) and line.closing
    )
    postings = [Posting(path, -amount) for path, amount in balances]
    net = sum(posting.amount for posting in postings)
    if net:
        postings.append(Posting(chart.path("undistributed"), -net))
    if not postings:
        return None
    summary = "结转各项分配 / Close distributions"
    _require(summary, resolution)
    return _voucher(
        year, summary, postings,
        source=source or f"closing:{year}:C8", resolution=resolution, kind=VoucherKind.closing,
    )  # fmt: skip


def _money(lines: Iterable[BalanceLine]) -> list[BalanceLine]:
    return [line for line in lines if line.commodity == "CNY"]


def _is_result(chart: Chart, line: BalanceLine) -> bool:
    return chart.kind_of(line.account) in (Kind.income, Kind.expense)


def _under(path: str, root: str) -> bool:
    return path == root or path.startswith(root + ":")


def _below(chart: Chart, role: str, amounts: Amounts) -> dict[str, int]:
    return {chart.path(role, name): amount for name, amount in amounts.items()}


def _require(summary: str, resolution: str) -> None:
    if not resolution.strip():
        zh, _, en = summary.partition(" / ")
        raise ResolutionMissingError(zh, en)


def _decided(
    chart: Chart, summary: str, debit_role: str, credits_by_account: Amounts, *,
    year: int, resolution: str, source: str,
) -> Voucher:  # fmt: skip
    """One debit against credits by account, sorted; zeros are left out."""
    zh, _, en = summary.partition(" / ")
    _require(summary, resolution)
    for path, amount in sorted(credits_by_account.items()):
        chart.account(path)
        if amount < 0:
            raise DistributionAmountError(f"{zh} {path}", f"{en} {path}", amount)
    total = sum(credits_by_account.values())
    if total <= 0:
        raise DistributionAmountError(zh, en, total)
    postings = [debit(chart.path(debit_role), total)]
    postings += [credit(path, amount) for path, amount in sorted(credits_by_account.items()) if amount]
    return _voucher(year, summary, postings, source=source, resolution=resolution, kind=VoucherKind.automatic)


def _voucher(
    year: int, summary: str, postings: list[Posting], *, source: str, resolution: str, kind: VoucherKind
) -> Voucher:
    ordered = sorted(postings, key=lambda posting: posting.amount < 0)
    return Voucher(
        date(year, 12, 31), summary, tuple(ordered), source, period=13, kind=kind, resolution=resolution
    )
