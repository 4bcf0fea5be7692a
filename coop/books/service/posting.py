"""Open books, post vouchers, note what is owed to households on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from coop.books import queries
from coop.books.models import PayableKind, PayableRow
from coop.books.service.errors import (
    NoStandardError,
    PayableAccountError,
    PayableAmountError,
)
from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow, HouseholdRow
from ledger import journal, periods
from ledger.tables import BookRow, PostingRow, VoucherRow
from ledger.voucher import Voucher


@dataclass(frozen=True, slots=True)
class PayableEntry:
    """What a line of a voucher owes a household. `source` is unique in the tenant: a fact owes once."""

    line: int
    household_id: int
    kind: PayableKind
    source: str
    amount_fen: int
    day: date
    member_id: int | None = None


def open_book(unit: Unit, entity: EntityRow, first_year: int) -> BookRow:
    """A new book under the entity's standard, with the thirteen periods of its first year open."""
    unit.actor.require("建账", Role.admin, Role.manager, Role.accountant)
    if not entity.standard:
        raise NoStandardError(entity.code)
    book = journal.open_book(
        unit.session,
        tenant_id=entity.tenant_id,
        entity_id=entity.id,
        entity=entity.code,
        name=entity.name,
        standard=entity.standard,
        first_year=first_year,
    )
    unit.audit("book.open", f"book:{book.id}", entity=entity.code, year=first_year)
    return book


def open_year(unit: Unit, entity_id: int, year: int) -> None:
    """Open the thirteen periods of a year; a year that is open already stays as it is."""
    unit.actor.require("开设新年度", Role.admin, Role.manager, Role.accountant)
    book = queries.book_of(unit.session, entity_id)
    periods.open_year(unit.session, book.id, year)
    unit.audit("book.open_year", f"book:{book.id}", year=year)


def post(
    unit: Unit,
    entity_id: int,
    voucher: Voucher,
    *,
    checker_id: int | None = None,
    maker_id: int | None = None,
) -> VoucherRow:
    """Post one voucher to the entity's book; the same source and content again posts none.

    `maker_id` is the actor where not told (a draft's maker, where the actor only checks). The
    permission is the document's: who may weigh may post what weighing says. Raises the ledger's errors.
    """
    return post_all(unit, entity_id, (voucher,), checker_id=checker_id, maker_id=maker_id)[0]


def post_all(
    unit: Unit,
    entity_id: int,
    vouchers: Sequence[Voucher],
    *,
    checker_id: int | None = None,
    maker_id: int | None = None,
) -> tuple[VoucherRow, ...]:
    """Post several vouchers of one book, taking each lock once: use it where a use case has more than one."""
    book = queries.book_of(unit.session, entity_id)
    rows = journal.append_all(
        unit.session,
        book.id,
        vouchers,
        maker_id=unit.actor.user_id if maker_id is None else maker_id,
        checker_id=checker_id,
        posted_at=unit.now,
    )
    for row, voucher in zip(rows, vouchers, strict=True):
        unit.audit("voucher.post", f"voucher:{row.id}", source=row.source, total_fen=voucher.total)
    return rows


def add_payable(
    unit: Unit,
    *,
    entity_id: int,
    voucher: VoucherRow,
    line: int,
    household_id: int,
    kind: PayableKind,
    source: str,
    amount_fen: int,
    day: date,
    member_id: int | None = None,
) -> PayableRow:
    """Note that line `line` (from 1) of the voucher owes the household `amount_fen`; see `add_payables`."""
    entry = PayableEntry(line, household_id, kind, source, amount_fen, day, member_id)
    return add_payables(unit, entity_id=entity_id, voucher=voucher, entries=(entry,))[0]


def add_payables(
    unit: Unit, *, entity_id: int, voucher: VoucherRow, entries: Sequence[PayableEntry]
) -> list[PayableRow]:
    """Note what a voucher owes. A source that is there already is returned as it stands.

    An account must be the household's own (its last component is the household's number), and the payables on
    an account may not exceed what the voucher credits to it. Raises PayableAccountError, PayableAmountError.
    """
    session = unit.session
    known = {
        row.source: row
        for row in session.scalars(
            select(PayableRow).where(PayableRow.source.in_([e.source for e in entries]))
        )
    }
    lines = {
        row.line: row
        for row in session.scalars(select(PostingRow).where(PostingRow.voucher_id == voucher.id))
    }
    numbers = household_numbers(unit, {entry.household_id for entry in entries})
    owed, credited = _owed_by_account(unit, voucher.id), Counter[str]()
    for row in lines.values():
        credited[row.account] -= row.amount
    rows = dict(known)
    for entry in entries:
        if entry.source in rows:
            continue
        posting = lines.get(entry.line)
        if posting is None:
            raise NotFoundError("voucher line", f"{voucher.id}/{entry.line}")
        household = numbers[entry.household_id]
        if posting.account.rpartition(":")[2] != household:
            raise PayableAccountError(entry.source, household, posting.account)
        owed[posting.account] += entry.amount_fen
        if owed[posting.account] > credited[posting.account]:
            raise PayableAmountError(
                entry.source, posting.account, credited[posting.account], owed[posting.account]
            )
        rows[entry.source] = PayableRow(
            tenant_id=unit.actor.tenant_id,
            entity_id=entity_id,
            book_id=voucher.book_id,
            account=posting.account,
            household_id=entry.household_id,
            member_id=entry.member_id,
            kind=PayableKind(entry.kind).value,
            source=entry.source,
            voucher_id=voucher.id,
            line=entry.line,
            amount_fen=entry.amount_fen,
            day=entry.day,
        )
        session.add(rows[entry.source])
    session.flush()
    fresh = [rows[entry.source] for entry in entries if entry.source not in known]
    if fresh:
        total = sum(row.amount_fen for row in fresh)
        unit.audit("payable.add", f"voucher:{voucher.id}", count=len(fresh), total_fen=total)
    return [rows[entry.source] for entry in entries]


def household_numbers(unit: Unit, ids: set[int]) -> dict[int, str]:
    """The numbers of households by id. Raises NotFoundError."""
    rows = unit.session.execute(select(HouseholdRow.id, HouseholdRow.number).where(HouseholdRow.id.in_(ids)))
    numbers = {row.id: row.number for row in rows}
    missing = sorted(ids - numbers.keys())
    if missing:
        raise NotFoundError("household", missing[0])
    return numbers


def _owed_by_account(unit: Unit, voucher_id: int) -> Counter[str]:
    """What earlier payables of the voucher claim of it already."""
    rows = unit.session.execute(
        select(PayableRow.account, func.sum(PayableRow.amount_fen))
        .where(PayableRow.voucher_id == voucher_id)
        .group_by(PayableRow.account)
    )
    return Counter({account: int(total) for account, total in rows})
