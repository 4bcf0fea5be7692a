"""Which words of a page stand in the wrong language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from coop.web.i18n import extracted
from tests.browser.site import HAN

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
# Chinese that belongs on English pages: the language switch, the unit beside kilograms, and amounts in capitals.
ALLOWED = re.compile(r"中文|[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整负圆]{2,}|四位")
CHROME = "th, label, button, nav a, h1, h2, h3, dt, summary, legend, caption, option"


@cache
def phrases() -> tuple[str, ...]:
    """Pieces of English sentences of the program, two words and more, that no Chinese page may show."""
    pieces: set[str] = set()
    for _subject, _file, message in extracted():
        for text in (message,) if isinstance(message, str) else message:
            pieces.update(piece.strip(" .,:;()") for piece in PLACEHOLDER.split(text))
    return tuple(sorted((p for p in pieces if len(p.split()) > 1 and len(p) > 5), key=len, reverse=True))


@cache
def single_words() -> frozenset[str]:
    """English words that are whole texts of the program: `Orders`, `Publish`."""
    return frozenset(m for _, _, m in extracted() if isinstance(m, str) and re.fullmatch(r"[A-Za-z]{3,}", m))


def english_left(text: str, chrome: list[str]) -> Iterator[str]:
    """What a Chinese page still says in English."""
    flat = re.sub(r"\s+", " ", text)
    for phrase in phrases():
        if phrase in flat:
            flat = flat.replace(phrase, "¶")
            yield phrase
    yield from sorted(single_words().intersection(piece.strip() for piece in chrome))


def chinese_left(text: str, data: str) -> Iterator[str]:
    """What an English page says in Chinese, beside names and notes from the rows."""
    for run in dict.fromkeys(HAN.findall(ALLOWED.sub(" ", text))):
        if run not in data:
            yield run
