"""Rows of the accountant's desk."""

from coop.accounting.models.assets import (
    AssetCardRow,
    AssetDisposalRow,
    AssetLossRow,
    AssetOutputRow,
    AssetTakeRow,
    DisposalKind,
)
from coop.accounting.models.bank import (
    BankAccountRow,
    BankFileRow,
    BankLineRow,
    BankMatchRow,
    DraftedLineRow,
    MatchedLineRow,
    MatchedPostingRow,
    MatchKind,
)
from coop.accounting.models.capital import CapitalKind, CapitalMoveRow
from coop.accounting.models.cash import CashCountRow, CountState
from coop.accounting.models.claims import ExpenseClaimRow, ExpenseKind, ExpenseLineRow, ExpenseState, PaidFrom
from coop.accounting.models.depreciation import DepreciationLineRow, DepreciationRunRow
from coop.accounting.models.drafts import (
    DraftRow,
    DraftState,
    ReopenRow,
    RequestState,
    VoucherTemplateRow,
)
from coop.accounting.models.labour import LabourLineRow, LabourSheetRow, LabourState
from coop.accounting.models.leases import (
    LeaseKind,
    LeaseLimitRow,
    LeaseMoveKind,
    LeaseMoveRow,
    LeaseRow,
    RentLineRow,
    RentRunRow,
)
from coop.accounting.models.loans import LoanKind, LoanMoveKind, LoanMoveRow, LoanRateRow, LoanRow
from coop.accounting.models.opening import OpeningRow, OpeningState
from coop.accounting.models.petty import PettyCountRow, PettyHolderRow, PettyKind, PettyMoveRow, Purse
from coop.accounting.models.subledgers import HandState, TwoHands
from coop.accounting.models.voucher_import import ImportedVoucherRow, VoucherImportRow, VoucherImportState

__all__ = [
    "AssetCardRow",
    "AssetDisposalRow",
    "AssetLossRow",
    "AssetOutputRow",
    "AssetTakeRow",
    "BankAccountRow",
    "BankFileRow",
    "BankLineRow",
    "BankMatchRow",
    "CapitalKind",
    "CapitalMoveRow",
    "CashCountRow",
    "CountState",
    "DepreciationLineRow",
    "DepreciationRunRow",
    "DisposalKind",
    "DraftRow",
    "DraftState",
    "DraftedLineRow",
    "ExpenseClaimRow",
    "ExpenseKind",
    "ExpenseLineRow",
    "ExpenseState",
    "HandState",
    "ImportedVoucherRow",
    "LabourLineRow",
    "LabourSheetRow",
    "LabourState",
    "LeaseKind",
    "LeaseLimitRow",
    "LeaseMoveKind",
    "LeaseMoveRow",
    "LeaseRow",
    "LoanKind",
    "LoanMoveKind",
    "LoanMoveRow",
    "LoanRateRow",
    "LoanRow",
    "MatchKind",
    "MatchedLineRow",
    "MatchedPostingRow",
    "OpeningRow",
    "OpeningState",
    "PaidFrom",
    "PettyCountRow",
    "PettyHolderRow",
    "PettyKind",
    "PettyMoveRow",
    "Purse",
    "RentLineRow",
    "RentRunRow",
    "ReopenRow",
    "RequestState",
    "TwoHands",
    "VoucherImportRow",
    "VoucherImportState",
    "VoucherTemplateRow",
]
