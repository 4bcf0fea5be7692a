"""Faults of the ledger: one class a fault, typed arguments, a Chinese and an English sentence.

Knows no table and no chart: every argument is a plain value, so that any layer can raise or show a fault.
"""

from collections.abc import Iterable
from dataclasses import dataclass


class LedgerError(Exception):
    """Base of all ledger faults. `.zh` and `.en` hold the sentence; `str()` gives both."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input and its place (a JSON pointer or sheet/row/column)."""

    place: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.place}: {self.zh} / {self.en}"


class InputFaultsError(LedgerError):
    """An input was refused; `.faults` lists every fault, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__(
            zh=f"输入有 {count} 处错误：" + "；".join(f"{f.place}: {f.zh}" for f in self.faults),
            en=f"{count} fault(s) in the input: " + "; ".join(f"{f.place}: {f.en}" for f in self.faults),
        )


# --- money ---


class NegativeWeightError(LedgerError):
    """A weight below zero was given to `apportion`."""

    def __init__(self, key: str, weight: object) -> None:
        super().__init__(
            zh=f"“{key}”的分配权数应不小于 0，实为 {weight}",
            en=f"weight of {key!r}: expected >= 0, found {weight}",
        )


class NoWeightError(LedgerError):
    """An amount other than 0 has nobody to go to."""

    def __init__(self, total: int, count: int) -> None:
        super().__init__(
            zh=f"{total} 无从分配：{count} 个权数之和应大于 0，实为 0",
            en=f"{total} cannot be shared out: expected a sum of {count} weights above 0, found 0",
        )


class AmountRangeError(LedgerError):
    """A number outside what a column, or a written form, can hold."""

    def __init__(self, found: int, limit: int) -> None:
        super().__init__(
            zh=f"数额超出范围：绝对值应不大于 {limit}，实为 {found}，超出 {abs(found) - limit}",
            en=f"amount out of range: expected at most {limit}, found {found}, over by {abs(found) - limit}",
        )


# --- vouchers ---


class VoucherFormError(LedgerError):
    """A field of a voucher or posting has no legal value."""

    def __init__(self, field: str, expected_zh: str, expected_en: str, found: object) -> None:
        super().__init__(
            zh=f"凭证字段 {field}：应为{expected_zh}，实为 {found!r}",
            en=f"voucher field {field}: expected {expected_en}, found {found!r}",
        )


class UnbalancedVoucherError(LedgerError):
    """Debits and credits of one commodity differ."""

    def __init__(self, source: str, commodity: str, debit: int, credit: int) -> None:
        self.difference = debit - credit
        super().__init__(
            zh=f"凭证（{source}）借贷不平：{commodity} 借方 {debit}，贷方 {credit}，差 {debit - credit}",
            en=f"voucher ({source}) does not balance: {commodity} debit {debit}, credit {credit}, "
            f"difference {debit - credit}",
        )


class TooFewPostingsError(LedgerError):
    """A voucher needs two lines at least."""

    def __init__(self, source: str, found: int) -> None:
        super().__init__(
            zh=f"凭证（{source}）至少应有 2 条分录，实有 {found} 条",
            en=f"voucher ({source}): expected at least 2 postings, found {found}",
        )


class ZeroPostingError(LedgerError):
    """A line of 0 says nothing and is refused."""

    def __init__(self, source: str, line: int, account: str) -> None:
        super().__init__(
            zh=f"凭证（{source}）第 {line} 条分录（{account}）金额不得为 0",
            en=f"voucher ({source}) line {line} ({account}): expected an amount other than 0, found 0",
        )


# --- journal ---


class BookMissingError(LedgerError):
    """No such book (or not visible)."""

    def __init__(self, book_id: int) -> None:
        super().__init__(zh=f"没有账套 {book_id}", en=f"there is no book {book_id}")


class VoucherMissingError(LedgerError):
    """No such voucher (or not visible)."""

    def __init__(self, voucher_id: int) -> None:
        super().__init__(zh=f"没有凭证 {voucher_id}", en=f"there is no voucher {voucher_id}")


class UnknownAccountError(LedgerError):
    """A posting names an account the book does not have and may not open by itself."""

    def __init__(self, entity: str, path: str) -> None:
        super().__init__(
            zh=f"账套 {entity} 没有科目 {path}，也不能自动开设",
            en=f"book {entity} has no account {path} and may not open it by itself",
        )


class CommodityError(LedgerError):
    """Memo accounts carry points only, the others money only."""

    def __init__(self, path: str, expected: str, found: str) -> None:
        super().__init__(
            zh=f"科目 {path} 只记 {expected}，实为 {found}",
            en=f"account {path}: expected commodity {expected}, found {found}",
        )


class NegativeBalanceError(LedgerError):
    """Cash and bank never fall below zero (L10)."""

    def __init__(self, path: str, before: int, change: int) -> None:
        short = -(before + change)
        super().__init__(
            zh=f"科目 {path} 余额不足：现有 {before}，需 {-change}，差 {short}",
            en=f"account {path} would fall below zero: has {before}, needs {-change}, short by {short}",
        )


class SourceConflictError(LedgerError):
    """The same source was posted before with other content."""

    def __init__(self, source: str, voucher_id: int, field: str, expected: object, found: object) -> None:
        self.voucher_id = voucher_id
        super().__init__(
            zh=f"来源 {source} 已入账为凭证 {voucher_id}，但 {field} 不同：原为 {expected}，现为 {found}",
            en=f"source {source} is already voucher {voucher_id}, but {field} differs: "
            f"expected {expected}, found {found}",
        )


class SameHandsError(LedgerError):
    """Maker and checker must be two persons (T3)."""

    def __init__(self, what: str, maker_id: int, checker_id: int | None) -> None:
        super().__init__(
            zh=f"{what}须由两人经手：制单人 {maker_id}，复核人 {checker_id}",
            en=f"{what} needs two persons: maker {maker_id}, checker {checker_id}",
        )


class AlreadyReversedError(LedgerError):
    """A voucher is reversed once at most (L3)."""

    def __init__(self, voucher_id: int, reversal_id: int) -> None:
        super().__init__(
            zh=f"凭证 {voucher_id} 已由凭证 {reversal_id} 冲销，不得再次冲销",
            en=f"voucher {voucher_id} is already reversed by voucher {reversal_id}",
        )


class ReversalOfReversalError(LedgerError):
    """A reversal is final; book the right voucher anew."""

    def __init__(self, voucher_id: int) -> None:
        super().__init__(
            zh=f"凭证 {voucher_id} 是红字冲销凭证，不得再冲销，请另制正确凭证",
            en=f"voucher {voucher_id} is itself a reversal; post a correct voucher instead",
        )


# --- periods ---


class PeriodMissingError(LedgerError):
    """The year was never opened."""

    def __init__(self, entity: str, year: int, number: int) -> None:
        super().__init__(
            zh=f"账套 {entity} 未开设 {year} 年第 {number} 期",
            en=f"book {entity} has no period {year}-{number:02d}",
        )


class PeriodClosedError(LedgerError):
    """Nothing is posted into a closed period (L5)."""

    def __init__(self, entity: str, year: int, number: int) -> None:
        super().__init__(
            zh=f"账套 {entity} {year} 年第 {number} 期已结账：应为 open，实为 closed",
            en=f"book {entity} period {year}-{number:02d}: expected open, found closed",
        )


class PeriodOrderError(LedgerError):
    """Periods close one after the other and reopen in the opposite order."""

    def __init__(self, year: int, number: int, other: tuple[int, int], expected: str, found: str) -> None:
        super().__init__(
            zh=f"{year} 年第 {number} 期：{other[0]} 年第 {other[1]} 期应为 {expected}，实为 {found}",
            en=f"period {year}-{number:02d}: period {other[0]}-{other[1]:02d} expected {expected}, "
            f"found {found}",
        )


class PeriodStateError(LedgerError):
    """The period is already in the state asked for."""

    def __init__(self, year: int, number: int, expected: str, found: str) -> None:
        super().__init__(
            zh=f"{year} 年第 {number} 期应为 {expected}，实为 {found}",
            en=f"period {year}-{number:02d}: expected {expected}, found {found}",
        )


class PeriodKindError(LedgerError):
    """A kind of voucher that does not belong into the period."""

    def __init__(self, year: int, number: int, kind: str, reason_zh: str, reason_en: str) -> None:
        super().__init__(
            zh=f"{year} 年第 {number} 期不收 {kind} 类凭证：{reason_zh}",
            en=f"period {year}-{number:02d} takes no {kind} voucher here: {reason_en}",
        )


# --- beancount ---


class BeancountError(LedgerError):
    """A beancount text was refused."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            zh=f"beancount 文件有 {len(self.problems)} 处错误：" + "；".join(self.problems),
            en=f"{len(self.problems)} fault(s) in the beancount file: " + "; ".join(self.problems),
        )
