"""Which lines of the bank are which postings of the book. Pure; nothing ambiguous is ever taken.

Steps from the surest to the least sure; each takes what fits in one way only and proposes what fits in several. What is
proposed is left alone by the later steps. Work grows with the number of lines, not with its square.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from coop.accounting.rules.bank_pairs import Entry, Kind, Line, Outcome, Pairing, tokens

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

WINDOW_DAYS = 5
"""How far the bank's day may lie from the book's where the amount alone speaks; ours, a page may ask for another."""

NEAREST = 3
"""Proposals shown for one line."""


def match(lines: Iterable[Line], entries: Iterable[Entry], days: int = WINDOW_DAYS) -> Outcome:
    """All that fits in one way only, and what fits in several."""
    run = _Run({line.id: line for line in lines}, {entry.key: entry for entry in entries}, days)
    for step in (
        run.drafted,
        run.reversals,
        run.references,
        run.batches,
        run.amounts,
        run.vouchers,
        run.days_sums,
    ):
        step()
    return run.outcome


class _Run:
    """The lines and postings still free, and what was found."""

    def __init__(self, lines: dict[int, Line], entries: dict[tuple[int, int], Entry], days: int) -> None:
        self.lines = lines
        self.entries = entries
        self.days = days
        self.outcome = Outcome()

    def _found(
        self, kind: Kind, lines: Sequence[Line], entries: Sequence[Entry], *, sure: bool, detail: str = ""
    ) -> None:
        """Both sides leave the pool: what is proposed is not offered again for less reason."""
        days = [abs((line.day - entry.day).days) for line in [*lines[:1], *lines[-1:]] for entry in entries]
        fen = sum(entry.amount_fen for entry in entries)
        pairing = Pairing(
            kind,
            tuple(line.id for line in lines),
            tuple(entry.key for entry in entries),
            fen,
            max(days, default=0),
            detail,
        )
        (self.outcome.taken if sure else self.outcome.proposed).append(pairing)
        self._leave(lines, entries)

    def _leave(self, lines: Iterable[Line], entries: Iterable[Entry]) -> None:
        for line in lines:
            self.lines.pop(line.id, None)
        for entry in entries:
            self.entries.pop(entry.key, None)

    def drafted(self) -> None:
        """The voucher that was made from these lines."""
        by_voucher = _grouped(self.entries.values(), lambda entry: entry.voucher_id)
        for voucher_id, lines in _grouped(
            (line for line in self.lines.values() if line.voucher_id is not None),
            lambda line: line.voucher_id,
        ).items():
            entries = [] if voucher_id is None else by_voucher.get(voucher_id, [])
            if entries and _sum(lines) == _sum(entries):
                self._found(Kind.drafted, lines, entries, sure=True)

    def reversals(self) -> None:
        """A voucher and its red-letter twin, none of which the bank saw."""
        by_voucher = _grouped(self.entries.values(), lambda entry: entry.voucher_id)
        for entries in list(by_voucher.values()):
            reverses = entries[0].reverses
            original = [] if reverses is None else by_voucher.get(reverses, [])
            both = [*original, *entries]
            if original and _sum(both) == 0 and all(entry.key in self.entries for entry in both):
                self._found(Kind.reversal, [], both, sure=True)

    def references(self) -> None:
        """The bank names the document, and the amount is the same."""
        named: dict[tuple[str, int], list[Entry]] = defaultdict(list)
        for entry in self.entries.values():
            for word in (*entry.words, *entry.batch):
                named[word, entry.amount_fen].append(entry)
        pairs = [
            (line, entry, word)
            for line in self.lines.values()
            for word in dict.fromkeys((*tokens(line.text), *([line.reference] if line.reference else ())))
            for entry in named.get((word, line.amount_fen), ())
        ]
        of_line: dict[int, set[tuple[int, int]]] = defaultdict(set)
        of_entry: dict[tuple[int, int], set[int]] = defaultdict(set)
        for line, entry, _ in pairs:
            of_line[line.id].add(entry.key)
            of_entry[entry.key].add(line.id)
        for line, entry, word in pairs:
            if line.id not in self.lines or entry.key not in self.entries:
                continue
            if len(of_line[line.id]) == 1 and len(of_entry[entry.key]) == 1:
                self._found(Kind.reference, [line], [entry], sure=True, detail=word)

    def batches(self) -> None:
        """The payments of a batch, each a line of the bank that names it, add up to its one posting."""
        by_word: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines.values():
            for word in dict.fromkeys((*tokens(line.text), *([line.reference] if line.reference else ()))):
                by_word[word].append(line)
        for entry in [entry for entry in self.entries.values() if entry.batch]:
            for word in entry.batch:
                lines = [line for line in by_word.get(word, ()) if line.id in self.lines]
                if len(lines) > 1 and _sum(lines) == entry.amount_fen:
                    self._found(Kind.batch, lines, [entry], sure=True, detail=word)
                    break

    def amounts(self) -> None:
        """The same amount within the window. One line and one posting that have no other: taken."""
        of_amount = _grouped(self.entries.values(), lambda entry: entry.amount_fen)
        for amount, lines in _grouped(self.lines.values(), lambda line: line.amount_fen).items():
            for cluster_lines, cluster_entries in _clusters(lines, of_amount.get(amount, []), self.days):
                alone = len(cluster_lines) == len(cluster_entries) == 1
                if alone or len(cluster_lines) == len(cluster_entries):
                    self._found(Kind.amount_day, cluster_lines, cluster_entries, sure=alone)
                else:
                    self._nearest(Kind.amount_day, cluster_lines, cluster_entries)

    def vouchers(self) -> None:
        """One line of the bank for several postings of one voucher."""
        groups = [
            group
            for group in _grouped(self.entries.values(), lambda entry: entry.voucher_id).values()
            if len(group) > 1
        ]
        self._sums(
            Kind.voucher, [([line], line.day, line.amount_fen) for line in self.lines.values()], groups
        )

    def days_sums(self) -> None:
        """Several lines of one day under one text or one reference, for one posting."""
        lines = list(self.lines.values())
        by_text = _grouped(lines, lambda line: (line.day, line.text))
        by_reference = _grouped((x for x in lines if x.reference), lambda x: (x.day, x.reference))
        many = {tuple(x.id for x in group): group for group in (*by_text.values(), *by_reference.values())}
        sums = [(group, group[0].day, _sum(group)) for group in many.values() if len(group) > 1]
        self._sums(Kind.lines, sums, [[entry] for entry in self.entries.values()])

    def _sums(
        self, kind: Kind, sides: Sequence[tuple[list[Line], date, int]], groups: Sequence[list[Entry]]
    ) -> None:
        """Groups of both sides with one sum within the window: taken where neither has another."""
        of_sum = _grouped(groups, _sum)
        fits = [
            (lines, group)
            for lines, day, fen in sides
            for group in of_sum.get(fen, ())
            if abs((group[0].day - day).days) <= self.days
        ]
        count: dict[Hashable, int] = defaultdict(int)
        for lines, group in fits:
            for key in {*(("line", line.id) for line in lines), *(("entry", entry.key) for entry in group)}:
                count[key] += 1
        for lines, group in fits:
            free = all(x.id in self.lines for x in lines) and all(x.key in self.entries for x in group)
            alone = all(count["line", x.id] == 1 for x in lines) and all(
                count["entry", x.key] == 1 for x in group
            )
            if free:
                self._found(kind, lines, group, sure=alone)

    def _nearest(self, kind: Kind, lines: Sequence[Line], entries: Sequence[Entry]) -> None:
        """Each line with the few postings next to its day, the nearest first."""
        for line in lines:
            near = sorted(entries, key=lambda entry: (abs((entry.day - line.day).days), entry.key))
            for entry in near[:NEAREST]:
                days = abs((entry.day - line.day).days)
                if days <= self.days:
                    self.outcome.proposed.append(
                        Pairing(kind, (line.id,), (entry.key,), line.amount_fen, days)
                    )
        self._leave(lines, entries)


def _clusters(
    lines: Sequence[Line], entries: Sequence[Entry], days: int
) -> Iterable[tuple[list[Line], list[Entry]]]:
    """Lines and postings of one amount that hang together, by their days.

    Each line reaches a run of postings in time; lines whose runs share one are of the same cluster.
    """
    window = timedelta(days=days)
    later = sorted(entries, key=lambda entry: (entry.day, entry.key))
    days_of = [entry.day for entry in later]
    held: list[Line] = []
    start = end = 0
    for line in sorted(lines, key=lambda line: (line.day, line.id)):
        low, high = bisect_left(days_of, line.day - window), bisect_right(days_of, line.day + window)
        if low == high:
            continue
        if held and low >= end:
            yield held, later[start:end]
            held = []
        if not held:
            start = low
        held.append(line)
        end = high
    if held:
        yield held, later[start:end]


def _grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    found: dict[K, list[T]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return dict(found)


def _sum(items: Iterable[Line | Entry]) -> int:
    return sum(item.amount_fen for item in items)
