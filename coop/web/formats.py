"""How figures read on a page: pure functions from the house's integers to text, used as Jinja filters.

No float anywhere: an amount that is shown is the amount that is stored.
"""

from __future__ import annotations

from datetime import date, datetime

from coop.kernel.clock import SHANGHAI
from coop.kernel.units import MU_DENOMINATOR, MU_NUMERATOR, decimal_text

NOTHING = "—"


def _grouped(text: str) -> str:
    """Decimal text with thousands separators.

    >>> _grouped("-1234567.5")
    '-1,234,567.5'
    """
    sign, body = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, dot, rest = body.partition(".")
    return f"{sign}{int(whole):,}{dot}{rest}"


def yuan(fen: int | None) -> str:
    """Fen as yuan with separators and always two decimals.

    >>> yuan(123450), yuan(-5), yuan(None)
    ('1,234.50', '-0.05', '—')
    """
    if fen is None:
        return NOTHING
    sign, whole, rest = "-" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100
    return f"{sign}{whole:,}.{rest:02d}"


def kg(grams: int | None) -> str:
    """Grams as kilograms.

    >>> kg(1234500), kg(0)
    ('1,234.5', '0')
    """
    return NOTHING if grams is None else _grouped(decimal_text(grams, 3))


def jin(grams: int | None) -> str:
    """斤 of 500 g each.

    >>> jin(1234500)
    '2,469'
    """
    return NOTHING if grams is None else _grouped(decimal_text(grams * 2, 3))


def mu(square_metres: int | None) -> str:
    """Mu (亩) to two decimals, half up: 1 mu is 2000/3 m2, so this is for reading only.

    >>> mu(2000), mu(667)
    ('3', '1')
    """
    if square_metres is None:
        return NOTHING
    hundredths = (2 * abs(square_metres) * MU_NUMERATOR * 100 + MU_DENOMINATOR) // (2 * MU_DENOMINATOR)
    return _grouped(decimal_text(-hundredths if square_metres < 0 else hundredths, 2))


def price(value: int | None) -> str:
    """A unit price (1/10000 yuan per kg or head) in yuan: two decimals, more only where they are needed.

    >>> price(720000), price(685050), price(123)
    ('72.00', '68.505', '0.0123')
    """
    if value is None:
        return NOTHING
    whole, _, rest = decimal_text(value, 4).partition(".")
    return f"{_grouped(whole) if whole not in ('-0', '0') else whole}.{rest.ljust(2, '0')}"


def quantity(value: int | None, unit: str = "gram") -> str:
    """A quantity in its product's base unit as a bare number: kg for grams, heads as they are.

    >>> quantity(2500), quantity(12, "head")
    ('2.5', '12')
    """
    if value is None:
        return NOTHING
    return kg(value) if unit == "gram" else f"{value:,}"


def tonnes(grams: int | None) -> str:
    """Grams as tonnes.

    >>> tonnes(12_500_000)
    '12.5'
    """
    return NOTHING if grams is None else _grouped(decimal_text(grams, 6))


def day(value: date | None) -> str:
    """A business day.

    >>> day(date(2025, 3, 9))
    '2025-03-09'
    """
    return NOTHING if value is None else value.isoformat()


def instant(value: datetime | None) -> str:
    """An aware instant on the village's clock.

    >>> from datetime import UTC
    >>> instant(datetime(2025, 12, 31, 16, 30, tzinfo=UTC))
    '2026-01-01 00:30'
    """
    return NOTHING if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def number(value: int | None) -> str:
    """A count with separators.

    >>> number(1234567)
    '1,234,567'
    """
    return NOTHING if value is None else f"{value:,}"


def percent(parts_per_10000: int | None) -> str:
    """A share given in 1/10000.

    >>> percent(9850)
    '98.5%'
    """
    return NOTHING if parts_per_10000 is None else f"{decimal_text(parts_per_10000, 2)}%"


FILTERS = {
    "yuan": yuan,
    "kg": kg,
    "jin": jin,
    "mu": mu,
    "price": price,
    "quantity": quantity,
    "tonnes": tonnes,
    "day": day,
    "instant": instant,
    "number": number,
    "percent": percent,
}
