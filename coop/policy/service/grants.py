"""Earmarked money of a village: received, spent on what it is for, and what is left given back; each with its voucher."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coop.books import queries as book_queries
from coop.books import service as books
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow
from coop.policy import postings, queries, rules
from coop.policy.models import AwardRow, GrantRow, GrantUseRow, ProgrammeRow, UseKind
from coop.policy.service.errors import GrantTwiceError, NotAwardedError, OverspentError
from ledger import journal
from ledger.chart import Chart, Standard, chart_of
from ledger.tables import BookRow


def receive_grant(
    unit: Unit,
    *,
    entity_id: int,
    project: str,
    name: str,
    document: str,
    amount_fen: int,
    day: date,
    name_en: str = "",
) -> GrantRow:
    """Record earmarked money that has arrived at the bank under a document, and post it (J16).

    A second instalment has its own document. Where the programme names who gets what, no more than that is taken.
    Raises InputError, GrantTwiceError, NotAwardedError, and the ledger's errors.
    """
    unit.actor.require("登记专项资金", Role.accountant)
    entity = _locked_entity(unit, entity_id)
    faults = _faults(unit, amount_fen, day)
    if not rules.PROJECT.fullmatch(project):
        faults.append(
            Fault("/project", "项目代码为 1–20 位大写字母、数字或连字符", "A-Z, 0-9 and -, 1 to 20")
        )
    for place, value in (("/name", name), ("/document", document)):
        if not value.strip():
            faults.append(Fault(place, "必填", "required"))
    if faults:
        raise InputError(faults)
    _require_once(unit, entity, project, document)
    programme = _awarded(unit, entity, project, amount_fen)
    row = GrantRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        project=project,
        name=name.strip(),
        name_en=name_en.strip() or (programme.name_en if programme else name.strip()),
        document=document.strip(),
        day=day,
        amount_fen=amount_fen,
        programme_id=programme.id if programme else None,
    )
    unit.session.add(row)
    unit.session.flush()
    book, chart = _book(unit, entity_id)
    journal.open_account(unit.session, book, chart.path("grant", project), row.name, row.name_en)
    voucher = postings.receive(
        chart, grant_id=row.id, project=project, document=row.document, day=day, fen=amount_fen
    )
    row.voucher_id = books.post(unit, entity_id, voucher).id
    unit.session.flush()
    unit.audit("grant.receive", f"grant:{row.id}", project=project, fen=amount_fen)
    return row


def spend_grant(
    unit: Unit,
    grant_id: int,
    *,
    amount_fen: int,
    day: date,
    account: str,
    purpose: str,
    purpose_en: str,
    on_asset: bool,
) -> GrantUseRow:
    """Spend money of a grant on what it is for, and post it.

    On an asset (J17) `account` is that asset's (`151:COLD`, `153:ROAD`), paid from the bank. Otherwise (J18) it is where
    the money is paid from: the bank where empty. Raises InputError, OverspentError, and the ledger's errors.
    """
    unit.actor.require("支出专项资金", Role.accountant)
    row = _locked(unit, grant_id)
    book, chart = _book(unit, row.entity_id)
    account = account.strip() or ("" if on_asset else chart.path("bank"))
    faults = _faults(unit, amount_fen, day, row)
    if not purpose.strip():
        faults.append(Fault("/purpose", "必填", "required"))
    if on_asset and not rules.is_asset(chart, account):
        faults.append(
            Fault("/account", f"不是资产科目：{account or '—'}", f"no asset account: {account or '—'}")
        )
    if not on_asset and not rules.is_money(chart, account):
        faults.append(Fault("/account", f"不是货币资金科目：{account}", f"neither bank nor cash: {account}"))
    if faults:
        raise InputError(faults)
    use = GrantUseRow(
        tenant_id=unit.actor.tenant_id,
        grant_id=row.id,
        kind=(UseKind.asset if on_asset else UseKind.other).value,
        day=day,
        amount_fen=amount_fen,
        account=account,
        purpose=purpose.strip(),
        purpose_en=purpose_en.strip() or purpose.strip(),
    )
    _add(unit, row, use)
    book_as = postings.spend_on_asset if on_asset else postings.spend
    if on_asset:
        fund = chart.path("special_fund", row.project)
        journal.open_account(unit.session, book, fund, row.name, row.name_en)
    voucher = book_as(
        chart,
        use_id=use.id,
        project=row.project,
        account=account,
        purpose=use.purpose,
        day=day,
        fen=amount_fen,
    )
    use.voucher_id = books.post(unit, row.entity_id, voucher).id
    unit.session.flush()
    unit.audit("grant.spend", f"grant_use:{use.id}", grant=row.id, kind=use.kind, fen=amount_fen)
    return use


def return_grant(unit: Unit, grant_id: int, *, amount_fen: int, day: date) -> GrantUseRow:
    """Give back what was not used, and post it (J19). Raises InputError, OverspentError, the ledger's errors."""
    unit.actor.require("退回专项资金", Role.accountant)
    row = _locked(unit, grant_id)
    faults = _faults(unit, amount_fen, day, row)
    if faults:
        raise InputError(faults)
    _, chart = _book(unit, row.entity_id)
    use = GrantUseRow(
        tenant_id=unit.actor.tenant_id,
        grant_id=row.id,
        kind=UseKind.returned.value,
        day=day,
        amount_fen=amount_fen,
        account=chart.path("bank"),
        purpose="退回结余资金",
        purpose_en="unused money returned",
    )
    _add(unit, row, use)
    voucher = postings.give_back(
        chart, use_id=use.id, project=row.project, document=row.document, day=day, fen=amount_fen
    )
    use.voucher_id = books.post(unit, row.entity_id, voucher).id
    unit.session.flush()
    unit.audit("grant.return", f"grant_return:{use.id}", grant=row.id, fen=amount_fen)
    return use


def _add(unit: Unit, row: GrantRow, use: GrantUseRow) -> None:
    """The use goes in, if there is that much left of the locked grant."""
    left = queries.sums(unit.session, [row])[row.id].left_fen
    if use.amount_fen > left:
        raise OverspentError(row.project, left, use.amount_fen)
    unit.session.add(use)
    unit.session.flush()


def _faults(unit: Unit, amount_fen: int, day: date, grant: GrantRow | None = None) -> list[Fault]:
    faults = []
    if amount_fen <= 0:
        faults.append(Fault("/amount_fen", f"应大于 0，实为 {amount_fen}", f"more than 0, not {amount_fen}"))
    if day > unit.today:
        faults.append(
            Fault("/day", f"不能晚于今天 {unit.today}，实为 {day}", f"not after {unit.today}: {day}")
        )
    if grant is not None and day < grant.day:
        faults.append(
            Fault("/day", f"不能早于收款日 {grant.day}，实为 {day}", f"not before {grant.day}: {day}")
        )
    return faults


def _locked_entity(unit: Unit, entity_id: int) -> EntityRow:
    row = unit.session.scalars(
        select(EntityRow)
        .where(EntityRow.id == entity_id, EntityRow.tenant_id == unit.actor.tenant_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("entity", entity_id)
    return row


def _locked(unit: Unit, grant_id: int) -> GrantRow:
    row = unit.session.scalars(
        select(GrantRow)
        .where(GrantRow.id == grant_id, GrantRow.tenant_id == unit.actor.tenant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("grant", grant_id)
    return row


def _book(unit: Unit, entity_id: int) -> tuple[BookRow, Chart]:
    book = book_queries.book_of(unit.session, entity_id)
    return book, chart_of(Standard(book.standard))


def _require_once(unit: Unit, entity: EntityRow, project: str, document: str) -> None:
    held = select(GrantRow.id).where(
        GrantRow.entity_id == entity.id, GrantRow.project == project, GrantRow.document == document.strip()
    )
    if unit.session.scalars(held).first() is not None:
        raise GrantTwiceError(project, document)


def _awarded(unit: Unit, entity: EntityRow, project: str, amount_fen: int) -> ProgrammeRow | None:
    """The programme of the project, if there is one; it must award the entity this much."""
    session = unit.session
    programme = session.scalars(select(ProgrammeRow).where(ProgrammeRow.project == project)).one_or_none()
    if programme is None:
        return None
    awards = {
        row.entity: row.amount_fen
        for row in session.scalars(select(AwardRow).where(AwardRow.programme_id == programme.id))
    }
    if awards:
        known = session.scalars(
            select(GrantRow).where(GrantRow.entity_id == entity.id, GrantRow.project == project)
        ).all()
        before = sum(found.received_fen for found in queries.sums(session, known).values())
        if before + amount_fen > awards.get(entity.code, 0):
            raise NotAwardedError(project, entity.code, awards.get(entity.code, 0), before + amount_fen)
    return programme
