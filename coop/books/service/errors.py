"""Faults of the books' use cases."""

from __future__ import annotations

from collections.abc import Sequence

from coop.kernel.errors import CoopError
from ledger.money import fen_text


class NoStandardError(CoopError):
    def __init__(self, entity: str) -> None:
        super().__init__(
            zh=f"{entity} 没有选定会计制度，不能建账",
            en=f"{entity} has no accounting standard, so it keeps no books",
        )


class PayableAccountError(CoopError):
    """A payable on a line that does not belong to its household."""

    def __init__(self, source: str, expected: str, found: str) -> None:
        super().__init__(
            zh=f"应付款 {source} 的科目应属于农户 {expected}，实为 {found}",
            en=f"payable {source}: expected an account of household {expected}, found {found}",
        )


class PayableAmountError(CoopError):
    """Payables of a voucher add up to more than the voucher credits to the account."""

    def __init__(self, source: str, account: str, expected: int, found: int) -> None:
        super().__init__(
            zh=f"应付款 {source}：凭证在科目 {account} 贷记 {fen_text(expected)} 元，"
            f"应付合计 {fen_text(found)} 元，多 {fen_text(found - expected)} 元",
            en=f"payable {source}: the voucher credits {account} with {fen_text(expected)} yuan, "
            f"payables on it are {fen_text(found)} yuan, {fen_text(found - expected)} yuan too much",
        )


class PayableBusyError(CoopError):
    """Open items that cannot go into a batch: paid, voided, in another batch, or of another entity."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = tuple(ids)
        listed = ", ".join(map(str, ids))
        super().__init__(
            zh=f"这些应付款不能支付(已付、已冲销、已在其他批次中或不属于本单位):{listed}",
            en=f"these payables are paid, voided, in another batch, or not this entity's: {listed}",
        )


class EmptyBatchError(CoopError):
    def __init__(self) -> None:
        super().__init__(zh="支付批次至少要有一笔", en="a pay batch needs one payment at least")


class OwnBatchError(CoopError):
    def __init__(self, number: str, maker_id: int) -> None:
        super().__init__(
            zh=f"支付批次 {number} 由用户 {maker_id} 制单，复核须由另一人",
            en=f"pay batch {number} was made by user {maker_id}; another person must approve it",
        )


class BatchChangedError(CoopError):
    def __init__(self, number: str, expected: str, found: str) -> None:
        super().__init__(
            zh=f"支付批次 {number} 内容已变：应为 {expected[:12]}，实为 {found[:12]}",
            en=f"pay batch {number} has changed: expected {expected[:12]}, found {found[:12]}",
        )


class PaidVoucherError(CoopError):
    """A voucher whose payable is paid or waits in a batch: the payment is taken back first."""

    def __init__(self, voucher_id: int, ids: Sequence[int]) -> None:
        listed = ", ".join(map(str, ids))
        super().__init__(
            zh=f"凭证 {voucher_id} 的应付款 {listed} 已付或在支付批次中，先退回再冲销",
            en=f"voucher {voucher_id}: payables {listed} are paid or in a batch; take them back first",
        )


class PaymentNotFoundError(CoopError):
    def __init__(self, number: str, payable_id: int) -> None:
        super().__init__(
            zh=f"支付批次 {number} 中没有应付款 {payable_id}",
            en=f"pay batch {number} holds no payable {payable_id}",
        )


class DueAccountError(CoopError):
    """A due on a line that does not belong to its household, or that does not debit it enough."""

    def __init__(self, source: str, account: str, expected: int, found: int) -> None:
        super().__init__(
            zh=f"应收款 {source}：凭证在科目 {account} 借记该农户 {fen_text(expected)} 元，"
            f"应收合计 {fen_text(found)} 元，多 {fen_text(found - expected)} 元",
            en=f"due {source}: the voucher debits that household {fen_text(expected)} yuan on {account}, "
            f"dues on it are {fen_text(found)} yuan, {fen_text(found - expected)} yuan too much",
        )


class SettledDueError(CoopError):
    """A voucher whose due is settled in part: what settled it is reversed first."""

    def __init__(self, voucher_id: int, sources: Sequence[str]) -> None:
        listed = ", ".join(sources)
        super().__init__(
            zh=f"凭证 {voucher_id} 的应收款 {listed} 已经抵扣或偿还，先冲销抵扣的单据",
            en=f"voucher {voucher_id}: dues {listed} are settled in part; reverse what settled them first",
        )


class NegativeSettlementError(CoopError):
    def __init__(self, source: str, found: int) -> None:
        super().__init__(
            zh=f"抵扣 {source} 的金额不能为负，实为 {fen_text(found)} 元",
            en=f"settlement {source}: the amount must not be negative, found {fen_text(found)} yuan",
        )
