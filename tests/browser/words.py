"""Which words of a page stand in the wrong language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from coop.kernel.actor import Role
from coop.web.i18n import extracted
from tests.browser.site import HAN

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
# Chinese that belongs on English pages: the language switch, the certificates' statutory names beside their
# translation, numbers of statutory forms and circulars, and amounts in capitals.
ALLOWED = re.compile(
    r"中文|承诺达标合格证|动物检疫证明|会农.{1,2}\d\d表|会.{1,3}\d\d表|财.〔\d+〕\d+号|[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整负圆]{2,}"
)
CHROME = "th, label, button, nav a, h1, h2, h3, dt, summary, legend, caption, option"
# FAB's own screens show the names under which the roles are stored.
NAMES = frozenset(str(role) for role in Role)


@cache
def messages() -> frozenset[str]:
    """Every marked string of the program."""
    found = (message for _subject, _file, message in extracted())
    return frozenset(text for m in found for text in ((m,) if isinstance(m, str) else m))


@cache
def phrases() -> tuple[str, ...]:
    """Pieces of English sentences of the program, two words and more, that no Chinese page may show."""
    pieces = {piece.strip(" .,:;()") for text in messages() for piece in PLACEHOLDER.split(text)}
    return tuple(sorted((p for p in pieces if len(p.split()) > 1 and len(p) > 5), key=len, reverse=True))


@cache
def single_words() -> frozenset[str]:
    """English words that are whole texts of the program: `Orders`, `Publish`."""
    return frozenset(text for text in messages() if re.fullmatch(r"[A-Za-z]{3,}", text)) - NAMES


def english_left(text: str, chrome: list[str], data: str) -> Iterator[str]:
    """What a Chinese page still says in English, beside summaries that are stored in both languages."""
    flat = re.sub(r"\s+", " ", text)
    for phrase in phrases():
        if phrase in flat and phrase not in data:
            flat = flat.replace(phrase, "¶")
            yield phrase
    yield from sorted(single_words().intersection(piece.strip() for piece in chrome))


def chinese_left(text: str, data: str) -> Iterator[str]:
    """What an English page says in Chinese, beside names and notes from the rows."""
    for run in dict.fromkeys(HAN.findall(ALLOWED.sub(" ", text))):
        if run not in data:
            yield run
