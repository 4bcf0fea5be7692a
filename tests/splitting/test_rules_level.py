"""The search on arrays: exact selection of ratios that binary fractions cannot tell apart."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.splitting.rules.level import ascending, fill_lots, smallest

LIMIT = 10**12
ratios = st.tuples(st.integers(0, 2 * LIMIT), st.integers(1, LIMIT))
# Neighbours such as (k + 1)/(k + 2) and k/(k + 1) near 10^12 differ by 10^-24.
near_one = st.integers(LIMIT - 5, LIMIT - 1).map(lambda k: (k, k + 1))
pairs = st.lists(ratios | near_one | st.just((1, 3)) | st.just((2, 6)), min_size=1, max_size=12)


def _ordered(rows: list[tuple[int, int]]) -> list[int]:
    return sorted(range(len(rows)), key=lambda n: (Fraction(*rows[n]), n))


@given(pairs, st.data())
def test_the_smallest_ratios_are_found_exactly(rows: list[tuple[int, int]], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, len(rows)))
    above, below = np.array([a for a, _ in rows]), np.array([b for _, b in rows])
    assert set(np.flatnonzero(smallest(above, below, count)).tolist()) == set(_ordered(rows)[:count])
    assert ascending(above, below).tolist() == _ordered(rows)


@st.composite
def fields(draw: st.DrawFn) -> tuple[list[tuple[int, int, int]], int, int]:
    """Magnitudes mixed on purpose: huge beside tiny is where a guided search would lose its way."""
    size = draw(st.integers(1, 10))
    scale = st.sampled_from([1, 7, 10**3, 10**6, 10**9, LIMIT])
    number = st.builds(lambda top, part: top * part // 1000, scale, st.integers(0, 1000))
    rows = [(draw(number), max(1, draw(number)), draw(number)) for _ in range(size)]
    lot = max(1, draw(number))
    most = sum(capacity // lot for capacity, _, _ in rows)
    return rows, lot, draw(st.integers(0, min(most + 2, LIMIT)))


@settings(deadline=None, max_examples=300)
@given(fields())
def test_nobody_waits_below_the_last_lot_given(field: tuple[list[tuple[int, int, int]], int, int]) -> None:
    rows, lot, lots = field
    capacity, weight, prior = (np.array(column) for column in zip(*rows, strict=True))
    got = fill_lots(capacity, weight, prior, lot=lot, lots=lots).tolist()
    room = [c // lot for c, _, _ in rows]
    assert sum(got) == min(lots, sum(room))
    assert all(0 <= x <= r for x, r in zip(got, room, strict=True))

    def key(n: int, nth: int) -> tuple[Fraction, int]:
        return Fraction(rows[n][2] + nth * lot, rows[n][1]), n

    last_given = [key(n, x - 1) for n, x in enumerate(got) if x]
    next_waiting = [key(n, x) for n, x in enumerate(got) if x < room[n]]
    assert not last_given or not next_waiting or max(last_given) < min(next_waiting)


def test_one_step_a_gram_over_a_million_million_is_level() -> None:
    everyone = np.arange(1, 1001)
    got = fill_lots(np.full(1000, LIMIT), everyone, everyone * 0, lot=1, lots=LIMIT)
    assert int(got.sum()) == LIMIT
    # Adams: each has its exact part of the level, rounded up.
    assert int(np.ptp(got / everyone)) <= 1
