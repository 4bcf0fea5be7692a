"""The menu: each subject's views module adds its entries, everyone sees those the permission table opens to
them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from flask import request, url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from coop.kernel.actor import Role
from coop.web.permissions import allowed


class Group(StrEnum):
    """The headings of the menu, in this order."""

    today = "today"
    trade = "trade"
    harvest = "harvest"
    village = "village"
    money = "money"
    dividend = "dividend"
    government = "government"
    system = "system"


GROUP_WORDS: dict[Group, LazyString] = {
    Group.today: lazy_gettext("Today"),
    Group.trade: lazy_gettext("Orders and delivery"),
    Group.harvest: lazy_gettext("Growing and collecting"),
    Group.village: lazy_gettext("Village affairs"),
    Group.money: lazy_gettext("Books and money"),
    Group.dividend: lazy_gettext("Dividends and points"),
    Group.government: lazy_gettext("Government"),
    Group.system: lazy_gettext("System administration"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    endpoint: str
    label: LazyString | str
    icon: str
    group: Group
    order: int = 50

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @property
    def here(self) -> bool:
        """Whether the page being shown belongs to this entry: the same page class."""
        return (request.endpoint or "").partition(".")[0] == self.endpoint.partition(".")[0]


ENTRIES: dict[str, Entry] = {}


def menu_entry(endpoint: str, label: LazyString | str, *, icon: str, group: Group, order: int = 50) -> None:
    """Add a page to the menu. `label` is a `lazy_gettext(...)`, `icon` a name of `icons.txt`."""
    ENTRIES[endpoint] = Entry(endpoint, label, icon, group, order)


def menu_for(
    roles: frozenset[Role], *, logged_in: bool, existing: Iterable[str]
) -> list[tuple[LazyString, list[Entry]]]:
    """The headings and entries somebody with these roles may open; `existing` are the app's endpoints."""
    known = set(existing)
    shown: list[tuple[LazyString, list[Entry]]] = []
    for group, words in GROUP_WORDS.items():
        entries = [
            e
            for e in ENTRIES.values()
            if e.group is group and e.endpoint in known and allowed(e.endpoint, roles, logged_in=logged_in)
        ]
        if entries:
            shown.append((words, sorted(entries, key=lambda e: (e.order, e.endpoint))))
    return shown
