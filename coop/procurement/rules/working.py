"""How a slip's figures came about, in words and with the household's own numbers. Pure."""

from __future__ import annotations

from coop.kernel.units import decimal_text, jin_text, kg_text, price_text
from coop.procurement.rules.ticket import GradePrice, Quality
from ledger.money import fen_text


def weight_working(net_g: int, settle_g: int, quality: Quality) -> tuple[str, str]:
    """How a net weight became the settlement weight, with the household's own numbers, in kg and 斤.

    >>> zh, en = weight_working(50_000, 48_850, Quality(1500, 1300, 1800, 0, 100))
    >>> zh
    '净重 50 公斤(100 斤) × (100 − 15) ÷ (100 − 13) = 48.85 公斤(97.7 斤)'
    >>> weight_working(50_000, 50_000, Quality(1200, 1300, 1800, 50, 100))[1]
    'net 50 kg (100 jin), moisture and impurity within the standard = 50 kg (100 jin)'
    """
    zh, en = (
        f"净重 {kg_text(net_g)} 公斤({jin_text(net_g)} 斤)",
        f"net {kg_text(net_g)} kg ({jin_text(net_g)} jin)",
    )
    factors = ""
    if quality.moisture_bp > quality.moisture_std_bp:
        measured, allowed = decimal_text(quality.moisture_bp, 2), decimal_text(quality.moisture_std_bp, 2)
        factors += f" × (100 − {measured}) ÷ (100 − {allowed})"
    if quality.impurity_bp > quality.impurity_std_bp:
        measured, allowed = decimal_text(quality.impurity_bp, 2), decimal_text(quality.impurity_std_bp, 2)
        factors += f" × (100 − ({measured} − {allowed})) ÷ 100"
    within_zh, within_en = (
        ("", "") if factors else (",水分杂质达标，不扣重", ", moisture and impurity within the standard")
    )
    return (
        f"{zh}{factors}{within_zh} = {kg_text(settle_g)} 公斤({jin_text(settle_g)} 斤)",
        f"{en}{factors}{within_en} = {kg_text(settle_g)} kg ({jin_text(settle_g)} jin)",
    )


def price_working(price: GradePrice) -> tuple[str, str]:
    """Which of the day's price and the floor was paid, in yuan per kg and per 斤 (half of it).

    >>> price_working(GradePrice(737_000, 720_000))[0]
    '当日收购价 73.7 元/公斤，不低于保底价 72 元/公斤，按 73.7 元/公斤(36.85 元/斤)'
    >>> price_working(GradePrice(700_000, 720_000))[1]
    "day's price 70 yuan/kg, below the floor of 72 yuan/kg: the floor of 72 yuan/kg (36 yuan/jin) is paid"
    """
    table, floor, paid = price_text(price.table_price), price_text(price.floor), price_text(price.paid)
    jin = decimal_text(price.paid * 5, 5)  # half a price, exactly: an odd price has a fifth decimal
    if price.table_price >= price.floor:
        return (
            f"当日收购价 {table} 元/公斤，不低于保底价 {floor} 元/公斤，按 {paid} 元/公斤({jin} 元/斤)",
            (
                f"day's price {table} yuan/kg, not below the floor of {floor} yuan/kg: "
                f"{paid} yuan/kg ({jin} yuan/jin) is paid"
            ),
        )
    return (
        f"当日收购价 {table} 元/公斤，低于保底价 {floor} 元/公斤，按保底价 {paid} 元/公斤({jin} 元/斤)",
        (
            f"day's price {table} yuan/kg, below the floor of {floor} yuan/kg: "
            f"the floor of {paid} yuan/kg ({jin} yuan/jin) is paid"
        ),
    )


def amount_working(settle_g: int, price: int, amount_fen: int) -> tuple[str, str]:
    """The multiplication anyone can repeat: printed weight by printed price.

    >>> amount_working(48_850, 737_000, 360025)[0]
    '48.85 公斤 × 73.7 元/公斤 = 3600.25 元'
    """
    kg, each, total = kg_text(settle_g), price_text(price), fen_text(amount_fen)
    return f"{kg} 公斤 × {each} 元/公斤 = {total} 元", f"{kg} kg × {each} yuan/kg = {total} yuan"
