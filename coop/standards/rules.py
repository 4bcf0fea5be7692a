"""How a weighed sack becomes a settlement weight and an amount. Pure; integers only.

Shares of weight are basis points: 1300 is 13.00 %.
"""

from __future__ import annotations

from coop.kernel.errors import CoopError
from coop.kernel.units import Unit, decimal_text
from ledger.money import amount_fen, round_half_up

WHOLE_BP = 10_000
PRINTED_PRECISION_G = 10


class TooMoistError(CoopError):
    """Goods above the refusal limit are not bought: they would spoil the lot they join."""

    def __init__(self, found_bp: int, limit_bp: int) -> None:
        self.found_bp, self.limit_bp = found_bp, limit_bp
        found, limit, over = (decimal_text(n, 2) for n in (found_bp, limit_bp, found_bp - limit_bp))
        super().__init__(
            zh=f"水分 {found} % 超过拒收线 {limit} %，高出 {over} 个百分点",
            en=f"moisture {found} % is above the limit of {limit} %, by {over} points",
        )


class ShareOfWeightError(CoopError):
    """A moisture or impurity that is no share of the weight."""

    def __init__(self, zh: str, en: str, found_bp: int) -> None:
        found = decimal_text(found_bp, 2)
        super().__init__(
            zh=f"{zh}应在 0 到 100 % 之间，实为 {found} %", en=f"{en} must be 0 to 100 %, found {found} %"
        )


class NegativeWeightError(CoopError):
    def __init__(self, found_g: int) -> None:
        super().__init__(
            zh=f"净重不能为负，实为 {found_g} 克", en=f"a net weight cannot be negative, found {found_g} g"
        )


def settle_weight(
    net_g: int,
    *,
    moisture_bp: int,
    moisture_std_bp: int,
    moisture_max_bp: int,
    impurity_bp: int = 0,
    impurity_std_bp: int = 0,
    precision_g: int = PRINTED_PRECISION_G,
) -> int:
    """The weight that is paid, in grams: net weight at standard moisture, less impurity above standard.

    settle = net × (100 − M) / (100 − M_std) where M > M_std (drier goods earn no bonus), × (1 − (I − I_std))
    where I > I_std; rounded half-up once, to the printed precision, so that printed figures multiply.
    Raises TooMoistError above `moisture_max_bp`.

    50 kg at 15 % moisture (standard 13) and 1.5 % impurity (standard 1): 50 × 85/87 × 0.995 = 48.6063… kg:

    >>> settle_weight(50_000, moisture_bp=1500, moisture_std_bp=1300, moisture_max_bp=1800,
    ...               impurity_bp=150, impurity_std_bp=100)
    48610
    >>> settle_weight(50_004, moisture_bp=1100, moisture_std_bp=1300, moisture_max_bp=1800)
    50000
    """
    if net_g < 0:
        raise NegativeWeightError(net_g)
    for share, zh, en in ((moisture_bp, "水分", "moisture"), (impurity_bp, "杂质", "impurity")):
        if not 0 <= share <= WHOLE_BP:
            raise ShareOfWeightError(zh, en, share)
    if moisture_bp > moisture_max_bp:
        raise TooMoistError(moisture_bp, moisture_max_bp)
    numerator, denominator = net_g, precision_g
    if moisture_bp > moisture_std_bp:
        numerator, denominator = (
            numerator * (WHOLE_BP - moisture_bp),
            denominator * (WHOLE_BP - moisture_std_bp),
        )
    if impurity_bp > impurity_std_bp:
        numerator, denominator = (
            numerator * (WHOLE_BP - impurity_bp + impurity_std_bp),
            denominator * WHOLE_BP,
        )
    return round_half_up(numerator, denominator) * precision_g


def paid_price(price: int, floor: int) -> int:
    """The unit price that holds: the higher of the day's price and the floor (保底价), in 1/10000 yuan.

    >>> paid_price(680_000, 720_000), paid_price(850_000, 720_000)
    (720000, 850000)
    """
    return max(price, floor)


def line_amount(quantity: int, price: int, unit: Unit = Unit.gram) -> int:
    """Fen for a printed quantity (gram or head) at a unit price (1/10000 yuan per kg or head), rounded once.

    48.61 kg at 72 yuan are 3,499.92 yuan:

    >>> line_amount(48_610, 720_000)
    349992
    >>> line_amount(3, 600_000, Unit.head)
    18000
    """
    return amount_fen(quantity, price, per=unit.per_price)
