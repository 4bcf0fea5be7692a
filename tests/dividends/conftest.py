"""The village of these tests, its months closed."""

from __future__ import annotations

from datetime import date

import pytest

from coop.kernel.clock import ToldClock
from ledger.voucher import credit, debit
from tests.conftest import Village
from tests.dividends.year import (
    Year,
    close_months,
    opening,
    post,
    sell,
)


@pytest.fixture
def year(village: Village, clock: ToldClock) -> Year:
    opening(village)
    post(village, village.rceo, "sale:1", debit("102", 19_000_000), credit("501:01", 19_000_000))
    post(village, village.rceo, "cost:1", debit("513:03", 1_000_000), credit("102", 1_000_000))
    for number in range(1, 11):
        sell(village, f"H{number:04d}", 1_000_000 + 12_345 * number)
    agreed = 10_000_000 + 12_345 * 55
    post(
        village,
        village.coop,
        "acceptance:1",
        debit("113:QLSZ", agreed + 3_069_480),
        credit("128:XG", agreed),
        credit("501:01", 3_069_480),
    )
    for entity in (village.rceo, village.coop):
        close_months(village, entity)
    clock.day = date(2026, 1, 10)
    return Year(village, clock)
