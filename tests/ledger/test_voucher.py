from collections import Counter
from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import (
    AmountRangeError,
    TooFewPostingsError,
    UnbalancedVoucherError,
    VoucherFormError,
    ZeroPostingError,
)
from ledger.voucher import Posting, Voucher, VoucherKind, combined, credit, debit, sides
from tests.ledger.support import sale

DAY = date(2025, 3, 5)
POSTINGS = st.lists(
    st.builds(
        Posting,
        st.sampled_from(["101", "102:01", "113:H0001", "501:01"]),
        st.integers(-50, 50),
        st.sampled_from(["CNY", "POINT"]),
    ),
    max_size=6,
)


@given(POSTINGS)
def test_a_voucher_exists_only_if_it_balances(postings: list[Posting]) -> None:
    sums: Counter[str] = Counter()
    for posting in postings:
        sums[posting.commodity] += posting.amount
    good = len(postings) >= 2 and all(p.amount for p in postings) and not any(sums.values())
    try:
        voucher = Voucher(DAY, "x", tuple(postings), "s:1")
    except (UnbalancedVoucherError, TooFewPostingsError, ZeroPostingError):
        assert not good
    else:
        assert good
        twin = voucher.reversed(DAY, "y", "s:2")
        assert combined(voucher.postings + twin.postings) == ()
        assert twin.total == -voucher.total


@given(POSTINGS)
def test_combining_keeps_every_balance(postings: list[Posting]) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    for posting in postings:
        sums[posting.account, posting.commodity] += posting.amount
    found = {(p.account, p.commodity): p.amount for p in combined(postings)}
    assert found == {key: amount for key, amount in sums.items() if amount}


@given(st.integers(-100, 100).filter(bool), st.booleans())
def test_sides_keep_the_amount(amount: int, red: bool) -> None:
    on_debit, on_credit = sides(amount, red=red)
    assert on_debit - on_credit == amount
    assert 0 in {on_debit, on_credit}
    assert (on_debit + on_credit < 0) is red


def test_the_difference_is_told() -> None:
    with pytest.raises(UnbalancedVoucherError, match=r"500.*499.*1") as caught:
        Voucher(DAY, "x", (debit("101", 500), credit("501", 499)), "s:1")
    assert caught.value.difference == 1
    assert " / " in str(caught.value)


def test_values_do_not_change() -> None:
    voucher = sale("s:1")
    with pytest.raises(FrozenInstanceError):
        voucher.summary = "y"  # type: ignore[misc]
    assert replace(voucher, summary="y") != voucher
    assert sale("s:1") == sale("s:1", period=3)


@pytest.mark.parametrize(
    "path", ["", "1", "1021:", "102:", "102:h0001", "102: 1", "102:-1", "102:农", "１０２", "102\n"]
)
def test_malformed_paths_are_refused(path: str) -> None:
    with pytest.raises(VoucherFormError):
        debit(path, 1)


@pytest.mark.parametrize(
    "field",
    [
        {"summary": " "},
        {"summary": "x" * 201},
        {"source": ""},
        {"word": ""},
        {"attachments": -1},
        {"attachments": True},
        {"period": 4},
        {"period": 0},
        {"period": 13},
    ],
)
def test_malformed_fields_are_refused(field: dict[str, object]) -> None:
    with pytest.raises(VoucherFormError):
        replace(sale("s:1"), **field)  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", [True, 1.0, "1", None])
def test_amounts_are_integers(amount: object) -> None:
    with pytest.raises(VoucherFormError):
        Posting("101", amount)  # type: ignore[arg-type]


def test_amounts_fit_their_column() -> None:
    with pytest.raises(AmountRangeError):
        debit("101", 2**63)


def test_period_13_is_dated_on_the_last_day() -> None:
    voucher = sale("s:1", day=date(2025, 12, 31), period=13, kind=VoucherKind.closing)
    assert (voucher.book_year, voucher.book_period) == (2025, 13)
    assert sale("s:1", day=date(2025, 12, 31)).book_period == 12
