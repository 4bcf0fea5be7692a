"""Papers behind a voucher: hung on a draft, a claim, or a posted voucher; taken off only while nothing is decided."""

from __future__ import annotations

from sqlalchemy import select

from coop.accounting.models import DraftRow, DraftState
from coop.accounting.service.claims import open_for
from coop.accounting.service.drafts import NotYourDraftError
from coop.kernel import files
from coop.kernel.actor import Actor, Role
from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.files import FileRow
from coop.kernel.unit import Unit
from ledger.tables import VoucherRow

DESK = (Role.manager, Role.accountant, Role.checker, Role.supervisor)


class SettledPaperError(CoopError):
    """What a decision rests on is not taken away."""

    def __init__(self, ref: str) -> None:
        super().__init__(
            zh=f"{ref} 已入账，附件只增不减", en=f"{ref} is posted: papers are added to it, none taken off"
        )


def attach_draft(unit: Unit, draft_id: int, name: str, data: bytes) -> FileRow:
    """A paper for a draft of one's own that is not posted yet. Raises NotYourDraftError, SettledPaperError."""
    unit.actor.require("附件", Role.accountant)
    _own_draft(unit, draft_id)
    return files.keep(unit, f"draft:{draft_id}", name, data)


def attach_claim(unit: Unit, claim_id: int, name: str, data: bytes) -> FileRow:
    """A photograph of a receipt for an open claim of one's own."""
    unit.actor.require("附件", Role.clerk, Role.accountant)
    open_for(unit, claim_id)
    return files.keep(unit, f"expense:{claim_id}", name, data)


def attach_voucher(unit: Unit, voucher_id: int, name: str, data: bytes) -> FileRow:
    """A paper that came after the posting; it stays."""
    unit.actor.require("附件", Role.accountant)
    row = unit.session.scalars(select(VoucherRow).where(VoucherRow.id == voucher_id)).one_or_none()
    if row is None or row.tenant_id != unit.actor.tenant_id:
        raise NotFoundError("voucher", voucher_id)
    return files.keep(unit, f"voucher:{voucher_id}", name, data)


def detach(unit: Unit, file_id: int) -> str:
    """Take a paper off a draft or claim of one's own that is still open; the document's reference."""
    unit.actor.require("取下附件", Role.clerk, Role.accountant)
    row = files.found(unit.session, file_id)
    kind, _, key = row.ref.partition(":")
    if kind == "draft":
        unit.actor.require("取下附件", Role.accountant)
        _own_draft(unit, int(key))
    elif kind == "expense":
        open_for(unit, int(key))
    else:
        raise SettledPaperError(row.ref)
    files.drop(unit, file_id)
    return row.ref


def require_reader(actor: Actor, row: FileRow) -> None:
    """Papers of drafts and vouchers are the desk's; the clerk sees those of claims. Raises PermissionDeniedError."""
    actor.require("查看附件", *DESK, *((Role.clerk,) if row.ref.startswith("expense:") else ()))


def _own_draft(unit: Unit, draft_id: int) -> DraftRow:
    row = unit.session.scalars(
        select(DraftRow)
        .where(DraftRow.id == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("draft voucher", draft_id)
    if row.maker_id != unit.actor.user_id:
        raise NotYourDraftError(draft_id, row.maker_id)
    if row.state == DraftState.posted.value:
        raise SettledPaperError(f"draft:{draft_id}")
    return row
