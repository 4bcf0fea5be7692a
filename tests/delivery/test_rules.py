"""What an acceptance may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.delivery.rules import Sent, answer
from coop.kernel.errors import InputError


@given(st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**7)), max_size=6))
def test_accepted_and_claimed_add_up(pairs: list[tuple[int, int]]) -> None:
    sent = tuple(Sent(number, f"L{number}", grams) for number, (grams, _) in enumerate(pairs))
    said = {number: min(grams, found) for number, (grams, found) in enumerate(pairs)}
    taken = answer(sent, said, dict.fromkeys(said, "short"))
    assert [line.grams + line.claim_g for line in taken] == [line.grams for line in sent]
    assert all((line.reason == "") == (line.claim_g == 0) for line in taken)


def test_every_fault_is_named_at_once() -> None:
    sent = (Sent(1, "L1", 100), Sent(2, "L2", 100), Sent(3, "L3", 100))
    with pytest.raises(InputError) as caught:
        answer(sent, {1: 101, 2: 99, 9: 5}, {2: "  "})
    assert [fault.place for fault in caught.value.faults] == [
        "/grams/9",
        "/grams/1",
        "/reasons/2",
        "/grams/3",
    ]
