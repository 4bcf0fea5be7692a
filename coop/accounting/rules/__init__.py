"""Pure decisions of the accountant's desk."""

from coop.accounting.rules.drafts import (
    DraftLine,
    draft_digest,
    filled,
    is_under,
    line_faults,
    manual_voucher,
    month_faults,
    payable_roots,
    refs_of,
)
from coop.accounting.rules.opening import opening_faults, opening_voucher

__all__ = [
    "DraftLine",
    "draft_digest",
    "filled",
    "is_under",
    "line_faults",
    "manual_voucher",
    "month_faults",
    "opening_faults",
    "opening_voucher",
    "payable_roots",
    "refs_of",
]
