"""Layouts of statements as data: rows, columns, formulas and cross-checks, read and validated, not computed.

Knows the codes of a chart, no balances. A formula is a sum of terms, each with + or -:

    101            the account and all its sub-accounts, on the account's normal side
    322:01:01      one sub-account and what is below it, on the normal side of its level-1 account
    dr(113)        debit balances of the single sub-accounts of 113 (columns of balances only, never netted)
    cr(113)        credit balances of the single sub-accounts of 113, as a positive figure (same)
    open(322)      opening balance of the year, on the normal side (columns of movement only)
    r6             another row of the same form

What an account term means depends on the column: `opening` and `closing` take the balance, `this_year` and
`last_year` the movement of the year without closing transfers (`BalanceLine.movement`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

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
    this_year = "this_year"
    last_year = "last_year"

    @property
    def is_balance(self) -> bool:
        """A balance on a day, not a movement over a year."""
        return self in (ColumnId.opening, ColumnId.closing)


class RowStyle(StrEnum):
    """How a row is printed; a heading has no figures."""

    item = "item"
    total = "total"
    heading = "heading"


class TermKind(StrEnum):
    """What a term of a formula refers to."""

    account = "account"
    dr = "dr"
    cr = "cr"
    open = "open"
    row = "row"


@dataclass(frozen=True, slots=True)
class Term:
    """One summand: sign (+1 or -1), kind, and an account path or row id."""

    sign: int
    kind: TermKind
    ref: str


@dataclass(frozen=True, slots=True)
class RowLayout:
    """A row: its number on the form (`row`), labels, terms."""

    row: str
    label: str
    label_en: str
    formula: str
    terms: tuple[Term, ...]
    style: RowStyle
    certainty: Certainty


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
_PATH = r"[0-9]{3}(?::[A-Z0-9]+)*"
_TERM = re.compile(
    rf"(?P<sign>[+-])\s*(?:r(?P<row>[0-9]+[a-z]?)|(?P<kind>dr|cr|open)\((?P<of>{_PATH})\)|(?P<path>{_PATH}))\s*",
    re.ASCII,
)


def parse_formula(text: str) -> tuple[Term, ...] | None:
    """The terms of a formula, or None if it is none.

    >>> [(t.sign, t.kind.value, t.ref) for t in parse_formula("112+dr(113)-r2") or ()]
    [(1, 'account', '112'), (1, 'dr', '113'), (-1, 'row', '2')]
    >>> parse_formula("112+") is None
    True
    """
    rest = text.strip() if text.strip().startswith(("-", "+")) else "+" + text.strip()
    terms: list[Term] = []
    while rest:
        match = _TERM.match(rest)
        if match is None:
            return None
        sign = -1 if match["sign"] == "-" else 1
        if match["row"]:
            terms.append(Term(sign, TermKind.row, match["row"]))
        elif match["kind"]:
            terms.append(Term(sign, TermKind(match["kind"]), match["of"]))
        else:
            terms.append(Term(sign, TermKind.account, match["path"]))
        rest = rest[match.end() :]
    return tuple(terms)


def read_form(table: Table, paths: Collection[str], default: Certainty) -> FormLayout:
    """Reads one `[[statements]]` table; `paths` are the accounts and default subs a formula may name."""
    certainty = table.choice("certainty", Certainty, default)
    columns = tuple(_read_column(item) for item in table.tables("columns"))
    rows_tables = table.tables("rows")
    rows = tuple(_read_row(item, columns, paths, certainty) for item in rows_tables)
    form = FormLayout(
        form=table.text("form"), code=table.text("code", ""), title=table.text("title"),
        title_en=table.text("title_en"), source=table.text("source"), certainty=certainty,
        columns=columns, rows=rows,
    )  # fmt: skip
    table.done()
    _check_rows(table, form)
    return form


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
    terms: tuple[Term, ...] = ()
    if heading:
        if formula:
            table.fault("formula", "标题行不得有公式", "a heading has no formula")
    elif formula:
        parsed = parse_formula(formula)
        if parsed is None:
            table.fault("formula", f"公式不成立：{formula}", f"not a formula: {formula}")
        else:
            terms = parsed
            _check_terms(table, terms, columns, paths)
    row = RowLayout(
        table.text("row"), table.text("label"), table.text("label_en"), formula, terms, style,
        table.choice("certainty", Certainty, default),
    )  # fmt: skip
    if row.row and not _ROW_ID.fullmatch(row.row):
        table.fault("row", f"应如 12、6a 或 h1，实为 {row.row}", f"expected as 12, 6a, h1, found {row.row}")
    table.done()
    return row


def _check_terms(
    table: Table, terms: tuple[Term, ...], columns: tuple[ColumnLayout, ...], paths: Collection[str]
) -> None:
    for term in terms:
        if term.kind is not TermKind.row and term.ref not in paths:
            table.fault("formula", f"没有科目 {term.ref}", f"there is no account {term.ref}")
        split = term.kind in (TermKind.dr, TermKind.cr)
        balances = {column.id.is_balance for column in columns}
        if (split and False in balances) or (term.kind is TermKind.open and True in balances):
            text = f"{term.kind}({term.ref})"
            table.fault("formula", f"{text} 不适用于本表栏目", f"{text} does not fit this form's columns")


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
