"""From the resolution to the money: post in the thirteenth period, close it, pay by batches in the
following year.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coop.accounting import service as accounting
from coop.books import queries as books
from coop.books import service as books_service
from coop.books.models import PayableKind, PayBatchRow
from coop.dividends import postings
from coop.dividends.models import PlanLineRow, PlanRow, PlanState
from coop.dividends.queries import household_ids, plan_ref
from coop.dividends.rules import Tranche
from coop.dividends.service.drafting import current, locked_plan
from coop.dividends.service.errors import PlanNotReadyError, YearError
from coop.dividends.service.gates import move, require_assembly
from coop.governance import queries as meetings
from coop.governance import service as governance
from coop.governance.models import ResolutionRow
from coop.kernel.actor import Role
from coop.kernel.unit import Unit
from ledger import periods
from ledger.balances import trial_balance
from ledger.tables import VoucherRow
from ledger.voucher import Voucher


def post_plan(unit: Unit, plan_id: int) -> PlanRow:
    """Post a resolved plan: bonus, C1-C3, losses, reserve, declarations per household, C8; note what is owed.

    All or nothing, once: a plan that is posted is returned as it stands. Raises GateClosedError unless
    supervision, notice (its days over) and a quorate resolution name the very digest; PlanChangedError
    where the figures moved.
    """
    unit.actor.require("分配方案入账", Role.accountant)
    row = locked_plan(unit, plan_id)
    if row.state == PlanState.posted:
        return row
    plan = current(unit, row)
    resolution = _require_gates(unit, row)
    if row.state == PlanState.noticed:  # resolved at the meetings desk
        move(row, PlanState.resolved)
    row.resolution_id = resolution.id
    move(row, PlanState.posted)
    book = books.book_of(unit.session, row.entity_id)
    entries = postings.entries(
        plan,
        trial_balance(unit.session, book.id, year=row.year),
        source=f"dividend:{row.id}",
        resolution=resolution.number,
    )
    posted = books_service.post_all(unit, row.entity_id, [entry.voucher for entry in entries])
    for entry, voucher in zip(entries, posted, strict=True):
        if entry.tranche is not None:
            _owe(unit, row, entry.tranche, entry.voucher, voucher)
    unit.audit("plan.post", f"plan:{row.id}", resolution=resolution.id, dividend_fen=row.dividend_fen)
    return row


def _require_gates(unit: Unit, row: PlanRow) -> ResolutionRow:
    for gate in (governance.Gate.supervision, governance.Gate.notice, governance.Gate.resolution):
        governance.require(unit.session, gate, plan_ref(row.id), row.digest, today=unit.today)
    resolution = meetings.resolution_for(unit.session, plan_ref(row.id), row.digest)
    if resolution is None or resolution.tenant_id != row.tenant_id:
        raise PlanNotReadyError(row.number, PlanState.resolved, row.state)
    require_assembly(unit, row, meetings.meeting(unit.session, resolution.meeting_id))
    return resolution


def _owe(unit: Unit, row: PlanRow, tranche: Tranche, voucher: Voucher, posted: VoucherRow) -> None:
    """One payable a household, on its own line of the voucher."""
    ids = household_ids(unit.session, row.tenant_id)
    homes = {
        posting.account.rpartition(":")[2]: (number, -posting.amount)
        for number, posting in enumerate(voucher.postings, start=1)
        if posting.amount < 0
    }
    payables = books_service.add_payables(
        unit,
        entity_id=row.entity_id,
        voucher=posted,
        entries=[
            books_service.PayableEntry(
                line=number,
                household_id=ids[home],
                kind=PayableKind(tranche.value),
                source=f"dividend:{row.id}:{tranche.value}:{home}",
                amount_fen=fen,
                day=voucher.day,
            )
            for home, (number, fen) in homes.items()
        ],
    )
    by_household = {payable.household_id: payable.id for payable in payables}
    for line in unit.session.scalars(
        select(PlanLineRow).where(PlanLineRow.plan_id == row.id, PlanLineRow.tranche == tranche.value)
    ):
        line.payable_id = by_household.get(line.household_id)
    unit.session.flush()


def close_books(unit: Unit, plan_id: int) -> PlanRow:
    """The year's final close: the thirteenth period, once the plan is posted, by the accounting desk's rules.

    Raises PlanNotReadyError, and what accounting.close_year raises (unstamped vouchers, balances left, ...).
    """
    unit.actor.require("年终结账", Role.accountant)
    row = locked_plan(unit, plan_id)
    if row.state != PlanState.posted:
        raise PlanNotReadyError(row.number, PlanState.posted, row.state)
    accounting.close_year(unit, row.entity_id, row.year)
    unit.audit("plan.close", f"plan:{row.id}", year=row.year)
    return row


def propose_pay(unit: Unit, plan_id: int, day: date) -> PayBatchRow:
    """A pay batch of all open lines of a plan whose year is closed, in the next year or later; held lines
    wait.
    """
    unit.actor.require("编制分红支付批次", Role.accountant, Role.manager)
    row = locked_plan(unit, plan_id)
    if day.year <= row.year:
        raise YearError(row.number, row.year + 1, day)
    states = periods.states(unit.session, books.book_of(unit.session, row.entity_id).id)
    if row.state != PlanState.posted or states.get((row.year, periods.LAST)) != "closed":
        raise PlanNotReadyError(
            row.number, "posted, closed", f"{row.state}, {states.get((row.year, periods.LAST))}"
        )
    ready = set(
        unit.session.scalars(
            select(PlanLineRow.payable_id).where(
                PlanLineRow.plan_id == row.id, PlanLineRow.payable_id.is_not(None), ~PlanLineRow.held
            )
        )
    )
    due = [p.id for p in books.open_payables(unit.session, row.entity_id) if p.id in ready]
    batch = books_service.propose_batch(unit, row.entity_id, due, day)
    unit.audit("plan.pay", f"plan:{row.id}", batch=batch.id, total_fen=batch.total_fen)
    return batch
