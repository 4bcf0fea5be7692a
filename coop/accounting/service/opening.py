"""The opening balances of a book, and what they owe to households."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from coop.accounting import rules
from coop.accounting.models import OpeningRow, OpeningState
from coop.books import queries as books
from coop.books import service as book_service
from coop.books.models import PayableKind
from coop.books.service import PayableEntry
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.states import Transitions
from coop.kernel.unit import Look, Unit
from coop.parties.models import HouseholdRow
from ledger import journal
from ledger.beancount_books import OpeningAccount
from ledger.chart import Chart, Standard, chart_of
from ledger.tables import BookRow, VoucherRow

OPENING_MOVES = Transitions(
    "期初余额 opening balances",
    {(OpeningState.filed, OpeningState.posted), (OpeningState.filed, OpeningState.refused)},
)


class OpenedAlreadyError(CoopError):
    def __init__(self, entity_id: int, state: str) -> None:
        super().__init__(
            zh=f"主体 {entity_id} 的期初余额已{'入账' if state == 'posted' else '提交待复核'}，与本次文件不同；"
            "待复核的可先退回再交，已入账的用红字更正",
            en=f"entity {entity_id} has other opening balances, {state} already: send the filed ones back first, "
            "correct posted ones by reversal",
        )


class OwnOpeningError(CoopError):
    def __init__(self, maker_id: int) -> None:
        super().__init__(
            zh=f"期初余额由用户 {maker_id} 录入，复核须由另一人",
            en=f"user {maker_id} filed these balances; another person must post them",
        )


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
    return _opened(unit, entity_id, year, balances, names)


def opening_faults(unit: Look, entity_id: int, year: int, balances: Mapping[str, int]) -> list[Fault]:
    """Everything wrong with opening balances of that book, without writing anything (the dry run)."""
    return _checked(unit, entity_id, year, balances)[1]


def file_opening(
    unit: Unit,
    entity_id: int,
    year: int,
    balances: Mapping[str, int],
    *,
    digest: str,
    names: Mapping[str, str],
) -> OpeningRow:
    """Opening balances of a file for another person to post. The same balances again are the same row.

    Raises InputError with all faults, and OpenedAlreadyError where others are posted or wait already.
    """
    unit.actor.require("录入期初余额", Role.accountant)
    books.book_of(unit.session, entity_id)
    kept = {path: amount for path, amount in sorted(balances.items()) if amount}
    live = unit.session.scalars(
        select(OpeningRow)
        .where(
            OpeningRow.tenant_id == unit.actor.tenant_id,
            OpeningRow.entity_id == entity_id,
            OpeningRow.state != OpeningState.refused.value,
        )
        .with_for_update()
    ).one_or_none()
    if live is not None:
        if live.balances == kept and live.year == year:
            return live
        raise OpenedAlreadyError(entity_id, live.state)
    if faults := opening_faults(unit, entity_id, year, balances):
        raise InputError(faults)
    row = OpeningRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        year=year,
        digest=digest,
        balances=kept,
        names=dict(names),
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("opening.file", f"opening:{row.id}", entity=entity_id, accounts=len(kept))
    return row


def approve_opening(unit: Unit, opening_id: int) -> VoucherRow:
    """A second person posts the filed balances. Raises OwnOpeningError, InputError and the ledger's errors."""
    unit.actor.require("复核期初余额", Role.checker)
    row = _locked(unit, opening_id)
    state = OPENING_MOVES.move(OpeningState(row.state), OpeningState.posted)
    if row.maker_id == unit.actor.user_id:
        raise OwnOpeningError(row.maker_id)
    names = [OpeningAccount(path, name, name) for path, name in sorted(row.names.items())]
    voucher = _opened(unit, row.entity_id, row.year, row.balances, names, maker_id=row.maker_id)
    row.state, row.checker_id, row.voucher_id = state.value, unit.actor.user_id, voucher.id
    unit.audit("opening.approve", f"opening:{row.id}", voucher=voucher.id)
    return voucher


def refuse_opening(unit: Unit, opening_id: int, reason: str) -> OpeningRow:
    """The checker sends the file back, or its maker drops it; another may be filed."""
    unit.actor.require("退回期初余额", Role.checker, Role.accountant)
    row = _locked(unit, opening_id)
    row.state = OPENING_MOVES.move(OpeningState(row.state), OpeningState.refused).value
    row.checker_id, row.reason = unit.actor.user_id, reason
    unit.audit("opening.refuse", f"opening:{row.id}")
    return row


def _checked(
    unit: Look, entity_id: int, year: int, balances: Mapping[str, int]
) -> tuple[dict[str, int], list[Fault]]:
    """Accounts that owe a household -> its id, and everything wrong."""
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
    return owed, [*faults, *strangers]


def _opened(
    unit: Unit,
    entity_id: int,
    year: int,
    balances: Mapping[str, int],
    names: Iterable[OpeningAccount],
    *,
    maker_id: int | None = None,
) -> VoucherRow:
    owed, faults = _checked(unit, entity_id, year, balances)
    if faults:
        raise InputError(faults)
    book = books.book_of(unit.session, entity_id)
    for name in names:
        if ":" in name.path:
            journal.open_account(unit.session, book, name.path, name.name, name.name_en)
    source = f"opening:{book.entity}:{year}"
    voucher = rules.opening_voucher(year=year, balances=balances, source=source)
    if maker_id is None:
        row = book_service.post(unit, entity_id, voucher)
    else:
        row = book_service.post(unit, entity_id, voucher, maker_id=maker_id, checker_id=unit.actor.user_id)
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


def _owed(unit: Look, chart: Chart, balances: Mapping[str, int]) -> tuple[dict[str, int], list[Fault]]:
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


def _locked(unit: Unit, opening_id: int) -> OpeningRow:
    row = unit.session.scalars(
        select(OpeningRow)
        .where(OpeningRow.id == opening_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("opening balances", opening_id)
    return row


def _audit(unit: Unit, book: BookRow, row: VoucherRow, owed: int) -> None:
    unit.audit("book.opening", f"book:{book.id}", voucher=row.id, open_items=owed)
