"""Acting for a household (代办): the deputy's chooser on the phone, and the village's list where the manager grants."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.parties import service
from coop.parties.models import Ground
from coop.parties.queries import acting_mandates, may_act_for
from coop.web import acting
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import ANY, permit
from coop.web.views import Page, PhonePage, expose


class ActingView(PhonePage):
    """For whom am I acting: a household with a mandate for this login, or myself."""

    route_base = "/acting"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            mandates = may_act_for(view.session, view.actor, view.today)
            return self.render("parties/acting.html", mandates=mandates, now=view.actor.mandate_id)

    @expose("/<int:mandate_id>/begin", methods=["POST"])
    def begin(self, mandate_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            actor = service.begin_acting(work, mandate_id)
        acting.begin(mandate_id)
        say = _("From here on you act for %(number)s.", number=actor.acting_for)
        return self.go("HouseholdPage.mine", say=say)

    @expose("/end", methods=["POST"])
    def end(self) -> ResponseReturnValue:
        acting.end()
        return self.go("Home.index", say=_("You act for yourself again."))


class ActingMandateView(Page):
    """The village's mandates: what was granted, to whom, on what paper; the manager grants and revokes."""

    route_base = "/acting-mandates"

    @expose("/")
    def index(self) -> str:
        return self.render("parties/acting_mandates.html", form={}, **self._list())

    @expose("/", methods=["POST"])
    def grant(self) -> ResponseReturnValue:
        form = Form()
        household, deputy = form.text("household", longest=40).upper(), form.text("deputy", longest=60)
        since, last = form.day("since"), form.day("last", required=False)
        ground, document = form.choice("ground", Ground), form.text("document", longest=100)
        try:
            form.done()
            with self.unit() as work:
                service.grant_acting(
                    work,
                    household=household,
                    deputy=deputy,
                    since=since,
                    last=last if request.form.get("last") else None,
                    ground=ground,
                    document=document,
                )
        except InputError as error:
            return self.invalid("parties/acting_mandates.html", error, **self._list())
        return self.go("ActingMandateView.index", say=_("The mandate holds from that day on."))

    @expose("/<int:mandate_id>/revoke", methods=["POST"])
    def revoke(self, mandate_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.revoke_acting(work, mandate_id)
        return self.go("ActingMandateView.index", say=_("Revoked: it ended at once."))

    def _list(self) -> dict[str, Any]:
        pages = self.pages()
        with self.look() as view:
            rows, total = acting_mandates(
                view.session, view.actor.tenant_id, view.today, offset=pages.offset, size=pages.size
            )
            return {"rows": rows, "pages": pages.of(total), "today": view.today, "grounds": list(Ground)}


permit("ActingView.index", Role.household, Role.clerk)
permit("ActingView.begin", Role.household, Role.clerk)
permit("ActingView.end", ANY)
permit("ActingMandateView.index", Role.manager, Role.supervisor)
permit("ActingMandateView.grant", Role.manager)
permit("ActingMandateView.revoke", Role.manager)
menu_entry(
    "ActingView.index",
    lazy_gettext("Acting for a household"),
    icon="heart-handshake",
    group=Group.today,
    order=14,
)
menu_entry(
    "ActingMandateView.index",
    lazy_gettext("Who may act for whom"),
    icon="signature",
    group=Group.village,
    order=20,
)
