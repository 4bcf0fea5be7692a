"""Several books of one standard side by side: statements, their plain total, checks of each book, balances between them.

The few reads are set-based: as many for a hundred books as for two. No household and no person is in what is told here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.accounting.queries.side_by_side_books import BookChoice, Shelf, closed_months, heads, shelf
from coop.accounting.rules.side_by_side import (
    Between,
    Candidate,
    EquityChange,
    candidates,
    other_entity,
    total,
)
from ledger.balance_line import BalanceLine
from ledger.balances import trial_balances
from ledger.chart import Chart, Detail, Kind, Standard, chart_of
from ledger.layout import Cell, ColumnId, RowStyle
from ledger.periods import LAST
from ledger.seal import Head
from ledger.statements import Statement, mismatches, statements
from ledger.tables import AccountRow

SHOWN_UNASKED = 12
MONTHS = LAST - 1
_BEFORE = (ColumnId.opening, ColumnId.last_year)
_NOW = (ColumnId.closing, ColumnId.this_year)
# Where the statements of each standard print the net income of the year.
NET = {
    Standard.rceo_2023: Cell("income_distribution", "13", ColumnId.this_year.value),
    Standard.coop_2021: Cell("income_distribution", "12", ColumnId.this_year.value),
}


_Lines = Mapping[int, Sequence[BalanceLine]]
# Claims, debts, shares held and capital taken in: what one entity can have with another.
_WITH_OTHERS = (Detail.party, Detail.household)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; empty is the usual: the first standard, the latest year closed in part, every book."""

    standard: str = ""
    year: int = 0
    books: tuple[str, ...] = ()
    township: str = ""
    form: str = ""
    before: bool = False


@dataclass(frozen=True, slots=True)
class BookChecks:
    """What was checked in one book: (zh, en) of all that disagrees in its statements, and how far it is closed."""

    faults: tuple[tuple[str, str], ...]
    months: int
    year_closed: bool
    equity: EquityChange
    head: Head

    @property
    def sound(self) -> bool:
        return not self.faults and self.equity.difference_fen == 0


@dataclass(frozen=True, slots=True)
class BookColumn:
    """A book beside others. `reachable`: its own pages open to the reader where they stand now."""

    choice: BookChoice
    reachable: bool
    statements: tuple[Statement, ...]
    checks: BookChecks


@dataclass(frozen=True, slots=True)
class SideRow:
    """A printed row: one figure a book, then their sum, fen."""

    row: str
    label: str
    label_en: str
    style: str
    amounts: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class SideForm:
    """A statement of all books in one of its columns."""

    form: str
    title: str
    title_en: str
    column: str
    column_en: str
    rows: tuple[SideRow, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The page: what may be chosen, the books chosen, their statements, and what stands between them.

    `left_out` are books asked for that have no such year, or follow another standard.
    """

    shelf: Shelf
    standard: str
    year: int
    before: bool
    columns: tuple[BookColumn, ...]
    forms: tuple[SideForm, ...]
    form: str
    candidates: tuple[Candidate, ...]
    left_out: tuple[BookChoice, ...]

    @property
    def shown(self) -> SideForm | None:
        return next((each for each in self.forms if each.form == self.form), None)

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(column.choice.entity for column in self.columns)

    @property
    def names(self) -> dict[str, BookChoice]:
        return {column.choice.entity: column.choice for column in self.columns}


def side_by_side(
    session: Session, asked: Asked, *, reachable: Collection[int], without: int | None = None
) -> SideBySide:
    """Books in sight side by side. `reachable` are the tenants whose pages open as they are.

    `without` leaves out one tenant (an office's own). Raises NotFoundError for a book that is not in sight.
    """
    held = shelf(session, without=without)
    standard = asked.standard if asked.standard in held.standards else next(iter(held.standards), "")
    year = asked.year if asked.year in held.years(standard) else held.usual_year(standard)
    wanted = held.named(asked.books) if asked.books else held.usual(standard, asked.township, SHOWN_UNASKED)
    chosen = [each for each in wanted if each.standard == standard and year in each.years]
    lines = trial_balances(session, [each.book_id for each in chosen], year=year) if chosen else {}
    columns = _columns(session, year, chosen, lines, reachable)
    forms = tuple(_forms(columns, before=asked.before))
    known = [each.form for each in forms]
    return SideBySide(
        shelf=held,
        standard=standard,
        year=year,
        before=asked.before,
        columns=columns,
        forms=forms,
        form=asked.form if asked.form in known else next(iter(known), ""),
        candidates=_candidates(session, columns, lines),
        left_out=tuple(each for each in wanted if each not in chosen),
    )


def _columns(
    session: Session, year: int, chosen: Sequence[BookChoice], lines: _Lines, reachable: Collection[int]
) -> tuple[BookColumn, ...]:
    if not chosen:
        return ()
    chart, ids = chart_of(Standard(chosen[0].standard)), [each.book_id for each in chosen]
    earlier = [each.book_id for each in chosen if year > each.first_year]
    prior = trial_balances(session, earlier, year=year - 1) if earlier else {}
    closed, seals = closed_months(session, ids, year), heads(session, chosen)
    found = []
    for each in chosen:
        mine = lines[each.book_id]
        made = statements(chart, mine, prior=prior.get(each.book_id))
        shut = closed[each.book_id]
        checks = BookChecks(
            faults=tuple((fault.zh, fault.en) for fault in mismatches(chart, made, mine)),
            months=len([number for number in shut if number <= MONTHS]),
            year_closed=LAST in shut,
            equity=_equity(chart, made, mine),
            head=seals[each.book_id],
        )
        found.append(BookColumn(each, each.tenant_id in reachable, made, checks))
    return tuple(found)


def _equity(chart: Chart, made: Sequence[Statement], lines: Sequence[BalanceLine]) -> EquityChange:
    sheet = next(check.right for check in chart.checks if check.id == "equity_closing")
    opening = Cell(sheet.form, sheet.row, ColumnId.opening.value)
    moved = [
        line.movement
        for line in lines
        if line.commodity == "CNY" and chart.kind_of(line.account) is Kind.equity
    ]
    change = _figure(made, sheet) - _figure(made, opening)
    return EquityChange(change, _figure(made, NET[chart.standard]), -sum(moved))


def _figure(made: Sequence[Statement], cell: Cell) -> int:
    form = next(each for each in made if each.form == cell.form)
    return form.amount(cell.row, ColumnId(cell.column)) or 0


def _forms(columns: Sequence[BookColumn], *, before: bool) -> list[SideForm]:
    if not columns:
        return []
    found = []
    for at, layout in enumerate(columns[0].statements):
        wanted = _BEFORE if before else _NOW
        index = next(place for place, column in enumerate(layout.column_ids) if column in wanted)
        rows = []
        for number, row in enumerate(layout.rows):
            amounts = tuple(column.statements[at].rows[number].amounts_fen[index] for column in columns)
            rows.append(SideRow(row.row, row.label, row.label_en, row.style.value, amounts, total(amounts)))
        found.append(
            SideForm(
                form=layout.form,
                title=layout.title,
                title_en=layout.title_en,
                column=layout.columns[index],
                column_en=layout.columns_en[index],
                rows=tuple(rows),
            )
        )
    return found


def _candidates(session: Session, columns: Sequence[BookColumn], lines: _Lines) -> tuple[Candidate, ...]:
    """Balances between the books shown: accounts by party whose code or name is another book's entity."""
    if len(columns) < 2:
        return ()
    entities = {c.choice.entity: (c.choice.name, c.choice.book_name) for c in columns}
    chart = chart_of(Standard(columns[0].choice.standard))
    named = _named(session, [c.choice.book_id for c in columns], entities)
    found = []
    for column in columns:
        book, rows = column.choice, _printed(column)
        for line in lines[book.book_id]:
            if line.commodity != "CNY" or not line.closing:
                continue
            if chart.account(line.account).detail not in _WITH_OTHERS:
                continue
            name = named.get((book.book_id, line.account), "")
            other = other_entity(line.account, name, book.entity, entities)
            if other is not None:
                row = rows.get(line.account, ("", ""))
                found.append(Between(book.entity, other[0], line.account, other[1], line.closing, *row))
    return candidates(list(entities), found)


def _named(
    session: Session, book_ids: Sequence[int], entities: Mapping[str, tuple[str, ...]]
) -> dict[tuple[int, str], str]:
    """The accounts that bear an entity's name: (book, path) -> name."""
    names = {name for told in entities.values() for name in told}
    query = select(AccountRow.book_id, AccountRow.path, AccountRow.name).where(
        AccountRow.book_id.in_(book_ids), AccountRow.name.in_(names)
    )
    return {(book_id, path): name for book_id, path, name in session.execute(query)}


def _printed(column: BookColumn) -> dict[str, tuple[str, str]]:
    """The row of the balance sheet each account is part of."""
    sheet = next(each for each in column.statements if each.form == "balance_sheet")
    rows = [row for row in sheet.rows if row.style is RowStyle.item]
    return {account: (row.label, row.label_en) for row in rows for account in row.accounts}
