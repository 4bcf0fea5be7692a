"""Pure decisions of the purchase: the ticket's figures, what is kept of them, their working in words, lots."""

from coop.procurement.rules.deductions import Deductions, deduct
from coop.procurement.rules.heads import Live, head_faults, priced_heads
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
    sheet_digest,
    weight_faults,
)
from coop.procurement.rules.working import (
    amount_working,
    fee_working,
    head_amount_working,
    head_price_working,
    heads_working,
    live_working,
    payable_working,
    price_working,
    set_off_working,
    weight_working,
)

__all__ = [
    "Deductions",
    "Drawn",
    "GradePrice",
    "Live",
    "NothingToPayError",
    "PricedLine",
    "Quality",
    "ShortStockError",
    "Stock",
    "WeighEntry",
    "WeighLine",
    "amount_working",
    "check_character",
    "deduct",
    "draw",
    "fee_working",
    "head_amount_working",
    "head_faults",
    "head_price_working",
    "heads_working",
    "live_working",
    "lot_code",
    "payable_working",
    "price_working",
    "priced_heads",
    "priced_line",
    "set_off_working",
    "sheet_digest",
    "weight_faults",
    "weight_working",
]
