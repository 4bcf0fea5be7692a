"""The guided first steps of a village's books: what is done, what is open, what waits for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.accounting.models import OpeningRow, OpeningState
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow, HoldingRow, HouseholdRow, MemberRow
from coop.procurement.models import ScaleRow
from coop.standards.models import PriceState, ProductRow, PurchasePriceRow
from ledger.chart import Chart, Standard, chart_of
from ledger.money import fen_text
from ledger.tables import BookRow, VoucherRow
from ledger.voucher import VoucherKind


@dataclass(frozen=True, slots=True)
class OpeningStep:
    """A book and its opening balances. `state` is open, filed or posted; `voucher_id` where they are posted."""

    entity_id: int
    entity: str
    name: str
    name_en: str
    year: int
    state: str
    opening_id: int
    maker_id: int
    voucher_id: int
    lines: tuple[tuple[str, str, str], ...]  # account, debit, credit as yuan


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A price: proposed by one, approved by another."""

    id: int
    entity: str
    product: str
    grade: str
    since: date
    price: int
    floor: int
    unit: str
    approved: bool
    proposed_by: int


@dataclass(frozen=True, slots=True)
class Setup:
    """The whole wizard of one village on a day."""

    households: int
    members: int
    holdings: int
    openings: tuple[OpeningStep, ...]
    scales: tuple[tuple[str, str, date, bool], ...]  # code, name, calibrated until, still valid
    prices: tuple[PriceStep, ...]
    entities: tuple[tuple[int, str], ...]

    @property
    def steps(self) -> tuple[tuple[str, bool], ...]:
        """(step, done), in the order in which they are best done."""
        return (
            ("register", self.members > 0),
            ("opening", bool(self.openings) and all(step.state == "posted" for step in self.openings)),
            ("scale", any(valid for *_, valid in self.scales)),
            ("prices", any(price.approved for price in self.prices)),
        )


def setup(session: Session, tenant_id: int, today: date) -> Setup:
    """What of a village's first steps is done; of its own rows alone."""

    def count(kind: type[HouseholdRow | MemberRow | HoldingRow]) -> int:
        return session.scalar(select(func.count(kind.id)).where(kind.tenant_id == tenant_id)) or 0

    entities = session.scalars(
        select(EntityRow)
        .where(EntityRow.tenant_id == tenant_id, EntityRow.standard != "")
        .order_by(EntityRow.code)
    ).all()
    scales = session.scalars(select(ScaleRow).where(ScaleRow.tenant_id == tenant_id).order_by(ScaleRow.code))
    return Setup(
        count(HouseholdRow),
        count(MemberRow),
        count(HoldingRow),
        tuple(step for entity in entities for step in _openings(session, entity)),
        tuple((s.code, s.name, s.calibrated_until, s.calibrated_until >= today) for s in scales),
        _prices(session, tenant_id),
        tuple((entity.id, entity.code) for entity in entities),
    )


def chart_for(session: Session, tenant_id: int, entity_id: int) -> tuple[Chart, BookRow]:
    """The chart and book of an own entity. Raises NotFoundError."""
    book = session.scalars(
        select(BookRow).where(BookRow.tenant_id == tenant_id, BookRow.entity_id == entity_id)
    ).one_or_none()
    if book is None:
        raise NotFoundError("book", entity_id)
    return chart_of(Standard(book.standard)), book


def _openings(session: Session, entity: EntityRow) -> list[OpeningStep]:
    book = session.scalars(
        select(BookRow).where(BookRow.tenant_id == entity.tenant_id, BookRow.entity_id == entity.id)
    ).one_or_none()
    if book is None:
        return []
    row = session.scalars(
        select(OpeningRow).where(
            OpeningRow.tenant_id == entity.tenant_id,
            OpeningRow.entity_id == entity.id,
            OpeningRow.state != OpeningState.refused.value,
        )
    ).one_or_none()
    voucher = session.scalars(
        select(VoucherRow.id).where(
            VoucherRow.book_id == book.id, VoucherRow.kind == VoucherKind.opening.value
        )
    ).first()
    state = "posted" if voucher else row.state if row else "open"
    balances = row.balances if row else {}
    lines = tuple(
        (path, fen_text(max(fen, 0)), fen_text(max(-fen, 0))) for path, fen in sorted(balances.items())
    )
    return [
        OpeningStep(
            entity.id,
            entity.code,
            entity.name,
            entity.name_en,
            book.first_year,
            state,
            row.id if row else 0,
            row.maker_id if row else 0,
            voucher or 0,
            lines,
        )
    ]


def _prices(session: Session, tenant_id: int) -> tuple[PriceStep, ...]:
    rows = session.execute(
        select(PurchasePriceRow, EntityRow.code, ProductRow.unit)
        .join(ProductRow, ProductRow.code == PurchasePriceRow.product)
        .join(EntityRow, EntityRow.id == PurchasePriceRow.entity_id)
        .where(PurchasePriceRow.tenant_id == tenant_id)
        .order_by(PurchasePriceRow.since.desc(), PurchasePriceRow.product, PurchasePriceRow.grade)
        .limit(100)
    )
    return tuple(
        PriceStep(
            row.id,
            code,
            row.product,
            row.grade,
            row.since,
            row.price,
            row.floor,
            unit,
            row.state == PriceState.approved.value,
            row.proposed_by,
        )
        for row, code, unit in rows
    )
