"""The calculation of one household's share in plain words, Chinese and English, with its own numbers."""

from __future__ import annotations

from fractions import Fraction

from ledger.money import fen_text


def yuan(fen: int) -> str:
    """Yuan as a villager reads it.

    >>> yuan(2100000), yuan(-5)
    ('21,000.00', '-0.05')
    """
    whole, _, rest = fen_text(abs(fen)).partition(".")
    return f"{'-' if fen < 0 else ''}{int(whole):,}.{rest}"


def exact_yuan(fen: Fraction) -> str:
    """A share before rounding: exact to the fen, or four decimals and what follows.

    >>> exact_yuan(Fraction(93750)), exact_yuan(Fraction(11600000 * 5, 612))
    ('937.50', '947.7124…')
    """
    if fen.denominator == 1:
        return yuan(fen.numerator)
    parts = int(fen * 100)  # 1/100 fen, cut off
    return f"{parts // 10000:,}.{parts % 10000:04d}…"


def sharing(
    head: tuple[str, str], every: tuple[str, str], pool: tuple[str, str], exact: Fraction, fen: int
) -> tuple[str, str]:
    """`own ÷ all × pool = share`, and what became of the part of a fen.

    >>> own, every, pool = ("你家 5 股", ""), ("全村 112 股", ""), ("可分 21,000.00 元", "")
    >>> sharing(own, every, pool, Fraction(93750), 93750)[0]
    '你家 5 股 ÷ 全村 112 股 × 可分 21,000.00 元 = 937.50 元'
    """
    zh = f"{head[0]} ÷ {every[0]} × {pool[0]} = {exact_yuan(exact)} 元"
    en = f"{head[1]} ÷ {every[1]} × {pool[1]} = {exact_yuan(exact)} yuan"
    if exact.denominator == 1:
        return zh, en
    if fen > exact:
        return (
            f"{zh}，零头较大，进 1 分，得 {yuan(fen)} 元",
            f"{en}; among the largest remainders, so one fen more: {yuan(fen)} yuan",
        )
    return (
        f"{zh}，不足 1 分的零头舍去，得 {yuan(fen)} 元",
        f"{en}; the part of a fen is dropped: {yuan(fen)} yuan",
    )
