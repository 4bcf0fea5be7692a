"""Files of vouchers as their page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.models.voucher_import import ImportedVoucherRow, VoucherImportRow
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow
from ledger.chart import Chart, Standard, chart_of


@dataclass(frozen=True, slots=True)
class ImportItem:
    """A file and whose book it is for."""

    file: VoucherImportRow
    entity: EntityRow


@dataclass(frozen=True, slots=True)
class ImportVoucher:
    """A voucher of the file; `voucher_id` where it is posted."""

    number: str
    day: str
    summary: str
    debit_fen: int
    lines: tuple[tuple[str, int, int, str], ...]
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class ImportPage:
    item: ImportItem
    vouchers: tuple[ImportVoucher, ...]


@dataclass(frozen=True, slots=True)
class ImportBoard:
    """The files, newest first, and the entities a file may be handed in for."""

    files: tuple[ImportItem, ...]
    entities: tuple[EntityRow, ...]


def import_board(session: Session) -> ImportBoard:
    """Every file in sight, and the books it may go to."""
    query = (
        select(VoucherImportRow, EntityRow)
        .join(EntityRow, EntityRow.id == VoucherImportRow.entity_id)
        .order_by(VoucherImportRow.id.desc())
    )
    held = [book.entity_id for book in books.books(session)]
    entities = session.scalars(select(EntityRow).where(EntityRow.id.in_(held)).order_by(EntityRow.code))
    return ImportBoard(tuple(ImportItem(*row) for row in session.execute(query)), tuple(entities))


def import_page(session: Session, import_id: int) -> ImportPage:
    """One file with its vouchers. Raises NotFoundError."""
    file = session.scalars(select(VoucherImportRow).where(VoucherImportRow.id == import_id)).one_or_none()
    if file is None:
        raise NotFoundError("file of vouchers", import_id)
    entity = session.scalars(select(EntityRow).where(EntityRow.id == file.entity_id)).one()
    posted = select(ImportedVoucherRow.number, ImportedVoucherRow.voucher_id).where(
        ImportedVoucherRow.import_id == import_id
    )
    ids: dict[str, int] = {row.number: row.voucher_id for row in session.execute(posted)}
    vouchers = []
    for one in file.vouchers:
        number = f"{one['day'][:7]}-{one['word']}-{one['group']}"
        lines = tuple((str(a), int(d), int(c), str(n)) for a, d, c, n in one["lines"])
        total = sum(line[1] for line in lines)
        vouchers.append(ImportVoucher(number, one["day"], str(one["summary"]), total, lines, ids.get(number)))
    return ImportPage(ImportItem(file, entity), tuple(vouchers))


def chart_of_entity(session: Session, entity_id: int) -> Chart:
    """The chart of an entity's book. Raises NotFoundError."""
    return chart_of(Standard(books.book_of(session, entity_id).standard))
