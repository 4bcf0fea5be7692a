"""Every role walks through all pages its menu and their links lead to, wide and on a phone, in both languages.

A kind of page is looked at in the browser by the first role that meets it; later ones only ask whether it opens to them
and where it leads, for showing it again would show the same.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape

import pytest
from playwright.sync_api import Browser

from tests.browser.inspect_page import WIDE, accessibility, faults, look, overflow
from tests.browser.site import Site, Visit

pytestmark = pytest.mark.browser
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
PAGES, MORE_OF_A_KIND = 90, 1
EXAMINED: set[str] = set()  # kinds, in this process
LINK = re.compile(r'(?:href|hx-get)="([^"]+)"')
NOT_WALKED = ("/locale/", "/logout", "/static/", "/back", "/lang/")
FILES = (".xlsx", ".beancount", ".json", ".csv", ".zip", ".pdf")


def kind(path: str) -> str:
    """Pages of one kind differ in their numbers and in the values they are asked with.

    >>> kind("/books/TYP-COOP/2025/accounts/114:H0001"), kind("/vouchers/?entity=A&year=2025")
    ('/books/#/#/accounts/#', '/vouchers/?entity&year')
    """
    place, _, asked = path.partition("?")
    names = sorted(re.findall(r"(\w+)=", asked))
    return re.sub(r"(?<=/accounts/)[^/]+|(?:TYP|XCK|SBG|YJP|[A-Z]{3})-(?:COOP|RCEO)|\bH?\d+", "#", place) + (
        "?" + "&".join(names) if names else ""
    )


def is_file(path: str) -> bool:
    """Whether the browser would save it rather than show it."""
    place = path.partition("?")[0]
    return place.endswith(FILES) or "/files/" in place


@dataclass
class Walk:
    """Breadth first: one page of each kind is shown, more of its kind only asked for."""

    visit: Visit
    found: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
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
            if self.kinds[sort] > 1 or len(self.shown) >= PAGES or is_file(path):
                self.ask(path, sort)
            elif sort in EXAMINED and path != start:
                queue += self.new(self.ask(path, sort))
            else:
                queue += self.new(self.show(path, sort))

    def ask(self, path: str, sort: str) -> list[str]:
        """Whether it opens, without showing it; its links."""
        answer = self.visit.page.request.get(self.visit.site.url + path)
        self.asked.append(path)
        if answer.status >= 400:
            self.note(path, [f"{answer.status} for {sort}"])
        if "html" not in answer.headers.get("content-type", ""):
            return []
        return [unescape(link) for link in LINK.findall(answer.text())]

    def new(self, links: list[str]) -> list[str]:
        """The links not met before that lead to pages of ours."""
        paths = [link.removeprefix(self.visit.site.url).partition("#")[0] for link in links]
        ours = [p for p in dict.fromkeys(paths) if p.startswith("/") and not p.startswith(NOT_WALKED)]
        fresh = [p for p in ours if "/fava/" not in p]  # Fava's own pages
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
        EXAMINED.add(sort)
        self.note(path, accessibility(self.visit, path))
        self.note(path, overflow(self.visit))
        # Colours are the same at every width, and measuring them is what takes axe its time.
        self.note(f"{path} on a phone", accessibility(self.visit, path, without=("color-contrast",)))
        return [str(link) for link in page["links"]]

    def note(self, path: str, found: Iterable[str]) -> None:
        """Each fault once, at the first page that had it: the menu's are on every page."""
        for fault in found:
            self.told.setdefault(fault, path)

    def in_english(self) -> None:
        """Every page that was shown, once more in English."""
        self.visit.speak("en")
        self.visit.widen(WIDE)
        for path in self.shown:
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
    met = walk.kinds.keys()
    assert len(met) >= least, "\n".join(met)
    assert "Traceback" not in site.log.read_text(), site.log
