"""Write a statement in a bank's layout: for passing on, and for proving that reading gives back what was written."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Literal

from integrations.bank.layouts import Layout, layouts
from integrations.bank.values import StatementLine
from integrations.excel import Column, Kind, Sheet, Value, write_workbook
from ledger.money import fen_text

Encoding = Literal["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"]


def statement_csv(
    lines: Sequence[StatementLine],
    layout: str = "generic",
    *,
    encoding: Encoding = "utf-8-sig",
    delimiter: str = ",",
    thousands: bool = False,
) -> bytes:
    """The lines under the first heading of each column of the layout."""
    chosen = layouts().of(layout)
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\r\n")
    fields = _fields(chosen, lines)
    writer.writerow([chosen.columns[field][0] for field in fields])
    for line in lines:
        writer.writerow([_cell(line, field, thousands=thousands) for field in fields])
    return target.getvalue().encode(encoding)


def statement_xlsx(lines: Sequence[StatementLine], layout: str = "generic") -> bytes:
    """The same as a workbook, money as numbers."""
    chosen = layouts().of(layout)
    kinds = {
        "day": Kind.date,
        "income": Kind.fen,
        "outcome": Kind.fen,
        "amount": Kind.fen,
        "balance": Kind.fen,
    }
    fields = _fields(chosen, lines)
    columns = tuple(
        Column(field, chosen.columns[field][0], field, kinds.get(field, Kind.text), required=False)
        for field in fields
    )
    rows = [{field: _value(line, field) for field in fields} for line in lines]
    return write_workbook([(Sheet("对账单", columns), rows)])


def _fields(layout: Layout, lines: Sequence[StatementLine]) -> list[str]:
    """Both sides where the layout has them, else one signed amount; the balance where any is known."""
    sides = ("income", "outcome") if {"income", "outcome"} <= layout.columns.keys() else ("amount",)
    balance = ("balance",) if any(line.balance_fen is not None for line in lines) else ()
    return ["day", *sides, *balance, "reference", "text", "party", "party_account"]


def _value(line: StatementLine, field: str) -> Value:
    match field:
        case "income":
            return line.amount_fen if line.amount_fen > 0 else None
        case "outcome":
            return -line.amount_fen if line.amount_fen < 0 else None
        case "amount":
            return line.amount_fen
        case "balance":
            return line.balance_fen
        case "party_account":
            return line.party_tail
        case _:
            found: Value = getattr(line, field)
            return found


def _cell(line: StatementLine, field: str, *, thousands: bool) -> str:
    value = _value(line, field)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        text = fen_text(value)
        if not thousands:
            return text
        sign, whole, cents = text[: text.startswith("-")], *text.lstrip("-").split(".")
        return f"{sign}{int(whole):,}.{cents}"
    return str(value)
