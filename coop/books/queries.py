"""Reads of the books: which there are, what is owed to whom, what was paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from coop.books.models import (
    DueKind,
    DueRow,
    LineState,
    PayableKind,
    PayableRow,
    PayBatchRow,
    PayLineRow,
)
from coop.kernel.errors import NotFoundError
from coop.parties.models import HouseholdRow
from ledger.tables import BookRow, VoucherRow


@dataclass(frozen=True, slots=True)
class OpenPayable:
    """What is owed and waits for a batch: `open_fen` = amount - paid, fen."""

    id: int
    household_id: int
    household: str
    member_id: int | None
    kind: PayableKind
    source: str
    account: str
    voucher_id: int
    amount_fen: int
    paid_fen: int
    open_fen: int
    day: date


@dataclass(frozen=True, slots=True)
class HouseholdPayable:
    """One line of a household's money: what it was owed, what of it was paid, when and by which batch."""

    id: int
    entity_id: int
    kind: PayableKind
    source: str
    voucher_id: int
    day: date
    amount_fen: int
    paid_fen: int
    open_fen: int
    voided: bool
    batch_id: int | None
    batch: str
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of a batch."""

    payable_id: int
    household_id: int
    household: str
    kind: PayableKind
    source: str
    account: str
    amount_fen: int
    state: LineState
    reason: str
    return_voucher_id: int | None


@dataclass(frozen=True, slots=True)
class Due:
    """What a household owes: `open_fen` = amount - settled, fen; nothing where its voucher was reversed."""

    id: int
    entity_id: int
    household_id: int
    household: str
    kind: DueKind
    source: str
    account: str
    voucher_id: int
    amount_fen: int
    settled_fen: int
    open_fen: int
    day: date
    voided: bool


def book_of(session: Session, entity_id: int) -> BookRow:
    """The book of an entity. Raises NotFoundError."""
    row = session.scalars(select(BookRow).where(BookRow.entity_id == entity_id)).one_or_none()
    if row is None:
        raise NotFoundError("book of entity", entity_id)
    return row


def book_by_code(session: Session, entity_code: str) -> BookRow:
    """The book of the entity with this code. Raises NotFoundError."""
    row = session.scalars(select(BookRow).where(BookRow.entity == entity_code)).one_or_none()
    if row is None:
        raise NotFoundError("book", entity_code)
    return row


def books(session: Session) -> list[BookRow]:
    """All books in sight, by entity code."""
    return list(session.scalars(select(BookRow).order_by(BookRow.entity)))


def open_payables(session: Session, entity_id: int, kind: PayableKind | None = None) -> list[OpenPayable]:
    """What an entity owes and no batch pays yet, by household number and day."""
    in_batch = exists().where(
        PayLineRow.tenant_id == PayableRow.tenant_id,
        PayLineRow.payable_id == PayableRow.id,
        PayLineRow.state == LineState.queued.value,
    )
    query = (
        select(PayableRow, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == PayableRow.household_id)
        .where(
            PayableRow.entity_id == entity_id,
            PayableRow.void_id.is_(None),
            PayableRow.paid_fen < PayableRow.amount_fen,
            ~in_batch,
        )
        .order_by(HouseholdRow.number, PayableRow.day, PayableRow.id)
    )
    if kind is not None:
        query = query.where(PayableRow.kind == kind.value)
    return [
        OpenPayable(
            id=row.id,
            household_id=row.household_id,
            household=number,
            member_id=row.member_id,
            kind=PayableKind(row.kind),
            source=row.source,
            account=row.account,
            voucher_id=row.voucher_id,
            amount_fen=row.amount_fen,
            paid_fen=row.paid_fen,
            open_fen=row.open_fen,
            day=row.day,
        )
        for row, number in session.execute(query)
    ]


def household_payables(session: Session, household_id: int) -> list[HouseholdPayable]:
    """Everything a household was ever owed, newest first, with the batch that paid it or is about to."""
    live = (LineState.queued.value, LineState.paid.value)
    query = (
        select(PayableRow, PayBatchRow.id, PayBatchRow.number, VoucherRow.day)
        .outerjoin(PayLineRow, (PayLineRow.payable_id == PayableRow.id) & PayLineRow.state.in_(live))
        .outerjoin(PayBatchRow, PayBatchRow.id == PayLineRow.batch_id)
        .outerjoin(VoucherRow, VoucherRow.id == PayBatchRow.voucher_id)
        .where(PayableRow.household_id == household_id)
        .order_by(PayableRow.day.desc(), PayableRow.id.desc())
    )
    return [
        HouseholdPayable(
            id=row.id,
            entity_id=row.entity_id,
            kind=PayableKind(row.kind),
            source=row.source,
            voucher_id=row.voucher_id,
            day=row.day,
            amount_fen=row.amount_fen,
            paid_fen=row.paid_fen,
            open_fen=row.open_fen,
            voided=row.void_id is not None,
            batch_id=batch_id,
            batch=number or "",
            paid_on=paid_on,
        )
        for row, batch_id, number, paid_on in session.execute(query)
    ]


def dues(session: Session, household_id: int | None = None) -> list[Due]:
    """What households owe, or one of them: by household number and day, settled and voided ones too."""
    query = (
        select(DueRow, HouseholdRow.number)
        .join(HouseholdRow, HouseholdRow.id == DueRow.household_id)
        .order_by(HouseholdRow.number, DueRow.day, DueRow.id)
    )
    if household_id is not None:
        query = query.where(DueRow.household_id == household_id)
    return [
        Due(
            id=row.id,
            entity_id=row.entity_id,
            household_id=row.household_id,
            household=number,
            kind=DueKind(row.kind),
            source=row.source,
            account=row.account,
            voucher_id=row.voucher_id,
            amount_fen=row.amount_fen,
            settled_fen=row.settled_fen,
            open_fen=row.open_fen,
            day=row.day,
            voided=row.void_id is not None,
        )
        for row, number in session.execute(query)
    ]


def open_due(session: Session, entity_id: int, household_ids: Iterable[int]) -> dict[int, int]:
    """What each of the households still owes the entity, fen; 0 for who owes nothing."""
    wanted = dict.fromkeys(household_ids, 0)
    rows = session.execute(
        select(DueRow.household_id, func.sum(DueRow.amount_fen - DueRow.settled_fen))
        .where(DueRow.entity_id == entity_id, DueRow.household_id.in_(list(wanted)), DueRow.void_id.is_(None))
        .group_by(DueRow.household_id)
    )
    return wanted | {household_id: int(total) for household_id, total in rows}


def vouchers_of_source(session: Session, source: str) -> list[VoucherRow]:
    """The vouchers a document posted, over all books in sight."""
    return list(
        session.scalars(select(VoucherRow).where(VoucherRow.source == source).order_by(VoucherRow.id))
    )


def batch(session: Session, batch_id: int) -> PayBatchRow:
    """A pay batch. Raises NotFoundError."""
    row = session.get(PayBatchRow, batch_id)
    if row is None:
        raise NotFoundError("pay batch", batch_id)
    return row


def batches(session: Session, entity_id: int) -> list[PayBatchRow]:
    """The pay batches of an entity, newest first."""
    return list(
        session.scalars(
            select(PayBatchRow).where(PayBatchRow.entity_id == entity_id).order_by(PayBatchRow.id.desc())
        )
    )


def batch_vouchers(session: Session, batch_id: int) -> list[int]:
    """The vouchers the payables of a batch stand on: what must be stamped before it is approved."""
    return list(
        session.scalars(
            select(PayableRow.voucher_id)
            .join(PayLineRow, PayLineRow.payable_id == PayableRow.id)
            .where(PayLineRow.batch_id == batch_id)
            .distinct()
            .order_by(PayableRow.voucher_id)
        )
    )


def payments(session: Session, batch_id: int) -> list[Payment]:
    """The lines of a batch, by household number."""
    query = (
        select(PayLineRow, PayableRow.kind, PayableRow.source, HouseholdRow.number)
        .join(PayableRow, PayableRow.id == PayLineRow.payable_id)
        .join(HouseholdRow, HouseholdRow.id == PayLineRow.household_id)
        .where(PayLineRow.batch_id == batch_id)
        .order_by(HouseholdRow.number, PayLineRow.payable_id)
    )
    return [
        Payment(
            payable_id=line.payable_id,
            household_id=line.household_id,
            household=number,
            kind=PayableKind(kind),
            source=source,
            account=line.account,
            amount_fen=line.amount_fen,
            state=LineState(line.state),
            reason=line.reason,
            return_voucher_id=line.return_voucher_id,
        )
        for line, kind, source, number in session.execute(query)
    ]
