"""Pages of the accountant's desk: books and statements, vouchers, drafts, the close."""

from coop.accounting.views.account_books import LedgerView
from coop.accounting.views.assets import AssetView
from coop.accounting.views.assets_disposal import AssetDisposalView
from coop.accounting.views.attachments import AttachmentView
from coop.accounting.views.bank import BankView
from coop.accounting.views.books import BookView, ExportView, StatementView, TrialBalanceView
from coop.accounting.views.capital import CapitalView
from coop.accounting.views.cash import CashView
from coop.accounting.views.claims import ExpenseView
from coop.accounting.views.depreciation import DepreciationView
from coop.accounting.views.drafts import DraftView
from coop.accounting.views.fava import FavaView
from coop.accounting.views.labour import LabourView
from coop.accounting.views.leases import LeaseView
from coop.accounting.views.leases_rent import RentView
from coop.accounting.views.loans import LoanView
from coop.accounting.views.morning import MorningView, ProofView
from coop.accounting.views.periods import PeriodView
from coop.accounting.views.petty import PettyView
from coop.accounting.views.prints import PrintView
from coop.accounting.views.setup import SetupView
from coop.accounting.views.side_by_side import SideBySideView
from coop.accounting.views.subledgers import SubledgerView
from coop.accounting.views.voucher_imports import VoucherImportView
from coop.accounting.views.voucher_templates import TemplateView
from coop.accounting.views.vouchers import VoucherView

__all__ = [
    "AssetDisposalView",
    "AssetView",
    "AttachmentView",
    "BankView",
    "BookView",
    "CapitalView",
    "CashView",
    "DepreciationView",
    "DraftView",
    "ExpenseView",
    "ExportView",
    "FavaView",
    "LabourView",
    "LeaseView",
    "LedgerView",
    "LoanView",
    "MorningView",
    "PeriodView",
    "PettyView",
    "PrintView",
    "ProofView",
    "RentView",
    "SetupView",
    "SideBySideView",
    "StatementView",
    "SubledgerView",
    "TemplateView",
    "TrialBalanceView",
    "VoucherImportView",
    "VoucherView",
]
