"""Links back from vouchers of the accountant's own making, and what waits on the desk."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.accounting.models import CashCountRow, CountState, DraftRow, DraftState, ReopenRow, RequestState
from coop.accounting.models.assets import AssetDisposalRow, AssetLossRow
from coop.accounting.models.capital import CapitalMoveRow
from coop.accounting.models.claims import ExpenseClaimRow, ExpenseState
from coop.accounting.models.depreciation import DepreciationRunRow
from coop.accounting.models.labour import LabourSheetRow, LabourState
from coop.accounting.models.leases import LeaseMoveRow, RentRunRow
from coop.accounting.models.loans import LoanMoveRow, LoanRow
from coop.accounting.models.petty import PettyMoveRow
from coop.accounting.models.subledgers import HandState
from coop.accounting.models.voucher_import import VoucherImportRow, VoucherImportState
from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers


def _manual(key: str) -> Link:
    return Link("DraftView.show", {"draft_id": int(key)}, f"手工凭证草稿 {key}", f"draft voucher {key}")


def _import(key: str) -> Link:
    file, _, number = key.partition(":")
    return Link(
        "VoucherImportView.show",
        {"voucher_import_id": int(file)},
        f"凭证文件 {file} 的 {number}",
        f"{number} of file {file}",
    )


def _opening(key: str) -> Link:
    entity, _, year = key.partition(":")
    return Link(
        "TrialBalanceView.show",
        {"entity": entity, "year": int(year)},
        f"{entity} {year} 年期初余额",
        f"opening balances of {entity} {year}",
    )


def _closing(key: str) -> Link:
    entity, year, *_, step = key.split(":")
    return Link(
        "StatementView.show",
        {"entity": entity, "year": int(year)},
        f"{entity} {year} 年结转 {step}",
        f"{step} of the close of {entity} {year}",
    )


def _reversal(key: str) -> Link:
    return Link("VoucherView.show", {"voucher_id": int(key)}, "被冲销的凭证", "the voucher reversed")


links.register("manual", _manual)
links.register("import", _import)
links.register("opening", _opening)
links.register("closing", _closing)
links.register("reversal", _reversal)


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Drafts and reopening requests for the checker; refused drafts are the accountant's own matter."""
    found = []
    if Role.checker in roles:
        waiting = session.scalar(
            select(func.count()).select_from(DraftRow).where(DraftRow.state == DraftState.draft.value)
        )
        asked = session.scalar(
            select(func.count()).select_from(ReopenRow).where(ReopenRow.state == RequestState.asked.value)
        )
        unseen = session.scalar(
            select(func.count())
            .select_from(CashCountRow)
            .where(CashCountRow.state == CountState.counted.value)
        )
        files = session.scalar(
            select(func.count())
            .select_from(VoucherImportRow)
            .where(VoucherImportRow.state == VoucherImportState.filed.value)
        )
        found = [
            Todo("待复核凭证文件", "files of vouchers to check", files or 0, "VoucherImportView.list"),
            Todo("待复核手工凭证", "draft vouchers to check", waiting or 0, "DraftView.list"),
            Todo("待批准反结账", "periods to reopen", asked or 0, "PeriodView.list"),
            Todo("待监盘现金盘点", "cash counts to witness", unseen or 0, "CashView.list"),
        ]
    return [todo for todo in found if todo.count]


offers.register("accounting.desk", todos)


def _expense(key: str) -> Link:
    claim = int(key.partition(":")[0])
    return Link("ExpenseView.show", {"expense_claim_id": claim}, f"报账单 {claim}", f"expense claim {claim}")


def _petty(key: str) -> Link:
    holder, _, move = key.partition(":")
    return Link(
        "PettyView.show", {"petty_holder_id": int(holder)}, f"备用金收付 {move}", f"petty cash move {move}"
    )


def _capital(key: str) -> Link:
    return Link("CapitalView.move", {"capital_move_id": int(key)}, f"股金收付 {key}", f"member capital {key}")


def _loan(key: str) -> Link:
    loan = int(key.partition(":")[0])
    return Link("LoanView.show", {"loan_id": loan}, f"借款 {loan}", f"loan {loan}")


def _labour(key: str) -> Link:
    return Link("LabourView.show", {"labour_sheet_id": int(key)}, f"用工单 {key}", f"labour sheet {key}")


links.register("expense", _expense)
links.register("petty", _petty)
links.register("capital", _capital)
links.register("loan", _loan)
links.register("loan_move", _loan)
links.register("labour", _labour)
links.register("labour_pay", _labour)


def _disposal(key: str) -> Link:
    return Link(
        "AssetDisposalView.show", {"asset_disposal_id": int(key)}, f"资产处置 {key}", f"asset disposal {key}"
    )


def _asset_loss(key: str) -> Link:
    return Link(
        "AssetDisposalView.loss", {"asset_loss_id": int(key)}, f"盘亏处理 {key}", f"missing asset {key}"
    )


def _lease_move(key: str) -> Link:
    return Link("LeaseView.move", {"lease_move_id": int(key)}, f"租金收付 {key}", f"lease money {key}")


def _run(endpoint: str, zh: str, en: str) -> Callable[[str], Link]:
    """A month's run, named by entity, year and month; a later attempt has its number behind."""

    def link(key: str) -> Link:
        entity, year, month = key.split(":")[:3]
        where: dict[str, int | str] = {"entity": entity, "year": int(year), "period": int(month)}
        return Link(
            endpoint, where, f"{entity} {year} 年 {int(month)} 月{zh}", f"{en} of {entity} {year}-{month}"
        )

    return link


links.register("disposal", _disposal)
links.register("asset_loss", _asset_loss)
links.register("lease_move", _lease_move)
links.register("depreciation", _run("DepreciationView.month", "折旧计提", "depreciation"))
links.register("rent", _run("RentView.month", "租金收入", "rent"))

_TO_CHECK = (
    ("待复核报账单", "expense claims to book", ExpenseClaimRow, ExpenseState.coded, "ExpenseView.list"),
    ("待复核备用金", "petty cash to approve", PettyMoveRow, HandState.asked, "PettyView.list"),
    ("待复核股金", "member capital to approve", CapitalMoveRow, HandState.asked, "CapitalView.list"),
    ("待复核借款", "loans to approve", LoanRow, HandState.asked, "LoanView.list"),
    ("待复核还款和计提", "repayments and accruals to approve", LoanMoveRow, HandState.asked, "LoanView.list"),
    ("待复核折旧计提", "depreciation to post", DepreciationRunRow, HandState.asked, "DepreciationView.list"),
    ("待复核租金收入", "rent to post", RentRunRow, HandState.asked, "LeaseView.list"),
    ("待复核租金收付", "lease money to approve", LeaseMoveRow, HandState.asked, "LeaseView.list"),
    ("待复核资产处置", "asset disposals to approve", AssetDisposalRow, HandState.asked, "AssetView.list"),
    ("待复核盘亏处理", "missing assets to decide", AssetLossRow, HandState.asked, "AssetView.list"),
    ("待复核劳务费计提", "labour sheets to accrue", LabourSheetRow, LabourState.handed, "LabourView.list"),
    ("待复核劳务费支付", "labour payments to approve", LabourSheetRow, LabourState.asked, "LabourView.list"),
)
_TO_CODE = (
    ("待编码报账单", "expense claims to code", ExpenseClaimRow, ExpenseState.submitted, "ExpenseView.list"),
    ("待支付劳务费", "labour sheets to pay", LabourSheetRow, LabourState.accrued, "LabourView.list"),
)
_TO_MEND = (
    ("被退回报账单", "returned expense claims", ExpenseClaimRow, ExpenseState.returned, "ExpenseView.list"),
)


def inflow_todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """What waits of claims, petty cash, capital, loans and labour: for checker, accountant and clerk."""
    wanted = [
        *(_TO_CHECK if Role.checker in roles else ()),
        *(_TO_CODE if Role.accountant in roles else ()),
        *(_TO_MEND if Role.clerk in roles else ()),
    ]
    found = []
    for zh, en, row, state, endpoint in wanted:
        count = session.scalar(select(func.count()).select_from(row).where(row.state == state.value))
        if count:
            found.append(Todo(zh, en, count, endpoint))
    return found


offers.register("accounting.inflow", inflow_todos)
