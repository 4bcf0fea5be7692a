"""When a cooperative's member may leave, and with what. Pure. Source: 合作社法 art. 25, 28 (users.md §2)."""

from __future__ import annotations

from datetime import date


def effective_on(applied_on: date) -> date:
    """Membership ends with the accounting year whose end is three months or more away; else with the next one.

    >>> effective_on(date(2025, 9, 30)), effective_on(date(2025, 10, 1))
    (datetime.date(2025, 12, 31), datetime.date(2026, 12, 31))
    """
    in_time = applied_on <= date(applied_on.year, 9, 30)
    return date(applied_on.year if in_time else applied_on.year + 1, 12, 31)


def from_own_account(wanted_fen: int, own_fen: int) -> tuple[int, int]:
    """(from the member's sub-account, from the control account): contributions from before the sub-accounts stand
    in the control account itself.

    >>> from_own_account(1_000, 300), from_own_account(1_000, 5_000), from_own_account(1_000, -5)
    ((300, 700), (1000, 0), (0, 1000))
    """
    own = max(0, min(wanted_fen, own_fen))
    return own, wanted_fen - own
