"""Faults of the weigh house."""

from __future__ import annotations

from datetime import date

from coop.kernel.errors import CoopError


class OwnTicketError(CoopError):
    """Who weighed does not reverse."""

    def __init__(self, number: str, clerk_id: int) -> None:
        super().__init__(
            zh=f"收购单 {number} 由用户 {clerk_id} 开出，冲销须由另一人",
            en=f"weigh ticket {number} was made by user {clerk_id}; another person must reverse it",
        )


class TicketKeyError(CoopError):
    """The device's key came again with another content."""

    def __init__(self, key: str, number: str) -> None:
        super().__init__(
            zh=f"提交标识 {key} 已用于收购单 {number}，内容不同",
            en=f"key {key} is already weigh ticket {number}, with another content",
        )


class NotThatDayError(CoopError):
    """A ticket of a day that has not come."""

    def __init__(self, expected: date, found: date) -> None:
        super().__init__(
            zh=f"过磅日期不得晚于今天 {expected}，实为 {found}",
            en=f"the day of weighing must not be after today {expected}, found {found}",
        )


class BlockedError(CoopError):
    """Production stops the purchase: a failed control point, an interval that still runs."""

    def __init__(self, household: str, zh: str, en: str) -> None:
        super().__init__(zh=f"{household} 暂不能收购：{zh}", en=f"nothing may be bought of {household}: {en}")


class LotUsedError(CoopError):
    """A ticket whose goods have left: it cannot be undone at the scale any more."""

    def __init__(self, number: str, lot: str, expected: int, found: int) -> None:
        super().__init__(
            zh=f"收购单 {number} 的批次 {lot} 应剩 {expected} 克，实剩 {found} 克，"
            f"已发出 {expected - found} 克，不能冲销",
            en=f"weigh ticket {number} cannot be reversed: lot {lot}: {expected} g expected, {found} found, "
            f"{expected - found} g have left",
        )


class NoReasonError(CoopError):
    def __init__(self) -> None:
        super().__init__(zh="冲销收购单须写明理由", en="reversing a weigh ticket needs a reason")
