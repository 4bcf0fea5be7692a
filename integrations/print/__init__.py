"""Paper: statements, account books, notes and vouchers as PDF in official layout, set by typst.

Holds no book and no entity: what a form says, the caller's `Document` or `Slips` says. Fonts are the caller's too.
"""

from integrations.print.typesetting import Fonts, FontsMissingError, document_pdf, pictures, slips_pdf
from integrations.print.values import (
    A4_TWO_UP,
    A5_WIDE,
    SLIP,
    Carry,
    Column,
    Document,
    Form,
    Kind,
    Line,
    Look,
    Notes,
    Paper,
    Section,
    Slip,
    Slips,
)

__all__ = [
    "A4_TWO_UP", "A5_WIDE", "SLIP", "Carry", "Column", "Document", "Fonts", "FontsMissingError", "Form", "Kind",
    "Line", "Look", "Notes", "Paper", "Section", "Slip", "Slips", "document_pdf", "pictures", "slips_pdf",
]  # fmt: skip
