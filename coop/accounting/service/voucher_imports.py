"""Vouchers from a file: the accountant hands the file in, another person posts all of it, or nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from coop.accounting.models.voucher_import import ImportedVoucherRow, VoucherImportRow, VoucherImportState
from coop.accounting.rules.drafts import DraftLine
from coop.accounting.rules.voucher_import import FileVoucher, RowFault, book_faults, negative_faults
from coop.books import queries as books
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from ledger import periods
from ledger.balances import trial_balance
from ledger.chart import Standard, chart_of
from ledger.tables import AccountRow, BookRow

MOVES = Transitions(
    "凭证文件 file of vouchers",
    {
        (VoucherImportState.filed, VoucherImportState.posted),
        (VoucherImportState.filed, VoucherImportState.refused),
    },
)


class OwnImportError(CoopError):
    def __init__(self, import_id: int, maker_id: int) -> None:
        super().__init__(
            zh=f"凭证文件 {import_id} 由用户 {maker_id} 提交，复核须由另一人",
            en=f"file {import_id} was handed in by user {maker_id}; another person must post it",
        )


def file_faults(unit: Unit, entity_id: int, vouchers: Sequence[FileVoucher]) -> list[RowFault]:
    """What only the book knows to be wrong with the vouchers of a file that are not in it yet."""
    book = books.book_of(unit.session, entity_id)
    fresh, known = _split(unit, entity_id, vouchers)
    chart = chart_of(Standard(book.standard))
    paths = unit.session.scalars(select(AccountRow.path).where(AccountRow.book_id == book.id))
    homes = unit.session.scalars(
        select(HouseholdRow.number).where(HouseholdRow.tenant_id == unit.actor.tenant_id)
    )
    faults = book_faults(
        chart,
        fresh,
        accounts=frozenset(paths),
        households=frozenset(homes),
        states=periods.states(unit.session, book.id),
    )
    for voucher in fresh:
        if voucher.number in known:
            zh = f"凭证 {voucher.number} 已从另一文件入账，内容不同；更正请用红字"
            en = f"voucher {voucher.number} was posted from a file with other content; correct it by reversal"
            faults.append(RowFault(voucher.rows[0], "group", zh, en))
    return faults + negative_faults(chart, fresh, _held(unit, book, fresh))


def file_vouchers(
    unit: Unit, entity_id: int, vouchers: Sequence[FileVoucher], *, digest: str
) -> tuple[VoucherImportRow, bool]:
    """Keep a faultless file for another person; whether it is new. The same file again is the same row.

    Raises InputError where all its vouchers are in the book already.
    """
    unit.actor.require("导入凭证", Role.accountant)
    book = books.book_of(unit.session, entity_id)
    unit.session.execute(select(BookRow.id).where(BookRow.id == book.id).with_for_update())
    live = unit.session.scalars(
        select(VoucherImportRow).where(
            VoucherImportRow.tenant_id == unit.actor.tenant_id,
            VoucherImportRow.entity_id == entity_id,
            VoucherImportRow.digest == digest,
            VoucherImportRow.state != VoucherImportState.refused.value,
        )
    ).one_or_none()
    if live is not None:
        return live, False
    fresh, _known = _split(unit, entity_id, vouchers)
    if not fresh:
        raise InputError([Fault("file", "文件中的凭证都已入账", "every voucher of the file is in the book")])
    row = VoucherImportRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        digest=digest,
        vouchers=[_stored(voucher) for voucher in fresh],
        voucher_count=len(fresh),
        line_count=sum(len(voucher.lines) for voucher in fresh),
        known_count=len(vouchers) - len(fresh),
        debit_fen=sum(line.debit_fen for voucher in fresh for line in voucher.lines),
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("voucher_import.file", f"import:{row.id}", vouchers=len(fresh), digest=digest)
    return row, True


def approve_import(unit: Unit, import_id: int) -> VoucherImportRow:
    """A second person posts every voucher of the file. Raises OwnImportError, InputError, the ledger's errors."""
    unit.actor.require("复核凭证文件", Role.checker)
    row = _locked(unit, import_id)
    state = MOVES.move(VoucherImportState(row.state), VoucherImportState.posted)
    if row.maker_id == unit.actor.user_id:
        raise OwnImportError(import_id, row.maker_id)
    vouchers = [_voucher(stored) for stored in row.vouchers]
    if faults := file_faults(unit, row.entity_id, vouchers):
        raise InputError([Fault(f"row {fault.row}", fault.zh, fault.en) for fault in faults])
    posted = book_service.post_all(
        unit,
        row.entity_id,
        [voucher.voucher(row.id) for voucher in vouchers],
        maker_id=row.maker_id,
        checker_id=unit.actor.user_id,
    )
    unit.session.add_all(
        ImportedVoucherRow(
            tenant_id=row.tenant_id,
            entity_id=row.entity_id,
            import_id=row.id,
            key=voucher.key,
            number=voucher.number,
            voucher_id=found.id,
        )
        for voucher, found in zip(vouchers, posted, strict=True)
    )
    row.state, row.checker_id = state.value, unit.actor.user_id
    unit.session.flush()
    unit.audit("voucher_import.approve", f"import:{row.id}", vouchers=len(posted))
    return row


def refuse_import(unit: Unit, import_id: int, reason: str) -> VoucherImportRow:
    """The checker sends the file back, or its maker drops it; it may be handed in again."""
    unit.actor.require("退回凭证文件", Role.checker, Role.accountant)
    row = _locked(unit, import_id)
    row.state = MOVES.move(VoucherImportState(row.state), VoucherImportState.refused).value
    row.checker_id, row.reason = unit.actor.user_id, reason
    unit.audit("voucher_import.refuse", f"import:{row.id}")
    return row


def _split(
    unit: Unit, entity_id: int, vouchers: Sequence[FileVoucher]
) -> tuple[list[FileVoucher], frozenset[str]]:
    """Those that were never posted from a file, and the numbers that were."""
    query = select(ImportedVoucherRow.key, ImportedVoucherRow.number).where(
        ImportedVoucherRow.tenant_id == unit.actor.tenant_id, ImportedVoucherRow.entity_id == entity_id
    )
    known = {row.key: row.number for row in unit.session.execute(query)}
    return [voucher for voucher in vouchers if voucher.key not in known], frozenset(known.values())


def _held(unit: Unit, book: BookRow, vouchers: Sequence[FileVoucher]) -> dict[str, int]:
    """What the accounts hold at the end of the latest year the file touches, fen."""
    year = max((voucher.day.year for voucher in vouchers), default=book.first_year)
    return {
        line.account: line.closing
        for line in trial_balance(unit.session, book.id, year=year)
        if line.commodity == "CNY"
    }


def _stored(voucher: FileVoucher) -> dict[str, object]:
    return {
        "day": voucher.day.isoformat(),
        "word": voucher.word,
        "group": voucher.group,
        "summary": voucher.summary,
        "attachments": voucher.attachments,
        "lines": [[line.account, line.debit_fen, line.credit_fen, line.note] for line in voucher.lines],
        "rows": list(voucher.rows),
    }


def _voucher(stored: dict[str, object]) -> FileVoucher:
    lines, rows = stored["lines"], stored["rows"]
    assert isinstance(lines, list)
    assert isinstance(rows, list)
    return FileVoucher(
        date.fromisoformat(str(stored["day"])),
        str(stored["word"]),
        str(stored["group"]),
        str(stored["summary"]),
        int(str(stored["attachments"])),
        tuple(DraftLine(*line) for line in lines),
        tuple(rows),
    )


def _locked(unit: Unit, import_id: int) -> VoucherImportRow:
    row = unit.session.scalars(
        select(VoucherImportRow)
        .where(VoucherImportRow.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("file of vouchers", import_id)
    return row
