"""Trial balance, statements and account books; account paths lead from a figure to its vouchers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from coop.accounting.exports import made_statements
from coop.accounting.queries.names import Names, names_of
from coop.books import queries as books
from ledger import balances, periods
from ledger.balance_line import BalanceLine
from ledger.chart import Standard, chart_of
from ledger.statements import Statement, mismatches

_Prior = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class TrialLine:
    """An account's balances and turnover by side. `level` 1 sums up what is below it, each side for itself.

    Amounts in fen, of POINT lines in points. `leaf`: posted to itself, so it has an account book of its own.
    """

    path: str
    name: str
    name_en: str
    level: int
    leaf: bool
    commodity: str
    opening_debit: int
    opening_credit: int
    debit: int
    credit: int
    closing_debit: int
    closing_credit: int
    prior_debit: int = 0
    prior_credit: int = 0


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Lines by path, level-1 sums before their accounts; `totals` one line a commodity, whose sides agree.

    `prior` tells whether the lines hold the closing balances of the same period a year before.
    """

    entity: str
    year: int
    since: int
    upto: int
    lines: tuple[TrialLine, ...]
    totals: tuple[TrialLine, ...]
    prior: bool
    book_name: str


@dataclass(frozen=True, slots=True)
class StatementSet:
    """The statements of a year, what disagrees in them, and whether the year is closed.

    Each row of a statement names the paths that feed it (`Row.accounts`): the way down to account books.
    """

    entity: str
    book_name: str
    standard: str
    year: int
    closed: bool
    statements: tuple[Statement, ...]
    mismatches: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AccountBookViewLine:
    """One line of an account book; `running` is the balance after it, debit positive."""

    voucher_id: int
    label: str
    day: date
    period: int
    account: str
    account_name: str
    account_name_en: str
    summary: str
    note: str
    debit: int
    credit: int
    running: int


@dataclass(frozen=True, slots=True)
class AccountBookView:
    """The account book (明细账) of a path and all below it; balances debit positive."""

    entity: str
    path: str
    name: str
    name_en: str
    commodity: str
    year: int
    opening: int
    lines: tuple[AccountBookViewLine, ...]
    debit: int
    credit: int
    closing: int


def trial_balance(
    session: Session, entity: str, year: int, *, upto: int = periods.LAST, since: int = 1, whole: bool = True
) -> TrialBalance:
    """The trial balance of a book's periods `since`..`upto`; level-1 accounts alone where not `whole`."""
    book = books.book_by_code(session, entity)
    lines = balances.trial_balance(session, book.id, year=year, upto=upto, since=since)
    has_prior = year > book.first_year
    before = balances.trial_balance(session, book.id, year=year - 1, upto=upto) if has_prior else ()
    prior = {(line.account, line.commodity): line.closing for line in before}
    names = names_of(session, book)
    groups: defaultdict[tuple[str, str], list[BalanceLine]] = defaultdict(list)
    for line in lines:
        groups[line.account.partition(":")[0], line.commodity].append(line)
    found: list[TrialLine] = []
    for (code, commodity), members in sorted(groups.items()):
        own = any(line.account == code for line in members)
        found.append(_line(names, code, commodity, members, prior, leaf=own))
        if whole:
            found += [
                _line(names, line.account, commodity, [line], prior, leaf=True)
                for line in members
                if line.account != code
            ]
    commodities = sorted({line.commodity for line in lines})
    totals = tuple(
        _sums(
            "",
            "合计",
            "Total",
            commodity,
            lines=[line for line in lines if line.commodity == commodity],
            prior=prior,
        )
        for commodity in commodities
    )
    return TrialBalance(book.entity, year, since, upto, tuple(found), totals, has_prior, book.name)


def _line(
    names: Names, path: str, commodity: str, members: Iterable[BalanceLine], prior: _Prior, *, leaf: bool
) -> TrialLine:
    account = names.of(path)
    return _sums(path, account.name, account.name_en, commodity, lines=list(members), prior=prior, leaf=leaf)


def _sums(
    path: str,
    name: str,
    name_en: str,
    commodity: str,
    *,
    lines: Sequence[BalanceLine],
    prior: _Prior,
    leaf: bool = False,
) -> TrialLine:
    before = [prior.get((line.account, commodity), 0) for line in lines]
    return TrialLine(
        path=path,
        name=name,
        name_en=name_en,
        level=path.count(":") + 1 if path else 0,
        leaf=leaf,
        commodity=commodity,
        opening_debit=sum(max(line.opening, 0) for line in lines),
        opening_credit=sum(max(-line.opening, 0) for line in lines),
        debit=sum(line.debit for line in lines),
        credit=sum(line.credit for line in lines),
        closing_debit=sum(max(line.closing, 0) for line in lines),
        closing_credit=sum(max(-line.closing, 0) for line in lines),
        prior_debit=sum(max(fen, 0) for fen in before),
        prior_credit=sum(max(-fen, 0) for fen in before),
    )


def statement_set(session: Session, entity: str, year: int) -> StatementSet:
    """The statutory statements of a book and year, before or after its close. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    made = made_statements(session, book, year)
    chart = chart_of(Standard(book.standard))
    wrong = mismatches(chart, made, balances.trial_balance(session, book.id, year=year))
    return StatementSet(
        entity=book.entity,
        book_name=book.name,
        standard=book.standard,
        year=year,
        closed=periods.states(session, book.id).get((year, periods.LAST)) == "closed",
        statements=made,
        mismatches=tuple((fault.zh, fault.en) for fault in wrong),
    )


def account_book(
    session: Session, entity: str, path: str, year: int, *, commodity: str | None = None
) -> AccountBookView:
    """Every line posted to an account or below it in a year. Raises NotFoundError, UnknownCodeError.

    The commodity is the account's own where not told: points for memo accounts, else money.
    """
    book = books.book_by_code(session, entity)
    chart = chart_of(Standard(book.standard))
    unit = commodity or ("POINT" if chart.kind_of(path).value == "memo" else "CNY")
    names = names_of(session, book)
    name = names.of(path)
    read = balances.account_book(session, book.id, path, year, commodity=unit)
    lines = []
    for line in read.lines:
        account = names.of(line.account)
        lines.append(
            AccountBookViewLine(
                voucher_id=line.voucher_id,
                label=f"{year}-{line.period:02d} {line.word}-{line.number}",
                day=line.day,
                period=line.period,
                account=line.account,
                account_name=account.name,
                account_name_en=account.name_en,
                summary=line.summary,
                note=line.note,
                debit=line.debit,
                credit=line.credit,
                running=line.running,
            )
        )
    return AccountBookView(
        entity=book.entity,
        path=path,
        name=name.name,
        name_en=name.name_en,
        commodity=unit,
        year=year,
        opening=read.opening,
        lines=tuple(lines),
        debit=sum(line.debit for line in lines),
        credit=sum(line.credit for line in lines),
        closing=read.closing,
    )
