"""L5-L7, L9, L10 recomputed from the rows: periods, trial balance, stored balances, beancount, cash."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.balances import sums_from_postings, sums_stored
from ledger.beancount import export_book, read_text, years_of
from ledger.chart import Chart, Kind, Standard, chart_of
from ledger.tables import BookRow, PeriodEventRow, PeriodRow, VoucherRow
from ledger.verify.finding import Finding, breach


def periods(session: Session, book: BookRow) -> Iterator[Finding]:
    """L5: days lie in their periods; closed ones hold what they held; closes are in order and two reopen."""
    query = select(VoucherRow.id, VoucherRow.day, VoucherRow.year, VoucherRow.period, VoucherRow.kind)
    counts: dict[tuple[int, int], int] = {}
    for voucher, day, year, period, _ in session.execute(query.where(VoucherRow.book_id == book.id)):
        counts[year, period] = counts.get((year, period), 0) + 1
        expected = (year, 12, 31) if period == 13 else (year, period, day.day)
        if (day.year, day.month, day.day) != expected:
            yield breach(
                book,
                "L5",
                f"凭证 {voucher} 的日期",
                f"voucher {voucher} day",
                expected=f"{year}-{period:02d}",
                found=f"{day}",
            )
    events = select(
        PeriodEventRow.year, PeriodEventRow.number, PeriodEventRow.action, PeriodEventRow.vouchers,
        PeriodEventRow.by_id, PeriodEventRow.second_id,
    ).where(PeriodEventRow.book_id == book.id)  # fmt: skip
    last: dict[tuple[int, int], tuple[str, int]] = {}
    for year, number, action, vouchers, by_id, second_id in session.execute(
        events.order_by(PeriodEventRow.id)
    ):
        last[year, number] = (action, vouchers)
        if action == "reopen" and second_id in {None, by_id}:
            zh, en = f"{year} 年第 {number} 期反结账经手人", f"{year}-{number:02d} persons reopening"
            yield breach(book, "L5", zh, en, expected=2, found=1)
    rows = select(PeriodRow.year, PeriodRow.number, PeriodRow.state).where(PeriodRow.book_id == book.id)
    for year, number, state in session.execute(rows.order_by(PeriodRow.year, PeriodRow.number)):
        action, vouchers = last.get((year, number), ("reopen", 0))
        logged = "closed" if action == "close" else "open"
        if state != logged:
            yield breach(
                book,
                "L5",
                f"{year} 年第 {number} 期状态",
                f"{year}-{number:02d} state",
                expected=logged,
                found=state,
            )
        elif state == "closed" and counts.get((year, number), 0) != vouchers:
            zh, en = f"{year} 年第 {number} 期结账后凭证数", f"{year}-{number:02d} vouchers since its close"
            yield breach(book, "L5", zh, en, expected=vouchers, found=counts.get((year, number), 0))


def trial(session: Session, book: BookRow) -> Iterator[Finding]:
    """L6: per year debits equal credits, assets equal liabilities, equity and result; points stay apart."""
    chart = chart_of(Standard(book.standard))
    sums = sums_stored(session, book.id)
    for year in years_of(session, book.id):
        turnover: dict[str, list[int]] = {}
        sheet = [0, 0]
        for (when, _, path, commodity), (debit, credit) in sums.items():
            entry = turnover.setdefault(commodity, [0, 0])
            if when == year:
                entry[0] += debit
                entry[1] += credit
            if when <= year and commodity == "CNY":
                sheet[chart.kind_of(path) not in {Kind.asset, Kind.cost}] += debit - credit
        for commodity, (debit, credit) in sorted(turnover.items()):
            if debit != credit:
                zh, en = f"{year} 年 {commodity} 借方与贷方发生额", f"{year} {commodity} debits and credits"
                yield breach(book, "L6", zh, en, expected=debit, found=credit)
        if sheet[0] != -sheet[1]:
            zh, en = (
                f"{year} 年资产与负债加权益加损益",
                f"{year} assets and liabilities plus equity plus result",
            )
            yield breach(book, "L6", zh, en, expected=sheet[0], found=-sheet[1])
    yield from _commodities(book, chart, {(path, commodity) for _, _, path, commodity in sums})


def _commodities(book: BookRow, chart: Chart, used: set[tuple[str, str]]) -> Iterator[Finding]:
    for path, commodity in sorted(used):
        expected = "POINT" if chart.kind_of(path) is Kind.memo else "CNY"
        if commodity != expected:
            yield breach(
                book,
                "L6",
                f"科目 {path} 的币种",
                f"account {path} commodity",
                expected=expected,
                found=commodity,
            )


def stored(session: Session, book: BookRow) -> Iterator[Finding]:
    """L7: stored turnovers equal the sums of the postings."""
    stored, summed = sums_stored(session, book.id), sums_from_postings(session, book.id)
    for key in sorted(stored.keys() | summed.keys()):
        for side, zh_side in ((0, "借方"), (1, "贷方")):
            expected, found = summed.get(key, (0, 0))[side], stored.get(key, (0, 0))[side]
            if expected != found:
                year, period, path, unit = key
                en_side = ("debit", "credit")[side]
                zh = f"{year} 年第 {period} 期科目 {path} {unit} {zh_side}余额表"
                yield breach(
                    book,
                    "L7",
                    zh,
                    f"{year}-{period:02d} account {path} {unit} stored {en_side}",
                    expected=expected,
                    found=found,
                )


def beancount(session: Session, book: BookRow) -> Iterator[Finding]:
    """L9: each year's file loads without an error, with our balances to the fen."""
    sums = sums_from_postings(session, book.id)
    for year in years_of(session, book.id):
        text = export_book(session, book.id, year)
        reading = read_text(text, own=True)
        for error in reading.errors:
            yield breach(
                book,
                "L9",
                f"{year} 年 beancount 装载",
                f"{year} beancount load",
                expected="0 errors",
                found=error,
            )
        expected: dict[tuple[str, str], int] = {}
        for (when, _, path, commodity), (debit, credit) in sums.items():
            if when <= year:
                expected[path, commodity] = expected.get((path, commodity), 0) + debit - credit
        for key in sorted(expected.keys() | reading.balances.keys()):
            ours, theirs = expected.get(key, 0), reading.balances.get(key, 0)
            if ours != theirs:
                zh, en = (
                    f"{year} 年科目 {key[0]} {key[1]} beancount 余额",
                    f"{year} account {key[0]} {key[1]} in beancount",
                )
                yield breach(book, "L9", zh, en, expected=ours, found=theirs)


def never_negative(session: Session, book: BookRow) -> Iterator[Finding]:
    """L10: cash and bank are not below zero."""
    chart = chart_of(Standard(book.standard))
    net: dict[str, int] = {}
    for (_, _, path, _), (debit, credit) in sums_from_postings(session, book.id).items():
        if chart.account(path).never_negative:
            net[path] = net.get(path, 0) + debit - credit
    for path, amount in sorted(net.items()):
        if amount < 0:
            yield breach(
                book,
                "L10",
                f"科目 {path} 余额（不得为负）",
                f"account {path} balance, never negative",
                expected=0,
                found=amount,
            )
