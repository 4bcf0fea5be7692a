"""Pages of the accountant's desk: books and statements, vouchers, drafts, the close."""

from coop.accounting.views.books import BookView, ExportView, StatementView, TrialBalanceView
from coop.accounting.views.drafts import DraftView
from coop.accounting.views.fava import FavaView
from coop.accounting.views.periods import PeriodView
from coop.accounting.views.setup import SetupView
from coop.accounting.views.vouchers import VoucherView

__all__ = [
    "BookView",
    "DraftView",
    "ExportView",
    "FavaView",
    "PeriodView",
    "SetupView",
    "StatementView",
    "TrialBalanceView",
    "VoucherView",
]
