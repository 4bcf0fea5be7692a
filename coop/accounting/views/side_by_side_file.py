"""Books side by side as a workbook: the checks of each book, one sheet a statement, what stands between the books."""

from __future__ import annotations

from collections.abc import Iterable

from coop.accounting.queries.side_by_side import SideBySide, SideForm
from integrations.excel import Column, Kind, Sheet, Value, write_workbook

Rows = list[dict[str, Value]]

CHECKS = Sheet(
    "账簿与核对",
    (
        Column("entity", "代码", "code", Kind.code),
        Column("name", "单位", "organisation"),
        Column("village", "村", "village"),
        Column("township", "乡镇", "township", required=False),
        Column("agree", "报表核对", "statements agree"),
        Column("months", "已结账月份", "months closed", Kind.integer),
        Column("year", "年度已结账", "year closed"),
        Column("change", "权益变动(元)", "change in equity (yuan)", Kind.fen, minimum=None),
        Column("income", "本年收益(元)", "income of the year (yuan)", Kind.fen, minimum=None),
        Column("other", "其他权益变动(元)", "other changes in equity (yuan)", Kind.fen, minimum=None),
        Column("gap", "差额(元)", "difference (yuan)", Kind.fen, minimum=None),
        Column("seal", "封存码", "seal", required=False),
    ),
    name_en="Books and checks",
)
BETWEEN = Sheet(
    "往来抵销候选",
    (
        Column("first", "甲方账簿", "first book", Kind.code),
        Column("second", "乙方账簿", "second book", Kind.code),
        Column("here", "甲方科目", "accounts of the first", required=False),
        Column("first_fen", "甲方余额(元)", "balance of the first (yuan)", Kind.fen, minimum=None),
        Column("there", "乙方科目", "accounts of the second", required=False),
        Column("second_fen", "乙方余额(元)", "balance of the second (yuan)", Kind.fen, minimum=None),
        Column("gap", "差额(元)", "difference (yuan)", Kind.fen, minimum=None),
    ),
    name_en="Between the books",
)


def workbook(found: SideBySide, lang: str) -> bytes:
    """One workbook of the page with all its statements; Chinese titles unless `lang` is `en`."""
    sheets: list[tuple[Sheet, Iterable[dict[str, Value]]]] = [(CHECKS, _checks(found, lang))]
    sheets += [(_form_sheet(found, form), _form_rows(form)) for form in found.forms]
    sheets.append((BETWEEN, _between(found)))
    return write_workbook(sheets, lang=lang)


def _word(said: bool, lang: str) -> str:
    return ("yes" if said else "no") if lang == "en" else ("是" if said else "否")


def _checks(found: SideBySide, lang: str) -> Rows:
    rows: Rows = []
    for column in found.columns:
        book, checks = column.choice, column.checks
        faults = [en if lang == "en" else zh for zh, en in checks.faults]
        rows.append(
            {
                "entity": book.entity,
                "name": book.name_en if lang == "en" else book.name,
                "village": book.village_name_en if lang == "en" else book.village_name,
                "township": book.township_name_en if lang == "en" else book.township_name,
                "agree": "; ".join(faults) or _word(True, lang),
                "months": checks.months,
                "year": _word(checks.year_closed, lang),
                "change": checks.equity.change_fen,
                "income": checks.equity.income_fen,
                "other": checks.equity.other_fen,
                "gap": checks.equity.difference_fen,
                "seal": str(checks.head),
            }
        )
    return rows


def _form_sheet(found: SideBySide, form: SideForm) -> Sheet:
    """A statement: two columns of words, one of figures a book, their sum."""
    books = tuple(
        Column(
            f"book{at}",
            f"{column.choice.entity} {column.choice.village_name}",
            f"{column.choice.entity} {column.choice.village_name_en}",
            Kind.fen,
            required=False,
            minimum=None,
        )
        for at, column in enumerate(found.columns)
    )
    columns = (
        Column("row", "行次", "row", Kind.code),
        Column("label", "项目", "item"),
        Column("label_en", "项目（英文）", "item in English"),
        *books,
        Column("total", "合计(未抵销)", "total, nothing netted", Kind.fen, required=False, minimum=None),
    )
    return Sheet(form.title, columns, name_en=form.form)


def _form_rows(form: SideForm) -> Rows:
    rows: Rows = []
    for row in form.rows:
        figures: dict[str, Value] = {f"book{at}": fen for at, fen in enumerate(row.amounts)}
        rows.append(
            {"row": row.row, "label": row.label, "label_en": row.label_en, "total": row.total} | figures
        )
    return rows


def _between(found: SideBySide) -> Rows:
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "here": " ".join(each.account for each in pair.here),
            "first_fen": pair.first_fen,
            "there": " ".join(each.account for each in pair.there),
            "second_fen": pair.second_fen,
            "gap": pair.difference_fen,
        }
        for pair in found.candidates
    ]
