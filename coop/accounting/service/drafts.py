"""Manual vouchers: drafted by the accountant, posted by a second person; reversals alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import select

from coop.accounting import rules
from coop.accounting.models import DraftRow, DraftState
from coop.accounting.rules import DraftLine
from coop.books import queries as books
from coop.books import service as book_service
from coop.kernel import files
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from ledger import periods
from ledger.chart import Standard, chart_of
from ledger.tables import VoucherRow
from ledger.voucher import VoucherKind

MOVES = Transitions(
    "手工凭证 draft voucher",
    {
        (DraftState.draft, DraftState.posted),
        (DraftState.draft, DraftState.refused),
        (DraftState.draft, DraftState.draft),
        (DraftState.refused, DraftState.draft),
    },
)


class OwnDraftError(CoopError):
    def __init__(self, draft_id: int, maker_id: int) -> None:
        super().__init__(
            zh=f"凭证草稿 {draft_id} 由用户 {maker_id} 制单，复核须由另一人",
            en=f"draft {draft_id} was made by user {maker_id}; another person must check it",
        )


class NotYourDraftError(CoopError):
    def __init__(self, draft_id: int, maker_id: int) -> None:
        super().__init__(
            zh=f"凭证草稿 {draft_id} 由用户 {maker_id} 制单，只能由本人修改",
            en=f"draft {draft_id} was made by user {maker_id}; nobody else mends it",
        )


class DraftChangedError(CoopError):
    """What the checker read is not what stands there now."""

    def __init__(self, draft_id: int) -> None:
        super().__init__(
            zh=f"凭证草稿 {draft_id} 在您查看之后被修改，请重新核对",
            en=f"draft {draft_id} was changed after you opened it; read it again",
        )


class DocumentVoucherError(CoopError):
    """A voucher that was posted with its document is reversed with its document."""

    def __init__(self, voucher_id: int, source: str) -> None:
        super().__init__(
            zh=f"凭证 {voucher_id} 由单据 {source} 生成，请冲销该单据",
            en=f"voucher {voucher_id} was posted by {source}; reverse that document instead",
        )


def draft(
    unit: Unit,
    entity_id: int,
    *,
    day: date,
    summary: str,
    lines: Sequence[DraftLine],
    attachments: int = 0,
) -> DraftRow:
    """A manual voucher for another person to check. Raises InputError with all faults of the lines."""
    unit.actor.require("制单", Role.accountant)
    _require_sound(unit, entity_id, day=day, summary=summary, lines=lines, attachments=attachments)
    return _add(
        unit,
        DraftRow(
            tenant_id=unit.actor.tenant_id,
            entity_id=entity_id,
            day=day,
            summary=summary,
            lines=[asdict(line) for line in lines],
            attachments=attachments,
            maker_id=unit.actor.user_id,
        ),
    )


def revise(
    unit: Unit,
    draft_id: int,
    *,
    day: date,
    summary: str,
    lines: Sequence[DraftLine],
    attachments: int = 0,
) -> DraftRow:
    """The maker mends a draft that waits or was sent back; it waits for the checker (again).

    Raises NotYourDraftError, InputError, and ForbiddenMoveError where it is posted already.
    """
    unit.actor.require("制单", Role.accountant)
    row = _locked(unit, draft_id)
    if row.maker_id != unit.actor.user_id:
        raise NotYourDraftError(draft_id, row.maker_id)
    state = MOVES.move(DraftState(row.state), DraftState.draft)
    if row.reverses_id is not None:
        raise InputError([Fault("/lines", "冲销申请没有分录可改", "a reversal has no lines to mend")])
    _require_sound(unit, row.entity_id, day=day, summary=summary, lines=lines, attachments=attachments)
    row.day, row.summary, row.attachments = day, summary, attachments
    row.lines = [asdict(line) for line in lines]
    row.state, row.checker_id, row.reason = state.value, None, ""
    unit.audit("draft.revise", f"draft:{draft_id}", digest=digest(unit, row))
    return row


def digest(unit: Unit, row: DraftRow) -> str:
    """What a checker approves: another content has another digest."""
    papers = [file.sha256 for file in files.listed(unit.session, f"draft:{row.id}")]
    return rules.draft_digest(row.day, row.summary, row.attachments, row.lines, papers)


def _require_sound(
    unit: Unit, entity_id: int, *, day: date, summary: str, lines: Sequence[DraftLine], attachments: int
) -> None:
    book = books.book_of(unit.session, entity_id)
    faults = rules.line_faults(chart_of(Standard(book.standard)), lines)
    faults += rules.month_faults(day, periods.states(unit.session, book.id))
    if not summary.strip():
        faults.append(Fault("/summary", "须写摘要", "a summary is needed"))
    if faults:
        raise InputError(faults)
    rules.manual_voucher(day=day, summary=summary, lines=lines, source="manual:0", attachments=attachments)


def draft_reversal(unit: Unit, voucher_id: int, *, day: date, reason: str) -> DraftRow:
    """Ask for the reversal (红字) of a manual or closing voucher. Raises DocumentVoucherError for others."""
    unit.actor.require("申请冲销", Role.accountant)
    voucher = unit.session.scalars(select(VoucherRow).where(VoucherRow.id == voucher_id)).one_or_none()
    if voucher is None:
        raise NotFoundError("voucher", voucher_id)
    if voucher.kind not in (VoucherKind.manual, VoucherKind.closing):
        raise DocumentVoucherError(voucher_id, voucher.source)
    if not reason.strip():
        raise InputError([Fault("/reason", "须写明理由", "a reason is needed")])
    return _add(
        unit,
        DraftRow(
            tenant_id=unit.actor.tenant_id,
            entity_id=voucher.entity_id,
            day=voucher.day if voucher.period == 13 else day,
            summary=reason,
            lines=[],
            reverses_id=voucher_id,
            maker_id=unit.actor.user_id,
        ),
    )


def approve(unit: Unit, draft_id: int, *, seen: str | None = None) -> VoucherRow:
    """A second person checks the draft, and it is posted; `seen` is the digest of what was read.

    Raises OwnDraftError, DraftChangedError, and the ledger's errors.
    """
    unit.actor.require("复核凭证", Role.checker)
    row = _locked(unit, draft_id)
    posted = MOVES.move(DraftState(row.state), DraftState.posted)
    if row.maker_id == unit.actor.user_id:
        raise OwnDraftError(draft_id, row.maker_id)
    if seen is not None and seen != digest(unit, row):
        raise DraftChangedError(draft_id)
    voucher = _reverse(unit, row, row.reverses_id) if row.reverses_id is not None else _post(unit, row)
    row.state, row.checker_id, row.voucher_id = posted, unit.actor.user_id, voucher.id
    unit.audit("draft.approve", f"draft:{draft_id}", voucher=voucher.id, digest=digest(unit, row))
    return voucher


def refuse(unit: Unit, draft_id: int, reason: str) -> DraftRow:
    """The checker sends a draft back, or its maker drops it."""
    unit.actor.require("退回凭证", Role.checker, Role.accountant)
    row = _locked(unit, draft_id)
    row.state = MOVES.move(DraftState(row.state), DraftState.refused)
    row.checker_id, row.reason = unit.actor.user_id, reason
    unit.audit("draft.refuse", f"draft:{draft_id}")
    return row


def _post(unit: Unit, row: DraftRow) -> VoucherRow:
    voucher = rules.manual_voucher(
        day=row.day,
        summary=row.summary,
        lines=[DraftLine(**line) for line in row.lines],
        source=f"manual:{row.id}",
        attachments=row.attachments,
    )
    return book_service.post(
        unit, row.entity_id, voucher, maker_id=row.maker_id, checker_id=unit.actor.user_id
    )


def _reverse(unit: Unit, row: DraftRow, voucher_id: int) -> VoucherRow:
    original = unit.session.scalars(select(VoucherRow).where(VoucherRow.id == voucher_id)).one()
    return book_service.reverse(
        unit,
        voucher_id,
        day=row.day,
        reason=row.summary,
        maker_id=row.maker_id,
        period=original.period if original.period == 13 else None,
    )


def _add(unit: Unit, row: DraftRow) -> DraftRow:
    unit.session.add(row)
    unit.session.flush()
    unit.audit("draft.add", f"draft:{row.id}", reverses=row.reverses_id)
    return row


def _locked(unit: Unit, draft_id: int) -> DraftRow:
    row = unit.session.scalars(
        select(DraftRow)
        .where(DraftRow.id == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("draft voucher", draft_id)
    return row
