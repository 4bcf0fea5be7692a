"""Errors a user may meet: each says what is wrong in Chinese and in English, and names expected and found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.errors import Fault, LedgerError
from ledger.errors import InputFaultsError as InputError

__all__ = [
    "ConflictError",
    "CoopError",
    "Fault",
    "InputError",
    "LedgerError",
    "MeanwhileError",
    "NestedUnitError",
    "NotFoundError",
    "PermissionDeniedError",
    "ScopeError",
]


class CoopError(LedgerError):
    """The base of every fault a user can cause or mend above the ledger. `zh` and `en` are whole sentences."""


class NotFoundError(CoopError):
    """Nothing of that kind and key is visible to this actor: also the answer for another tenant's rows."""

    def __init__(self, kind: str, key: object) -> None:
        self.kind = kind
        self.key = key
        super().__init__(zh=f"找不到 {kind} {key}", en=f"no {kind} {key} here")


class ScopeError(CoopError):
    """A write that names a tenant other than the one this unit may write."""

    def __init__(self, table: str, expected: int, found: int | None) -> None:
        super().__init__(
            zh=f"不能写入其他单位的数据：{table} 应为单位 {expected}，实为 {found}",
            en=f"{table}: this unit writes tenant {expected}, the row names {found}",
        )


class PermissionDeniedError(CoopError):
    """The actor holds none of the roles the act needs."""

    def __init__(self, act: str, needed: Sequence[str], held: Sequence[str]) -> None:
        need, have = "、".join(needed), "、".join(held) or "—"
        super().__init__(
            zh=f"无权{act}：需要角色 {need}，现有 {have}",
            en=f"{act} needs one of the roles {', '.join(needed)}; held: {', '.join(held) or 'none'}",
        )


class NestedUnitError(RuntimeError):
    """A unit was opened inside another: a programming error, for inner commits would break the outer's promise."""

    def __init__(self) -> None:
        super().__init__("a unit is already open in this context; pass it on instead of opening another")


class ConflictError(CoopError):
    """The row changed under the user, or the same key came with another body."""

    def __init__(self, what: str, expected: Any, found: Any) -> None:
        super().__init__(
            zh=f"{what} 已变化：应为 {expected}，实为 {found}",
            en=f"{what} has changed: expected {expected}, found {found}",
        )


class MeanwhileError(ConflictError):
    """Somebody did the same, or held the same rows, at the same moment; nothing of this attempt was saved."""

    def __init__(self) -> None:
        CoopError.__init__(
            self,
            zh="有人同时在办理同一件事，本次没有保存；请刷新后再试",
            en="somebody did the same at the same moment; nothing was saved, reload and try again",
        )
