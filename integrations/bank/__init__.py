"""Statements of a bank account: read from CSV or xlsx as banks hand them out, exact to the fen.

The headings of each bank are data (`layouts.toml`). Holds no book and no account of ours.
"""

from integrations.bank.layouts import Layout, layouts
from integrations.bank.reading import read_statement
from integrations.bank.values import Statement, StatementLine
from integrations.bank.writing import statement_csv, statement_xlsx

__all__ = [
    "Layout",
    "Statement",
    "StatementLine",
    "layouts",
    "read_statement",
    "statement_csv",
    "statement_xlsx",
]
