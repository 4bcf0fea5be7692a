"""What casual labour comes to. Pure."""

from __future__ import annotations

from ledger.money import round_half_up


def wage(tenths: int, rate_fen: int) -> int:
    """Tenths of a day times fen a day, rounded once.

    >>> wage(25, 12_000), wage(3, 9_999)
    (30000, 3000)
    """
    return round_half_up(tenths * rate_fen, 10)
