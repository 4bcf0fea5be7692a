"""The books of several villages side by side, for the county, the township and whoever keeps several of them."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from coop.accounting.queries.side_by_side import Asked, SideBySide, side_by_side
from coop.accounting.views.side_by_side_file import workbook
from coop.accounting.views.subledgers import XLSX
from coop.kernel.actor import Role
from coop.kernel.unit import look
from coop.parties import queries as parties
from coop.web.errors import in_english
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.state import web_state
from coop.web.views import Page, expose


def _asked() -> Asked:
    year = request.args.get("year", "")
    return Asked(
        standard=request.args.get("standard", "")[:20],
        year=int(year) if year.isdecimal() and len(year) == 4 else 0,
        books=tuple(request.args.getlist("book")[:200]),
        township=request.args.get("township", "")[:40],
        form=request.args.get("form", "")[:40],
        before=request.args.get("when", "") == "before",
    )


class SideBySideView(Page):
    """Statements of several books beside each other, their sum, their checks, and what stands between them."""

    route_base = "/books-side-by-side"

    def _found(self) -> SideBySide:
        with self.look() as view:
            own = view.actor.readable
            wide = parties.across(view.session, view.actor, view.today)
        with look(wide, web_state().clock) as view:
            return side_by_side(view.session, _asked(), reachable=own)

    @expose("/")
    def index(self) -> str:
        return self.render(
            "accounting/side_by_side.html", page=self._found(), query=request.args.to_dict(flat=False)
        )

    @expose("/side-by-side.xlsx")
    def workbook(self) -> ResponseReturnValue:
        found = self._found()
        lang = "en" if in_english() else "zh"
        name = f"books-{found.year}.xlsx" if lang == "en" else f"账簿并列-{found.year}.xlsx"
        return self.download(workbook(found, lang), name, XLSX)


for _page in ("index", "workbook"):
    permit(f"SideBySideView.{_page}", Role.county, Role.accountant, Role.checker)
menu_entry(
    "SideBySideView.index", lazy_gettext("Books side by side"), icon="table", group=Group.money, order=12
)
