"""The opening balances of a book, and what they owe to households."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from coop.accounting import rules
from coop.books import queries as books
from coop.books import service as book_service
from coop.books.models import PayableKind
from coop.books.service import PayableEntry
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from ledger import journal
from ledger.beancount_reader import OpeningAccount
from ledger.chart import Chart, Standard, chart_of
from ledger.tables import BookRow, VoucherRow


def opening(
    unit: Unit,
    entity_id: int,
    year: int,
    balances: Mapping[str, int],
    *,
    names: Iterable[OpeningAccount] = (),
) -> VoucherRow:
    """Post the opening balances of a book's first year (signed: debit positive; fen) on its 1 January.

    `names` are the true names of sub-accounts (parents first), as a beancount file gives them. What a
    household is owed (a credit on its own sub-account) becomes an open item that a pay batch can pay. Points
    are no opening balance: they are awarded. Raises InputError with all faults, and the ledger's errors; the
    same balances again post nothing.
    """
    unit.actor.require("录入期初余额", Role.accountant)
    book = books.book_of(unit.session, entity_id)
    chart = chart_of(Standard(book.standard))
    faults = rules.opening_faults(chart, balances)
    if year != book.first_year:
        faults.append(
            Fault(
                "year",
                f"建账年度为 {book.first_year}，实为 {year}",
                f"the book opens in {book.first_year}, not {year}",
            )
        )
    owed, strangers = _owed(unit, chart, balances)
    faults += strangers
    if faults:
        raise InputError(faults)
    for name in names:
        if ":" in name.path:
            journal.open_account(unit.session, book, name.path, name.name, name.name_en)
    source = f"opening:{book.entity}:{year}"
    voucher = rules.opening_voucher(year=year, balances=balances, source=source)
    row = book_service.post(unit, entity_id, voucher)
    lines = {posting.account: line for line, posting in enumerate(voucher.postings, start=1)}
    entries = [
        PayableEntry(
            lines[path],
            household,
            PayableKind.opening,
            f"{source}:{path}",
            -balances[path],
            voucher.day,
        )
        for path, household in sorted(owed.items())
    ]
    if entries:
        book_service.add_payables(unit, entity_id=entity_id, voucher=row, entries=entries)
    _audit(unit, book, row, len(entries))
    return row


def _owed(unit: Unit, chart: Chart, balances: Mapping[str, int]) -> tuple[dict[str, int], list[Fault]]:
    """Accounts with a credit that is owed to a household -> its id; and those whose household is unknown."""
    roots = rules.payable_roots(chart)
    paths = [path for path, amount in balances.items() if amount < 0 and rules.is_under(path, roots)]
    tenant = unit.actor.tenant_id
    ids = {
        row.number: row.id
        for row in unit.session.execute(
            select(HouseholdRow.number, HouseholdRow.id).where(HouseholdRow.tenant_id == tenant)
        )
    }
    owed = {path: ids[path.rpartition(":")[2]] for path in paths if path.rpartition(":")[2] in ids}
    faults = [
        Fault(path, f"没有农户 {path.rpartition(':')[2]}", f"there is no household {path.rpartition(':')[2]}")
        for path in sorted(set(paths) - owed.keys())
    ]
    return owed, faults


def _audit(unit: Unit, book: BookRow, row: VoucherRow, owed: int) -> None:
    unit.audit("book.opening", f"book:{book.id}", voucher=row.id, open_items=owed)
