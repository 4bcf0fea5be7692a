"""Faults of policies and grants."""

from __future__ import annotations

from coop.kernel.errors import CoopError
from ledger.money import fen_text


class NoIssuerError(CoopError):
    """Policies and programmes come from a county or a township."""

    def __init__(self, found: str) -> None:
        super().__init__(
            zh=f"政策与补助项目由县或镇办发布，本单位类型为 {found}",
            en=f"policies and programmes are issued by a county or township; this tenant is a {found}",
        )


class PolicyNumberError(CoopError):
    def __init__(self, number: str) -> None:
        super().__init__(
            zh=f"文号 {number} 已经发布过；改动请发布新版本",
            en=f"{number} is issued already; publish a new version of it",
        )


class ProjectTakenError(CoopError):
    def __init__(self, project: str) -> None:
        super().__init__(
            zh=f"项目代码 {project} 已被使用", en=f"the project code {project} is in use already"
        )


class AwardsTooMuchError(CoopError):
    def __init__(self, project: str, expected: int, found: int) -> None:
        super().__init__(
            zh=f"项目 {project} 总额 {fen_text(expected)} 元，分配合计 {fen_text(found)} 元，"
            f"多 {fen_text(found - expected)} 元",
            en=f"project {project} has {fen_text(expected)} yuan, its awards are {fen_text(found)} yuan, "
            f"{fen_text(found - expected)} yuan too much",
        )


class NotAwardedError(CoopError):
    """The programme names who gets its money, and this one gets less or nothing."""

    def __init__(self, project: str, entity: str, expected: int, found: int) -> None:
        super().__init__(
            zh=f"项目 {project} 分配给 {entity} {fen_text(expected)} 元，连同本笔已收 {fen_text(found)} 元，"
            f"多 {fen_text(found - expected)} 元",
            en=f"project {project} awards {entity} {fen_text(expected)} yuan; with this receipt it has "
            f"{fen_text(found)} yuan, {fen_text(found - expected)} yuan too much",
        )


class GrantTwiceError(CoopError):
    def __init__(self, project: str, document: str) -> None:
        super().__init__(
            zh=f"项目 {project} 文号 {document} 的资金已经登记过",
            en=f"the money of project {project} under {document} is recorded already",
        )


class OverspentError(CoopError):
    """A grant is never spent beyond what is left of it."""

    def __init__(self, project: str, expected: int, found: int) -> None:
        super().__init__(
            zh=f"专项资金 {project} 余额 {fen_text(expected)} 元，本次 {fen_text(found)} 元，"
            f"超出 {fen_text(found - expected)} 元",
            en=f"grant {project} has {fen_text(expected)} yuan left, {fen_text(found)} yuan asked, "
            f"{fen_text(found - expected)} yuan too much",
        )
