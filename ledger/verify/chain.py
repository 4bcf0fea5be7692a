"""L3, the sealed books: the hash chain recomputed voucher by voucher, up to the head row. Only reads."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.seal import Line, genesis, seal_of
from ledger.tables import BookRow, HeadRow, PostingRow, VoucherRow
from ledger.verify.finding import Finding, breach

BATCH = 1000


def sealed(session: Session, book: BookRow) -> Iterator[Finding]:
    """No voucher edited, missing from the middle, moved, or cut from the end.

    After a voucher whose seal does not fit the walk goes on from the stored seal, so that only those are named
    that were changed, not all that follow.
    """
    at, before = 0, genesis(book)
    for row, lines in _vouchers(session, book):
        at += 1
        if row.sequence != at:
            zh, en = f"第 {at} 号封签处的凭证", f"voucher at seal {at}"
            yield breach(book, "L3", zh, en, expected=at, found=row.sequence)
            at = row.sequence
        expected = seal_of(before, row, lines)
        if row.seal != expected:
            zh, en = f"凭证 {row.id}（第 {at} 号）的封签", f"voucher {row.id} (no. {at}) seal"
            yield breach(book, "L3", zh, en, expected=expected, found=row.seal)
        before = row.seal
    query = select(HeadRow.sequence, HeadRow.seal).where(HeadRow.book_id == book.id)
    found = session.execute(query).one_or_none()
    if found is None:
        yield breach(book, "L3", "封签链的链头", "head of the seals", expected=at, found="缺失 missing")
    elif found.sequence != at:
        yield breach(book, "L3", "已封凭证数", "sealed vouchers", expected=found.sequence, found=at)
    elif found.seal != before:
        yield breach(book, "L3", "封签链的链头", "head of the seals", expected=before, found=found.seal)


def _vouchers(session: Session, book: BookRow) -> Iterator[tuple[VoucherRow, list[Line]]]:
    """Every voucher with its lines in the order of posting, some at a time: books may be long."""
    last = None
    while True:
        query = select(VoucherRow).where(VoucherRow.book_id == book.id)
        if last is not None:
            query = query.where(VoucherRow.sequence > last)
        # Fresh from the database: a row this session holds may be older than a change beside it.
        query = query.order_by(VoucherRow.sequence).limit(BATCH).execution_options(populate_existing=True)
        rows = list(session.scalars(query))
        if not rows:
            return
        postings = select(
            PostingRow.voucher_id, PostingRow.account, PostingRow.amount, PostingRow.commodity,
            PostingRow.quantity, PostingRow.note,
        ).where(
            PostingRow.tenant_id == book.tenant_id, PostingRow.voucher_id.in_([row.id for row in rows])
        ).order_by(PostingRow.voucher_id, PostingRow.line)  # fmt: skip
        lines: dict[int, list[Line]] = {
            key: list(group) for key, group in groupby(session.execute(postings), key=lambda line: line[0])
        }
        for row in rows:
            yield row, lines.get(row.id, [])
        last = rows[-1].sequence
