"""Bills and their vouchers: properties of the pure rules."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.settlement import postings
from coop.settlement.rules import Accepted, billed, total
from ledger.chart import Standard, chart_of
from ledger.voucher import Voucher

DAY = date(2025, 5, 5)
fen = st.integers(0, 10**12)


def sale(amount: int, cost: dict[str, int], standard: Standard = Standard.coop_2021) -> Voucher | None:
    return postings.sale(
        chart_of(standard),
        acceptance_id=1,
        number="JS-2025-0001",
        day=DAY,
        buyer="QLSZ",
        amount_fen=amount,
        cost_fen=cost,
    )


@given(fen, st.dictionaries(st.sampled_from(["XG", "ME", "TJ"]), fen), st.sampled_from(Standard))
def test_a_sale_balances_and_clears_the_goods(amount: int, cost: dict[str, int], standard: Standard) -> None:
    voucher = sale(amount, cost, standard)
    agreed = sum(cost.values())
    if amount == agreed == 0:
        assert voucher is None
        return
    assert voucher is not None
    chart = chart_of(standard)
    sums: dict[str, int] = {}
    for line in voucher.postings:
        sums[line.account] = sums.get(line.account, 0) + line.amount
    assert sum(sums.values()) == 0
    assert sums.get(chart.path("receivable", "QLSZ"), 0) == amount
    for product, value in cost.items():
        assert sums.get(chart.path("consigned", product), 0) == -value
    assert sums.get(chart.path("income_ops", "01"), 0) == -max(0, amount - agreed)
    assert sums.get(chart.path("cost_ops", "01"), 0) == max(0, agreed - amount)


@pytest.mark.parametrize(
    ("amount", "cost", "accounts"),
    [
        (500, 400, ["113:QLSZ", "128:XG", "501:01"]),
        (400, 500, ["113:QLSZ", "128:XG", "521:01"]),
        (500, 500, ["113:QLSZ", "128:XG"]),
        (0, 500, ["128:XG", "521:01"]),
        (500, 0, ["113:QLSZ", "501:01"]),
    ],
)
def test_which_accounts_a_sale_touches(amount: int, cost: int, accounts: list[str]) -> None:
    voucher = sale(amount, {"XG": cost})
    assert voucher is not None
    assert [line.account for line in voucher.postings] == accounts


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**6), st.integers(0, 10**7)), max_size=8))
def test_bill_and_claim_add_up_to_what_was_sent(lines: list[tuple[int, int, int]]) -> None:
    made = [billed(Accepted(1, "XG", "A", grams, claim, price)) for grams, claim, price in lines]
    amount, claimed = total(made)
    full, nothing = total(
        [billed(Accepted(1, "XG", "A", grams + claim, 0, price)) for grams, claim, price in lines]
    )
    assert (amount + claimed, nothing) == (full, 0)
    assert amount >= 0
    assert claimed >= 0
