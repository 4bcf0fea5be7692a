"""What must hold of the books, recomputed from rows over all tenants (owner session).

L1-L7, L9 and L10 are the ledger's own, run over every book; added here are the control accounts (L8), the pay
batches (O7) and the two persons (T3). Documents (L11) and slips (O6) are checked by their own subjects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from coop.books.models import (
    BatchState,
    DueRow,
    DueSettlementRow,
    LineState,
    PayableRow,
    PayBatchRow,
    PayLineRow,
)
from coop.books.rules import PAYABLE_ROLES
from coop.kernel.registries import invariants
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow, PeriodEventRow, PostingRow, VoucherRow
from ledger.verify import check_book
from ledger.voucher import VoucherKind

LEDGER_IDS = ("L1", "L2", "L3", "L4", "L5", "L6", "L7", "L9", "L10")
_FINDINGS = "ledger findings"


def _findings(session: Session, name: str) -> list[str]:
    """The ledger's findings of one id. Books are checked once a run; asking an id again starts a new run."""
    kept: dict[str, list[str]] = session.info.setdefault(_FINDINGS, {})
    if name not in kept:
        kept.clear()
        kept.update({key: [] for key in LEDGER_IDS})
        for book_id in session.scalars(select(BookRow.id).order_by(BookRow.id)):
            for finding in check_book(session, book_id):
                kept[finding.id].append(finding.text)
    return kept.pop(name)


def _ledger_check(name: str) -> Callable[[Session], list[str]]:
    def check(session: Session) -> list[str]:
        return _findings(session, name)

    return check


for _name in LEDGER_IDS:
    invariants.register(_name, _ledger_check(_name))


def check_control_accounts(session: Session) -> list[str]:
    """L8: of each household account, open payables less open dues equal its credit balance.

    Claims on a household that are no dues (manual debits, opening debit balances) are left out. What a due was
    settled is what its standing settlements say.
    """
    breaches = _settled(session)
    for book in session.scalars(select(BookRow).order_by(BookRow.id)):
        owed, booked = _owed(session, book), _booked(session, book)
        breaches += [
            f"tenant {book.tenant_id} book {book.entity} account {account}: open items {owed[account]} fen "
            f"expected, {booked[account]} fen found, difference {booked[account] - owed[account]}"
            for account in sorted(owed.keys() | booked.keys())
            if owed[account] != booked[account]
        ]
    return breaches


def _owed(session: Session, book: BookRow) -> defaultdict[str, int]:
    """What the entity owes on each account, less what the household owes it, fen."""
    payables = (
        select(PayableRow.account, func.sum(PayableRow.amount_fen - PayableRow.paid_fen))
        .where(PayableRow.book_id == book.id, PayableRow.void_id.is_(None))
        .group_by(PayableRow.account)
    )
    dues = (
        select(DueRow.account, -func.sum(DueRow.amount_fen - DueRow.settled_fen))
        .where(DueRow.book_id == book.id, DueRow.void_id.is_(None))
        .group_by(DueRow.account)
    )
    owed: defaultdict[str, int] = defaultdict(int)
    for query in (payables, dues):
        for account, total in session.execute(query):
            owed[account] += int(total)
    return owed


def _settled(session: Session) -> list[str]:
    query = (
        select(DueRow, func.coalesce(func.sum(DueSettlementRow.fen), 0))
        .outerjoin(
            DueSettlementRow,
            and_(DueSettlementRow.due_id == DueRow.id, DueSettlementRow.undone.is_(False)),
        )
        .group_by(DueRow.id)
        .order_by(DueRow.id)
    )
    return [
        f"tenant {due.tenant_id} due {due.source}: settlements of {total} fen expected, "
        f"{due.settled_fen} found, difference {due.settled_fen - int(total)}"
        for due, total in session.execute(query)
        if int(total) != due.settled_fen
    ]


def _booked(session: Session, book: BookRow) -> defaultdict[str, int]:
    """Credit balance of each household's account, from documents, opening credits and what reverses them."""
    chart = chart_of(Standard(book.standard))
    roots = [chart.path(role) for role in PAYABLE_ROLES if chart.has(role)]
    original = aliased(VoucherRow)
    kind = func.coalesce(original.kind, VoucherRow.kind)
    opening = and_(
        kind == VoucherKind.opening.value,
        or_(
            and_(original.id.is_(None), PostingRow.amount < 0),
            and_(original.id.is_not(None), PostingRow.amount > 0),
        ),
    )
    query = (
        select(PostingRow.account, -func.sum(PostingRow.amount))
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .outerjoin(original, original.id == VoucherRow.reverses_id)
        .where(
            PostingRow.book_id == book.id,
            or_(*(PostingRow.account.startswith(f"{root}:", autoescape=True) for root in roots)),
            or_(kind == VoucherKind.automatic.value, opening),
        )
        .group_by(PostingRow.account)
    )
    return defaultdict(int, {account: int(total) for account, total in session.execute(query)})


invariants.register("L8", check_control_accounts)


def check_batches(session: Session) -> list[str]:
    """O7: a batch's total = its lines = its voucher; payables are paid what their paid lines say."""
    return [*_totals(session), *_bank_lines(session), *_paid(session), *_returned(session)]


def _totals(session: Session) -> Iterator[str]:
    query = (
        select(PayBatchRow, func.coalesce(func.sum(PayLineRow.amount_fen), 0))
        .outerjoin(PayLineRow, PayLineRow.batch_id == PayBatchRow.id)
        .group_by(PayBatchRow.id)
        .order_by(PayBatchRow.id)
    )
    for batch, total in session.execute(query):
        if int(total) != batch.total_fen:
            yield (
                f"tenant {batch.tenant_id} batch {batch.number}: total {batch.total_fen} fen expected, "
                f"its lines are {total}, difference {int(total) - batch.total_fen}"
            )


def _bank_lines(session: Session) -> Iterator[str]:
    query = (
        select(PayBatchRow.tenant_id, PayBatchRow.number, PayBatchRow.total_fen, func.sum(-PostingRow.amount))
        .join(PostingRow, PostingRow.voucher_id == PayBatchRow.voucher_id)
        .where(PayBatchRow.state == BatchState.paid.value, PostingRow.amount < 0)
        .group_by(PayBatchRow.tenant_id, PayBatchRow.number, PayBatchRow.total_fen)
    )
    for tenant, number, expected, found in session.execute(query):
        if expected != int(found):
            yield (
                f"tenant {tenant} batch {number}: {expected} fen expected from the bank, "
                f"the voucher takes {found}, difference {int(found) - expected}"
            )


def _paid(session: Session) -> Iterator[str]:
    query = (
        select(PayableRow, func.coalesce(func.sum(PayLineRow.amount_fen), 0))
        .outerjoin(
            PayLineRow,
            and_(PayLineRow.payable_id == PayableRow.id, PayLineRow.state == LineState.paid.value),
        )
        .group_by(PayableRow.id)
        .order_by(PayableRow.id)
    )
    for payable, total in session.execute(query):
        if int(total) != payable.paid_fen:
            yield (
                f"tenant {payable.tenant_id} payable {payable.source}: paid lines of {total} fen expected, "
                f"{payable.paid_fen} found, difference {payable.paid_fen - int(total)}"
            )


def _returned(session: Session) -> Iterator[str]:
    query = (
        select(PayLineRow, PostingRow.amount)
        .outerjoin(
            PostingRow,
            and_(
                PostingRow.voucher_id == PayLineRow.return_voucher_id,
                PostingRow.account == PayLineRow.account,
            ),
        )
        .where(PayLineRow.state == LineState.returned.value)
        .order_by(PayLineRow.id)
    )
    for line, amount in session.execute(query):
        if amount != -line.amount_fen:
            yield (
                f"tenant {line.tenant_id} pay line {line.id}: {line.amount_fen} fen expected to be "
                f"booked back, {-(amount or 0)} found, difference {-(amount or 0) - line.amount_fen}"
            )


invariants.register("O7", check_batches)


def check_two_persons(session: Session) -> list[str]:
    """T3: manual vouchers, reversals, pay batches and reopened periods went through two persons' hands."""
    kinds = (VoucherKind.manual.value, VoucherKind.reversal.value)
    vouchers = session.scalars(
        select(VoucherRow).where(
            VoucherRow.kind.in_(kinds),
            or_(VoucherRow.checker_id.is_(None), VoucherRow.checker_id == VoucherRow.maker_id),
        )
    )
    breaches = [
        f"tenant {row.tenant_id} voucher {row.id}: two persons expected, maker {row.maker_id}, "
        f"checker {row.checker_id} found"
        for row in vouchers
    ]
    done = (BatchState.approved.value, BatchState.paid.value)
    batches = session.scalars(
        select(PayBatchRow).where(
            PayBatchRow.state.in_(done),
            or_(PayBatchRow.approver_id.is_(None), PayBatchRow.approver_id == PayBatchRow.maker_id),
        )
    )
    breaches += [
        f"tenant {row.tenant_id} batch {row.number}: two persons expected, maker {row.maker_id}, "
        f"approver {row.approver_id} found"
        for row in batches
    ]
    reopened = session.scalars(
        select(PeriodEventRow).where(
            PeriodEventRow.action == "reopen",
            or_(PeriodEventRow.second_id.is_(None), PeriodEventRow.second_id == PeriodEventRow.by_id),
        )
    )
    return breaches + [
        f"tenant {row.tenant_id} book {row.book_id} period {row.year}-{row.number}: two persons expected "
        f"at its reopening, {row.by_id} and {row.second_id} found"
        for row in reopened
    ]


invariants.register("T3", check_two_persons)
