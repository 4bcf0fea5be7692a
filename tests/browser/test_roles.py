"""Every role walks through all pages its menu and their links lead to, wide and on a phone, in both languages."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser

from tests.browser.inspect_page import WIDE, accessibility, faults, look, overflow
from tests.browser.site import Site, Visit

pytestmark = pytest.mark.browser
# login -> its start page, the fewest kinds of page it must be led to
ROLES = {
    "manager": ("/", 12),
    "enterprise": ("/", 4),
    "accountant": ("/", 12),
    "checker": ("/", 8),
    "clerk": ("/", 8),
    "supervisor": ("/", 8),
    "H0001": ("/household/", 3),
    "county": ("/", 3),
    "admin": ("/", 2),
}
PAGES, OF_A_KIND, LINKS, ENGLISH = 60, 2, 120, 14
# axe is slow, and a kind of page is built alike for all: so many times a kind for each width in one process
AXE_WIDE, AXE_PHONE = 2, 1
EXAMINED: Counter[str] = Counter()
NOT_WALKED = ("/locale/", "/logout", "/static/", "/back", "/lang/")


def kind(path: str) -> str:
    """Pages of one kind differ in their numbers and in the values they are asked with."""
    place, _, asked = path.partition("?")
    names = sorted(re.findall(r"(\w+)=", asked))
    return re.sub(r"\d+|(?<=/accounts/)[^/]+|TYP-\w+", "#", place) + ("?" + "&".join(names) if names else "")


@dataclass
class Walk:
    """Breadth first: a few pages of each kind are looked at, every link that was shown is asked for."""

    visit: Visit
    seen: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def take(self, links: list[str], queue: deque[str]) -> None:
        for link in links:
            path = link.removeprefix(self.visit.site.url).partition("#")[0]
            if not path.startswith("/") or path.startswith(NOT_WALKED) or path in self.seen:
                continue
            self.seen.add(path)
            queue.append(path)

    def go(self, start: str) -> None:
        queue: deque[str] = deque([start])
        self.seen.add(start)
        rest: list[str] = []
        while queue:
            path = queue.popleft()
            if self.kinds[kind(path)] >= OF_A_KIND or len(self.shown) >= PAGES:
                rest.append(path)
            elif (links := self.look_at(path)) is not None:
                self.take(links, queue)
        for path in rest[:LINKS]:
            if (status := self.visit.status(path)) >= 400:
                self.wrong.append(f"{path}: {status}")

    def look_at(self, path: str) -> list[str] | None:
        """Note what is wrong with a page; its links, or None where the link led to a file."""
        sort = kind(path)
        self.kinds[sort] += 1
        self.visit.widen(WIDE)
        if path.endswith((".xlsx", ".beancount", ".json", ".csv", ".zip")):
            if (status := self.visit.status(path)) >= 400:
                self.wrong.append(f"{path}: {status}")
            return None
        if (status := self.visit.open(path)) >= 400:
            self.wrong.append(f"{path}: {status}")
            self.visit.complaints.clear()
            return None
        self.shown.append(path)
        page = look(self.visit)
        self.note(path, faults(self.visit, page, "zh"))
        if self.kinds[sort] == 1 and EXAMINED[sort] < AXE_WIDE:
            self.note(path, accessibility(self.visit))
        self.note(path, overflow(self.visit))
        if self.kinds[sort] == 1 and EXAMINED[sort] < AXE_PHONE:
            self.note(f"{path} on a phone", accessibility(self.visit))
        EXAMINED[sort] += self.kinds[sort] == 1
        return [str(link) for link in page["links"]]

    def note(self, path: str, found: Iterator[str]) -> None:
        """Each fault once, at the first page that had it: the menu's are on every page."""
        for fault in found:
            if fault not in self.told:
                self.told.add(fault)
                self.wrong.append(f"{path}: {fault}")

    def in_english(self) -> None:
        """One page of each kind again."""
        again = {kind(path): path for path in reversed(self.shown)}
        self.visit.speak("en")
        self.visit.widen(WIDE)
        for path in list(again.values())[-ENGLISH:]:
            if (status := self.visit.open(path)) >= 400:
                self.wrong.append(f"{path} in English: {status}")
            self.note(f"{path} in English", faults(self.visit, look(self.visit), "en"))


@pytest.mark.parametrize("login", ROLES)
def test_a_role_walks_its_pages(site: Site, browser: Browser, login: str) -> None:
    home, least = ROLES[login]
    with site.entered(browser, login) as visit:
        assert visit.page.url == site.url + home
        walk = Walk(visit)
        walk.go(home)
        walk.in_english()
    assert walk.wrong == [], "\n".join(["", *walk.wrong])
    assert len(walk.kinds) >= least, sorted(walk.kinds)
    assert "Traceback" not in site.log.read_text(), site.log
