"""Casual labour: a team's sheet of days, accrued and paid, each time made by one person and approved by another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.accounting.models.labour import LabourLineRow, LabourSheetRow, LabourState
from coop.accounting.models.petty import Purse
from coop.accounting.postings import labour as postings
from coop.accounting.rules.claims import coding_faults
from coop.accounting.rules.labour import wage
from coop.accounting.service.subledgers import locked, own_book, own_household, second_person
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.numbering import document_number
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow

WORD = "用工单 labour sheet"
SERIES = "YG"  # 用工
MOVES = Transitions(
    WORD,
    {
        (LabourState.draft, LabourState.handed),
        (LabourState.handed, LabourState.draft),
        (LabourState.handed, LabourState.accrued),
        (LabourState.accrued, LabourState.asked),
        (LabourState.asked, LabourState.accrued),
        (LabourState.asked, LabourState.paid),
    },
)


class SheetNotOpenError(CoopError):
    def __init__(self, number: str, state: str) -> None:
        super().__init__(
            zh=f"用工单 {number} 处于“{state}”，只有草稿可以修改",
            en=f"labour sheet {number} is {state}; only a draft changes",
        )


@dataclass(frozen=True, slots=True)
class WorkEntry:
    """A household's work on a day: tenths of a day, fen a day."""

    household: str
    day: date
    tenths: int
    rate_fen: int


def open_sheet(unit: Unit, entity_id: int, *, team: str, day: date) -> LabourSheetRow:
    """A new sheet of a team; `day` is the day it will be accrued on."""
    unit.actor.require("填用工单", Role.clerk, Role.accountant)
    own_book(unit, entity_id)
    if not team.strip():
        raise InputError([Fault("team", "必填", "required")])
    tenant = unit.actor.tenant_id
    row = LabourSheetRow(
        tenant_id=tenant,
        number=document_number(unit.session, tenant, SERIES, day.year),
        entity_id=entity_id,
        team=team,
        day=day,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("labour.open", f"labour:{row.id}", number=row.number)
    return row


def add_work(unit: Unit, sheet_id: int, entry: WorkEntry) -> LabourLineRow:
    """One household's days. Raises InputError with all faults, NotFoundError."""
    unit.actor.require("填用工单", Role.clerk, Role.accountant)
    sheet = _draft(unit, sheet_id)
    home = own_household(unit, entry.household)
    faults = []
    if entry.tenths <= 0 or entry.rate_fen <= 0:
        faults.append(Fault("days", "工日和日工价须大于 0", "days and rate must be above 0"))
    if entry.day > sheet.day:
        faults.append(
            Fault("day", f"须不晚于计提日 {sheet.day}", f"not after the day of accrual, {sheet.day}")
        )
    if faults:
        raise InputError(faults)
    row = LabourLineRow(
        tenant_id=sheet.tenant_id,
        sheet_id=sheet.id,
        household_id=home.id,
        day=entry.day,
        tenths=entry.tenths,
        rate_fen=entry.rate_fen,
        amount_fen=max(1, wage(entry.tenths, entry.rate_fen)),
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("labour.work", f"labour:{sheet.id}", line=row.id, fen=row.amount_fen)
    return row


def remove_work(unit: Unit, line_id: int) -> int:
    """Take a line out of a draft; the sheet's id."""
    unit.actor.require("填用工单", Role.clerk, Role.accountant)
    line = locked(unit, LabourLineRow, line_id, "labour line")
    sheet = _draft(unit, line.sheet_id)
    unit.session.delete(line)
    unit.session.flush()
    unit.audit("labour.drop", f"labour:{sheet.id}", line=line_id)
    return sheet.id


def hand_in(unit: Unit, sheet_id: int, account: str) -> LabourSheetRow:
    """The accountant names the account that takes the cost; another person then accrues it."""
    unit.actor.require("计提劳务费", Role.accountant)
    sheet = locked(unit, LabourSheetRow, sheet_id, "labour sheet")
    state = MOVES.move(LabourState(sheet.state), LabourState.handed)
    _book, chart = own_book(unit, sheet.entity_id)
    faults = coding_faults(chart, "account", account)
    if not _owed(unit, sheet):
        faults.append(Fault("account", "用工单没有记录", "the sheet has no lines"))
    if faults:
        raise InputError(faults)
    sheet.account, sheet.state, sheet.maker_id = account, state.value, unit.actor.user_id
    unit.audit("labour.hand", f"labour:{sheet.id}", account=account)
    return sheet


def accrue(unit: Unit, sheet_id: int) -> LabourSheetRow:
    """A second person approves, and what the households earned is owed to them (J28). Raises SameHandError."""
    unit.actor.require("复核劳务费", Role.checker)
    sheet = locked(unit, LabourSheetRow, sheet_id, "labour sheet")
    state = MOVES.move(LabourState(sheet.state), LabourState.accrued)
    second_person(unit, WORD, sheet.id, sheet.maker_id)
    _book, chart = own_book(unit, sheet.entity_id)
    voucher = postings.accrue(
        chart,
        sheet_id=sheet.id,
        number=sheet.number,
        day=sheet.day,
        account=sheet.account,
        owed=_owed(unit, sheet),
    )
    posted = book_service.post(
        unit, sheet.entity_id, voucher, maker_id=sheet.maker_id, checker_id=unit.actor.user_id
    )
    with unit.session.no_autoflush:
        sheet.voucher_id, sheet.checker_id, sheet.state = posted.id, unit.actor.user_id, state.value
    unit.session.flush()
    unit.audit("labour.accrue", f"labour:{sheet.id}", voucher=posted.id)
    return sheet


def send_back(unit: Unit, sheet_id: int, reason: str) -> LabourSheetRow:
    """The checker returns an accrual to the draft, or a payment to the accrued sheet."""
    unit.actor.require("退回用工单", Role.checker, Role.accountant)
    sheet = locked(unit, LabourSheetRow, sheet_id, "labour sheet")
    if not reason.strip():
        raise InputError([Fault("reason", "须写明理由", "a reason is needed")])
    found = LabourState(sheet.state)
    back = LabourState.accrued if found is LabourState.asked else LabourState.draft
    sheet.state, sheet.reason = MOVES.move(found, back).value, reason
    unit.audit("labour.return", f"labour:{sheet.id}")
    return sheet


def ask_payment(unit: Unit, sheet_id: int, *, day: date, purse: Purse) -> LabourSheetRow:
    """Ask for an accrued sheet to be paid; another person approves."""
    unit.actor.require("支付劳务费", Role.accountant)
    sheet = locked(unit, LabourSheetRow, sheet_id, "labour sheet")
    state = MOVES.move(LabourState(sheet.state), LabourState.asked)
    if day < sheet.day:
        raise InputError(
            [Fault("day", f"须不早于计提日 {sheet.day}", f"not before the accrual, {sheet.day}")]
        )
    sheet.pay_day, sheet.purse, sheet.pay_maker_id = day, purse.value, unit.actor.user_id
    sheet.state = state.value
    unit.audit("labour.ask", f"labour:{sheet.id}", purse=purse.value)
    return sheet


def pay(unit: Unit, sheet_id: int) -> LabourSheetRow:
    """A second person approves the payment, and it is posted. Raises SameHandError."""
    unit.actor.require("复核劳务费支付", Role.checker)
    sheet = locked(unit, LabourSheetRow, sheet_id, "labour sheet")
    state = MOVES.move(LabourState(sheet.state), LabourState.paid)
    second_person(unit, WORD, sheet.id, sheet.pay_maker_id)
    _book, chart = own_book(unit, sheet.entity_id)
    assert sheet.pay_day is not None
    voucher = postings.pay(
        chart,
        sheet_id=sheet.id,
        number=sheet.number,
        day=sheet.pay_day,
        purse=sheet.purse,
        owed=_owed(unit, sheet),
    )
    posted = book_service.post(
        unit, sheet.entity_id, voucher, maker_id=sheet.pay_maker_id, checker_id=unit.actor.user_id
    )
    with unit.session.no_autoflush:
        sheet.pay_voucher_id, sheet.pay_checker_id, sheet.state = posted.id, unit.actor.user_id, state.value
    unit.session.flush()
    unit.audit("labour.pay", f"labour:{sheet.id}", voucher=posted.id)
    return sheet


def _draft(unit: Unit, sheet_id: int) -> LabourSheetRow:
    sheet = locked(unit, LabourSheetRow, sheet_id, "labour sheet")
    if sheet.state != LabourState.draft:
        raise SheetNotOpenError(sheet.number, sheet.state)
    return sheet


def _owed(unit: Unit, sheet: LabourSheetRow) -> dict[str, int]:
    """What each household earned on the sheet, fen."""
    rows = unit.session.execute(
        select(HouseholdRow.number, LabourLineRow.amount_fen)
        .join(HouseholdRow, HouseholdRow.id == LabourLineRow.household_id)
        .where(LabourLineRow.tenant_id == sheet.tenant_id, LabourLineRow.sheet_id == sheet.id)
    )
    owed = Counter[str]()
    for number, fen in rows:
        owed[number] += fen
    return dict(owed)
