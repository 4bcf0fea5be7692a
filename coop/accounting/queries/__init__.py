"""What the accountant's pages show: vouchers, balances, statements, account books, drafts and periods."""

from coop.accounting.queries.names import AccountName, account_names
from coop.accounting.queries.reports import (
    AccountBookView,
    AccountBookViewLine,
    StatementSet,
    TrialBalance,
    TrialLine,
    account_book,
    statement_set,
    trial_balance,
)
from coop.accounting.queries.voucher import (
    StampView,
    VoucherDetail,
    VoucherLine,
    VoucherRef,
    voucher_detail,
)
from coop.accounting.queries.vouchers import VoucherFilter, VoucherItem, VoucherPage, voucher_list
from coop.accounting.queries.work import (
    DraftItem,
    PeriodView,
    draft_detail,
    drafts,
    period_board,
    reopen_requests,
)

__all__ = [
    "AccountBookView",
    "AccountBookViewLine",
    "AccountName",
    "DraftItem",
    "PeriodView",
    "StampView",
    "StatementSet",
    "TrialBalance",
    "TrialLine",
    "VoucherDetail",
    "VoucherFilter",
    "VoucherItem",
    "VoucherLine",
    "VoucherPage",
    "VoucherRef",
    "account_book",
    "account_names",
    "draft_detail",
    "drafts",
    "period_board",
    "reopen_requests",
    "statement_set",
    "trial_balance",
    "voucher_detail",
    "voucher_list",
]
