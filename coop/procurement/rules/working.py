"""How a slip's figures came about, in words and with the household's own numbers. Pure."""

from __future__ import annotations

from coop.kernel.units import decimal_text, jin_text, kg_text, price_text
from coop.procurement.rules.deductions import Deductions
from coop.procurement.rules.heads import Live, average_g
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


def heads_working(heads: int, live: Live) -> tuple[str, str]:
    """So many heads of a grade, and what one of them may weigh on average.

    >>> heads_working(50, Live(2000, 2600))
    ('50 只，平均活重须在 2 到 2.6 公斤之间', '50 head, average live weight to be 2 to 2.6 kg')
    """
    if not live.most_g:
        return f"{heads} 只", f"{heads} head"
    least, most = kg_text(live.least_g), kg_text(live.most_g)
    return (
        f"{heads} 只，平均活重须在 {least} 到 {most} 公斤之间",
        f"{heads} head, average live weight to be {least} to {most} kg",
    )


def head_price_working(price: GradePrice) -> tuple[str, str]:
    """Which of the day's price and the floor was paid, in yuan per head.

    >>> head_price_working(GradePrice(660_000, 600_000))[0]
    '当日收购价 66 元/只，不低于保底价 60 元/只，按 66 元/只'
    """
    table, floor, paid = price_text(price.table_price), price_text(price.floor), price_text(price.paid)
    if price.table_price >= price.floor:
        return (
            f"当日收购价 {table} 元/只，不低于保底价 {floor} 元/只，按 {paid} 元/只",
            f"day's price {table} yuan/head, not below the floor of {floor} yuan/head: {paid} yuan/head is paid",
        )
    return (
        f"当日收购价 {table} 元/只，低于保底价 {floor} 元/只，按保底价 {paid} 元/只",
        f"day's price {table} yuan/head, below the floor of {floor} yuan/head: {paid} yuan/head is paid",
    )


def head_amount_working(heads: int, price: int, amount_fen: int) -> tuple[str, str]:
    """Heads by printed price.

    >>> head_amount_working(50, 660_000, 330_000)
    ('50 只 × 66 元/只 = 3300.00 元', '50 head × 66 yuan/head = 3300.00 yuan')
    """
    each, total = price_text(price), fen_text(amount_fen)
    return f"{heads} 只 × {each} 元/只 = {total} 元", f"{heads} head × {each} yuan/head = {total} yuan"


def live_working(net_g: int, heads: int) -> tuple[str, str]:
    """What the heads weighed together, and one of them on average.

    >>> live_working(105_000, 50)
    ('活重 105 公斤 ÷ 50 只 = 平均每只 2.1 公斤', 'live weight 105 kg ÷ 50 head = 2.1 kg a head on average')
    """
    total, each = kg_text(net_g), kg_text(average_g(net_g, heads))
    return (
        f"活重 {total} 公斤 ÷ {heads} 只 = 平均每只 {each} 公斤",
        f"live weight {total} kg ÷ {heads} head = {each} kg a head on average",
    )


def fee_working(cut: Deductions) -> tuple[str, str]:
    """The fee, as anyone can repeat it.

    >>> from coop.procurement.rules.deductions import deduct
    >>> fee_working(deduct(360_025, fee_bp=300, set_off_bp=5_000, due_fen=200_000))[0]
    '代办费 3600.25 元 × 3 % = 108.01 元'
    """
    amount, share, fee = fen_text(cut.amount_fen), decimal_text(cut.fee_bp, 2), fen_text(cut.fee_fen)
    return f"代办费 {amount} 元 × {share} % = {fee} 元", f"fee {amount} yuan × {share} % = {fee} yuan"


def set_off_working(cut: Deductions) -> tuple[str, str]:
    """What is set off against inputs on credit, why so much, and what is owed after it.

    >>> from coop.procurement.rules.deductions import deduct
    >>> set_off_working(deduct(360_025, fee_bp=300, set_off_bp=5_000, due_fen=200_000))[0]
    '农资欠款 2000.00 元，至多抵扣 3492.24 元的 50 %，抵扣 1746.12 元，抵扣后尚欠 253.88 元'
    """
    before, after = fen_text(cut.due_before_fen), fen_text(cut.due_after_fen)
    share, part = decimal_text(cut.set_off_bp, 2), fen_text(cut.set_off_fen)
    rest = fen_text(cut.amount_fen - cut.fee_fen)
    return (
        f"农资欠款 {before} 元，至多抵扣 {rest} 元的 {share} %，抵扣 {part} 元，抵扣后尚欠 {after} 元",
        (
            f"{before} yuan owed for inputs, at most {share} % of {rest} yuan is set off: {part} yuan; "
            f"{after} yuan owed after it"
        ),
    )


def payable_working(cut: Deductions) -> tuple[str, str]:
    """What is left to be paid.

    >>> from coop.procurement.rules.deductions import deduct
    >>> payable_working(deduct(360_025, fee_bp=300, set_off_bp=5_000, due_fen=200_000))[1]
    '3600.25 − 108.01 fee − 1746.12 set off = 1746.12 yuan to be paid'
    """
    amount, fee = fen_text(cut.amount_fen), fen_text(cut.fee_fen)
    part, left = fen_text(cut.set_off_fen), fen_text(cut.payable_fen)
    return (
        f"{amount} − 代办费 {fee} − 抵扣 {part} = 应付 {left} 元",
        f"{amount} − {fee} fee − {part} set off = {left} yuan to be paid",
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
