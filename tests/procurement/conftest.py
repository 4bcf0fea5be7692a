"""The trade as a fixture."""

from __future__ import annotations

import pytest

from coop.kernel.actor import Actor
from coop.kernel.clock import ToldClock
from tests.conftest import Village
from tests.procurement.trade import DAY, Trade, make_trade


@pytest.fixture
def trade(village: Village, buyer: Actor, clock: ToldClock) -> Trade:
    made = make_trade(village, buyer)
    clock.day = DAY
    return made
