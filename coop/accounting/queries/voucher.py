"""One voucher with everything a page or a print shows about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coop.accounting.queries.names import names_of
from coop.accounting.queries.vouchers import label_of
from coop.accounting.rules import refs_of
from coop.governance import queries as governance
from coop.governance.models import StampState
from coop.kernel import files
from coop.kernel.errors import NotFoundError
from coop.kernel.files import FileRow
from coop.kernel.registries import Link, source_link
from ledger.tables import BookRow, PostingRow, VoucherRow
from ledger.voucher import VoucherKind, sides


@dataclass(frozen=True, slots=True)
class VoucherRef:
    """Another voucher this one points to."""

    id: int
    label: str
    day: date
    summary: str


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """One line: figures of a red-letter voucher are negative on the original side; 0 prints empty."""

    line: int
    account: str
    name: str
    name_en: str
    note: str
    debit: int
    credit: int
    commodity: str
    quantity: int | None


@dataclass(frozen=True, slots=True)
class Total:
    """The two sides of a voucher in one commodity: fen, or points."""

    commodity: str
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class StampView:
    """The committee's stamp: whether one is still needed, and what there is."""

    needed: bool
    state: StampState | None
    reason: str
    user_id: int | None
    day: date | None


@dataclass(frozen=True, slots=True)
class VoucherDetail:
    """A voucher with everything a page or a print shows; amounts in fen, of POINT lines in points."""

    id: int
    entity: str
    book_name: str
    standard: str
    label: str
    year: int
    period: int
    day: date
    summary: str
    kind: VoucherKind
    files: tuple[FileRow, ...]
    red: bool
    lines: tuple[VoucherLine, ...]
    debit_fen: int
    credit_fen: int
    attachments: int
    resolution: str
    source: str
    link: Link | None
    maker_id: int
    checker_id: int | None
    posted_at: datetime
    stamp: StampView
    reverses: VoucherRef | None
    reversed_by: VoucherRef | None

    @property
    def totals(self) -> tuple[Total, ...]:
        """A total for each commodity of the lines, in their order."""
        return tuple(
            Total(
                commodity,
                sum(line.debit for line in self.lines if line.commodity == commodity),
                sum(line.credit for line in self.lines if line.commodity == commodity),
            )
            for commodity in dict.fromkeys(line.commodity for line in self.lines)
        )


def voucher_detail(session: Session, voucher_id: int) -> VoucherDetail:
    """One voucher with lines, source, hands, stamp and reversal. Raises NotFoundError."""
    row = session.scalars(select(VoucherRow).where(VoucherRow.id == voucher_id)).one_or_none()
    if row is None:
        raise NotFoundError("voucher", voucher_id)
    book = session.scalars(select(BookRow).where(BookRow.id == row.book_id)).one()
    lines = _lines(session, book, row)
    money = [line for line in lines if line.commodity == "CNY"]
    return VoucherDetail(
        id=row.id,
        files=tuple(files.listed(session, *refs_of(row.id, row.source))),
        entity=book.entity,
        book_name=book.name,
        standard=book.standard,
        label=label_of(row),
        year=row.year,
        period=row.period,
        day=row.day,
        summary=row.summary,
        kind=VoucherKind(row.kind),
        red=row.kind == VoucherKind.reversal,
        lines=lines,
        debit_fen=sum(line.debit for line in money),
        credit_fen=sum(line.credit for line in money),
        attachments=row.attachments,
        resolution=row.resolution,
        source=row.source,
        link=source_link(row.source),
        maker_id=row.maker_id,
        checker_id=row.checker_id,
        posted_at=row.posted_at,
        stamp=_stamp(session, row),
        reverses=_ref(session, VoucherRow.id == row.reverses_id),
        reversed_by=_ref(session, VoucherRow.reverses_id == row.id),
    )


def _lines(session: Session, book: BookRow, row: VoucherRow) -> tuple[VoucherLine, ...]:
    names = names_of(session, book)
    query = select(PostingRow).where(PostingRow.voucher_id == row.id).order_by(PostingRow.line)
    found = []
    for posting in session.scalars(query):
        account = names.of(posting.account)
        debit, credit = sides(posting.amount, red=row.kind == VoucherKind.reversal)
        found.append(
            VoucherLine(
                line=posting.line,
                account=posting.account,
                name=account.name,
                name_en=account.name_en,
                note=posting.note,
                debit=debit,
                credit=credit,
                commodity=posting.commodity,
                quantity=posting.quantity,
            )
        )
    return tuple(found)


def _stamp(session: Session, row: VoucherRow) -> StampView:
    needed = governance.needs_stamp(session, row.id)
    stamp = governance.stamp_of(session, row.id)
    if stamp is None:
        return StampView(needed, None, "", None, None)
    return StampView(needed, StampState(stamp.state), stamp.reason, stamp.user_id, stamp.day)


def _ref(session: Session, which: ColumnElement[bool]) -> VoucherRef | None:
    row = session.scalars(select(VoucherRow).where(which)).one_or_none()
    return None if row is None else VoucherRef(row.id, label_of(row), row.day, row.summary)
