"""Depreciation month by month: the accountant prepares what the preview shows, a second person posts exactly that."""

from __future__ import annotations

from sqlalchemy import select

from coop.accounting.models.depreciation import DepreciationLineRow, DepreciationRunRow
from coop.accounting.queries.depreciation import DepreciationPreview, depreciation_preview
from coop.accounting.rules.depreciation import Month
from coop.accounting.service.subledgers import done, locked, own_book, refused, second_person
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow

WORD = "折旧计提 depreciation run"


class MonthRunError(CoopError):
    """A month is run once, after the months before it."""

    def __init__(self, month: Month, first: Month | None) -> None:
        zh, en = f"{month[0]} 年 {month[1]} 月", f"{month[0]}-{month[1]:02d}"
        if first is None:
            super().__init__(
                zh=f"{zh}已有待复核或已记账的计提", en=f"a run of {en} waits or is posted already"
            )
            return
        super().__init__(
            zh=f"请先办理 {first[0]} 年 {first[1]} 月，再办理{zh}",
            en=f"run {first[0]}-{first[1]:02d} before {en}",
        )


class StaleRunError(CoopError):
    """What the run says is not what would be posted now: prepare it again."""

    def __init__(self, run_id: int, expected_fen: int, found_fen: int) -> None:
        gap = found_fen - expected_fen
        super().__init__(
            zh=f"计提 {run_id} 提交后资料已变：提交时 {expected_fen} 分，现应 {found_fen} 分，差 {gap} 分；请退回重提",
            en=f"run {run_id} changed since it was prepared: {expected_fen} fen then, {found_fen} now, "
            f"difference {gap}; send it back and prepare it again",
        )


def prepare_depreciation(unit: Unit, entity_id: int, year: int, month: int) -> DepreciationRunRow:
    """Hand the month's depreciation, as previewed, to the checker. Raises MonthRunError, InputError."""
    unit.actor.require("计提折旧", Role.accountant)
    own_book(unit, entity_id)
    locked(unit, EntityRow, entity_id, "entity")
    found = depreciation_preview(unit.session, entity_id, (year, month))
    if found.live is not None or found.gap is not None:
        raise MonthRunError(found.month, None if found.live is not None else found.gap)
    _ready(found)
    row = DepreciationRunRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        year=year,
        month=month,
        attempt=found.attempt,
        total_fen=found.total_fen,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.session.add_all(
        DepreciationLineRow(
            tenant_id=row.tenant_id,
            run_id=row.id,
            card_id=each.item.card.id,
            expense=each.expense,
            contra=each.contra,
            fen=each.fen,
        )
        for each in found.charges
    )
    unit.session.flush()
    unit.audit("depreciation.prepare", f"depreciation_run:{row.id}", fen=row.total_fen)
    return row


def approve_depreciation(unit: Unit, run_id: int) -> DepreciationRunRow:
    """A second person posts the run: one voucher. Raises SameHandError, StaleRunError, and the ledger's errors."""
    unit.actor.require("复核折旧", Role.checker)
    row = locked(unit, DepreciationRunRow, run_id, "depreciation run")
    second_person(unit, WORD, row.id, row.maker_id)
    locked(unit, EntityRow, row.entity_id, "entity")
    found = depreciation_preview(unit.session, row.entity_id, (row.year, row.month))
    lines = unit.session.scalars(select(DepreciationLineRow).where(DepreciationLineRow.run_id == row.id))
    asked = {(line.card_id, line.expense, line.contra, line.fen) for line in lines}
    now = {(each.item.card.id, each.expense, each.contra, each.fen) for each in found.charges}
    if asked != now or found.voucher is None or found.unmeasured:
        raise StaleRunError(row.id, row.total_fen, found.total_fen)
    posted = book_service.post(
        unit, row.entity_id, found.voucher, maker_id=row.maker_id, checker_id=unit.actor.user_id
    )
    done(unit, row, posted)
    unit.audit("depreciation.post", f"depreciation_run:{row.id}", voucher=posted.id)
    return row


def refuse_depreciation(unit: Unit, run_id: int, reason: str) -> DepreciationRunRow:
    """Sent back by the checker, or dropped by the accountant; the month is open again."""
    unit.actor.require("退回折旧", Role.checker, Role.accountant)
    row = locked(unit, DepreciationRunRow, run_id, "depreciation run")
    refused(unit, row, reason)
    unit.audit("depreciation.refuse", f"depreciation_run:{row.id}")
    return row


def _ready(found: DepreciationPreview) -> None:
    faults = [
        Fault(
            "units",
            f"{item.card.number} 未登记 {found.month[0]} 年 {found.month[1]} 月工作量",
            f"{item.card.number} has no units entered for {found.month[0]}-{found.month[1]:02d}",
        )
        for item in found.unmeasured
    ]
    if not faults and not found.charges:
        faults.append(Fault("month", "该月没有应计提的折旧", "nothing is to be depreciated in that month"))
    if faults:
        raise InputError(faults)
