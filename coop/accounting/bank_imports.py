"""A bank's file into the statement the desk takes."""

from __future__ import annotations

from coop.accounting.rules.bank import BankEntry, BankStatement
from integrations.bank import layouts, read_statement
from ledger.errors import Fault


def read_bank_statement(data: bytes, layout: str = "") -> tuple[BankStatement, tuple[Fault, ...]]:
    """The statement and what is odd in it. Raises InputError with every fault of the file, by row and column."""
    found = read_statement(data, layout)
    entries = tuple(
        BankEntry(
            row=line.row,
            day=line.day,
            amount_fen=line.amount_fen,
            balance_fen=line.balance_fen,
            reference=line.reference,
            text=line.text,
            party=line.party,
            party_tail=line.party_tail,
        )
        for line in found.lines
    )
    statement = BankStatement(found.digest, found.layout, entries, found.opening_fen, found.closing_fen)
    return statement, found.notices


def layout_names() -> list[tuple[str, str, str]]:
    """Code and names of the layouts there are."""
    return [(layout.code, layout.name, layout.name_en) for layout in layouts().layouts]
