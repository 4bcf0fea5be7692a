"""Empty workbooks to fill in: drop-downs, text format where Excel would spoil numbers, a sheet of notes."""

from collections.abc import Iterable
from typing import Any

from integrations.excel.numbers import shown
from integrations.excel.sheets import NUMBER_PLACES, Choice, Column, Kind, Sheet, letter_of
from integrations.excel.writing import RESERVED, Writer

LIST_LIMIT = 255
"""Characters of a drop-down written in place; longer ones refer to a hidden sheet."""

MESSAGE_LIMIT = 255
TITLE_LIMIT = 32
FLAGS = (Choice("yes", "是", "yes"), Choice("no", "否", "no"))

HINTS: dict[Kind, tuple[str, str]] = {
    Kind.text: ("文字", "text"),
    Kind.code: ("编码，按文本填写，保留前导零", "code, as text, leading zeros kept"),
    Kind.digits: ("号码，按文本填写，逐位完整", "digits as text, all of them"),
    Kind.integer: ("整数", "whole number"),
    Kind.decimal: ("数字", "number"),
    Kind.grams: ("公斤，最多 3 位小数", "kilograms, up to 3 decimals"),
    Kind.fen: ("元，最多 2 位小数", "yuan, up to 2 decimals"),
    Kind.price: ("元/公斤，最多 4 位小数", "yuan per kg, up to 4 decimals"),
    Kind.percent: ("百分数，如 12.5，最多 2 位小数", "percent such as 12.5, up to 2 decimals"),
    Kind.date: ("日期，如 2025-03-01", "date such as 2025-03-01"),
    Kind.choice: ("从下拉列表选择", "choose from the list"),
    Kind.flag: ("是或否", "yes or no"),
}


def template(sheets: Iterable[Sheet], *, lang: str = "zh") -> bytes:
    """A workbook of empty declared sheets with drop-downs and input hints, and a sheet of notes."""
    declared = tuple(sheets)
    writer = Writer(lang)
    lists: list[tuple[str, ...]] = []
    for sheet in declared:
        page = writer.add(sheet)
        for at in range(len(sheet.columns)):
            _help(page, sheet, at, lists=lists, lang=lang)
    _notes(writer, declared)
    if lists:
        hidden = writer.book.add_worksheet(RESERVED[lang].choices)
        for at, words in enumerate(lists):
            for row, word in enumerate(words):
                hidden.write_string(row, at, word)
        hidden.hide()
    return writer.done()


def words_of(column: Column, lang: str) -> tuple[str, ...]:
    """What may be chosen in a cell of the column; empty where anything may be typed."""
    choices = FLAGS if column.kind is Kind.flag else column.choices
    return tuple(choice.en if lang == "en" and choice.en else choice.zh for choice in choices)


def _help(page: Any, sheet: Sheet, at: int, *, lists: list[tuple[str, ...]], lang: str) -> None:
    """The drop-down and the hint that appears beside a chosen cell."""
    column = sheet.columns[at]
    words = words_of(column, lang)
    rule: dict[str, object] = {
        "validate": "any",
        "input_title": column.title(lang)[:TITLE_LIMIT],
        "input_message": _hint(column, lang)[:MESSAGE_LIMIT],
    }
    if words:
        rule["validate"] = "list"
        rule["error_title"] = column.title(lang)[:TITLE_LIMIT]
        if len(",".join(words)) <= LIST_LIMIT and not any("," in word for word in words):
            rule["source"] = list(words)
        else:
            letter = letter_of(len(lists))
            rule["source"] = f"='{RESERVED[lang].choices}'!${letter}$1:${letter}${len(words)}"
            lists.append(words)
    page.data_validation(1, at, sheet.max_rows, at, rule)


def _hint(column: Column, lang: str) -> str:
    zh, en = HINTS[column.kind]
    need = ("必填" if column.required else "可空", "required" if column.required else "optional")
    if lang == "en":
        return "; ".join(part for part in (need[1], en, column.note_en) if part)
    return "；".join(part for part in (need[0], zh, column.note_zh) if part)


def _notes(writer: Writer, sheets: tuple[Sheet, ...]) -> None:
    """One line a column: sheet, title, whether required, how to fill it in, permitted words, limits."""
    lang = writer.lang
    page = writer.book.add_worksheet(RESERVED[lang].notes)
    page.freeze_panes(1, 0)
    heads = {
        "zh": ("工作表", "列", "填写说明", "可选值", "范围"),
        "en": ("Sheet", "Column", "How to fill in", "Permitted", "Range"),
    }[lang]
    for at, (head, width) in enumerate(zip(heads, (16, 24, 48, 40, 24), strict=True)):
        page.set_column(at, at, width)
        page.write_string(0, at, head, writer.head)
    row = 1
    for sheet in sheets:
        note = sheet.note_en if lang == "en" else sheet.note_zh
        if note:
            page.write_string(row, 0, sheet.title(lang))
            page.write_string(row, 2, note)
            row += 1
        for column in sheet.columns:
            cells = (
                sheet.title(lang),
                column.title(lang),
                _hint(column, lang),
                ("、" if lang == "zh" else ", ").join(words_of(column, lang)),
                _range(column),
            )
            for at, cell in enumerate(cells):
                page.write_string(row, at, cell)
            row += 1


def _range(column: Column) -> str:
    """Permitted limits in the unit of the file, or permitted numbers of digits."""
    if column.kind is Kind.digits:
        return " / ".join(str(length) for length in column.lengths)
    if column.kind not in NUMBER_PLACES and column.kind is not Kind.decimal:
        return ""
    places = NUMBER_PLACES.get(column.kind, 0)
    limits = (("≥", column.minimum), ("≤", column.maximum))
    return " ".join(f"{sign} {shown(limit, places)}" for sign, limit in limits if limit is not None)
