"""Excel files in and out: declare the sheets once, then read, write, hand out templates, return bad rows.

Holds no subject of the cooperative: what a household or an order is, the caller's `Sheet` says. Everything is
exact: weights become integer grams, money integer fen, other numbers `Decimal`; no float arithmetic anywhere.
"""

from integrations.excel.limits import MAX_BYTES, MAX_ROWS
from integrations.excel.reading import examine, read_workbook
from integrations.excel.returning import bad_rows
from integrations.excel.sheets import Choice, Column, Kind, Row, Sheet, Value, Workbook
from integrations.excel.templates import template
from integrations.excel.writing import write_workbook

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "Choice",
    "Column",
    "Kind",
    "Row",
    "Sheet",
    "Value",
    "Workbook",
    "bad_rows",
    "examine",
    "read_workbook",
    "template",
    "write_workbook",
]
