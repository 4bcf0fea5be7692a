"""Pure decisions of the purchase: the ticket's figures, their working in words, lots."""

from coop.procurement.rules.lots import (
    Drawn,
    ShortStockError,
    Stock,
    check_character,
    draw,
    lot_code,
)
from coop.procurement.rules.ticket import (
    GradePrice,
    NothingToPayError,
    PricedLine,
    Quality,
    WeighEntry,
    WeighLine,
    priced_line,
    weight_faults,
)
from coop.procurement.rules.working import (
    amount_working,
    price_working,
    weight_working,
)

__all__ = [
    "Drawn",
    "GradePrice",
    "NothingToPayError",
    "PricedLine",
    "Quality",
    "ShortStockError",
    "Stock",
    "WeighEntry",
    "WeighLine",
    "amount_working",
    "check_character",
    "draw",
    "lot_code",
    "price_working",
    "priced_line",
    "weight_faults",
    "weight_working",
]
