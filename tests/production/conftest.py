"""The trade as a fixture, with the day of the tests."""

from __future__ import annotations

import pytest

from coop.kernel.actor import Actor
from coop.kernel.clock import ToldClock
from tests.conftest import Village
from tests.procurement.trade import Trade, make_trade
from tests.production.steps import DAY, fund


@pytest.fixture
def trade(village: Village, buyer: Actor, clock: ToldClock) -> Trade:
    """An order of XG confirmed at 50 kg each for H0001 and H0002, and 100,000 yuan in the bank."""
    made = make_trade(village, buyer)
    clock.day = DAY
    fund(made)
    return made
