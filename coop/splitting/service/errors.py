"""What can be wrong with a split, one class a fault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from coop.kernel.errors import CoopError


class NoCapacityError(CoopError):
    """No household has filed a capacity: there is nobody to split among."""

    def __init__(self, product: str, season: str) -> None:
        super().__init__(
            zh=f"没有农户申报 {season} 年 {product} 的产能，无法分解",
            en=f"no household has filed a capacity of {product} for {season}: nobody to split among",
        )


class SplitFixedError(CoopError):
    """The act needs the split in another state."""

    def __init__(self, number: str, act: str, act_en: str, expected: str, found: str) -> None:
        super().__init__(
            zh=f"分解单 {number} 不能{act}：应为 {expected}，实为 {found}",
            en=f"split {number}: cannot {act_en}, expected {expected}, found {found}",
        )


class NotAcceptedError(CoopError):
    """Only an accepted order is split."""

    def __init__(self, number: str, found: str) -> None:
        super().__init__(
            zh=f"订单 {number} 不能分解：应为 accepted，实为 {found}",
            en=f"order {number} cannot be split: expected accepted, found {found}",
        )


class OverCapacityError(CoopError):
    def __init__(self, household: str, room: int, found: int) -> None:
        super().__init__(
            zh=f"{household} 可用产能 {room}，实为 {found}，超出 {found - room}",
            en=f"{household} has room for {room}, found {found}, over by {found - room}",
        )


class OverOrderError(CoopError):
    """The shares together exceed the order line."""

    def __init__(self, number: str, quantity: int, found: int) -> None:
        super().__init__(
            zh=f"分解单 {number}：合计应不超过 {quantity}，实为 {found}，超出 {found - quantity}",
            en=f"split {number}: at most {quantity} together, found {found}, over by {found - quantity}",
        )


class NegativeShareError(CoopError):
    def __init__(self, household: str, found: int) -> None:
        super().__init__(
            zh=f"{household} 的数量不能为负，实为 {found}",
            en=f"the share of {household} cannot be negative, found {found}",
        )


class ReasonMissingError(CoopError):
    """A change by hand says why: the household will ask."""

    def __init__(self, household: str) -> None:
        super().__init__(
            zh=f"改动 {household} 的数量须写明理由", en=f"changing the share of {household} needs a reason"
        )


class OffersOpenError(CoopError):
    """Silence counts as no only after the last day for answers."""

    def __init__(self, number: str, count: int, until: date) -> None:
        super().__init__(
            zh=f"分解单 {number} 还有 {count} 户未答复，答复期到 {until}",
            en=f"split {number}: {count} households have not answered yet, they have until {until}",
        )


class AnswerDayError(CoopError):
    def __init__(self, today: date, found: date) -> None:
        super().__init__(
            zh=f"答复截止日不得早于 {today}，实为 {found}",
            en=f"the last day for answers must be {today} or later, found {found}",
        )


class NotYourShareError(CoopError):
    """A household answers for itself; others go through the clerk or on paper."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(
            zh=f"只能答复自家的份额：应为 {expected}，实为 {found}",
            en=f"a household answers for itself: expected {expected}, found {found}",
        )


class NothingPromisedError(CoopError):
    def __init__(self, number: str, quantity: int) -> None:
        super().__init__(
            zh=f"分解单 {number}：订货 {quantity}，无一户确认，不能定案；请重新分解",
            en=f"split {number}: {quantity} ordered, no household has confirmed; split it again",
        )


class OverDeliveryError(CoopError):
    """O2: a household delivers at most its share and the order's tolerance, and never less than nothing."""

    def __init__(self, household: str, limit: int, found: int) -> None:
        self.limit, self.found = limit, found
        over = found - limit if found > limit else found
        super().__init__(
            zh=f"{household} 累计交货应在 0 到 {limit} 之间，实为 {found}，差 {over}",
            en=f"{household} may deliver 0 to {limit} in all, found {found}, off by {over}",
        )


class UnknownGroupError(CoopError):
    """A group whose turn it should be does not exist."""

    def __init__(self, found: str, known: Sequence[str]) -> None:
        super().__init__(
            zh=f"没有小组“{found}”，应为：{'、'.join(known)}",
            en=f"no group “{found}”, expected one of {', '.join(known)}",
        )


class LessError(CoopError):
    """A household takes less than it was offered: more than what it confirmed before, and not more than the offer."""

    def __init__(self, household: str, least: int, most: int, found: int) -> None:
        super().__init__(
            zh=f"{household} 答复的数量应大于 {least}、不超过 {most}，实为 {found}",
            en=f"household {household} must take more than {least} and at most {most}, found {found}",
        )
