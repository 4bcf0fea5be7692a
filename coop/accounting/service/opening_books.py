"""A whole book from a beancount file into an empty one: opening balances and a year's vouchers, all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from coop.accounting import rules
from coop.books import service as book_service
from coop.books.models import DueKind, PayableKind
from coop.books.service import DueEntry, PayableEntry
from coop.books.service.errors import NoStandardError
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow, HouseholdRow
from coop.points.models import AccountRow as PointsRow
from ledger import journal, periods
from ledger.balances import trial_balance
from ledger.beancount_books import WholeBook, book_of_text
from ledger.chart import Chart, Standard, chart_of
from ledger.periods import LAST
from ledger.tables import BookRow, VoucherRow
from ledger.voucher import Voucher, VoucherKind

SOURCE = "beancount"


@dataclass(frozen=True, slots=True)
class ImportedBook:
    """What was opened: vouchers (openings among them), accounts with a balance, months closed for period 13."""

    entity: str
    year: int
    vouchers: int
    accounts: int
    closed_months: int
    payable_fen: int


def import_book(unit: Unit, entity: EntityRow, text: str) -> ImportedBook:
    """Open an entity's book from a beancount file; vouchers are numbered anew, their source keeps the old number.

    The file is the document: its vouchers are automatic ones, a red-letter twin among them, and closings stay
    closings. What households are owed at the end becomes open items. If the file has vouchers of period 13, months
    1 to 12 are closed first. Raises InputError with every fault (at its line), and for a book with vouchers.
    """
    unit.actor.require("导入账簿", Role.accountant)
    if not entity.standard:
        raise NoStandardError(entity.code)
    chart = chart_of(Standard(entity.standard))
    found = book_of_text(text, chart, source=f"{SOURCE}:{entity.code}")
    book = _empty_book(unit, entity, found.year)
    households = _households(unit)
    if faults := _strangers(chart, found, households):
        raise InputError(faults)
    _open_accounts(unit, book, found)
    posted = _post(unit, book, found)
    owed = _owe(unit, book, chart, posted, households)
    _points(unit, found, households)
    _compare(unit, book, found)
    closed = 12 if any(voucher.book_period == LAST for voucher in found.vouchers) else 0
    unit.audit("book.import", f"book:{book.id}", year=found.year, vouchers=len(posted), owed_fen=owed)
    return ImportedBook(entity.code, found.year, len(posted), len(found.balances), closed, owed)


def _empty_book(unit: Unit, entity: EntityRow, year: int) -> BookRow:
    """The entity's book without vouchers, locked; a new one where there is none."""
    book = unit.session.scalars(
        select(BookRow).where(BookRow.entity_id == entity.id).with_for_update()
    ).one_or_none()
    if book is None:
        return book_service.open_book(unit, entity, year)
    count = unit.session.scalar(select(func.count(VoucherRow.id)).where(VoucherRow.book_id == book.id)) or 0
    faults = []
    if count:
        zh, en = (
            f"账簿已有 {count} 张凭证，只能导入空账簿",
            f"the book has {count} vouchers; only an empty one takes a file",
        )
        faults.append(Fault("entity", zh, en))
    if book.first_year != year:
        zh = f"账簿建账年度为 {book.first_year}，文件为 {year}"
        faults.append(Fault("year", zh, f"the book opens in {book.first_year}, the file is of {year}"))
    if faults:
        raise InputError(faults)
    return book


def _households(unit: Unit) -> dict[str, int]:
    """Number -> id of the tenant's households."""
    query = select(HouseholdRow.number, HouseholdRow.id).where(HouseholdRow.tenant_id == unit.actor.tenant_id)
    return {row.number: row.id for row in unit.session.execute(query)}


def _owed_by_account(chart: Chart, vouchers: Sequence[Voucher]) -> Counter[str]:
    """What the books owe on each household account, as the control accounts (L8) read it: credits less debits, an
    opening debit left out.
    """
    roots, owed = rules.payable_roots(chart), Counter[str]()
    for voucher in vouchers:
        opening = voucher.kind is VoucherKind.opening
        counts = opening or voucher.kind is VoucherKind.automatic
        for posting in voucher.postings:
            if counts and rules.is_under(posting.account, roots) and not (opening and posting.amount > 0):
                owed[posting.account] -= posting.amount
    return owed


def _strangers(chart: Chart, found: WholeBook, households: dict[str, int]) -> list[Fault]:
    """Accounts that owe or are owed, or hold points, whose household the register does not know."""
    lines = {account.path: account.line for account in found.accounts}
    owed = _owed_by_account(chart, found.vouchers)
    paths = {path for path, fen in owed.items() if fen}
    paths |= {path for path, unit in found.balances if unit == "POINT" and path.startswith("902:")}
    strange = sorted(path for path in paths if path.rpartition(":")[2] not in households)
    return [
        Fault(
            f"line {lines[path]}",
            f"科目 {path}：名册里没有农户 {path.rpartition(':')[2]}，请先导入名册",
            f"account {path}: the register has no household {path.rpartition(':')[2]}; enter the register first",
        )
        for path in strange
    ]


def _open_accounts(unit: Unit, book: BookRow, found: WholeBook) -> None:
    names = {account.path: (account.name, account.name_en) for account in found.accounts}
    for path in sorted(names):
        parts = path.split(":")
        for end in range(2, len(parts) + 1):
            step = ":".join(parts[:end])
            name, name_en = names.get(step, (parts[end - 1], parts[end - 1]))
            journal.open_account(unit.session, book, step, name, name_en)


def _post(unit: Unit, book: BookRow, found: WholeBook) -> list[tuple[VoucherRow, Voucher]]:
    """Months first; the distribution period opens only when they are closed."""
    months = [voucher for voucher in found.vouchers if voucher.book_period != LAST]
    last = [voucher for voucher in found.vouchers if voucher.book_period == LAST]
    rows = list(zip(book_service.post_all(unit, book.entity_id, months), months, strict=True))
    if last:
        for number in range(1, LAST):
            periods.close_period(
                unit.session, book.id, found.year, number, by_id=unit.actor.user_id, at=unit.now
            )
        rows += zip(book_service.post_all(unit, book.entity_id, last), last, strict=True)
    return rows


def _owe(
    unit: Unit,
    book: BookRow,
    chart: Chart,
    posted: Sequence[tuple[VoucherRow, Voucher]],
    households: dict[str, int],
) -> int:
    """Open items for what is owed at the end, both ways, standing on the latest lines that say so. Fen payable."""
    left = _owed_by_account(chart, [voucher for _, voucher in posted])
    total, dues = 0, []
    for row, voucher in reversed(posted):
        if voucher.kind not in (VoucherKind.opening, VoucherKind.automatic):
            continue
        entries = []
        for path, (line, net) in _touched(voucher).items():
            home, source = households.get(path.rpartition(":")[2], 0), f"{voucher.source}:{path}"
            fen = min(abs(left[path]), abs(net))
            if left[path] > 0 > net:
                entries.append(PayableEntry(line, home, PayableKind.opening, source, fen, row.day))
                left[path] -= fen
                total += fen
            elif left[path] < 0 < net and voucher.kind is VoucherKind.automatic:
                fen = min(fen, voucher.postings[line - 1].amount)
                dues.append(DueEntry(book.entity_id, row, line, home, DueKind.other, source, fen, row.day))
                left[path] += fen
        if entries:
            book_service.add_payables(unit, entity_id=book.entity_id, voucher=row, entries=entries)
    if dues:
        book_service.add_dues(unit, dues)
    return total


def _touched(voucher: Voucher) -> dict[str, tuple[int, int]]:
    """Account -> (the line that moves it most in the direction of its net, net) of a voucher."""
    nets: Counter[str] = Counter()
    for posting in voucher.postings:
        nets[posting.account] += posting.amount
    best: dict[str, tuple[int, int]] = {}
    for line, posting in enumerate(voucher.postings, start=1):
        net = nets[posting.account]
        if posting.amount * net <= 0:
            continue
        known = best.get(posting.account)
        if known is None or abs(voucher.postings[known[0] - 1].amount) < abs(posting.amount):
            best[posting.account] = (line, net)
    return best


def _points(unit: Unit, found: WholeBook, households: dict[str, int]) -> None:
    """The redeemable balance of each household follows its account."""
    unit.session.add_all(
        PointsRow(
            tenant_id=unit.actor.tenant_id, household_id=households[path.rpartition(":")[2]], balance=-amount
        )
        for (path, commodity), amount in found.balances.items()
        if commodity == "POINT" and path.startswith("902:")
    )


def _compare(unit: Unit, book: BookRow, found: WholeBook) -> None:
    """The book against the file, account by account to the fen; a difference takes everything back."""
    unit.session.flush()
    lines = trial_balance(unit.session, book.id, year=found.year)
    held = {(line.account, line.commodity): line.closing for line in lines}
    faults = []
    for path, commodity in sorted(held.keys() | found.balances.keys()):
        ours, theirs = held.get((path, commodity), 0), found.balances.get((path, commodity), 0)
        if ours != theirs:
            zh = f"导入后 {theirs} 应相等，实为 {ours}，差 {ours - theirs}"
            faults.append(Fault(path, zh, f"expected {theirs}, found {ours}, difference {ours - theirs}"))
    if faults:
        raise InputError(faults)
