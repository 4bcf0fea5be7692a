"""The village's pages of the agreements: the list of a season, and the print."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext

from coop.governance.views.shared import person
from coop.production import queries
from coop.production.views.shared import MONEY
from coop.splitting.service import season_of
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


class AgreementView(Page):
    """Signed agreements; what is not signed yet stands on the share's page."""

    route_base = "/agreements"

    @expose("/")
    def index(self) -> str:
        pages = self.pages()
        with self.look() as view:
            season = request.args.get("season") or season_of(view.today)
            found = queries.agreements(view.session, view.actor.tenant_id, season=season)
        pages = pages.of(len(found))
        rows = found[pages.offset : pages.offset + pages.size]
        return self.render("production/agreements.html", agreements=rows, pages=pages, season=season)

    @expose("/<int:agreement_id>")
    def show(self, agreement_id: int) -> str:
        with self.look() as view:
            found = queries.agreement(view.session, agreement_id)
            inputs = queries.issued(
                view.session,
                view.actor.tenant_id,
                found.household_id,
                product=found.product,
                season=found.season,
            )
        return self.render("production/agreement.html", agreement=found, inputs=inputs, person=person)


permit("AgreementView.index", *MONEY)
permit("AgreementView.show", *MONEY)
menu_entry(
    "AgreementView.index", lazy_gettext("Growing agreements"), icon="signature", group=Group.harvest, order=8
)
