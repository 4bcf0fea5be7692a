"""Pages of the accountant's desk: books and statements, vouchers, drafts, the close."""

from coop.accounting.views.account_books import LedgerView
from coop.accounting.views.bank import BankView
from coop.accounting.views.books import BookView, ExportView, StatementView, TrialBalanceView
from coop.accounting.views.capital import CapitalView
from coop.accounting.views.cash import CashView
from coop.accounting.views.claims import ExpenseView
from coop.accounting.views.drafts import DraftView
from coop.accounting.views.fava import FavaView
from coop.accounting.views.labour import LabourView
from coop.accounting.views.loans import LoanView
from coop.accounting.views.morning import MorningView, ProofView
from coop.accounting.views.periods import PeriodView
from coop.accounting.views.petty import PettyView
from coop.accounting.views.prints import PrintView
from coop.accounting.views.setup import SetupView
from coop.accounting.views.subledgers import SubledgerView
from coop.accounting.views.vouchers import VoucherView

__all__ = [
    "BankView",
    "BookView",
    "CapitalView",
    "CashView",
    "DraftView",
    "ExpenseView",
    "ExportView",
    "FavaView",
    "LabourView",
    "LedgerView",
    "LoanView",
    "MorningView",
    "PeriodView",
    "PettyView",
    "PrintView",
    "ProofView",
    "SetupView",
    "StatementView",
    "SubledgerView",
    "TrialBalanceView",
    "VoucherView",
]
