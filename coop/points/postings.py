"""Pure: a fact of the points → the balanced voucher of the village's `rceo_2023` book. POINT and yuan
never mix in a line.
"""

from __future__ import annotations

from datetime import date

from ledger.chart import Standard, chart_of
from ledger.voucher import Posting, Voucher, credit, debit

POINT = "POINT"
SHOP = "DEMEI"  # the shop's sub-account of inventory

_chart = chart_of(Standard.rceo_2023)


def shop_account() -> str:
    """The shop's inventory.

    >>> shop_account()
    '121:DEMEI'
    """
    return _chart.path("inventory", SHOP)


def rewards_account() -> str:
    """Where goods given for points are spent.

    >>> rewards_account()
    '514:03'
    """
    return _chart.path("points_reward")


def household_account(household: str) -> str:
    """A household's account of points; for an empty number the common beginning of all.

    >>> household_account("H0001"), household_account("")
    ('902:H0001', '902:')
    """
    return f"{_chart.path('points_household')}:{household}"


def award(claim_id: int, household: str, item: str, points: int, day: date) -> Voucher:
    """A final award: Dr 901 issued, Cr 902 household.

    >>> [(p.account, p.amount) for p in award(7, "H0001", "S01", 2, date(2025, 3, 1)).postings]
    [('901', 2), ('902:H0001', -2)]
    """
    return Voucher(
        day,
        f"积分奖励 {item}",
        (
            debit(_chart.path("points_issued"), points, commodity=POINT),
            credit(household_account(household), points, commodity=POINT),
        ),
        f"claim:{claim_id}",
    )


def penalty(claim_id: int, household: str, item: str, points: int, day: date) -> Voucher:
    """A final penalty, `points` > 0 being what the balance can bear: Dr 902 household, Cr 904 deducted."""
    return Voucher(
        day,
        f"积分扣减 {item}",
        (
            debit(household_account(household), points, commodity=POINT),
            credit(_chart.path("points_deducted"), points, commodity=POINT),
        ),
        f"claim:{claim_id}",
    )


def expiry(expiry_id: int, household: str, points: int, day: date) -> Voucher:
    """Points out of date: Dr 902 household, Cr 905 expired."""
    return Voucher(
        day,
        "积分过期",
        (
            debit(household_account(household), points, commodity=POINT),
            credit(_chart.path("points_expired"), points, commodity=POINT),
        ),
        f"expiry:{expiry_id}",
    )


def purchase(purchase_id: int, goods: str, count: int, cost_fen: int, day: date) -> Voucher:
    """Goods bought for the shop: Dr inventory, Cr bank (J23)."""
    return Voucher(
        day,
        f"购德美屋物资 {goods} {count}",
        (debit(shop_account(), cost_fen, quantity=count), credit(_chart.path("bank"), cost_fen)),
        f"shop:{purchase_id}",
    )


def redemption(
    redemption_id: int, household: str, *, goods: str, count: int, points: int, cost_fen: int, day: date
) -> Voucher:
    """Goods for points in ONE voucher: the points (Dr 902, Cr 903) and their cost (Dr 514:03, Cr
    inventory, J24).

    >>> v = redemption(3, "H0001", goods="SOAP", count=2, points=8, cost_fen=650, day=date(2025, 4, 6))
    >>> [(p.account, p.amount, p.commodity) for p in v.postings]
    [('902:H0001', 8, 'POINT'), ('903', -8, 'POINT'), ('514:03', 650, 'CNY'), ('121:DEMEI', -650, 'CNY')]
    """
    postings: list[Posting] = [
        debit(household_account(household), points, commodity=POINT),
        credit(_chart.path("points_redeemed"), points, commodity=POINT),
    ]
    if cost_fen:  # donated goods have no cost
        postings += [debit(rewards_account(), cost_fen), credit(shop_account(), cost_fen, quantity=count)]
    return Voucher(
        day,
        f"积分兑换 {goods} {count}",
        tuple(postings),
        f"redemption:{redemption_id}",
    )
