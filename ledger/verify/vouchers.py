"""L1-L4 recomputed from the rows: balance, ownership, reversals, numbers. Only reads."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from ledger.tables import AccountRow, BookRow, CounterRow, PostingRow, VoucherRow
from ledger.verify.finding import Finding, breach
from ledger.voucher import VoucherKind


def balanced(session: Session, book: BookRow) -> Iterator[Finding]:
    """L1: sums of zero per commodity, the lines there are those posted, none of zero."""
    joined = (VoucherRow.tenant_id == PostingRow.tenant_id) & (VoucherRow.id == PostingRow.voucher_id)
    sums = (
        select(VoucherRow.id, PostingRow.commodity, func.sum(PostingRow.amount))
        .join(PostingRow, joined)
        .where(VoucherRow.book_id == book.id)
        .group_by(VoucherRow.id, PostingRow.commodity)
        .having(func.sum(PostingRow.amount) != 0)
        .order_by(VoucherRow.id)
    )
    for voucher, commodity, net in session.execute(sums):
        zh, en = f"凭证 {voucher} 的 {commodity} 借贷合计", f"voucher {voucher} {commodity} sum of postings"
        yield breach(book, "L1", zh, en, expected=0, found=int(net))
    count = func.count(PostingRow.id)
    lines = (
        select(VoucherRow.id, VoucherRow.lines, count)
        .outerjoin(PostingRow, joined)
        .where(VoucherRow.book_id == book.id)
        .group_by(VoucherRow.id, VoucherRow.lines)
        .having((count != VoucherRow.lines) | (count < 2))
        .order_by(VoucherRow.id)
    )
    for voucher, expected, found in session.execute(lines):
        yield breach(
            book,
            "L1",
            f"凭证 {voucher} 分录数",
            f"voucher {voucher} postings",
            expected=max(expected, 2),
            found=found,
        )
    zeros = select(PostingRow.voucher_id, PostingRow.line).where(
        PostingRow.book_id == book.id, PostingRow.amount == 0
    )
    for voucher, line in session.execute(zeros):
        place_zh, place_en = f"凭证 {voucher} 第 {line} 行金额", f"voucher {voucher} line {line} amount"
        yield breach(book, "L1", place_zh, place_en, expected="≠ 0", found=0)


def owned(session: Session, book: BookRow) -> Iterator[Finding]:
    """L2: voucher, lines, account and period are of the book's own tenant and entity."""
    vouchers = select(VoucherRow.id, VoucherRow.tenant_id, VoucherRow.entity_id).where(
        VoucherRow.book_id == book.id,
        (VoucherRow.tenant_id != book.tenant_id) | (VoucherRow.entity_id != book.entity_id),
    )
    for voucher, tenant, entity in session.execute(vouchers):
        zh, en = f"凭证 {voucher} 的租户与主体", f"voucher {voucher} tenant and entity"
        yield breach(book, "L2", zh, en, expected=(book.tenant_id, book.entity_id), found=(tenant, entity))
    voucher_there = (
        (VoucherRow.tenant_id == PostingRow.tenant_id)
        & (VoucherRow.id == PostingRow.voucher_id)
        & (VoucherRow.book_id == PostingRow.book_id)
    )
    account_there = (
        (AccountRow.tenant_id == PostingRow.tenant_id)
        & (AccountRow.book_id == PostingRow.book_id)
        & (AccountRow.path == PostingRow.account)
    )
    strays = (
        select(PostingRow.voucher_id, PostingRow.line, PostingRow.account)
        .outerjoin(VoucherRow, voucher_there)
        .outerjoin(AccountRow, account_there)
        .where(PostingRow.book_id == book.id, VoucherRow.id.is_(None) | AccountRow.path.is_(None))
    )
    for voucher, line, account in session.execute(strays):
        zh = f"凭证 {voucher} 第 {line} 行（{account}）的凭证与科目"
        en = f"voucher {voucher} line {line} ({account}) voucher and account"
        yield breach(book, "L2", zh, en, expected="本账套 same book", found="缺失 missing")


def _lines_of(session: Session, book: BookRow, voucher_id: int) -> list[tuple[str, str, int]]:
    query = select(PostingRow.account, PostingRow.commodity, PostingRow.amount).where(
        PostingRow.tenant_id == book.tenant_id, PostingRow.voucher_id == voucher_id
    )
    return [
        (account, commodity, amount)
        for account, commodity, amount in session.execute(query.order_by(PostingRow.line))
    ]


def reversals(session: Session, book: BookRow) -> Iterator[Finding]:
    """L3: a reversal points at one ordinary voucher, alone, with the same lines and opposite signs."""
    seen: dict[int, int] = {}
    target = aliased(VoucherRow)
    query = (
        select(VoucherRow.id, VoucherRow.reverses_id, VoucherRow.kind, target.kind)
        .outerjoin(target, (target.id == VoucherRow.reverses_id) & (target.book_id == VoucherRow.book_id))
        .where(
            VoucherRow.book_id == book.id,
            (VoucherRow.kind == VoucherKind.reversal) | VoucherRow.reverses_id.is_not(None),
        )
        .order_by(VoucherRow.id)
    )
    for voucher, reverses, kind, other in session.execute(query):
        zh, en = f"冲销凭证 {voucher} 所冲凭证 {reverses}", f"reversal {voucher} of voucher {reverses}"
        if reverses is None or kind != VoucherKind.reversal or other in {None, VoucherKind.reversal}:
            yield breach(
                book, "L3", zh, en, expected="reversal → 普通凭证 ordinary voucher", found=f"{kind} → {other}"
            )
            continue
        if reverses in seen:
            yield breach(
                book, "L3", zh, en, expected=f"仅由 only by {seen[reverses]}", found=f"又由 also by {voucher}"
            )
        seen.setdefault(reverses, voucher)
        expected = [(account, unit, -amount) for account, unit, amount in _lines_of(session, book, reverses)]
        found = _lines_of(session, book, voucher)
        if expected != found:
            yield breach(book, "L3", f"{zh} 的分录", f"{en} lines", expected=expected, found=found)


def numbers(session: Session, book: BookRow) -> Iterator[Finding]:
    """L4: numbers per (year, period, word) run 1..n, and the counter stands at n."""
    slot = (VoucherRow.year, VoucherRow.period, VoucherRow.word)
    found: dict[tuple[int, int, str], list[int]] = {}
    query = (
        select(*slot, VoucherRow.number)
        .where(VoucherRow.book_id == book.id)
        .order_by(*slot, VoucherRow.number)
    )
    for year, period, word, number in session.execute(query):
        found.setdefault((year, period, word), []).append(number)
    for (year, period, word), numbers in found.items():
        zh, en = f"{year} 年第 {period} 期{word}字编号", f"{year}-{period:02d} word {word} numbers"
        for expected, number in enumerate(numbers, start=1):
            if number != expected:
                yield breach(book, "L4", zh, en, expected=expected, found=number)
                break
    counters = select(CounterRow.year, CounterRow.period, CounterRow.word, CounterRow.last)
    last = {(y, p, w): n for y, p, w, n in session.execute(counters.where(CounterRow.book_id == book.id))}
    for year, period, word in sorted(last.keys() | found.keys()):
        numbers = found.get((year, period, word), [])
        counted = last.get((year, period, word), 0)
        if counted != len(numbers):
            zh, en = f"{year} 年第 {period} 期{word}字计数器", f"{year}-{period:02d} word {word} counter"
            yield breach(book, "L4", zh, en, expected=len(numbers), found=counted)
