"""Reads of the inputs: stock, purchases, sheets handed out, each figure with the voucher it was booked by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coop.books.models import DueRow
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow, HouseholdRow
from coop.production.models import (
    InputIssueLineRow,
    InputIssueRow,
    InputPurchaseRow,
    InputStockRow,
    IssueState,
)
from coop.standards.models import InputItemRow, ProductRow


@dataclass(frozen=True, slots=True)
class StockLine:
    """What an entity holds of an input: units, and fen at moving average."""

    entity_id: int
    entity: str
    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    count: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class Purchase:
    purchase_id: int
    number: str
    entity: str
    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    count: int
    cost_fen: int
    supplier: str
    day: date
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class Issued:
    """One household's units of one input: count x price = amount, fen."""

    issue_id: int
    number: str
    day: date
    household_id: int
    household: str
    head: str
    agreement_id: int
    product: str
    season: str
    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    count: int
    price_fen: int
    amount_fen: int
    reversed: bool


@dataclass(frozen=True, slots=True)
class Issue:
    """A sheet. `open_fen` is what of it households still owe; `lines` by household."""

    issue_id: int
    number: str
    entity_id: int
    entity: str
    product: str
    product_name: str
    product_name_en: str
    season: str
    day: date
    total_fen: int
    cost_fen: int
    state: IssueState
    user_id: int
    voucher_id: int | None
    reversal_id: int | None
    reason: str
    open_fen: int
    lines: tuple[Issued, ...]


def input_stock(session: Session, tenant_id: int) -> tuple[StockLine, ...]:
    """A village's stock of inputs, by entity and name."""
    rows = session.execute(
        select(InputStockRow, InputItemRow, EntityRow)
        .join(InputItemRow, InputItemRow.code == InputStockRow.code)
        .join(EntityRow, EntityRow.id == InputStockRow.entity_id)
        .where(InputStockRow.tenant_id == tenant_id)
        .order_by(EntityRow.code, InputStockRow.code)
    )
    return tuple(
        StockLine(
            entity_id=row.entity_id,
            entity=entity.code,
            code=row.code,
            name=item.name,
            name_en=item.name_en,
            unit=item.unit,
            unit_en=item.unit_en,
            count=row.count,
            value_fen=row.value_fen,
        )
        for row, item, entity in rows
    )


def purchases(session: Session, tenant_id: int) -> tuple[Purchase, ...]:
    """A village's purchases of inputs, newest first."""
    return _purchases(session, InputPurchaseRow.tenant_id == tenant_id)


def purchase(session: Session, purchase_id: int) -> Purchase:
    """One purchase. Raises NotFoundError."""
    found = _purchases(session, InputPurchaseRow.id == purchase_id)
    if not found:
        raise NotFoundError("input purchase", purchase_id)
    return found[0]


def _purchases(session: Session, wanted: ColumnElement[bool]) -> tuple[Purchase, ...]:
    rows = session.execute(
        select(InputPurchaseRow, InputItemRow, EntityRow)
        .join(InputItemRow, InputItemRow.code == InputPurchaseRow.code)
        .join(EntityRow, EntityRow.id == InputPurchaseRow.entity_id)
        .where(wanted)
        .order_by(InputPurchaseRow.day.desc(), InputPurchaseRow.id.desc())
    )
    return tuple(
        Purchase(
            purchase_id=row.id,
            number=row.number,
            entity=entity.code,
            code=row.code,
            name=item.name,
            name_en=item.name_en,
            unit=item.unit,
            unit_en=item.unit_en,
            count=row.count,
            cost_fen=row.cost_fen,
            supplier=row.supplier,
            day=row.day,
            voucher_id=row.voucher_id,
        )
        for row, item, entity in rows
    )


def issued(
    session: Session,
    tenant_id: int,
    household_id: int,
    *,
    product: str | None = None,
    season: str | None = None,
) -> tuple[Issued, ...]:
    """What a household got on credit, or for one product and season, by day."""
    wanted = [InputIssueLineRow.tenant_id == tenant_id, InputIssueLineRow.household_id == household_id]
    if product is not None:
        wanted.append(InputIssueRow.product == product)
    if season is not None:
        wanted.append(InputIssueRow.season == season)
    return _issued(session, *wanted)


def _issued(session: Session, *wanted: ColumnElement[bool]) -> tuple[Issued, ...]:
    rows = session.execute(
        select(InputIssueLineRow, InputIssueRow, HouseholdRow, InputItemRow)
        .join(InputIssueRow, InputIssueRow.id == InputIssueLineRow.issue_id)
        .join(HouseholdRow, HouseholdRow.id == InputIssueLineRow.household_id)
        .join(InputItemRow, InputItemRow.code == InputIssueLineRow.code)
        .where(*wanted)
        .order_by(InputIssueRow.day, HouseholdRow.number, InputIssueLineRow.id)
    )
    return tuple(
        Issued(
            issue_id=sheet.id,
            number=sheet.number,
            day=sheet.day,
            household_id=home.id,
            household=home.number,
            head=home.head,
            agreement_id=row.agreement_id,
            product=sheet.product,
            season=sheet.season,
            code=row.code,
            name=item.name,
            name_en=item.name_en,
            unit=item.unit,
            unit_en=item.unit_en,
            count=row.count,
            price_fen=row.price_fen,
            amount_fen=row.amount_fen,
            reversed=sheet.state == IssueState.reversed,
        )
        for row, sheet, home, item in rows
    )


def issues(session: Session, tenant_id: int) -> tuple[Issue, ...]:
    """A village's sheets, newest first, without their lines."""
    return _issues(session, InputIssueRow.tenant_id == tenant_id)


def issue(session: Session, issue_id: int) -> Issue:
    """One sheet with its lines. Raises NotFoundError."""
    found = _issues(session, InputIssueRow.id == issue_id, lines=True)
    if not found:
        raise NotFoundError("input issue", issue_id)
    return found[0]


def _issues(session: Session, wanted: ColumnElement[bool], *, lines: bool = False) -> tuple[Issue, ...]:
    rows = session.execute(
        select(InputIssueRow, EntityRow.code, ProductRow)
        .join(EntityRow, EntityRow.id == InputIssueRow.entity_id)
        .join(ProductRow, ProductRow.code == InputIssueRow.product)
        .where(wanted)
        .order_by(InputIssueRow.day.desc(), InputIssueRow.id.desc())
    ).all()
    owed: dict[int, int] = {}
    for due in session.scalars(
        select(DueRow).where(DueRow.voucher_id.in_([r.voucher_id for r, _, _ in rows]))
    ):
        owed[due.voucher_id] = owed.get(due.voucher_id, 0) + due.open_fen
    return tuple(
        Issue(
            issue_id=row.id,
            number=row.number,
            entity_id=row.entity_id,
            entity=entity,
            product=row.product,
            product_name=made.name,
            product_name_en=made.name_en,
            season=row.season,
            day=row.day,
            total_fen=row.total_fen,
            cost_fen=row.cost_fen,
            state=IssueState(row.state),
            user_id=row.user_id,
            voucher_id=row.voucher_id,
            reversal_id=row.reversal_id,
            reason=row.reason,
            open_fen=owed.get(row.voucher_id or 0, 0),
            lines=_issued(session, InputIssueRow.id == row.id) if lines else (),
        )
        for row, entity, made in rows
    )
