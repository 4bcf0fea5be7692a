"""A household's own line: how much, and worked out how."""

from __future__ import annotations

from flask_babel import lazy_gettext

from coop.dividends.queries.sheet import own_lines
from coop.kernel.actor import Role
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import PhonePage, expose


class MyDividendView(PhonePage):
    route_base = "/my-dividend"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            actor = view.actor
            lines = own_lines(view.session, actor.household, actor.tenant_id)
            return self.render("dividends/own.html", lines=lines, household=actor.household)


permit("MyDividendView.index", Role.household)
menu_entry(
    "MyDividendView.index", lazy_gettext("My household's dividend"), icon="coins", group=Group.dividend
)
