"""Statements, account books and vouchers as files: workbooks and PDF. Takes values and sessions, renders no page."""

from coop.accounting.prints.statements import statements_document, statements_file, statements_pdf
from coop.accounting.prints.tables import FILES, table_document, table_file
from coop.accounting.prints.vouchers import PAPERS, slips_of, vouchers_name, vouchers_pdf

__all__ = [
    "FILES",
    "PAPERS",
    "slips_of",
    "statements_document",
    "statements_file",
    "statements_pdf",
    "table_document",
    "table_file",
    "vouchers_name",
    "vouchers_pdf",
]
