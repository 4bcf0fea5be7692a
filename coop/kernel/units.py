"""Units of quantity and how they read. Integers inside (gram, head, square metre), kg, 斤 and mu on paper."""

from __future__ import annotations

from enum import StrEnum

GRAMS_PER_KG = 1000
GRAMS_PER_JIN = 500
# 1 mu is 2000/3 m2, so mu are shown, never stored.
MU_NUMERATOR, MU_DENOMINATOR = 3, 2000


class Unit(StrEnum):
    """A product's base unit."""

    gram = "gram"
    head = "head"

    @property
    def per_price(self) -> int:
        """Base units in the unit a price speaks of: prices are per kg or per head."""
        return GRAMS_PER_KG if self is Unit.gram else 1


def decimal_text(value: int, places: int) -> str:
    """An integer of 10^-places units as plain decimal text without trailing zeros beyond need.

    >>> decimal_text(1234500, 3), decimal_text(-5, 3), decimal_text(12000, 3)
    ('1234.5', '-0.005', '12')
    """
    sign, digits = ("-" if value < 0 else ""), f"{abs(value):0{places + 1}d}"
    whole, rest = digits[:-places], digits[-places:].rstrip("0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def kg_text(grams: int) -> str:
    """Grams in kilograms, exact.

    >>> kg_text(12340)
    '12.34'
    """
    return decimal_text(grams, 3)


def jin_text(grams: int) -> str:
    """斤, 500 g each: exact, since a gram is 0.002 斤.

    >>> jin_text(12340)
    '24.68'
    """
    return decimal_text(grams * 2, 3)


def price_text(price: int) -> str:
    """A unit price (1/10000 yuan per kg or head) in yuan.

    >>> price_text(720000), price_text(685050)
    ('72', '68.505')
    """
    return decimal_text(price, 4)
