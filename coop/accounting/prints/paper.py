"""What every print shares: the fonts that come with the web assets, the seal at the foot, who signs."""

from __future__ import annotations

from coop.web.assets import VENDOR
from integrations.print import Fonts
from ledger.seal import Head

FONTS = Fonts(VENDOR / "fonts" / "NotoSansSC-Regular.ttf", VENDOR / "fonts" / "NotoSansSC-Bold.ttf")


def seal_line(head: Head, lang: str) -> str:
    """The foot of a page: how many vouchers the book held and the beginning of its seal.

    >>> seal_line(Head("TYP-RCEO", 12, "ab" * 32), "zh")
    '账簿封存 TYP-RCEO #12 abababab abababab'
    """
    entity, number, *groups = str(head).split(" ")
    word = "Seal of the book" if lang == "en" else "账簿封存"
    return " ".join((word, entity, number, *groups[:2]))


def prepared_by(name: str, lang: str) -> str:
    """编制单位."""
    return f"Prepared by: {name}" if lang == "en" else f"编制单位：{name}"


def unit_line(word: str, lang: str) -> str:
    """单位：元."""
    return f"Unit: {word}" if lang == "en" else f"单位：{word}"


def colon(words: tuple[str, ...], lang: str) -> tuple[str, ...]:
    """Hands with room to sign."""
    return tuple(f"{word}{':' if lang == 'en' else '：'}" for word in words)
