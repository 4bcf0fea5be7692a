"""Every role walks through all pages its menu and their links lead to, wide and on a phone, in both languages."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser

from tests.browser.inspect_page import WIDE, accessibility, faults, look, overflow
from tests.browser.site import Site, Visit

pytestmark = [pytest.mark.browser, pytest.mark.long]  # minutes, behind `make test-long`
# login -> its start page, the fewest kinds of page it must be led to
ROLES = {
    "manager": ("/", 25),
    "enterprise": ("/", 6),
    "accountant": ("/", 25),
    "checker": ("/", 25),
    "clerk": ("/", 15),
    "supervisor": ("/", 25),
    "H0001": ("/household/", 3),
    "county": ("/", 15),
    "admin": ("/", 5),
}
# A walk shows so many pages, and asks for so many more of each kind.
PAGES, MORE_OF_A_KIND = 60, 3
# A kind of page is built alike for all who see it, and axe is slow: so many times a kind in one process.
AXE_TIMES = 1
EXAMINED: Counter[str] = Counter()
READ_IN_ENGLISH: set[str] = set()
NOT_WALKED = ("/locale/", "/logout", "/static/", "/back", "/lang/")
FILES = (".xlsx", ".beancount", ".json", ".csv", ".zip")


def kind(path: str) -> str:
    """Pages of one kind differ in their numbers and in the values they are asked with.

    >>> kind("/books/TYP-COOP/2025/accounts/114:H0001"), kind("/vouchers/?entity=A&year=2025")
    ('/books/#/#/accounts/#', '/vouchers/?entity&year')
    """
    place, _, asked = path.partition("?")
    names = sorted(re.findall(r"(\w+)=", asked))
    return re.sub(r"(?<=/accounts/)[^/]+|TYP-\w+|\bH?\d+", "#", place) + (
        "?" + "&".join(names) if names else ""
    )


@dataclass
class Walk:
    """Breadth first: one page of each kind is shown, more of its kind only asked for."""

    visit: Visit
    found: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    def go(self, start: str) -> None:
        queue = deque([start])
        self.found.add(start)
        while queue:
            path = queue.popleft()
            sort = kind(path)
            self.kinds[sort] += 1
            if self.kinds[sort] > 1 + MORE_OF_A_KIND:
                continue
            if self.kinds[sort] > 1 or len(self.shown) >= PAGES or path.endswith(FILES):
                if (status := self.visit.status(path)) >= 400:
                    self.note(path, [f"{status} for {sort}"])
            else:
                queue += self.new(self.show(path, sort))

    def new(self, links: list[str]) -> list[str]:
        """The links not met before that lead to pages of ours."""
        paths = [link.removeprefix(self.visit.site.url).partition("#")[0] for link in links]
        fresh = [p for p in dict.fromkeys(paths) if p.startswith("/") and not p.startswith(NOT_WALKED)]
        fresh = [p for p in fresh if p not in self.found]
        self.found.update(fresh)
        return fresh

    def show(self, path: str, sort: str) -> list[str]:
        """Note what is wrong with a page; its links."""
        self.visit.widen(WIDE)
        if (status := self.visit.open(path)) >= 400:
            self.note(path, [f"{status} for {sort}"])
            self.visit.complaints.clear()
            return []
        self.shown.append(path)
        page = look(self.visit)
        self.note(path, faults(self.visit, page, "zh"))
        EXAMINED[sort] += 1
        if EXAMINED[sort] <= AXE_TIMES:
            self.note(path, accessibility(self.visit, path))
        self.note(path, overflow(self.visit))
        if EXAMINED[sort] <= AXE_TIMES:
            self.note(f"{path} on a phone", accessibility(self.visit, path))
        return [str(link) for link in page["links"]]

    def note(self, path: str, found: Iterable[str]) -> None:
        """Each fault once, at the first page that had it: the menu's are on every page."""
        for fault in found:
            self.told.setdefault(fault, path)

    def in_english(self) -> None:
        """The kinds of page no walk of this process has read in English yet."""
        self.visit.speak("en")
        self.visit.widen(WIDE)
        for path in self.shown:
            if kind(path) not in READ_IN_ENGLISH:
                READ_IN_ENGLISH.add(kind(path))
                if (status := self.visit.open(path)) >= 400:
                    self.note(f"{path} in English", [str(status)])
                self.note(f"{path} in English", faults(self.visit, look(self.visit), "en"))


@pytest.mark.parametrize("login", ROLES)
def test_a_role_walks_its_pages(site: Site, browser: Browser, login: str) -> None:
    home, least = ROLES[login]
    with site.entered(browser, login) as visit:
        assert visit.page.url == site.url + home
        walk = Walk(visit)
        walk.go(home)
        walk.in_english()
    wrong = "\n".join(f"{path}: {fault}" for fault, path in walk.told.items())
    assert not wrong, f"\n{wrong}"
    assert len(walk.shown) >= least, "\n".join(walk.shown)
    assert "Traceback" not in site.log.read_text(), site.log
