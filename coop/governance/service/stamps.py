"""The supervision committee's acts: stamping vouchers by the day, refusing one, reviewing a document."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from coop.governance import queries
from coop.governance.models import ReviewRow, StampRow, StampState
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.unit import Unit
from ledger.tables import VoucherRow

SUPERVISION = "supervision"
MENDED_WITHIN = timedelta(days=7)


class OwnVoucherError(CoopError):
    """Who made a voucher does not stamp it."""

    def __init__(self, voucher_id: int, maker_id: int) -> None:
        super().__init__(
            zh=f"凭证 {voucher_id} 由用户 {maker_id} 制单，审核章须由他人加盖",
            en=f"voucher {voucher_id} was made by user {maker_id}; another person must stamp it",
        )


def stamp_day(unit: Unit, entity_id: int, day: date) -> int:
    """Stamp all vouchers of the entity's day that await it; returns how many. Refused ones stay refused."""
    unit.actor.require("加盖审核章", Role.supervisor)
    waiting = [
        row
        for row in queries.awaiting_stamp(unit.session, entity_id, day)
        if row.tenant_id == unit.actor.tenant_id
    ]
    for row in waiting:
        _require_other(unit, row)
    unit.session.add_all(_stamp(unit, row, StampState.stamped) for row in waiting)
    unit.session.flush()
    if waiting:
        unit.audit("stamp.day", f"entity:{entity_id}", day=day.isoformat(), count=len(waiting))
    return len(waiting)


def stamp(unit: Unit, voucher_id: int) -> StampRow:
    """Stamp one voucher, also one that was refused before."""
    unit.actor.require("加盖审核章", Role.supervisor)
    return _put(unit, voucher_id, StampState.stamped, "")


def refuse_stamp(unit: Unit, voucher_id: int, reason: str, due: date | None = None) -> StampRow:
    """Refuse one voucher with a reason, to be mended until `due` (a week from today where not told).

    The month does not close until it is stamped or reversed.
    """
    unit.actor.require("拒绝加盖审核章", Role.supervisor)
    due = due or unit.today + MENDED_WITHIN
    faults = []
    if not reason.strip():
        faults.append(Fault("reason", "须写明理由", "a reason is needed"))
    if due < unit.today:
        faults.append(
            Fault("due", f"期限不能早于今天 {unit.today}，实为 {due}", f"not before {unit.today}: {due}")
        )
    if faults:
        raise InputError(faults)
    return _put(unit, voucher_id, StampState.refused, reason, due)


def review(unit: Unit, ref: str, digest: str) -> ReviewRow:
    """The committee has examined the document `ref` of this content. Twice is once."""
    unit.actor.require("审核", Role.supervisor)
    row = unit.session.scalars(
        select(ReviewRow).where(
            ReviewRow.tenant_id == unit.actor.tenant_id,
            ReviewRow.kind == SUPERVISION,
            ReviewRow.ref == ref,
            ReviewRow.digest == digest,
        )
    ).one_or_none()
    if row is None:
        row = ReviewRow(
            tenant_id=unit.actor.tenant_id,
            kind=SUPERVISION,
            ref=ref,
            digest=digest,
            user_id=unit.actor.user_id,
            day=unit.today,
        )
        unit.session.add(row)
        unit.session.flush()
        unit.audit("review.supervision", ref, digest=digest)
    return row


def _put(unit: Unit, voucher_id: int, state: StampState, reason: str, due: date | None = None) -> StampRow:
    voucher = unit.session.scalars(
        select(VoucherRow).where(VoucherRow.id == voucher_id, VoucherRow.tenant_id == unit.actor.tenant_id)
    ).one_or_none()
    if voucher is None:
        raise NotFoundError("voucher", voucher_id)
    _require_other(unit, voucher)
    row = unit.session.scalars(
        select(StampRow)
        .where(StampRow.voucher_id == voucher_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        row = _stamp(unit, voucher, state)
    row.state, row.reason, row.due = state.value, reason, due
    row.user_id, row.day = unit.actor.user_id, unit.today
    unit.session.add(row)
    unit.session.flush()
    unit.audit(f"stamp.{state.value}", f"voucher:{voucher_id}")
    return row


def _stamp(unit: Unit, voucher: VoucherRow, state: StampState) -> StampRow:
    return StampRow(
        tenant_id=unit.actor.tenant_id,
        voucher_id=voucher.id,
        state=state.value,
        user_id=unit.actor.user_id,
        day=unit.today,
    )


def _require_other(unit: Unit, voucher: VoucherRow) -> None:
    if voucher.maker_id == unit.actor.user_id:
        raise OwnVoucherError(voucher.id, voucher.maker_id)
