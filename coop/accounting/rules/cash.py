"""Counting the cash: denominations and their sum. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from coop.kernel.errors import Fault

DENOMINATIONS = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 2, 1)
"""Renminbi in circulation, fen: notes of 100 to 1 yuan, coins of 5 and 1 jiao, and the fen that are still money."""

MOST_PIECES = 1_000_000


def counted_fen(pieces: Mapping[int, int]) -> int:
    """What the pieces are worth, fen.

    >>> counted_fen({10_000: 3, 500: 1, 10: 7})
    30570
    """
    return sum(value * count for value, count in pieces.items())


def count_faults(pieces: Mapping[int, int]) -> list[Fault]:
    """Denominations that do not exist and numbers that cannot be; the place is `pieces-<fen>`."""
    faults = []
    for value, count in pieces.items():
        if value not in DENOMINATIONS:
            faults.append(
                Fault(f"pieces-{value}", f"没有面额 {value} 分", f"there is no piece of {value} fen")
            )
        elif not 0 <= count <= MOST_PIECES:
            faults.append(
                Fault(
                    f"pieces-{value}",
                    f"张数应在 0 到 {MOST_PIECES} 之间，实为 {count}",
                    f"expected 0 to {MOST_PIECES} pieces, found {count}",
                )
            )
    return faults
