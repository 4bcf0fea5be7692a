"""The bank's side of the first village's cooperative: a statement a month, as the credit cooperative would send it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from sqlalchemy import select

from coop.accounting import bank_imports
from coop.accounting.models import BankAccountRow
from coop.accounting.queries.bank_open import open_entries, open_lines
from coop.accounting.service import bank, bank_matching
from coop.books import queries as books
from coop.season.stage import Village
from integrations.bank import StatementLine, statement_csv
from ledger.balances import balance, under
from ledger.chart import Standard, chart_of
from ledger.tables import PostingRow, VoucherRow
from ledger.voucher import VoucherKind

TAIL = "0001"


def reconcile(village: Village, month: int) -> None:
    """Hand in the month's statement and match it; what only looks alike is matched by hand, pair by pair.

    The bank's lines are the cooperative's own movements on the day they were booked: the demo's bank is never late.
    """
    year = village.stage.year
    with village.see("accountant") as view:
        account = view.session.scalars(select(BankAccountRow.id)).first()
        book = books.book_of(view.session, village.coop)
        path = chart_of(Standard(book.standard)).path("bank")
        start = balance(view.session, book.id, path, year=year, upto=month - 1)
        moves = view.session.execute(
            select(VoucherRow.day, PostingRow.amount, VoucherRow.summary)
            .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
            .where(
                PostingRow.book_id == book.id,
                under(PostingRow.account, path),
                VoucherRow.year == year,
                VoucherRow.period == month,
                VoucherRow.kind != VoucherKind.opening,
            )
            .order_by(VoucherRow.day, VoucherRow.id, PostingRow.line)
        ).all()
    if account is None:
        with village.act("accountant") as work:
            account = bank.open_bank_account(
                work,
                village.coop,
                account=path,
                name="农村信用社（虚构）",
                tail=TAIL,
                since=date(year, month, 1),
                opening_fen=start,
            ).id
    if moves:
        _hand_in(village, account, start, [(day, amount, summary) for day, amount, summary in moves])
        _match(village, account, date(year, month, monthrange(year, month)[1]))


def _hand_in(village: Village, account: int, start: int, moves: list[tuple[date, int, str]]) -> None:
    running, lines = start, []
    for row, (day, amount, summary) in enumerate(moves, start=2):
        running += amount
        lines.append(
            StatementLine(row, day, amount, running, reference=f"{day:%m%d}{row:04d}", text=summary[:30])
        )
    content = statement_csv(lines, "rcc", encoding="gb18030")
    found, _notices = bank_imports.read_bank_statement(content)
    with village.act("accountant") as work:
        bank.import_statement(work, account, found, content=content)


def _match(village: Village, account: int, last: date) -> None:
    with village.act("accountant") as work:
        bank_matching.match_all(work, account)
        row = work.session.get_one(BankAccountRow, account)
        lines, entries = (
            list(open_lines(work.session, row, last)),
            list(open_entries(work.session, row, last)),
        )
        for line in lines:
            twin = next((e for e in entries if (e.day, e.amount_fen) == (line.day, line.amount_fen)), None)
            if twin is not None:
                entries.remove(twin)
                bank_matching.match(work, account, [line.id], [(twin.voucher_id, twin.line)])
