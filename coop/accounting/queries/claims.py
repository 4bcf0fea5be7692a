"""Expense claims as their pages show them: lists by state and role, one claim with its receipts and accounts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop.accounting.models.claims import ExpenseClaimRow, ExpenseLineRow, ExpenseState
from coop.accounting.models.petty import PettyHolderRow
from coop.accounting.queries.names import AccountName, account_names
from coop.accounting.rules.claims import coding_faults, suggested
from coop.books import queries as books
from coop.kernel import files
from coop.kernel.errors import NotFoundError
from coop.kernel.files import FileRow
from coop.parties.models import EntityRow
from ledger import balances
from ledger.chart import Standard, chart_of


@dataclass(frozen=True, slots=True)
class ClaimItem:
    claim: ExpenseClaimRow
    holder: PettyHolderRow
    entity: EntityRow
    total_fen: int
    receipts: int


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    line: ExpenseLineRow
    suggested: str


@dataclass(frozen=True, slots=True)
class ClaimPage:
    item: ClaimItem
    receipts: tuple[ReceiptItem, ...]
    accounts: tuple[AccountName, ...]
    petty_fen: int
    files: tuple[FileRow, ...]


def claim_list(
    session: Session, *, states: tuple[ExpenseState, ...] = (), mine: int | None = None
) -> list[ClaimItem]:
    """Claims in sight, newest first: in these states, of one claimant."""
    query = _items().order_by(ExpenseClaimRow.id.desc())
    if states:
        query = query.where(ExpenseClaimRow.state.in_([state.value for state in states]))
    if mine is not None:
        query = query.where(ExpenseClaimRow.claimant_id == mine)
    return [
        ClaimItem(claim, holder, entity, int(fen), count)
        for claim, holder, entity, fen, count in session.execute(query)
    ]


def claim_page(session: Session, claim_id: int) -> ClaimPage:
    """One claim. Raises NotFoundError."""
    found = session.execute(_items().where(ExpenseClaimRow.id == claim_id)).one_or_none()
    if found is None:
        raise NotFoundError("expense claim", claim_id)
    claim, holder, entity, fen, count = found
    item = ClaimItem(claim, holder, entity, int(fen), count)
    book = books.book_of(session, item.claim.entity_id)
    chart = chart_of(Standard(book.standard))
    lines = session.scalars(
        select(ExpenseLineRow)
        .where(ExpenseLineRow.claim_id == claim_id)
        .order_by(ExpenseLineRow.day, ExpenseLineRow.id)
    )
    return ClaimPage(
        item,
        tuple(ReceiptItem(line, line.account or suggested(chart, line.kind)) for line in lines),
        tuple(each for each in account_names(session, book) if not coding_faults(chart, "", each.path)),
        balances.balance(session, book.id, chart.path("petty_cash", item.holder.code)),
        tuple(files.listed(session, f"expense:{claim_id}")),
    )


def claim_of_line(session: Session, line_id: int) -> int:
    """The claim a receipt belongs to. Raises NotFoundError."""
    found = session.scalars(select(ExpenseLineRow.claim_id).where(ExpenseLineRow.id == line_id)).one_or_none()
    if found is None:
        raise NotFoundError("receipt", line_id)
    return found


def _items() -> Select[ExpenseClaimRow, PettyHolderRow, EntityRow, int, int]:
    sums = (
        select(
            ExpenseLineRow.claim_id,
            func.sum(ExpenseLineRow.amount_fen).label("fen"),
            func.count().label("receipts"),
        )
        .group_by(ExpenseLineRow.claim_id)
        .subquery()
    )
    return (
        select(
            ExpenseClaimRow,
            PettyHolderRow,
            EntityRow,
            func.coalesce(sums.c.fen, 0),
            func.coalesce(sums.c.receipts, 0),
        )
        .join(PettyHolderRow, PettyHolderRow.id == ExpenseClaimRow.holder_id)
        .join(EntityRow, EntityRow.id == ExpenseClaimRow.entity_id)
        .outerjoin(sums, sums.c.claim_id == ExpenseClaimRow.id)
    )
