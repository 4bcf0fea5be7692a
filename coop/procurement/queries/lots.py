"""Lots: what is in stock, what it cost, and which tickets a delivery lot was drawn from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.parties.models import HouseholdRow
from coop.procurement.models import (
    LotKind,
    LotRow,
    LotSourceRow,
    ReceiptLineRow,
    ReceiptRow,
)


@dataclass(frozen=True, slots=True)
class StockLine:
    """What is collected of a grade and has not left: grams, the fen paid for it, and in how many lots."""

    line_id: int
    product: str
    grade: str
    lots: int
    grams: int
    cost_fen: int


@dataclass(frozen=True, slots=True)
class LotOrigin:
    """A ticket line inside a delivery lot, for the seller's own eyes."""

    lot_code: str
    household: str
    receipt_id: int
    receipt: str
    grade: str
    grams: int
    cost_fen: int


def stock(session: Session, line_ids: Iterable[int]) -> tuple[StockLine, ...]:
    """What waits to be shipped of these order lines, by line and grade."""
    rows = session.execute(
        select(
            LotRow.line_id,
            LotRow.product,
            LotRow.grade,
            func.count(),
            func.sum(LotRow.left_g),
            func.sum(LotRow.left_fen),
        )
        .where(
            LotRow.line_id.in_(sorted(set(line_ids))),
            LotRow.kind == LotKind.household.value,
            LotRow.left_g > 0,
        )
        .group_by(LotRow.line_id, LotRow.product, LotRow.grade)
        .order_by(LotRow.line_id, LotRow.grade)
    )
    return tuple(
        StockLine(line_id, product, grade, count, int(grams), int(fen))
        for line_id, product, grade, count, grams, fen in rows
    )


def lot_costs(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """What the goods of these lots were bought for, in fen, by code."""
    rows = session.execute(select(LotRow.code, LotRow.cost_fen).where(LotRow.code.in_(sorted(set(codes)))))
    return {row.code: row.cost_fen for row in rows}


def lot_origins(session: Session, code: str) -> tuple[LotOrigin, ...]:
    """The ticket lines a delivery lot was drawn from, in the order drawn."""
    child = select(LotRow.id).where(LotRow.code == code).scalar_subquery()
    rows = session.execute(
        select(
            LotSourceRow,
            LotRow.code,
            HouseholdRow.number,
            ReceiptRow.id,
            ReceiptRow.number,
            ReceiptLineRow.grade,
        )
        .join(LotRow, LotRow.id == LotSourceRow.parent_id)
        .join(ReceiptLineRow, ReceiptLineRow.lot_id == LotRow.id)
        .join(ReceiptRow, ReceiptRow.id == ReceiptLineRow.receipt_id)
        .join(HouseholdRow, HouseholdRow.id == ReceiptRow.household_id)
        .where(LotSourceRow.child_id == child)
        .order_by(LotSourceRow.id)
    )
    return tuple(
        LotOrigin(lot, household, receipt_id, receipt, grade, source.grams, source.cost_fen)
        for source, lot, household, receipt_id, receipt, grade in rows
    )


def lots_of_receipt(session: Session, receipt_id: int) -> tuple[str, ...]:
    """The codes of the delivery lots a ticket's goods went into."""
    child = LotSourceRow.child_id
    rows = session.scalars(
        select(LotRow.code)
        .join(LotSourceRow, child == LotRow.id)
        .join(ReceiptLineRow, ReceiptLineRow.lot_id == LotSourceRow.parent_id)
        .where(ReceiptLineRow.receipt_id == receipt_id)
        .distinct()
        .order_by(LotRow.code)
    )
    return tuple(rows)
