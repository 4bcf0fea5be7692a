"""Faults of the distribution's use cases."""

from __future__ import annotations

from datetime import date

from coop.kernel.errors import CoopError


class AlreadyPostedError(CoopError):
    def __init__(self, number: str) -> None:
        super().__init__(
            zh=f"分配方案 {number} 已入账，不能再改；更正须冲销",
            en=f"plan {number} is posted; it can only be reversed",
        )


class PlanChangedError(CoopError):
    """The books, the register, the points or the stored lines are no longer what the plan was drafted
    from.
    """

    def __init__(self, number: str, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            zh=f"分配方案 {number} 的依据已变：应为 {expected[:12]}，实为 {found[:12]}；须重新编制并重新公示",
            en=f"plan {number}: what it stands on has changed, expected {expected[:12]}, found {found[:12]}; "
            "draft it anew, and the notice starts again",
        )


class MonthsOpenError(CoopError):
    """The figures are not final while a month of the year is open."""

    def __init__(self, year: int, months: list[int]) -> None:
        listed, listed_en = "、".join(map(str, months)), ", ".join(map(str, months))
        super().__init__(
            zh=f"{year} 年第 {listed} 月尚未结账，应全部结账后再公示分配方案",
            en=f"{year}: months {listed_en} are still open; close them before the plan is published",
        )


class SamePersonError(CoopError):
    def __init__(self, number: str, user_id: int) -> None:
        super().__init__(
            zh=f"分配方案 {number} 由用户 {user_id} 编制，审核须由他人",
            en=f"plan {number} was drafted by user {user_id}; another person must review it",
        )


class WrongBodyError(CoopError):
    def __init__(self, number: str, expected: str, found: str) -> None:
        super().__init__(
            zh=f"分配方案 {number} 应由本组织的 {expected} 表决，实为 {found}",
            en=f"plan {number} is for this organisation's {expected} to resolve, found {found}",
        )


class NoticeTooShortError(CoopError):
    """The papers were not open long enough before the meeting."""

    def __init__(self, number: str, expected: date, found: date) -> None:
        super().__init__(
            zh=f"分配方案 {number} 公示期满日为 {expected}，大会不得早于该日，实为 {found}",
            en=f"plan {number}: papers are open until {expected}, the meeting was on {found}, "
            f"{(expected - found).days} days too early",
        )


class PlanNotReadyError(CoopError):
    def __init__(self, number: str, expected: str, found: str) -> None:
        super().__init__(
            zh=f"分配方案 {number} 应为 {expected}，实为 {found}",
            en=f"plan {number}: expected {expected}, found {found}",
        )


class YearError(CoopError):
    def __init__(self, number: str, expected: int, found: date) -> None:
        super().__init__(
            zh=f"分配方案 {number} 应在 {expected} 年及以后支付，实为 {found}",
            en=f"plan {number} is paid in {expected} or later, found {found}",
        )
