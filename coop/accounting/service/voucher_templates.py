"""Templates of vouchers (常用凭证): kept from a draft, taken into the grid, run over several villages at once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coop.accounting.models.drafts import DraftRow, VoucherTemplateRow
from coop.accounting.rules.drafts import DraftLine, filled
from coop.accounting.service.drafts import draft
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.unit import Unit


def keep_template(unit: Unit, draft_id: int, name: str) -> VoucherTemplateRow:
    """Keep a draft's summary and lines under a name; the name is given once a book. Raises InputError."""
    unit.actor.require("存为常用凭证", Role.accountant)
    row = unit.session.scalars(
        select(DraftRow).where(DraftRow.id == draft_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("draft voucher", draft_id)
    wanted = name.strip()
    held = select(VoucherTemplateRow.id).where(
        VoucherTemplateRow.tenant_id == row.tenant_id,
        VoucherTemplateRow.entity_id == row.entity_id,
        VoucherTemplateRow.name == wanted,
    )
    faults = []
    if not wanted:
        faults.append(Fault("name", "必填", "required"))
    elif unit.session.scalars(held).first() is not None:
        faults.append(
            Fault("name", f"已有名为“{wanted}”的常用凭证", f"there is a template {wanted!r} already")
        )
    if not row.lines:
        faults.append(Fault("name", "冲销申请不能存为常用凭证", "a reversal makes no template"))
    if faults:
        raise InputError(faults)
    kept = VoucherTemplateRow(
        tenant_id=row.tenant_id,
        entity_id=row.entity_id,
        name=wanted,
        summary=row.summary,
        lines=row.lines,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(kept)
    unit.session.flush()
    unit.audit("template.keep", f"template:{kept.id}", draft=draft_id)
    return kept


def drop_template(unit: Unit, template_id: int) -> None:
    """Take a template away; what was drafted from it stays."""
    unit.actor.require("删除常用凭证", Role.accountant)
    row = unit.session.get(VoucherTemplateRow, template_id, with_for_update=True)
    if row is None or row.tenant_id != unit.actor.tenant_id:
        raise NotFoundError("template", template_id)
    unit.audit("template.drop", f"template:{template_id}", name=row.name)
    unit.session.delete(row)
    unit.session.flush()


def draft_from(
    unit: Unit, entity_id: int, *, day: date, summary: str, lines: list[DraftLine], amount_fen: int | None
) -> DraftRow:
    """A draft from a template's lines, with another amount where one is given. Raises InputError."""
    return draft(unit, entity_id, day=day, summary=summary, lines=filled(lines, amount_fen))
