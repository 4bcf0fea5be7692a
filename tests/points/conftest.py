"""The village of these tests, with its charter."""

from __future__ import annotations

from datetime import date

import pytest

from coop.books import service as books
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.unit import unit
from coop.points import service as points
from ledger.voucher import Voucher, credit, debit
from tests.conftest import Village
from tests.points.steps import (
    DAY,
)


@pytest.fixture
def charter(village: Village, clock: ToldClock) -> Village:
    """The village with the charter adopted, money in the bank and ten pieces of soap at 3.33 yuan."""
    clock.day = DAY
    with unit(village.actor(Role.manager)) as work:
        points.adopt_items(work)
    with unit(village.actor(Role.accountant)) as work:
        money = (debit("102", 1_000_000), credit("301", 1_000_000))
        books.post(work, village.rceo, Voucher(date(2025, 1, 2), "资本", money, "capital:1"))
        points.buy_goods(work, goods="SOAP", count=10, cost_fen=3_333, day=DAY)
    return village
