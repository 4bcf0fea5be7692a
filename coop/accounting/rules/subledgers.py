"""Open items of an account and their age: what of which voucher is still owed, oldest settled first. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

# 0-30, 31-90, 91-365 days, and older.
EDGES = (30, 90, 365)


@dataclass(frozen=True, slots=True)
class Movement:
    """One line posted to an account: signed fen, debit positive. `reverses_id`: the voucher it is the red twin of."""

    voucher_id: int
    day: date
    label: str
    summary: str
    source: str
    amount: int
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What of a movement is still open, signed as the movement is, and how many days old it is."""

    movement: Movement
    open_fen: int
    days: int


@dataclass(frozen=True, slots=True)
class Ageing:
    """Open fen by age; each side has its own, for a claim is never netted with a debt."""

    upto_30: int = 0
    upto_90: int = 0
    upto_365: int = 0
    older: int = 0

    @property
    def total(self) -> int:
        return self.upto_30 + self.upto_90 + self.upto_365 + self.older


def open_items(movements: Iterable[Movement], day: date) -> tuple[OpenItem, ...]:
    """What is open on a day, oldest first: each movement settles the oldest of the other side (FIFO).

    A voucher and its red-letter twin cancel each other and settle nothing else. Movements come in the order of posting.

    >>> told = [Movement(1, date(2025, 1, 5), "", "", "", 500), Movement(2, date(2025, 2, 5), "", "", "", 300),
    ...         Movement(3, date(2025, 3, 1), "", "", "", -600)]
    >>> [(item.movement.voucher_id, item.open_fen, item.days) for item in open_items(told, date(2025, 3, 7))]
    [(2, 200, 30)]
    >>> taken_back = [*told[:2], Movement(4, date(2025, 3, 1), "", "", "", -300, reverses_id=2)]
    >>> [(item.movement.voucher_id, item.open_fen) for item in open_items(taken_back, date(2025, 3, 7))]
    [(1, 500)]
    """
    held = list(movements)
    there = {each.voucher_id for each in held}
    cancelled = {each.reverses_id for each in held if each.reverses_id in there}
    waiting: deque[tuple[Movement, int]] = deque()
    for each in held:
        if each.voucher_id in cancelled or each.reverses_id in cancelled:
            continue
        left = each.amount
        while left and waiting and (waiting[0][1] > 0) != (left > 0):
            first, open_fen = waiting.popleft()
            if abs(open_fen) > abs(left):
                waiting.appendleft((first, open_fen + left))
                left = 0
            else:
                left += open_fen
        if left:
            waiting.append((each, left))
    return tuple(OpenItem(each, left, (day - each.day).days) for each, left in waiting)


def ageing(items: Sequence[OpenItem], *, debit: bool) -> Ageing:
    """The open items of one side by age, as positive fen.

    >>> item = Movement(1, date(2025, 1, 1), "", "", "", -500)
    >>> ageing([OpenItem(item, -500, 31)], debit=False), ageing([OpenItem(item, -500, 31)], debit=True).total
    (Ageing(upto_30=0, upto_90=500, upto_365=0, older=0), 0)
    """
    sums = [0, 0, 0, 0]
    for item in items:
        if (item.open_fen > 0) == debit:
            sums[sum(item.days > edge for edge in EDGES)] += abs(item.open_fen)
    return Ageing(*sums)
