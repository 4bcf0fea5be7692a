"""Sub-ledgers: what stands behind a control account, item by item, and by how much the two differ.

Read from the vouchers, the open items of `books`, the grants and the lots; the control account is the stored balance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.queries.names import names_of
from coop.accounting.queries.vouchers import label_of
from coop.accounting.rules.subledgers import Ageing, Movement, OpenItem, ageing, open_items
from coop.books import queries as books
from ledger import balances
from ledger.balances import under
from ledger.chart import Chart, Standard, chart_of
from ledger.tables import BookRow, PostingRow, VoucherRow

# The sub-ledgers kept by party, by the role of their control account.
PARTY_ROLES = ("receivable", "other_payable", "wages_payable", "labour_payable", "short_loan", "long_loan")


@dataclass(frozen=True, slots=True)
class Control:
    """A control account against its sub-ledger; balances signed, debit positive, fen."""

    role: str
    path: str
    name: str
    name_en: str
    balance_fen: int
    items_fen: int

    @property
    def difference_fen(self) -> int:
        return self.balance_fen - self.items_fen


@dataclass(frozen=True, slots=True)
class PartyLine:
    """What is open with one party, by age; claims (`owed_us`) and debts (`we_owe`) are not netted."""

    account: str
    party: str
    name: str
    name_en: str
    owed_us: Ageing
    we_owe: Ageing
    items: tuple[OpenItem, ...]

    @property
    def balance_fen(self) -> int:
        return self.owed_us.total - self.we_owe.total


@dataclass(frozen=True, slots=True)
class PartyLedger:
    """One sub-ledger by party on a day."""

    entity: str
    standard: str
    day: date
    control: Control
    lines: tuple[PartyLine, ...]

    @property
    def owed_us(self) -> Ageing:
        return _added([line.owed_us for line in self.lines])

    @property
    def we_owe(self) -> Ageing:
        return _added([line.we_owe for line in self.lines])


def book_and_chart(session: Session, entity: str) -> tuple[BookRow, Chart]:
    """The book of the entity with this code, and its chart. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    return book, chart_of(Standard(book.standard))


def movements(
    session: Session, book: BookRow, root: str, day: date | None = None
) -> dict[str, list[Movement]]:
    """Every money line of an account and all below it up to a day, by account path, in the order of posting."""
    query = (
        select(PostingRow.account, PostingRow.amount, VoucherRow)
        .join(
            VoucherRow,
            (VoucherRow.tenant_id == PostingRow.tenant_id) & (VoucherRow.id == PostingRow.voucher_id),
        )
        .where(PostingRow.book_id == book.id, PostingRow.commodity == "CNY", under(PostingRow.account, root))
        .order_by(VoucherRow.day, VoucherRow.sequence, PostingRow.line)
    )
    if day is not None:
        query = query.where(VoucherRow.day <= day)
    found: defaultdict[str, list[Movement]] = defaultdict(list)
    for account, amount, voucher in session.execute(query):
        found[account].append(
            Movement(
                voucher_id=voucher.id,
                day=voucher.day,
                label=label_of(voucher),
                summary=voucher.summary,
                source=voucher.source,
                amount=amount,
                reverses_id=voucher.reverses_id,
            )
        )
    return found


def control_of(
    session: Session, book: BookRow, role: str, items_fen: int, *, balance_fen: int | None = None
) -> Control:
    """The control account of a role beside what its sub-ledger comes to; the stored balance where none is told."""
    path = chart_of(Standard(book.standard)).path(role)
    name = names_of(session, book).of(path)
    stored = balances.balance(session, book.id, path) if balance_fen is None else balance_fen
    return Control(role, path, name.name, name.name_en, stored, items_fen)


def party_ledger(session: Session, entity: str, role: str, day: date) -> PartyLedger:
    """What is open with each party on a day. Raises NotFoundError, UnknownRoleError."""
    book, chart = book_and_chart(session, entity)
    root, names = chart.path(role), names_of(session, book)
    lines, booked = [], 0
    for account, moved in sorted(movements(session, book, root, day).items()):
        items = open_items(moved, day)
        booked += sum(each.amount for each in moved)
        if not items:
            continue
        name = names.of(account)
        lines.append(
            PartyLine(
                account=account,
                party=account.removeprefix(root).removeprefix(":"),
                name=name.name,
                name_en=name.name_en,
                owed_us=ageing(items, debit=True),
                we_owe=ageing(items, debit=False),
                items=items,
            )
        )
    items_fen = sum(line.balance_fen for line in lines)
    latest = _latest(session, book)
    stored = None if latest is None or day >= latest else booked
    control = control_of(session, book, role, items_fen, balance_fen=stored)
    return PartyLedger(book.entity, book.standard, day, control, tuple(lines))


def _latest(session: Session, book: BookRow) -> date | None:
    """The day of the last voucher: from then on the stored balance is the balance of any day."""
    query = (
        select(VoucherRow.day).where(VoucherRow.book_id == book.id).order_by(VoucherRow.day.desc()).limit(1)
    )
    return session.scalar(query)


def _added(found: Sequence[Ageing]) -> Ageing:
    return Ageing(
        sum(each.upto_30 for each in found),
        sum(each.upto_90 for each in found),
        sum(each.upto_365 for each in found),
        sum(each.older for each in found),
    )
