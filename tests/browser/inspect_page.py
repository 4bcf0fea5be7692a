"""What is wrong with the page a browser shows: one line a fault."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from coop.web.assets import ROOT
from tests.browser.site import NARROW, WIDE, Visit
from tests.browser.words import CHROME, chinese_left, english_left

# Check boxes without a name and lists inside select boxes stand in FAB's own screens, which only administrators see.
FAB = ("/users/", "/roles/", "/groups/", "/resetpassword", "/resetmypassword", "/userinfoeditview")
FAB_HAS = ("label", "list", "select-name", "aria-input-field-name")
AXE = """async (without) => (await axe.run(document, {
  resultTypes: ["violations"], rules: Object.fromEntries(without.map(name => [name, {enabled: false}]))})).violations
  .filter(v => ["serious", "critical"].includes(v.impact))
  .map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 160)])"""
LOOK = """(chrome) => ({
  lang: document.documentElement.lang,
  headings: document.querySelectorAll("h1").length,
  text: document.body.innerText,
  chrome: [...document.querySelectorAll(chrome)].map(e => e.innerText),
  links: [...document.querySelectorAll("a[href], [hx-get]")]
    .map(e => e.getAttribute("href") ?? e.getAttribute("hx-get")),
})"""
WIDER = """(width) => document.documentElement.scrollWidth <= width ? [] :
  [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest(".table-responsive"))
    .slice(-3).map(e => e.outerHTML.slice(0, 120))"""


@cache
def axe_script() -> str:
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")


def look(visit: Visit) -> dict[str, Any]:
    found: dict[str, Any] = visit.page.evaluate(LOOK, CHROME)
    return found


def accessibility(visit: Visit, path: str, *, without: tuple[str, ...] = ()) -> Iterator[str]:
    """What axe-core calls serious or critical; `without` are rules that were asked of this page already."""
    visit.page.evaluate(axe_script())
    skipped = (*without, *(FAB_HAS if path.startswith(FAB) else ()))
    for rule, places, html in visit.page.evaluate(AXE, skipped):
        yield f"axe {rule}, {places} times, first {html}"


def overflow(visit: Visit) -> Iterator[str]:
    """Whether a phone would have to scroll sideways."""
    visit.widen(NARROW)
    if wide := visit.page.evaluate(WIDER, NARROW):
        yield f"wider than {NARROW} px: {wide}"


def faults(visit: Visit, seen: dict[str, Any], lang: str) -> Iterator[str]:
    """Heading, language and words of the page just opened, and what the browser said."""
    if seen["headings"] != 1:
        yield f"{seen['headings']} h1"
    if seen["lang"] != {"zh": "zh-CN", "en": "en"}[lang]:
        yield f"lang {seen['lang']}"
    data = visit.site.data
    left = (
        english_left(seen["text"], seen["chrome"], data) if lang == "zh" else chinese_left(seen["text"], data)
    )
    yield from (f"in the other language: {words}" for words in left)
    yield from (f"console: {line}" for line in visit.complaints)
    yield from (f"asked elsewhere: {url}" for url in visit.elsewhere)
    visit.complaints.clear()
    visit.elsewhere.clear()


__all__ = ["NARROW", "WIDE", "accessibility", "faults", "look", "overflow"]
