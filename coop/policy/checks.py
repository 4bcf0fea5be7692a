"""What must hold of earmarked money, recomputed over all tenants: a part of L8 (open items equal the control account).

Per project, received - spent - returned is the balance of its sub-account; no grant is spent beyond what came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

import coop.books.checks  # noqa: F401  (it registers L8, which this one adds to)
from coop.kernel.registries import also_holds
from coop.policy.models import GrantRow
from coop.policy.queries import sums
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow, PostingRow, VoucherRow
from ledger.voucher import VoucherKind


def check_grants(session: Session) -> list[str]:
    """L8 of grants: documents against the books, and never less than nothing left."""
    return [*_overspent(session), *_sub_accounts(session)]


def _overspent(session: Session) -> Iterator[str]:
    rows = list(session.scalars(select(GrantRow).order_by(GrantRow.id)))
    found = sums(session, rows)
    for row in rows:
        left = found[row.id].left_fen
        if left < 0:
            yield (
                f"tenant {row.tenant_id} grant {row.project} {row.document}: at least 0 fen expected to be left, "
                f"{left} found, difference {left}"
            )


def _sub_accounts(session: Session) -> Iterator[str]:
    rows = list(session.scalars(select(GrantRow)))
    found = sums(session, rows)
    for book in session.scalars(select(BookRow).order_by(BookRow.id)):
        owed: defaultdict[str, int] = defaultdict(int)
        root = chart_of(Standard(book.standard)).path("grant")
        for row in rows:
            if (row.tenant_id, row.entity_id) == (book.tenant_id, book.entity_id):
                owed[f"{root}:{row.project}"] += found[row.id].left_fen
        booked = _booked(session, book, root)
        for account in sorted(owed.keys() | booked.keys()):
            if owed[account] != booked[account]:
                yield (
                    f"tenant {book.tenant_id} book {book.entity} account {account}: {owed[account]} fen left "
                    f"expected, {booked[account]} found, difference {booked[account] - owed[account]}"
                )


def _booked(session: Session, book: BookRow, root: str) -> defaultdict[str, int]:
    """Credit balances of the projects from documents and what reverses them; openings and manual vouchers have none."""
    original = aliased(VoucherRow)
    query = (
        select(PostingRow.account, -func.sum(PostingRow.amount))
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .outerjoin(original, original.id == VoucherRow.reverses_id)
        .where(
            PostingRow.book_id == book.id,
            PostingRow.account.startswith(f"{root}:", autoescape=True),
            func.coalesce(original.kind, VoucherRow.kind) == VoucherKind.automatic.value,
        )
        .group_by(PostingRow.account)
    )
    return defaultdict(int, {account: int(total) for account, total in session.execute(query)})


also_holds("L8", check_grants)
