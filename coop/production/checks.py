"""What must hold of inputs (their part of L8) and agreements (their part of O5), recomputed from rows over all tenants."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import coop.books.checks
import coop.orders.checks  # noqa: F401  (L8 and O5 are registered by these)
from coop.books.models import DueRow
from coop.kernel.registries import also_holds
from coop.production.models import (
    AgreementRow,
    InputIssueLineRow,
    InputIssueRow,
    InputPurchaseRow,
    InputStockRow,
    IssueState,
)
from coop.production.postings import stock_account
from coop.production.rules import agreement_digest
from ledger.chart import Standard, chart_of
from ledger.tables import BookRow, PostingRow


def input_breaches(session: Session) -> list[str]:
    """L8: stock = purchases - issues = the account of each input; a sheet = its lines = its dues."""
    return [*_stock(session), *_accounts(session), *_issues(session)]


def _stock(session: Session) -> list[str]:
    moved: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in session.scalars(select(InputPurchaseRow)):
        moved[row.stock_id][0] += row.count
        moved[row.stock_id][1] += row.cost_fen
    for line in session.scalars(
        select(InputIssueLineRow)
        .join(InputIssueRow, InputIssueRow.id == InputIssueLineRow.issue_id)
        .where(InputIssueRow.state == IssueState.posted.value)
    ):
        moved[line.stock_id][0] -= line.count
        moved[line.stock_id][1] -= line.cost_fen
    return [
        f"tenant {row.tenant_id}, stock of input {row.code}: {moved[row.id]} units and fen expected, "
        f"{[row.count, row.value_fen]} found"
        for row in session.scalars(select(InputStockRow).order_by(InputStockRow.id))
        if moved[row.id] != [row.count, row.value_fen]
    ]


def _accounts(session: Session) -> list[str]:
    """The stock's value is its account's balance in the entity's book."""
    rows = session.execute(
        select(InputStockRow, BookRow)
        .join(
            BookRow,
            (BookRow.tenant_id == InputStockRow.tenant_id) & (BookRow.entity_id == InputStockRow.entity_id),
        )
        .order_by(InputStockRow.id)
    ).all()
    paths = {stock.id: stock_account(chart_of(Standard(book.standard)), stock.code) for stock, book in rows}
    sums = session.execute(
        select(PostingRow.book_id, PostingRow.account, func.sum(PostingRow.amount))
        .where(PostingRow.account.in_(sorted(set(paths.values()))))
        .group_by(PostingRow.book_id, PostingRow.account)
    )
    booked = {(book_id, account): int(total) for book_id, account, total in sums}
    return [
        f"tenant {stock.tenant_id}, input {stock.code}: {stock.value_fen} fen in stock expected on account "
        f"{paths[stock.id]} of {book.entity}, {booked.get((book.id, paths[stock.id]), 0)} found"
        for stock, book in rows
        if booked.get((book.id, paths[stock.id]), 0) != stock.value_fen
    ]


def _issues(session: Session) -> list[str]:
    """Each household's lines are one due on the sheet's voucher; a reversed sheet's dues are void."""
    owed: dict[int, Counter[int]] = defaultdict(Counter)
    costs: Counter[int] = Counter()
    for line in session.scalars(select(InputIssueLineRow)):
        owed[line.issue_id][line.household_id] += line.amount_fen
        costs[line.issue_id] += line.cost_fen
    dues: dict[tuple[int, int], list[DueRow]] = defaultdict(list)
    for due in session.scalars(select(DueRow).where(DueRow.source.like("input_issue:%"))):
        dues[due.tenant_id, due.voucher_id].append(due)
    breaches = []
    for row in session.scalars(select(InputIssueRow).order_by(InputIssueRow.id)):
        name = f"tenant {row.tenant_id}, input issue {row.number}"
        lines = owed[row.id]
        if (row.total_fen, row.cost_fen) != (lines.total(), costs[row.id]):
            breaches.append(
                f"{name}: {(lines.total(), costs[row.id])} fen expected, {(row.total_fen, row.cost_fen)} found"
            )
        found = dues.pop((row.tenant_id, row.voucher_id or 0), [])
        due_of = Counter({due.household_id: due.amount_fen for due in found})
        if due_of != lines or len(found) != len(lines):
            breaches.append(f"{name}: dues of {dict(lines)} expected, {dict(due_of)} found")
        if any((due.void_id is not None) != (row.state == IssueState.reversed) for due in found):
            breaches.append(f"{name} is {row.state}, its dues say otherwise")
    breaches += [
        f"tenant {tenant}: dues of voucher {key} have no input issue" for tenant, key in sorted(dues)
    ]
    return breaches


def check_agreements(session: Session) -> list[str]:
    """O5: an agreement's text is still what was signed."""
    return [
        f"tenant {row.tenant_id}, agreement {row.number}: digest {row.digest} expected of its text, "
        f"{agreement_digest((row.text, row.text_en))} found"
        for row in session.scalars(select(AgreementRow).order_by(AgreementRow.id))
        if row.digest != agreement_digest((row.text, row.text_en))
    ]


also_holds("L8", input_breaches)
also_holds("O5", check_agreements)
