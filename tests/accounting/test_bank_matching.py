"""Matching as rules: sums always agree, nothing is in two matches, nothing ambiguous is taken."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from coop.accounting.rules.bank_matching import match
from coop.accounting.rules.bank_pairs import Entry, Kind, Line

START = date(2025, 3, 1)
AMOUNTS = st.sampled_from([100, 200, 300, -100, -300, 700])
WORDS = st.sampled_from(["", "ZF2025-0003", "FP00017", "H0001"])


def day(offset: int) -> date:
    return START + timedelta(days=offset)


@st.composite
def sides(draw: st.DrawFn) -> tuple[list[Line], list[Entry]]:
    lines = [
        Line(number, day(draw(st.integers(0, 20))), draw(AMOUNTS), draw(WORDS), draw(WORDS))
        for number in range(draw(st.integers(0, 12)))
    ]
    entries: list[Entry] = []
    for voucher in range(draw(st.integers(0, 8))):
        when, word = day(draw(st.integers(0, 20))), draw(WORDS)
        entries += [
            Entry(voucher, line, when, draw(AMOUNTS), (word,) if word else ())
            for line in range(1, draw(st.integers(1, 3)) + 1)
        ]
    return lines, entries


@given(sides(), st.integers(0, 10))
def test_every_match_agrees_and_is_disjoint(both: tuple[list[Line], list[Entry]], days: int) -> None:
    lines, entries = both
    found = match(lines, entries, days)
    fen = {line.id: line.amount_fen for line in lines}
    book = {entry.key: entry.amount_fen for entry in entries}
    for pairing in [*found.taken, *found.proposed]:
        assert sum(fen[key] for key in pairing.lines) == sum(book[key] for key in pairing.entries)
        assert sum(book[key] for key in pairing.entries) == pairing.fen
    for taken in (
        list(chain.from_iterable(p.lines for p in found.taken)),
        list(chain.from_iterable(p.entries for p in found.taken)),
    ):
        assert len(taken) == len(set(taken))
    held = {key for p in found.taken for key in p.lines}
    assert not held & {key for p in found.proposed for key in p.lines}
    assert match(lines[::-1], entries[::-1], days).taken != [] or not found.taken, "order decides nothing"


@given(sides(), st.integers(0, 10))
def test_amount_and_day_alone_take_only_what_has_no_rival(
    both: tuple[list[Line], list[Entry]], days: int
) -> None:
    lines, entries = both
    found = match(lines, entries, days)
    gone = {key for p in found.taken if p.kind is not Kind.amount_day for key in (*p.lines, *p.entries)}
    at = {line.id: line for line in lines}
    of = {entry.key: entry for entry in entries}
    for pairing in (p for p in found.taken if p.kind is Kind.amount_day):
        line, entry = at[pairing.lines[0]], of[pairing.entries[0]]
        assert abs((line.day - entry.day).days) <= days
        rivals = [
            other
            for other in entries
            if other.amount_fen == line.amount_fen
            and abs((other.day - line.day).days) <= days
            and other.key != entry.key
            and other.key not in gone
        ]
        assert not rivals


def test_the_surer_reason_comes_first() -> None:
    lines = [
        Line(1, day(9), -5_000, "ZF2025-0003", "批量代发"),
        Line(2, day(9), -5_000, "X", "转账"),
        Line(3, day(12), -100, "Y", "代发 ZF2025-0004"),
        Line(4, day(12), -200, "Z", "代发 ZF2025-0004"),
        Line(5, day(40), -77, "W", "发票FP00017"),
    ]
    entries = [
        Entry(10, 3, day(9), -5_000, batch=("ZF2025-0003",)),
        Entry(11, 2, day(10), -5_000),
        Entry(12, 1, day(8), -300, batch=("ZF2025-0004",)),
        Entry(13, 1, day(1), -77, words=("FP00017",)),
        Entry(14, 1, day(3), 60),
        Entry(15, 1, day(4), -60, reverses=14),
    ]
    found = match(lines, entries)
    assert [(p.kind.value, p.lines, p.detail) for p in found.taken] == [
        ("reversal", (), ""),
        ("reference", (1,), "ZF2025-0003"),
        ("reference", (5,), "FP00017"),
        ("batch", (3, 4), "ZF2025-0004"),
        ("amount_day", (2,), ""),
    ]
    assert not found.proposed


def test_equal_numbers_of_one_amount_are_one_proposal() -> None:
    lines = [Line(n, day(n % 2), -5_000) for n in range(40)]
    entries = [Entry(n, 1, day(n % 3), -5_000) for n in range(40)]
    found = match(lines, entries)
    assert not found.taken
    [whole] = found.proposed
    assert (len(whole.lines), len(whole.entries), whole.fen) == (40, 40, -200_000)
