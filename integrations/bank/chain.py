"""Lines in the order of time, checked against the printed balance; duplicates told. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from integrations.bank.values import StatementLine
from ledger.errors import Fault
from ledger.money import fen_text

Place = Callable[[int, str], str]


@dataclass(frozen=True, slots=True)
class Chain:
    """The lines, oldest first, what the balances say before and after them, and what is wrong or odd."""

    lines: tuple[StatementLine, ...]
    opening_fen: int | None
    closing_fen: int | None
    faults: tuple[Fault, ...]
    notices: tuple[Fault, ...]


def ordered(lines: Sequence[StatementLine], place: Place) -> Chain:
    """Whether the newest stands first, the balances tell; where they cannot, the days do."""
    ways = (tuple(lines), tuple(reversed(lines)))
    printed = any(line.balance_fen is not None for line in lines)
    faults: list[Fault] = []
    if printed:
        broken = [_broken(way, place) for way in ways]
        at = min((0, 1), key=lambda way: (len(broken[way]), _steps_back(ways[way]), way))
        chosen, faults = ways[at], broken[at]
    else:
        chosen = min(ways, key=_steps_back)
    if printed and not faults:
        faults += _back_in_time(chosen, place)
    if not printed:
        chosen = tuple(sorted(chosen, key=lambda line: line.day))
    twice, odd = _twice(chosen, place, proved=printed and not faults)
    opening, closing = _ends(chosen) if printed and not faults else (None, None)
    return Chain(chosen, opening, closing, (*faults, *twice), tuple(odd))


def _steps_back(lines: Sequence[StatementLine]) -> int:
    return sum(later.day < former.day for former, later in itertools.pairwise(lines))


def _broken(lines: Sequence[StatementLine], place: Place) -> list[Fault]:
    """Each printed balance against the one before and what lies between."""
    faults: list[Fault] = []
    known: int | None = None
    for line in lines:
        expected = None if known is None else known + line.amount_fen
        known = expected if line.balance_fen is None else line.balance_fen
        if expected is None or line.balance_fen is None or expected == line.balance_fen:
            continue
        gap = line.balance_fen - expected
        want, have, less = fen_text(expected), fen_text(line.balance_fen), fen_text(gap)
        faults.append(
            Fault(
                place(line.row, "balance"),
                f"余额不连续：应为 {want}，实为 {have}，差 {less}（可能缺行、重复或改动）",
                f"the balance does not follow: expected {want}, found {have}, difference {less} "
                "(a line missing, repeated or changed)",
            )
        )
    return faults


def _back_in_time(lines: Sequence[StatementLine], place: Place) -> list[Fault]:
    return [
        Fault(
            place(later.row, "day"),
            f"日期早于上一笔：上一笔为 {former.day}，实为 {later.day}",
            f"earlier than the entry before: expected {former.day} or later, found {later.day}",
        )
        for former, later in itertools.pairwise(lines)
        if later.day < former.day
    ]


def _twice(lines: Sequence[StatementLine], place: Place, *, proved: bool) -> tuple[list[Fault], list[Fault]]:
    """Lines alike. With the same bank reference that is one entry twice, unless the running balance proves both."""
    seen: dict[tuple[object, ...], StatementLine] = {}
    faults, notices = [], []
    for line in lines:
        key = (line.reference, line.day, line.amount_fen, line.text, line.party, line.party_tail)
        first = seen.setdefault(key, line)
        if first is line:
            continue
        if line.reference and not proved:
            faults.append(
                Fault(
                    place(line.row, "reference"),
                    f"与第 {first.row} 行重复（流水号 {line.reference}）",
                    f"repeats row {first.row} (reference {line.reference})",
                )
            )
        else:
            notices.append(
                Fault(
                    place(line.row, "reference"),
                    f"与第 {first.row} 行完全相同，按两笔计",
                    f"alike in all to row {first.row}; counted as two entries",
                )
            )
    return faults, notices


def _ends(lines: Sequence[StatementLine]) -> tuple[int | None, int | None]:
    """Before the first and after the last line, worked out from the first balance printed."""
    run = 0
    for line in lines:
        run += line.amount_fen
        if line.balance_fen is not None:
            opening = line.balance_fen - run
            return opening, opening + sum(line.amount_fen for line in lines)
    return None, None
