"""The digest of a pay batch."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from coop.books.rules import PayItem, digest

items = st.lists(
    st.builds(
        PayItem,
        st.integers(1, 50),
        st.sampled_from(["114:H0001", "114:H0002"]),
        st.sampled_from(["H0001", "H0002"]),
        st.integers(1, 10**9),
    ),
    max_size=6,
    unique_by=lambda item: item.payable_id,
)


@given(items, items)
def test_equal_content_and_only_equal_content_has_one_digest(
    one: list[PayItem], other: list[PayItem]
) -> None:
    day = date(2025, 4, 10)
    same = set(one) == set(other)
    assert (digest(1, day, one) == digest(1, day, other)) is same
    assert digest(1, day, one) == digest(1, day, reversed(one))
