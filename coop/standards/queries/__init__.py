"""Reads of the standards."""

from coop.standards.queries.reads import (
    price_history,
    price_on,
    price_page,
    price_table,
    product,
    products,
    terms_history,
    terms_on,
)
from coop.standards.queries.values import Grade, NoPriceError, PriceLine, PricePage, Product, Terms, TermsLine

__all__ = [
    "Grade",
    "NoPriceError",
    "PriceLine",
    "PricePage",
    "Product",
    "Terms",
    "TermsLine",
    "price_history",
    "price_on",
    "price_page",
    "price_table",
    "product",
    "products",
    "terms_history",
    "terms_on",
]
