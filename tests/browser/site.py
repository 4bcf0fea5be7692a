"""The served demo as the tests see it: logging in through the form, and what its rows hold."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, Request

from coop.season.stage import PASSWORD

HAN = re.compile(r"[\u3400-\u9fff]+")
WIDE, NARROW = 1366, 390
HEIGHT = {WIDE: 900, NARROW: 844}


@dataclass
class Site:
    """Where the demo is served, its database (read only), and the server's log."""

    url: str
    rows: sqlite3.Connection
    log: Path

    def one(self, sql: str, *values: object) -> int:
        """A single number of the demo, such as the id of a row the story is known to hold."""
        found = self.rows.execute(sql, values).fetchone()
        assert found is not None, sql
        return int(found[0])

    @cached_property
    def data(self) -> str:
        """All Chinese that stands in the rows: names, places, summaries. What a page shows beyond is its own words."""
        texts: set[str] = set()
        tables = self.rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in self.rows.execute(f'SELECT * FROM "{table}"'):
                texts.update(value for value in row if isinstance(value, str) and HAN.search(value))
        return "\n".join(sorted(texts))

    @contextmanager
    def entered(self, browser: Browser, login: str, *, width: int = WIDE) -> Iterator[Visit]:
        """A browser of its own in which that person logs in through the form."""
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT[width]}, locale="zh-CN", reduced_motion="reduce"
        )
        visit = Visit(self, context.new_page())
        visit.page.goto(f"{self.url}/login/")
        visit.page.fill("#username", login)
        visit.page.fill("#password", PASSWORD)
        visit.page.click("main button[type=submit]")
        visit.page.wait_for_load_state()
        assert "/login/" not in visit.page.url, (login, visit.page.inner_text("body"))
        yield visit
        context.close()


@dataclass
class Visit:
    """One person's tab, with what the browser complained of and asked for elsewhere."""

    site: Site
    page: Page
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.site.url + "/", "data:", "blob:")):
            self.elsewhere.append(request.url)

    def open(self, path: str) -> int:
        """Go there; the status of the answer."""
        answer = self.page.goto(self.site.url + path)
        assert answer is not None, path
        return answer.status

    def status(self, path: str) -> int:
        """The status alone, without showing the page; files for download have one too."""
        return self.page.request.get(self.site.url + path).status

    def text(self) -> str:
        return self.page.inner_text("main")

    def follow(self, selector: str) -> str:
        """Click the first such link; the path it led to."""
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()
        return self.page.url.removeprefix(self.site.url)

    def speak(self, code: Literal["zh", "en"]) -> None:
        self.open(f"/locale/{code}")

    def widen(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT[width]})
