"""Account books: 总账 by month, 明细账 and 日记账 line by line, each line leading to its voucher."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import and_, func, literal_column, select
from sqlalchemy.orm import Session

from coop.accounting.queries.names import Names, names_of
from coop.accounting.queries.reports import AccountBookView, AccountBookViewLine, account_book
from coop.accounting.rules.tables import (
    BookTable,
    Cell,
    CellKind,
    RowLook,
    Said,
    Sums,
    TableColumn,
    TableRow,
    month_words,
    side,
)
from coop.books import queries as books
from coop.kernel.errors import NotFoundError
from ledger.balances import under
from ledger.beancount import years_of
from ledger.chart import Standard, chart_of
from ledger.periods import LAST
from ledger.tables import BalanceRow, BookRow, PostingRow, VoucherRow

BROUGHT = Said("期初余额", "Opening balance")
FEN = CellKind.fen
_LINE_COLUMNS = (
    TableColumn("day", Said("日期", "Day"), CellKind.day, 15),
    TableColumn("voucher", Said("凭证号", "Voucher"), width=19),
    TableColumn("summary", Said("摘要", "Summary"), width=28),
    TableColumn("other", Said("对方科目", "Other account"), width=18),
    TableColumn("debit", Said("借方", "Debit"), FEN, 16),
    TableColumn("credit", Said("贷方", "Credit"), FEN, 16),
    TableColumn("side", Said("方向", "Dr/Cr"), width=7),
    TableColumn("balance", Said("余额", "Balance"), FEN, 17),
)
_LINE_CARRY = (2, (4, 5), (6, 7))


def book_with_year(session: Session, entity: str, year: int) -> BookRow:
    """The book of an entity that has this year. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    if year not in years_of(session, book.id):
        raise NotFoundError("year", f"{entity} {year}")
    return book


def general_ledger(
    session: Session, entity: str, year: int, *, since: int = 1, upto: int = LAST, path: str = ""
) -> BookTable:
    """总账: each level-1 account (or one of them) with its opening balance and, month by month, turnover and balance.

    Only money. Raises NotFoundError.
    """
    book = book_with_year(session, entity, year)
    names = names_of(session, book)
    rows: list[TableRow] = []
    for code, (opening, months) in sorted(_by_month(session, book, year).items()):
        if not path or code == path.partition(":")[0]:
            rows += _ledger_rows(names, code, opening, months, since=since, upto=upto)
    return BookTable(
        name="general-ledger",
        title=Said("总账", "General ledger"),
        entity=book.entity,
        book_name=book.name,
        year=year,
        since=since,
        upto=upto,
        columns=(
            TableColumn("account", Said("科目", "Account"), width=34),
            TableColumn("summary", Said("摘要", "Summary"), width=24),
            *(column for column in _LINE_COLUMNS if column.key in ("debit", "credit", "side", "balance")),
        ),
        rows=tuple(rows),
    )


def _by_month(
    session: Session, book: BookRow, year: int
) -> dict[str, tuple[int, dict[int, tuple[int, int]]]]:
    """Level-1 code -> (opening balance, month -> (debit, credit)), from the stored turnovers."""
    keys = (BalanceRow.account, BalanceRow.year, BalanceRow.period)
    query = select(*keys, BalanceRow.debit, BalanceRow.credit).where(
        BalanceRow.book_id == book.id, BalanceRow.commodity == "CNY", BalanceRow.year <= year
    )
    opening: defaultdict[str, int] = defaultdict(int)
    months: defaultdict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for account, when, period, debit, credit in session.execute(query):
        code = account.partition(":")[0]
        if when < year or period == 0:
            opening[code] += debit - credit
        else:
            one, two = months[code].get(period, (0, 0))
            months[code][period] = one + debit, two + credit
    return {code: (opening[code], months[code]) for code in opening.keys() | months.keys()}


def _ledger_rows(
    names: Names, code: str, opening: int, months: dict[int, tuple[int, int]], *, since: int, upto: int
) -> Iterator[TableRow]:
    name = names.of(code)
    head = Said(f"{code} {name.name}", f"{code} {name.name_en}")
    so_far, balance = Sums(), opening
    for number in range(1, since):
        so_far.add(*months.get(number, (0, 0)))
    balance += so_far.debit - so_far.credit
    shown = [number for number in sorted(months) if since <= number <= upto]
    if not balance and not shown:
        return
    yield TableRow((head, BROUGHT, None, None, side(balance), abs(balance)), RowLook.heading, path=code)
    for number in shown:
        debit, credit = months[number]
        so_far.add(debit, credit)
        balance += debit - credit
        word = month_words(number)
        label = Said(f"{word.zh}合计", f"{word.en}, total")
        cells: tuple[Cell, ...] = (None, label, debit or None, credit or None, side(balance), abs(balance))
        yield TableRow(cells, path=code, month=number)
        whole = Said("本年累计", "Year to date")
        yield TableRow(
            (None, whole, so_far.debit or None, so_far.credit or None, side(balance), abs(balance)),
            RowLook.total,
        )


def detail_book(
    session: Session, entity: str, year: int, path: str, *, since: int = 1, upto: int = LAST
) -> BookTable:
    """明细账: every line posted to an account or below it, with the sums of each month. Raises NotFoundError."""
    book = book_with_year(session, entity, year)
    read = account_book(session, entity, path, year)
    title = Said("明细账", "Account book")
    return _line_book(session, book, read, "account", title, since=since, upto=upto, daily=False)


def journal(
    session: Session, entity: str, year: int, purse: str, *, since: int = 1, upto: int = LAST
) -> BookTable:
    """日记账 of cash or bank, day by day with the day's sums. Raises NotFoundError for another purse."""
    titles = {
        "cash": Said("现金日记账", "Cash journal"),
        "bank": Said("银行存款日记账", "Bank journal"),
    }
    if purse not in titles:
        raise NotFoundError("journal", purse)
    book = book_with_year(session, entity, year)
    read = account_book(session, entity, chart_of(Standard(book.standard)).path(purse), year)
    return _line_book(
        session, book, read, f"journal-{purse}", titles[purse], since=since, upto=upto, daily=True
    )


def _line_book(
    session: Session,
    book: BookRow,
    read: AccountBookView,
    name: str,
    title: Said,
    *,
    since: int,
    upto: int,
    daily: bool,
) -> BookTable:
    money = read.commodity == "CNY"
    columns = _LINE_COLUMNS if money else tuple(_as_points(column) for column in _LINE_COLUMNS)
    others = _other_accounts(session, book, read) if money else {}
    account = Said(f"{read.path} {read.name}", f"{read.path} {read.name_en}")
    return BookTable(
        name=name,
        title=Said(f"{title.zh}：{account.zh}", f"{title.en}: {account.en}"),
        entity=book.entity,
        book_name=book.name,
        year=read.year,
        since=since,
        upto=upto,
        columns=columns,
        rows=tuple(_line_rows(read, others, since, upto, daily=daily)),
        unit=Said("元", "yuan") if money else Said("分（积分）", "points"),
        carry=_LINE_CARRY,
        path=read.path,
    )


def _as_points(column: TableColumn) -> TableColumn:
    if column.kind is not FEN:
        return column
    return TableColumn(column.key, column.title, CellKind.whole, column.width)


def _line_rows(
    read: AccountBookView, others: dict[tuple[int, bool], Said], since: int, upto: int, *, daily: bool
) -> Iterator[TableRow]:
    day, month, year = Sums(), Sums(), Sums()
    balance = read.opening
    shown: list[AccountBookViewLine] = []
    for line in read.lines:
        if line.period < since:
            year.add(line.debit, line.credit)
            balance = line.running
        elif line.period <= upto:
            shown.append(line)
    yield TableRow((None, None, BROUGHT, None, None, None, side(balance), abs(balance)), RowLook.heading)
    for at, line in enumerate(shown):
        for sums in (day, month, year):
            sums.add(line.debit, line.credit)
        net = line.debit - line.credit
        yield _line_row(read, line, others.get((line.voucher_id, net > 0)))
        following = shown[at + 1] if at + 1 < len(shown) else None
        if daily and (following is None or (following.period, following.day) != (line.period, line.day)):
            yield _sum_row(Said("本日合计", "Total of the day"), day, line.running)
            day = Sums()
        if following is None or following.period != line.period:
            word = month_words(line.period)
            yield _sum_row(Said(f"{word.zh}合计", f"{word.en}, total"), month, line.running)
            yield _sum_row(Said("本年累计", "Year to date"), year, line.running)
            month = Sums()


def _line_row(read: AccountBookView, line: AccountBookViewLine, other: Said | None) -> TableRow:
    words = "；".join(dict.fromkeys(word for word in (line.summary, line.note) if word))
    below = "" if line.account == read.path else f"［{line.account}］"
    cells: tuple[Cell, ...] = (
        line.day,
        line.label,
        f"{below}{words}",
        other,
        line.debit or None,
        line.credit or None,
        side(line.running),
        abs(line.running),
    )
    return TableRow(cells, voucher_id=line.voucher_id)


def _sum_row(label: Said, sums: Sums, balance: int) -> TableRow:
    cells: tuple[Cell, ...] = (
        None, None, label, None, sums.debit or None, sums.credit or None, side(balance), abs(balance),
    )  # fmt: skip
    return TableRow(cells, RowLook.total)


def _other_accounts(session: Session, book: BookRow, read: AccountBookView) -> dict[tuple[int, bool], Said]:
    """(voucher, line is a debit) -> what stands on the voucher's other side: the first account, 等 for more."""
    touched = (
        select(PostingRow.voucher_id)
        .join(
            VoucherRow,
            and_(VoucherRow.tenant_id == PostingRow.tenant_id, VoucherRow.id == PostingRow.voucher_id),
        )
        .where(
            PostingRow.book_id == book.id, under(PostingRow.account, read.path), VoucherRow.year == read.year
        )
    )
    # Literals, not parameters: PostgreSQL must recognise the grouped expressions in the select list.
    code = func.substr(PostingRow.account, literal_column("1"), literal_column("3"))
    debit = PostingRow.amount > literal_column("0")
    query = (
        select(PostingRow.voucher_id, code, debit, func.min(PostingRow.line))
        .where(
            PostingRow.book_id == book.id, PostingRow.voucher_id.in_(touched), PostingRow.commodity == "CNY"
        )
        .group_by(PostingRow.voucher_id, code, debit)
        .order_by(PostingRow.voucher_id, func.min(PostingRow.line))
    )
    chart = chart_of(Standard(book.standard))
    found: defaultdict[tuple[int, bool], list[str]] = defaultdict(list)
    for voucher_id, account, on_debit, _ in session.execute(query):
        found[voucher_id, not on_debit].append(account)
    said: dict[tuple[int, bool], Said] = {}
    for key, codes in found.items():
        zh, en = chart.names(codes[0])
        more = len(codes) > 1
        said[key] = Said(f"{zh}{' 等' if more else ''}", f"{en}{' etc.' if more else ''}")
    return said
