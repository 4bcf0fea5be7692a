"""The statutory statements and their notes as one PDF in official layout."""

from __future__ import annotations

from sqlalchemy.orm import Session

from coop.accounting.exports import made_statements
from coop.accounting.prints.paper import FONTS, colon, prepared_by, seal_line, unit_line
from coop.accounting.queries.notes import NoteLine, NotesPage, notes
from coop.accounting.rules.tables import CellKind
from coop.books import queries as books
from coop.kernel.unit import owner_session
from integrations import print as paper
from integrations.print import Column, Form, Kind, Line
from ledger.chart import Standard, chart_of
from ledger.layout import ColumnId, FormLayout, RowStyle
from ledger.seal import head
from ledger.statements import Row, Statement
from ledger.tables import BookRow


def statements_pdf(entity: str, year: int) -> bytes:
    """The statements of a book and year as PDF, on the operator's login. Raises NotFoundError, FontsMissingError."""
    with owner_session() as session:
        return paper.document_pdf(
            statements_document(session, books.book_by_code(session, entity), year), FONTS
        )


def statements_file(session: Session, entity: str, year: int, lang: str) -> bytes:
    """The same in the caller's scope and language. Raises NotFoundError, FontsMissingError."""
    book = books.book_by_code(session, entity)
    return paper.document_pdf(statements_document(session, book, year, lang), FONTS)


def statements_document(session: Session, book: BookRow, year: int, lang: str = "zh") -> paper.Document:
    """Every statement of the book's chart, and the notes. Raises NotFoundError."""
    layouts = {form.form: form for form in chart_of(Standard(book.standard)).statements}
    made = made_statements(session, book, year)
    forms = [_form(statement, layouts[statement.form], book, year, lang=lang) for statement in made]
    title = f"Statements {book.name} {year}" if lang == "en" else f"{book.name} {year} 年度会计报表"
    return paper.Document(
        title,
        (*forms, _notes(notes(session, book.entity, year), lang)),
        foot=seal_line(head(session, book.id), lang),
        author=book.name,
        lang=lang,
    )


def _form(statement: Statement, layout: FormLayout, book: BookRow, year: int, *, lang: str) -> Form:
    english = lang == "en"
    halves = _halves(statement, layout)
    words = statement.columns_en if english else statement.columns
    titles = ("Item", "Row") if english else ("项目", "行次")
    share = 100 if len(halves) == 1 else 50
    figure = 20 if len(halves) == 1 else 12
    half = (
        Column(titles[0], Kind.text, share - 6 - figure * len(words)),
        Column(titles[1], Kind.centre, 6),
        *(Column(word, Kind.fen, figure) for word in words),
    )
    on_day = ColumnId.closing in statement.column_ids and ColumnId.increase not in statement.column_ids
    return Form(
        title=statement.title_en if english else statement.title,
        columns=half * len(halves),
        lines=_lines(halves, len(half), lang),
        code=statement.code,
        left=prepared_by(book.name, lang),
        middle=_date(year, lang) if on_day else (f"Year {year}" if english else f"{year} 年度"),
        right=unit_line("yuan" if english else "元", lang),
        signatures=colon(layout.signatures_en if english else layout.signatures, lang),
    )


def _date(year: int, lang: str) -> str:
    return f"31 December {year}" if lang == "en" else f"{year} 年 12 月 31 日"


def _halves(statement: Statement, layout: FormLayout) -> list[list[Row]]:
    """The rows, or two columns of them where the form is printed so: the last rows stand beside each other."""
    rows = list(statement.rows)
    at = next((at for at, row in enumerate(rows) if layout.right_from and row.row == layout.right_from), 0)
    return [rows[:at], rows[at:]] if at else [rows]


def _lines(halves: list[list[Row]], width: int, lang: str) -> tuple[Line, ...]:
    longest = max(len(half) for half in halves)
    padded: list[list[Row | None]] = [
        [*half[:-1], *([None] * (longest - len(half))), *half[-1:]] for half in halves
    ]
    lines = []
    for rows in zip(*padded, strict=True):
        cells: list[str | int | None] = []
        for row in rows:
            cells += [None] * width if row is None else _cells(row, lang)
        # Each half stands out for itself: a total on the left is none on the right.
        strong = [at for at, row in enumerate(rows) if row is not None and row.style is not RowStyle.item]
        bold = tuple(column for at in strong for column in range(at * width, (at + 1) * width))
        lines.append(Line(tuple(cells), bold=bold))
    return tuple(lines)


def _cells(row: Row, lang: str) -> list[str | int | None]:
    label = row.label_en if lang == "en" else row.label
    item = row.style is RowStyle.item
    amounts = [
        None if item and not fen else fen for fen in row.amounts_fen
    ]  # as on paper: nothing is left empty
    return [label, "" if row.style is RowStyle.heading else row.row, *amounts]


def _notes(page: NotesPage, lang: str) -> paper.Notes:
    english = lang == "en"
    return paper.Notes(
        title="Notes to the statements" if english else "会计报表附注",
        left=prepared_by(page.book_name, lang),
        middle=f"Year {page.year}" if english else f"{page.year} 年度",
        sections=tuple(
            paper.Section(note.title.of(lang), (note.text.of(lang),), _facts(note.lines, lang))
            for note in page.notes
        ),
    )


def _facts(lines: tuple[NoteLine, ...], lang: str) -> Form | None:
    """Facts and figures under a heading: figures right, as everywhere; words as they are."""
    if not lines:
        return None
    columns = (
        Column("Item" if lang == "en" else "项目", Kind.text, 40),
        Column("Content, yuan" if lang == "en" else "内容、金额（元）", Kind.fen, 60),
    )
    return Form("", columns, tuple(Line((line.label.of(lang), _value(line))) for line in lines))


def _value(line: NoteLine) -> str | int:
    return f"{line.value:,}" if line.kind is CellKind.whole else line.value
