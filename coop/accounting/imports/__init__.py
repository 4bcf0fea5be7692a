"""Files into the books: opening balances, vouchers from a sheet, whole beancount files."""

from coop.accounting.imports.opening import (
    OPENING,
    OpeningFile,
    opening_template,
    read_opening,
    write_opening,
)

__all__ = ["OPENING", "OpeningFile", "opening_template", "read_opening", "write_opening"]
