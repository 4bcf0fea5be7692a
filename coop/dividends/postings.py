"""Pure: a resolved plan → the vouchers of the thirteenth period, dated 31 December, each with the
resolution's number.

Order: points bonus (a cost of the year), C1-C3, C4 where the reserve covers a loss, C5, C6 or refund and
residual, C8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from coop.dividends.rules import Line, Plan, Tranche
from ledger import closing
from ledger.balance_line import BalanceLine, after
from ledger.chart import Standard, chart_of
from ledger.voucher import Voucher, credit, debit


@dataclass(frozen=True, slots=True)
class Entry:
    """A voucher, and the tranche it declares where it owes money to households."""

    voucher: Voucher
    tranche: Tranche | None = None


def entries(plan: Plan, lines: Sequence[BalanceLine], *, source: str, resolution: str) -> tuple[Entry, ...]:
    """All vouchers of a plan on top of the year's trial balance. `source` is their stem: `dividend:7`
    gives `dividend:7:C5`.
    """
    chart, year, pool = chart_of(plan.standard), plan.year, plan.pool
    made: list[Entry] = []
    if pool.bonus_fen:
        made.append(Entry(bonus(plan, source=f"{source}:bonus", resolution=resolution), Tranche.bonus))
    charged = after(lines, [entry.voucher for entry in made])
    made += [
        Entry(voucher)
        for voucher in closing.result_vouchers(
            chart, charged, year=year, source=source, resolution=resolution
        )
    ]
    if pool.cover_fen:
        made.append(
            Entry(
                closing.cover_loss(
                    chart, pool.cover_fen, year=year, resolution=resolution, source=f"{source}:C4"
                )
            )
        )
    if pool.reserve_fen:
        made.append(
            Entry(
                closing.appropriate_reserve(
                    chart, pool.reserve_fen, year=year, resolution=resolution, source=f"{source}:C5"
                )
            )
        )
    made += _declarations(plan, source=source, resolution=resolution)
    moved = after(lines, [entry.voucher for entry in made])
    last = closing.close_distribution(chart, moved, year=year, resolution=resolution, source=f"{source}:C8")
    return (*made, Entry(last)) if last else tuple(made)


def _declarations(plan: Plan, *, source: str, resolution: str) -> list[Entry]:
    chart, pool = chart_of(plan.standard), plan.pool
    wanted = (
        ((Tranche.dividend, pool.dividend_fen, closing.declare_to_members),)
        if plan.standard is Standard.rceo_2023
        else (
            (Tranche.refund, pool.refund_fen, closing.declare_refund),
            (Tranche.residual, pool.residual_fen, closing.declare_residual),
        )
    )
    return [
        Entry(
            declare(
                chart,
                amounts(plan.lines, tranche),
                year=plan.year,
                resolution=resolution,
                source=f"{source}:{tranche.value}",
            ),
            tranche,
        )
        for tranche, fen, declare in wanted
        if fen
    ]


def bonus(plan: Plan, *, source: str, resolution: str) -> Voucher:
    """The points bonus, mode A: Dr 514:03, Cr 113 per household, before the result is closed."""
    chart = chart_of(plan.standard)
    owed = amounts(plan.lines, Tranche.bonus)
    return Voucher(
        date(plan.year, 12, 31),
        "积分奖励 / Points bonus",
        (
            debit(chart.path("points_reward"), sum(owed.values())),
            *(credit(chart.path("member_current", home), fen) for home, fen in owed.items()),
        ),
        source,
        period=13,
        resolution=resolution,
    )


def amounts(lines: Iterable[Line], tranche: Tranche) -> dict[str, int]:
    """Fen by household of one tranche, by household number; households that get nothing are left out.

    >>> some, none = Line(Tranche.bonus, "H2", "", 5, "", ""), Line(Tranche.bonus, "H1", "", 0, "", "")
    >>> amounts([some, none], Tranche.bonus)
    {'H2': 5}
    """
    return {
        line.household: line.fen
        for line in sorted(lines, key=lambda line: line.household)
        if line.tranche is tranche and line.fen
    }
