"""Meetings: called with notice, attended by name, voted on with the quorum in sight."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.governance import queries
from coop.governance import service as governance
from coop.governance.rules import RULES, Body, ResolutionKind
from coop.governance.views.shared import VILLAGE, once_only
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.kernel.unit import Look
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

HANDS = (Role.manager, Role.clerk)
VOTES = ("votes_for", "votes_against", "votes_abstain")


class MeetingView(Page):
    route_base = "/meetings"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render("governance/meetings.html", rows=queries.meeting_list(view.session))

    @expose("/<int:meeting_id>")
    def show(self, meeting_id: int) -> str:
        with self.look() as view:
            return self.render("governance/meeting.html", **self._page(view, meeting_id))

    def _page(self, view: Look, meeting_id: int) -> dict[str, object]:
        page = queries.meeting_page(view.session, meeting_id, tenant_id=view.actor.tenant_id)
        mine = page.meeting.tenant_id == view.actor.tenant_id and bool(view.actor.roles & set(HANDS))
        return {"page": page, "today": view.today, "may": mine, "kinds": ResolutionKind, "form": {}}

    @expose("/new")
    def new(self) -> str:
        with self.look() as view:
            entities = queries.entities(view.session, tenant_id=view.actor.tenant_id)
            return self.render("governance/meeting_new.html", entities=entities, rules=RULES, form={})

    @expose("/new", methods=["POST"])
    def call(self) -> ResponseReturnValue:
        form = Form()
        body, day = form.choice("body", Body), form.day("day")
        agenda, agenda_en = form.text("agenda"), form.text("agenda_en", required=False)
        entity = form.integer("entity", required=False)
        extra, seats = form.integer("extra_votes", required=False), form.integer("seats", required=False)
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {
                        "id": governance.call_meeting(
                            u,
                            body=body,
                            day=day,
                            agenda=agenda,
                            agenda_en=agenda_en or agenda,
                            entity_id=entity or None,
                            extra_votes=extra,
                            seats=seats,
                        ).id
                    },
                )
        except InputError as error:
            with self.look() as view:
                entities = queries.entities(view.session, tenant_id=view.actor.tenant_id)
            return self.invalid("governance/meeting_new.html", error, entities=entities, rules=RULES)
        return self.go("MeetingView.show", meeting_id=made["id"], say=_("The meeting is called."))

    @expose("/<int:meeting_id>/attend", methods=["POST"])
    def attend(self, meeting_id: int) -> ResponseReturnValue:
        came = [int(text) for text in request.form.getlist("member") if text.isdecimal()]
        with self.unit() as u:
            count = governance.attend(u, meeting_id, came)
        return self.go(
            "MeetingView.show", meeting_id=meeting_id, say=_("%(count)s members are noted.", count=count)
        )

    @expose("/<int:meeting_id>/resolve", methods=["POST"])
    def resolve(self, meeting_id: int) -> ResponseReturnValue:
        """A vote on a matter without a document of its own; plans are voted on from their own page."""
        form = Form()
        text, text_en = form.text("text"), form.text("text_en", required=False)
        kind = form.choice("kind", ResolutionKind)
        votes = {name: form.integer(name, required=False) for name in VOTES}
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                page = self._page(view, meeting_id)
                page.pop("form")
                return self.invalid("governance/meeting.html", error, **page)
        with self.unit() as u:
            made = once_only(
                self,
                u,
                lambda: {
                    "passed": governance.resolve(
                        u,
                        meeting_id,
                        ref=f"meeting:{meeting_id}",
                        digest=governance.digest_of([text, text_en]),
                        text=text,
                        text_en=text_en or text,
                        kind=kind,
                        **votes,
                    ).passed
                },
            )
        carried, failed = _("The resolution is recorded and carried."), _("Recorded; it did not carry.")
        say = carried if made["passed"] else failed
        return self.go("MeetingView.show", meeting_id=meeting_id, say=say)

    @expose("/<int:meeting_id>/cancel", methods=["POST"])
    def cancel(self, meeting_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            governance.cancel_meeting(u, meeting_id)
        return self.go("MeetingView.show", meeting_id=meeting_id, say=_("The meeting is called off."))


for _page in ("list", "show"):
    permit(f"MeetingView.{_page}", *VILLAGE)
for _page in ("new", "call", "attend", "resolve", "cancel"):
    permit(f"MeetingView.{_page}", *HANDS)
menu_entry(
    "MeetingView.list", lazy_gettext("Meetings and votes"), icon="users-group", group=Group.village, order=20
)
