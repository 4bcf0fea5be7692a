"""Account books: 总账, 日记账, 收支明细表, 成员账户 and the notes, each with its period and its files."""

from __future__ import annotations

from flask import request

from coop.accounting.queries.notes import notes
from coop.accounting.queries.tables import Asked, table_of
from coop.governance.views.shared import READERS
from coop.web.permissions import permit
from coop.web.views import Page, expose
from ledger.periods import LAST


def _period(name: str, usual: int) -> int:
    """A period of the address line; nonsense is the usual one."""
    text = request.args.get(name, "")
    return min(LAST, max(1, int(text))) if text.isdecimal() and len(text) < 3 else usual


def asked_for(path: str = "") -> Asked:
    """What the address line asks for; a span that ends before it begins is the month it begins with."""
    since = _period("since", 1)
    return Asked(
        since=since,
        upto=max(since, _period("upto", LAST)),
        path=path or request.args.get("path", "")[:80],
        whole=request.args.get("level", "all") != "1",
    )


class LedgerView(Page):
    """The books an accountant keeps, beside the statements."""

    route_base = "/books"

    def _table(self, name: str, entity: str, year: int, path: str = "") -> str:
        with self.look() as view:
            asked = asked_for(path)
            table = table_of(view.session, name, entity, year, asked)
            return self.render("accounting/book_table.html", table=table, asked=asked)

    @expose("/<entity>/<int:year>/general-ledger")
    def general(self, entity: str, year: int) -> str:
        return self._table("general-ledger", entity, year)

    @expose("/<entity>/<int:year>/cash-journal")
    def cash(self, entity: str, year: int) -> str:
        return self._table("journal-cash", entity, year)

    @expose("/<entity>/<int:year>/bank-journal")
    def bank(self, entity: str, year: int) -> str:
        return self._table("journal-bank", entity, year)

    @expose("/<entity>/<int:year>/income-detail")
    def income(self, entity: str, year: int) -> str:
        return self._table("income-detail", entity, year)

    @expose("/<entity>/<int:year>/member-accounts")
    def members(self, entity: str, year: int) -> str:
        return self._table("member-accounts", entity, year)

    @expose("/<entity>/<int:year>/member-accounts/<number>")
    def member(self, entity: str, year: int, number: str) -> str:
        return self._table("member-account", entity, year, number)

    @expose("/<entity>/<int:year>/notes")
    def notes(self, entity: str, year: int) -> str:
        with self.look() as view:
            return self.render("accounting/notes.html", page=notes(view.session, entity, year))


for _page in ("general", "cash", "bank", "income", "members", "member", "notes"):
    permit(f"LedgerView.{_page}", *READERS)
