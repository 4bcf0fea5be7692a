"""Pure decisions of the accountant's desk."""

from coop.accounting.rules.drafts import DraftLine, is_under, line_faults, manual_voucher, payable_roots
from coop.accounting.rules.opening import opening_faults, opening_voucher

__all__ = [
    "DraftLine",
    "is_under",
    "line_faults",
    "manual_voucher",
    "opening_faults",
    "opening_voucher",
    "payable_roots",
]
