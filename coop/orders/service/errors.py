"""What can be wrong with an order, one class a fault."""

from __future__ import annotations

from datetime import date

from coop.kernel.errors import CoopError


class OtherSideError(CoopError):
    """An act that belongs to the other side of the order."""

    def __init__(self, number: str, side_zh: str, side_en: str) -> None:
        super().__init__(
            zh=f"订单 {number}：此操作属于{side_zh}", en=f"order {number}: this act belongs to the {side_en}"
        )


class WrongBuyerError(CoopError):
    def __init__(self, expected: str, found: str) -> None:
        super().__init__(
            zh=f"采购单位代码应为本单位 {expected}，实为 {found}",
            en=f"buyer code {expected} expected, found {found}",
        )


class NoSellerError(CoopError):
    def __init__(self, entity: str, day: date) -> None:
        super().__init__(
            zh=f"{entity} 在 {day} 不在接单名录中", en=f"{entity} is not in the directory of sellers on {day}"
        )


class NoReasonError(CoopError):
    def __init__(self, act: str, act_en: str) -> None:
        super().__init__(zh=f"{act}须写明理由", en=f"{act_en} needs a reason")


class ProgressError(CoopError):
    """More than the step before allows, or less than the step after has used."""

    def __init__(self, step: str, step_en: str, least: int, most: int, found: int) -> None:
        self.least, self.most, self.found = least, most, found
        over = found - most if found > most else found - least
        super().__init__(
            zh=f"{step}累计应在 {least} 到 {most} 之间，实为 {found}，差 {over}",
            en=f"{step_en} so far must be {least} to {most}, found {found}, off by {over}",
        )
