"""The trade, collected, and billed, as fixtures."""

from __future__ import annotations

import pytest

from coop.kernel.actor import Actor
from coop.kernel.clock import ToldClock
from tests.conftest import Village
from tests.procurement.trade import DAY, KG, Trade, make_trade
from tests.settlement.flow import BILL_DAY, bill, deliver


@pytest.fixture
def trade(village: Village, buyer: Actor, clock: ToldClock) -> Trade:
    made = make_trade(village, buyer)
    clock.day = DAY
    return made


@pytest.fixture
def collected(trade: Trade, clock: ToldClock) -> Trade:
    """Grade A: 40 kg of H0001, 40 kg of H0002; grade B: 10 kg of H0001. Bought for 5,896 and 580 yuan."""
    trade.weigh("H0001", ("A", 40 * KG), ("B", 10 * KG))
    trade.weigh("H0002", ("A", 40 * KG))
    clock.day = BILL_DAY
    return trade


@pytest.fixture
def billed(collected: Trade) -> tuple[Trade, int]:
    return collected, bill(collected, deliver(collected))
