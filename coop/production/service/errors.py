"""Faults of the growing's use cases."""

from __future__ import annotations

from datetime import date

from coop.kernel.errors import CoopError


class NotThatDayError(CoopError):
    def __init__(self, expected: date, found: date) -> None:
        super().__init__(
            zh=f"日期不得晚于今天 {expected}，实为 {found}",
            en=f"the day must not be after today {expected}, found {found}",
        )


class SignedAlreadyError(CoopError):
    """One agreement a household, product and season."""

    def __init__(self, number: str, day: date) -> None:
        super().__init__(
            zh=f"已于 {day} 签订协议 {number}，不能重复签订",
            en=f"agreement {number} was signed on {day} already",
        )


class OtherTextError(CoopError):
    """What was read is not what would be signed: a price or a term changed meanwhile."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(
            zh=f"协议内容已变化，请重新阅读后签订：应为 {expected[:12]}，读到的是 {found[:12]}",
            en=f"the agreement has changed, read it again: {expected[:12]} expected, {found[:12]} was read",
        )


class NoSignerError(CoopError):
    """Only an adult member of the household signs for it (民法典 18)."""

    def __init__(self, household: str, found: str) -> None:
        super().__init__(
            zh=f"签字人须为 {household} 户的成年在册成员，实为“{found or '—'}”",
            en=f"an adult member of household {household} signs, found {found or 'none'}",
        )


class NotOwnHouseholdError(CoopError):
    """A household acts for itself alone."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(
            zh=f"农户只能为自己办理：应为 {expected or '—'}，实为 {found}",
            en=f"a household acts for itself alone: {expected or 'none'} expected, {found} found",
        )


class WrongViaError(CoopError):
    """A household signs on its phone; paper is keyed in by the village."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(
            zh=f"签订方式应为 {expected}，实为 {found}", en=f"signed via {expected} expected, {found} found"
        )


class BannedInputError(CoopError):
    def __init__(self, code: str) -> None:
        super().__init__(zh=f"{code} 属禁用投入品，不得采购", en=f"{code} is banned and must not be bought")


class NotPositiveError(CoopError):
    def __init__(self, zh: str, en: str, found: int, most: int) -> None:
        super().__init__(
            zh=f"{zh}应在 1 到 {most} 之间，实为 {found}", en=f"{en} must be 1 to {most}, found {found}"
        )


class OwnIssueError(CoopError):
    """Who issued does not reverse."""

    def __init__(self, number: str, user_id: int) -> None:
        super().__init__(
            zh=f"发放单 {number} 由用户 {user_id} 开出，冲销须由另一人",
            en=f"input issue {number} was made by user {user_id}; another person must reverse it",
        )


class NoReasonError(CoopError):
    def __init__(self) -> None:
        super().__init__(zh="冲销发放单须写明理由", en="reversing an input issue needs a reason")
