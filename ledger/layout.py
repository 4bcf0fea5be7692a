"""Layouts of statements as data: rows, columns, formulas and cross-checks, read and validated, not computed.

Knows the codes of a chart, no balances. Formulas are told in `ledger.formula`. What an account term means depends on
the column: `opening` and `closing` take the balance, the others the movement of the year without closing transfers
(`BalanceLine.movement`). Columns `increase` and `decrease` have formulas of their own in each row that is no sum of rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ledger.formula import Term, TermKind, parse_formula
from ledger.toml_table import Table


class Certainty(StrEnum):
    """How sure a fact of a regulation is."""

    verbatim = "verbatim"
    high = "high"
    medium = "medium"
    low = "low"


class ColumnId(StrEnum):
    """What the figures of a column measure."""

    opening = "opening"
    closing = "closing"
    increase = "increase"
    decrease = "decrease"
    this_year = "this_year"
    last_year = "last_year"

    @property
    def is_change(self) -> bool:
        """One side of a movement: what came to a balance, or went from it."""
        return self in (ColumnId.increase, ColumnId.decrease)

    @property
    def is_balance(self) -> bool:
        """A balance on a day, not a movement over a year."""
        return self in (ColumnId.opening, ColumnId.closing)


class RowStyle(StrEnum):
    """How a row is printed; a heading has no figures."""

    item = "item"
    total = "total"
    heading = "heading"


@dataclass(frozen=True, slots=True)
class RowLayout:
    """A row: its number on the form (`row`), labels, terms; those of the changing columns where they differ."""

    row: str
    label: str
    label_en: str
    formula: str
    terms: tuple[Term, ...]
    style: RowStyle
    certainty: Certainty
    increase: tuple[Term, ...] = ()
    decrease: tuple[Term, ...] = ()

    def terms_of(self, column: ColumnId) -> tuple[Term, ...]:
        """What makes the figure of a column."""
        own = {ColumnId.increase: self.increase, ColumnId.decrease: self.decrease}.get(column)
        return own or self.terms


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """A column of amounts."""

    id: ColumnId
    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class FormLayout:
    """One statement form; `code` is its official form number, empty where unverified."""

    form: str
    code: str
    title: str
    title_en: str
    source: str
    certainty: Certainty
    columns: tuple[ColumnLayout, ...]
    rows: tuple[RowLayout, ...]
    right_from: str = ""
    signatures: tuple[str, ...] = ()
    signatures_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """The address of one figure, written `form.row.column`."""

    form: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class CheckLayout:
    """Two figures that must be equal."""

    id: str
    label: str
    label_en: str
    left: Cell
    right: Cell


_ROW_ID = re.compile(r"[0-9]+[a-z]?|h[0-9]+", re.ASCII)


def read_form(table: Table, paths: Collection[str], default: Certainty) -> FormLayout:
    """Reads one `[[statements]]` table; `paths` are the accounts and default subs a formula may name."""
    certainty = table.choice("certainty", Certainty, default)
    columns = tuple(_read_column(item) for item in table.tables("columns"))
    rows_tables = table.tables("rows")
    rows = tuple(_read_row(item, columns, paths, certainty) for item in rows_tables)
    form = FormLayout(
        form=table.text("form"), code=table.text("code", ""), title=table.text("title"),
        title_en=table.text("title_en"), source=table.text("source"), certainty=certainty,
        columns=columns, rows=rows, right_from=table.text("right_from", ""),
        signatures=_words(table.text("signatures", "")), signatures_en=_words(table.text("signatures_en", "")),
    )  # fmt: skip
    if form.right_from and form.right_from not in {row.row for row in rows}:
        table.fault("right_from", f"没有第 {form.right_from} 行", f"there is no row {form.right_from}")
    table.done()
    _check_rows(table, form)
    return form


def _words(text: str) -> tuple[str, ...]:
    """Words written one after the other with a stroke between them."""
    return tuple(word.strip() for word in text.split("|") if word.strip())


def _read_column(table: Table) -> ColumnLayout:
    column = ColumnLayout(table.choice("id", ColumnId), table.text("label"), table.text("label_en"))
    table.done()
    return column


def _read_row(
    table: Table, columns: tuple[ColumnLayout, ...], paths: Collection[str], default: Certainty
) -> RowLayout:
    style = table.choice("style", RowStyle, RowStyle.item)
    heading = style is RowStyle.heading
    formula = table.text("formula", "" if heading else None)
    terms = _read_formula(table, "formula", formula, paths)
    if heading and formula:
        table.fault("formula", "标题行不得有公式", "a heading has no formula")
    _check_balances(table, terms, columns)
    changes = [_read_formula(table, key, table.text(key, ""), paths) for key in ("increase", "decrease")]
    changing = any(column.id.is_change for column in columns)
    own = any(term.kind is not TermKind.row for term in terms)
    if any(bool(change) != (changing and own) for change in changes):
        table.fault("increase", "有增减栏的表，每个取数行都应有 increase 和 decrease，其他行不应有",
                    "increase and decrease belong to each row of accounts where a form has such columns, no other")  # fmt: skip
    row = RowLayout(
        table.text("row"), table.text("label"), table.text("label_en"), formula, terms, style,
        table.choice("certainty", Certainty, default), changes[0], changes[1],
    )  # fmt: skip
    if row.row and not _ROW_ID.fullmatch(row.row):
        table.fault("row", f"应如 12、6a 或 h1，实为 {row.row}", f"expected as 12, 6a, h1, found {row.row}")
    table.done()
    return row


def _read_formula(table: Table, key: str, formula: str, paths: Collection[str]) -> tuple[Term, ...]:
    """The terms of a formula, all of accounts there are; nothing for an empty one."""
    if not formula:
        return ()
    terms = parse_formula(formula)
    if terms is None:
        table.fault(key, f"公式不成立：{formula}", f"not a formula: {formula}")
        return ()
    balances = (TermKind.dr, TermKind.cr, TermKind.open)
    unfit = (TermKind.up, TermKind.down) if key == "formula" else balances
    for term in terms:
        if term.kind is not TermKind.row and term.ref not in paths:
            table.fault(key, f"没有科目 {term.ref}", f"there is no account {term.ref}")
        if term.kind in unfit:
            _misfit(table, key, term)
    return terms


def _check_balances(table: Table, terms: tuple[Term, ...], columns: tuple[ColumnLayout, ...]) -> None:
    """Terms of balances fit columns of balances only, an opening balance fits columns of movement only."""
    balances = {column.id.is_balance for column in columns}
    for term in terms:
        split = term.kind in (TermKind.dr, TermKind.cr)
        if (split and False in balances) or (term.kind is TermKind.open and True in balances):
            _misfit(table, "formula", term)


def _misfit(table: Table, key: str, term: Term) -> None:
    text = f"{term.kind}({term.ref})"
    table.fault(key, f"{text} 不适用于本表栏目", f"{text} does not fit this form's columns")


def _check_rows(table: Table, form: FormLayout) -> None:
    """Row ids are unique, references exist and are no headings, and there is no cycle."""
    known: dict[str, RowLayout] = {}
    for index, row in enumerate(form.rows):
        if row.row in known:
            table.fault(f"rows/{index}/row", f"行次 {row.row} 重复", f"row {row.row} appears twice")
        known[row.row] = row
    sound = True
    for index, row in enumerate(form.rows):
        for term in row.terms:
            if term.kind is TermKind.row and not (term.ref in known and known[term.ref].terms):
                sound = False
                table.fault(f"rows/{index}/formula", f"没有第 {term.ref} 行", f"there is no row {term.ref}")
    if sound:
        cycle = _cycle(known)
        if cycle:
            path = " -> ".join(cycle)
            table.fault("rows", f"公式循环引用：{path}", f"formulas refer in a circle: {path}")


def _cycle(rows: dict[str, RowLayout]) -> list[str]:
    """One circle of row references, or nothing."""
    finished: set[str] = set()

    def walk(row: str, trail: list[str]) -> list[str]:
        if row in trail:
            return [*trail[trail.index(row) :], row]
        if row in finished:
            return []
        for term in rows[row].terms:
            if term.kind is TermKind.row:
                found = walk(term.ref, [*trail, row])
                if found:
                    return found
        finished.add(row)
        return []

    return next((found for row in rows if (found := walk(row, []))), [])


def read_check(table: Table, forms: Collection[FormLayout]) -> CheckLayout:
    """Reads one `[[checks]]` table; both addresses must exist."""
    cells = {f"{f.form}.{r.row}.{c.id}" for f in forms for r in f.rows if r.terms for c in f.columns}
    ends: list[Cell] = []
    for key in ("left", "right"):
        address = table.text(key)
        if address and address not in cells:
            table.fault(key, f"没有数字 {address}", f"there is no figure {address}")
        parts = [*address.split("."), "", "", ""]
        ends.append(Cell(parts[0], parts[1], parts[2]))
    check = CheckLayout(table.text("id"), table.text("label"), table.text("label_en"), ends[0], ends[1])
    table.done()
    return check
