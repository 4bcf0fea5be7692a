"""Properties of the points' pure rules, and the model charter as data."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from coop.points import rules

points = st.integers(-100, 100).filter(bool)
amounts = st.integers(0, 10_000)


def test_the_charter_has_39_items_under_six_headings() -> None:
    items, goods = rules.charter()
    assert len({item.code for item in items}) == 39
    assert {item.virtue for item in items} == set(rules.Virtue)
    assert all(item.text and item.text_en and item.points for item in items)
    assert all(item.cap is None or item.points[0] > 0 for item in items), "a penalty has no cap"
    assert all(entry.points > 0 for entry in goods)


@given(points, st.none() | st.integers(1, 50), amounts)
def test_an_award_keeps_to_the_cap_and_a_penalty_stands(score: int, cap: int | None, had: int) -> None:
    got = rules.awarded(score, cap, had)
    if score < 0 or cap is None:
        assert got == score
    else:
        assert 0 <= got <= score
        assert got == 0 or had + got <= cap


@given(st.integers(1, 1000), amounts)
def test_a_penalty_takes_the_balance_to_zero_at_most(penalty: int, balance: int) -> None:
    taken = rules.deductible(-penalty, balance)
    assert 0 <= taken <= penalty
    assert balance - taken >= 0
    assert taken == min(penalty, balance)


@given(amounts, amounts)
def test_expiry_leaves_what_was_earned_since(balance: int, since: int) -> None:
    gone = rules.expiring(balance, since)
    assert balance - gone == min(balance, since)


@given(st.integers(1, 50), st.integers(0, 100_000), st.data())
def test_the_stock_is_worth_nothing_when_it_is_gone(stock: int, value: int, data: st.DataObject) -> None:
    while stock:
        count = data.draw(st.integers(1, stock))
        cost = rules.goods_cost(count, stock, value)
        assert 0 <= cost <= value
        stock, value = stock - count, value - cost
    assert value == 0


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_spans_of_one_day_are_its_month_quarter_and_year(day: date) -> None:
    assert rules.span_key(rules.Span.month, day, "") == f"{day.year}-{day.month:02d}"
    assert rules.span_key(rules.Span.quarter, day, "").endswith(str((day.month - 1) // 3 + 1))
    assert rules.span_key(rules.Span.season, day, "2025-autumn") == "2025-autumn"
