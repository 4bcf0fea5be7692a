"""The growing as tests walk it: money in the bank, a small trade of two households, an agreement, bags bought."""

from __future__ import annotations

from datetime import date

from coop.books import service as books
from coop.kernel.actor import Actor, Role
from coop.kernel.unit import unit
from coop.production import service as production
from coop.production.service import IssueEntry
from ledger.voucher import Voucher, credit, debit
from tests.procurement.trade import Trade, breaches

DAY = date(2025, 4, 10)
SIGNED = date(2025, 3, 1)


def fund(trade: Trade, fen: int = 10_000_000) -> None:
    with unit(trade.accountant) as work:
        money = (debit("102", fen), credit("301", fen))
        books.post(work, trade.village.coop, Voucher(date(2025, 1, 2), "资本", money, "capital:1"))


def sign(trade: Trade, household: str = "H0001") -> int:
    with unit(trade.clerk) as work:
        return production.sign_agreement(
            work, household=household, product="XG", season="2025", day=SIGNED, via="paper"
        ).id


def buy(trade: Trade, count: int = 3, cost_fen: int = 1_000, code: str = "XG-BAG") -> int:
    with unit(trade.accountant) as work:
        return production.buy_inputs(
            work, entity_id=trade.village.coop, code=code, count=count, cost_fen=cost_fen, day=DAY
        ).id


def issue(trade: Trade, *entries: tuple[str, str, int, int]) -> int:
    """(household, input, count, fen each) on one sheet."""
    with unit(trade.clerk) as work:
        return production.issue_inputs(
            work,
            entity_id=trade.village.coop,
            entries=[IssueEntry(*entry) for entry in entries],
            product="XG",
            season="2025",
            day=DAY,
        ).id


def at_home(trade: Trade, household: str) -> Actor:
    return trade.village.actor(Role.household, user=9, household=household)


def all_breaches() -> list[str]:
    """Of every registered invariant."""
    return [text for texts in breaches().values() for text in texts]
